"""The history of a domain: who did what, what changed, when."""

import re
from datetime import datetime, timedelta

from bot.messages.buttons import paging
from bot.messages.draft import Draft
from bot.messages.lines import Line, Mention, MentionKind, line
from bot.messages.message import Message
from bot.messages.outside import SEEN_LIMIT, cleaned
from bot.messages.receipts import changed_words
from bot.messages.voice import Fact, Voice
from core.history import BOT, HistoryEntry, What
from core.notices.shown import HistoryShown
from core.records import Purpose
from core.sending_domain import DeploymentEvent, DomainStatus, Language, VerificationStatus

_USER = re.compile(r"[UW][A-Z0-9]{1,31}")
_STATUSES: dict[str, DomainStatus | VerificationStatus] = {
    status.value: status for status in (*DomainStatus, *VerificationStatus)
}
_PURPOSES = {purpose.value: purpose for purpose in Purpose}
_EVENTS = {name: event for event in DeploymentEvent for name in (event.value, event.name)}


def render_history(answer: HistoryShown, language: Language) -> Message:
    """A page of the history, newest first."""
    draft = Draft(language)
    voice = draft.voice
    draft.say(voice.say("history.head", domain=answer.domain.name))
    draft.listed([entry_line(voice, entry) for entry in answer.entries])
    draft.buttons(*paging(voice, "history", answer.domain.id, answer.page, answer.pages))
    return draft.message()


def entry_line(voice: Voice, entry: HistoryEntry) -> Line:
    """One line of the history."""
    return voice.say("history.line", at=entry.at, who=_who(voice, entry.who), what=_what(voice, entry))


def _who(voice: Voice, who: str) -> Line:
    if who == BOT:
        return line(voice.plain("history.bot"))
    if _USER.fullmatch(who):
        return (Mention(MentionKind.USER, who),)
    return line(cleaned(who, SEEN_LIMIT))


def _what(voice: Voice, entry: HistoryEntry) -> Line:
    facts: dict[str, Fact] = {name: _fact(name, text) for name, text in entry.facts.items()}
    if entry.what is What.EVENT:
        event = entry.facts.get("event", "")
        facts["code"] = _EVENTS[event].value if event in _EVENTS else event
    elif entry.what is What.EDITED:
        facts["changes"] = line(_changes(voice, entry))
    elif entry.what is What.REMINDED:
        facts["r"] = timedelta(seconds=_number(entry.facts.get("after", "")))
    return voice.say(f"history.{entry.what.value}", **facts)


def _fact(name: str, text: str) -> Fact:
    """Read a stored fact back: a moment, a count, a status, a purpose, an event, or words."""
    if name.endswith("_at"):
        return _moment(text)
    if name == "n":
        return _number(text)
    return _STATUSES.get(text) or _PURPOSES.get(text) or _EVENTS.get(text) or text


def _changes(voice: Voice, entry: HistoryEntry) -> str:
    language = entry.facts.get("language")
    return changed_words(
        voice,
        key_id=entry.facts.get("key_id"),
        policy=entry.facts.get("dmarc_policy"),
        language=Language(language) if language in set(Language) else None,
    )


def _moment(text: str) -> Fact:
    try:
        return datetime.fromisoformat(text)
    except ValueError:
        return text


def _number(text: str) -> int:
    try:
        return round(float(text))
    except ValueError:
        return 0
