"""Answers to what was done: a receipt to whoever asked."""

from datetime import timedelta

from bot.messages.buttons import button, stop_button
from bot.messages.draft import Draft
from bot.messages.lines import Line, Mention, MentionKind, line
from bot.messages.message import Context, Message
from bot.messages.turns import turn_line
from bot.messages.voice import Voice
from core.notices.answers import (
    Adopted,
    CancelAsked,
    CancelDone,
    Created,
    DeployRunning,
    DeployStarted,
    Edited,
    KeyNeeded,
    RemoveStarted,
    TooSoon,
    VerifyAccepted,
)
from core.sending_domain import Language, SendingDomain
from core.turns import Turn


def render_created(answer: Created, language: Language) -> Message:
    """The domain exists; the next step is to deploy it."""
    draft = Draft(language)
    voice = draft.voice
    domain = answer.domain
    draft.say(
        voice.say("created.1", domain=domain.name),
        voice.say("created.2", key_id=domain.key_id, policy=domain.dmarc_policy, language=domain.language),
    )
    draft.say(turn_line(voice, answer.turn, domain.name))
    draft.buttons(
        button(voice, "start_deploy", domain.id, domain.name), button(voice, "open_details", domain.id, domain.name)
    )
    return draft.message()


def render_edited(answer: Edited, language: Language) -> Message:
    """What was saved, and whose turn it is."""
    voice = Voice(language)
    changes = changed_words(
        voice,
        key_id=answer.key_id,
        policy=answer.dmarc_policy.value if answer.dmarc_policy else None,
        language=answer.language,
    )
    saved = voice.say("edit.saved", domain=answer.domain.name, changes=line(changes))
    return _with_turn(voice, saved, answer.turn, answer.domain)


def changed_words(voice: Voice, *, key_id: str | None, policy: str | None, language: Language | None) -> str:
    """Name what an edit changed; a key only by its id."""
    changes = [
        voice.plain("edit.change.key", key_id=key_id) if key_id else "",
        voice.plain("edit.change.policy", policy=policy) if policy else "",
        voice.plain("edit.change.language", language=language) if language else "",
    ]
    return voice.listed(change for change in changes if change) or voice.plain("edit.change.none")


def render_adopted(answer: Adopted, language: Language) -> Message:
    """The foreign resource is ours to manage now."""
    voice = Voice(language)
    return _with_turn(voice, voice.say("create.adopted", domain=answer.domain.name), answer.turn, answer.domain)


def render_cancelled(answer: CancelDone, language: Language) -> Message:
    """The setup is stopped."""
    voice = Voice(language)
    return _with_turn(voice, voice.say("cancel.done", domain=answer.domain.name), answer.turn, answer.domain)


def _with_turn(voice: Voice, done: Line, turn: Turn, domain: SendingDomain) -> Message:
    draft = Draft(voice.language)
    draft.say(done)
    draft.say(turn_line(voice, turn, domain.name))
    return draft.message()


def render_key_needed(answer: KeyNeeded, language: Language) -> Message:
    """Ask for the key again, where no form could be opened."""
    draft = Draft(language)
    voice = draft.voice
    draft.say(key_lead(voice, answer.domain))
    draft.buttons(button(voice, "start_deploy", answer.domain.id, answer.domain.name))
    return draft.message()


def key_lead(voice: Voice, domain: SendingDomain) -> Line:
    """Say why the key is needed again."""
    if domain.key_erased_at is None:
        return voice.say("key.lead_bare")
    return voice.say("key.lead", erased_at=domain.key_erased_at)


def render_deploy(answer: DeployStarted | DeployRunning, language: Language, ctx: Context) -> Message:
    """Deployment runs: since now, or already."""
    draft = Draft(language)
    voice = draft.voice
    domain = answer.domain
    key = "deploy.started" if isinstance(answer, DeployStarted) else "deploy.running"
    channel = Mention(MentionKind.CHANNEL, ctx.places.it_channel)
    draft.say(voice.say(key, domain=domain.name, it_channel=channel, done=len(domain.events)))
    draft.buttons(button(voice, "open_details", domain.id, domain.name))
    return draft.message()


def render_verify(answer: VerifyAccepted, language: Language) -> Message:
    """How often we look from now on."""
    paces = {"fast": answer.fast, "burst": answer.burst, "poll": answer.poll}
    return receipt("pressed.added", answer.domain, language, **paces)


def receipt(key: str, domain: SendingDomain, language: Language, **lengths: timedelta) -> Message:
    """One sentence about a domain, as it stands."""
    draft = Draft(language)
    draft.say(draft.voice.say(key, domain=domain.name, status=domain.status, **lengths))
    return draft.message()


def render_too_soon(answer: TooSoon, language: Language) -> Message:
    """The last look is fresh enough."""
    draft = Draft(language)
    domain, seconds = answer.domain, int(answer.ago.total_seconds())
    key = "pressed.too_soon" if domain.next_check_at else "pressed.too_soon_bare"
    draft.say(draft.voice.say(key, domain=domain.name, seconds=seconds, next_at=domain.next_check_at))
    return draft.message()


def render_cancel_asked(answer: CancelAsked, language: Language) -> Message:
    """Say what stopping means, beside the button that stops."""
    draft = Draft(language)
    voice = draft.voice
    domain = answer.domain
    key = "cancel.text" if answer.left is None else "cancel.text_running"
    draft.say(voice.say("cancel.title", domain=domain.name), voice.say(key, left=answer.left, window=answer.window))
    draft.buttons(stop_button(voice, domain.id, domain.name, window=answer.window, left=answer.left))
    return draft.message()


def render_removal(answer: RemoveStarted, language: Language) -> Message:
    """Removal has begun."""
    return receipt("remove.done", answer.domain, language)
