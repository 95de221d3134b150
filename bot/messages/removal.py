"""The confirmation of a removal."""

from bot.messages import blocks
from bot.messages.forms import View, modal
from bot.messages.message import Block
from bot.messages.outside import heading
from bot.messages.voice import Voice
from core.sending_domain import DomainStatus, Language, SendingDomain


def remove_modal(language: Language, domain: SendingDomain) -> View:
    """Say what removal means; the name of an ACTIVE domain has to be typed."""
    voice = Voice(language)
    key = "remove.adopted" if domain.adopted else "remove.1"
    facts = {"domain": domain.name, "status": domain.status, "provisioner": domain.provisioner}
    content: list[Block] = [blocks.section(voice.say(key, **facts))]
    if domain.records:
        content.append(blocks.section(voice.say("remove.2", n=len(domain.records))))
    if domain.status is DomainStatus.ACTIVE:
        content.append(
            {
                "type": "input",
                "block_id": "confirm_name",
                "label": blocks.plain_text(voice.plain("remove.3", domain=domain.name), 2000),
                "element": {"type": "plain_text_input", "action_id": "confirm_name"},
            }
        )
    return modal(voice, "remove", content, close="remove.close", meta=domain.id)


def wrong_name(domain: SendingDomain, typed: str, language: Language) -> str:
    """Say under the field that another name was typed."""
    return Voice(language).plain("remove.error", typed=heading(typed, 80), domain=domain.name)
