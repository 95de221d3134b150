"""Forms: create, edit, the key again, and what is wrong with an entry."""

from dataclasses import dataclass
from typing import Any

from bot.messages import blocks
from bot.messages.lines import Line
from bot.messages.message import Block
from bot.messages.outside import NAME_LIMIT, cleaned, heading
from bot.messages.receipts import key_lead
from bot.messages.voice import Voice
from core.errors import InvalidDomainName
from core.sending_domain import DmarcPolicy, Language, SendingDomain

View = dict[str, Any]


@dataclass(frozen=True, slots=True)
class NameAdvice:
    """Advice about a name that can be used: `apex` and `suggestion` for a main domain, the spellings of an IDN."""

    domain: str
    suggestion: str | None = None
    unicode: str | None = None


def modal(
    voice: Voice, name: str, content: list[Block], *, submit: bool = True, close: str = "create.close", meta: str = ""
) -> View:
    """A modal; `name` is its `callback_id` and the beginning of its keys."""
    view: View = {
        "type": "modal",
        "callback_id": name,
        "title": blocks.plain_text(voice.plain(f"{name}.title"), blocks.MODAL_TITLE_LIMIT),
        "close": blocks.plain_text(voice.plain(close), blocks.MODAL_TITLE_LIMIT),
        "blocks": content[: blocks.VIEW_BLOCKS],
    }
    if meta:
        view["private_metadata"] = meta
    if submit:
        view["submit"] = blocks.plain_text(voice.plain(f"{name}.submit"), blocks.MODAL_TITLE_LIMIT)
    return view


def create_modal(
    language: Language,
    *,
    domain: str = "",
    policy: DmarcPolicy = DmarcPolicy.NONE,
    channel_language: Language = Language.EN,
    advice: NameAdvice | None = None,
) -> View:
    """The form for a new domain; with `advice` it comes back once, and a main domain wants a tick."""
    voice = Voice(language)
    prefilled = {"initial_value": cleaned(domain, NAME_LIMIT)} if domain else {}
    entry = {"type": "plain_text_input", "action_id": "domain"} | prefilled
    content = [_input(voice, "domain", entry)]
    content += _advice(voice, advice) if advice else []
    content += [_key(voice), _policy(voice, policy), _language(voice, channel_language)]
    return modal(voice, "create", content)


def edit_modal(language: Language, domain: SendingDomain) -> View:
    """The form to change key, policy or language; an empty key keeps the one there is."""
    voice = Voice(language)
    key = _key(voice) | {"optional": True}
    if domain.key_id:
        key["hint"] = blocks.plain_text(voice.plain("edit.key_hint", key_id=domain.key_id))
    content = [key, _policy(voice, domain.dmarc_policy), _language(voice, domain.language)]
    return modal(voice, "edit", content, meta=domain.id)


def key_modal(language: Language, domain: SendingDomain) -> View:
    """The form that asks for the key alone, because it was erased."""
    voice = Voice(language)
    return modal(voice, "key", [blocks.rich_text(key_lead(voice, domain)), _key(voice)], meta=domain.id)


def _advice(voice: Voice, advice: NameAdvice) -> list[Block]:
    content: list[Block] = []
    if advice.unicode:
        content.append(_section(voice.say("create.idn", unicode=advice.unicode, ascii=advice.domain)))
    if advice.suggestion:
        content.append(_section(voice.say("create.apex", domain=advice.domain, suggestion=advice.suggestion)))
        tick = blocks.option(voice.plain("create.apex_ok", domain=heading(advice.domain)), "apex_ok")
        content.append(
            {
                "type": "input",
                "block_id": "apex_ok",
                "label": blocks.plain_text(voice.plain("create.apex_ok.label")),
                "element": {"type": "checkboxes", "action_id": "apex_ok", "options": [tick]},
            }
        )
    return content


def _section(line: Line) -> Block:
    return blocks.section(line)


def _input(voice: Voice, name: str, element: dict[str, Any], *, hint: bool = True) -> Block:
    block: Block = {
        "type": "input",
        "block_id": name,
        "label": blocks.plain_text(voice.plain(f"create.{name}.label")),
        "element": element,
    }
    return block | ({"hint": blocks.plain_text(voice.plain(f"create.{name}.hint"))} if hint else {})


def _key(voice: Voice) -> Block:
    return _input(voice, "key", {"type": "plain_text_input", "action_id": "key"})


def _policy(voice: Voice, chosen: DmarcPolicy) -> Block:
    options = {
        policy: blocks.option(voice.plain(f"create.dmarc.{policy.value}"), policy.value)
        | {"description": blocks.plain_text(f"p={policy.value}", blocks.BUTTON_LIMIT)}
        for policy in DmarcPolicy
    }
    element = {"type": "radio_buttons", "action_id": "dmarc", "options": list(options.values())}
    return _input(voice, "dmarc", element | {"initial_option": options[chosen]})


def _language(voice: Voice, chosen: Language) -> Block:
    options = {
        language: blocks.option(voice.plain(f"language.{language.value}"), language.value) for language in Language
    }
    element = {"type": "radio_buttons", "action_id": "language", "options": list(options.values())}
    return _input(voice, "language", element | {"initial_option": options[chosen]}, hint=False)


def invalid_name(error: InvalidDomainName, language: Language) -> str:
    """Say under the field why a name cannot be a sending domain."""
    return Voice(language).plain(f"create.{error.reason}", **error.facts)


def existing_name(domain: SendingDomain, language: Language) -> str:
    """Say under the field that the name is registered, and where it stands."""
    return Voice(language).plain(
        "create.exists", domain=domain.name, status=domain.status, verification=domain.verification
    )


def wrong_key(entered: str, language: Language) -> str:
    """Say under the field what a key looks like; of what was entered only the length."""
    return Voice(language).plain("create.key_format", length=len(entered))


def busy_entry(language: Language) -> str:
    """Say under the field that nothing was accepted."""
    return Voice(language).plain("busy")
