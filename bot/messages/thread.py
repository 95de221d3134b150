"""Replies in the card's thread: what changed, once per look."""

from collections.abc import Sequence

from bot.messages.advice import Scene
from bot.messages.buttons import button
from bot.messages.card import IT_TURNS
from bot.messages.draft import Draft
from bot.messages.lines import Line
from bot.messages.message import Message
from bot.messages.notice_facts import said
from bot.messages.rows import add_rows
from bot.messages.turns import turn_line
from bot.messages.voice import Voice
from core.notices import (
    Active,
    Offline,
    RecordsUpdate,
    Recovered,
    Reminder,
    Removed,
    RightNow,
    Started,
    ThreadNotice,
)
from core.turns import TurnKey


def render_reply(notice: ThreadNotice) -> Message:
    """Render one reply: what changed, the rows it is about, whose turn it is, when we look again."""
    draft = Draft(notice.subject.language)
    voice = draft.voice
    draft.say(*_copy(voice, notice))
    scene = Scene.of(notice.subject, notice.next_at)
    add_rows(draft, voice, notice.rows, scene, compare=isinstance(notice, RecordsUpdate))
    if not isinstance(notice, Removed):  # its text says whose turn it is
        draft.say(turn_line(voice, notice.turn, notice.subject.name))
    if notice.next_at is not None:
        draft.note(voice.say("thread.next", next_at=notice.next_at))
    if (action := _action(notice)) is not None:
        draft.buttons(button(voice, action, notice.subject.domain_id, notice.subject.name))
    return draft.message()


def _action(notice: ThreadNotice) -> str | None:
    if isinstance(notice, RightNow):
        return "retry_verification"
    return "records_added" if isinstance(notice, Reminder) and notice.turn.key in IT_TURNS else None


def _copy(voice: Voice, notice: ThreadNotice) -> Sequence[Line]:
    match notice:
        case Started():
            return [
                said(voice, notice.kind, notice),
                said(voice, "thread.started.dmarc", notice) if notice.dmarc_open else (),
            ]
        case Active():
            return [
                said(voice, notice.kind, notice),
                said(voice, "thread.active.dmarc", notice) if notice.dmarc_missing else (),
            ]
        case RecordsUpdate():
            return _updated(voice, notice)
        case Reminder():
            urgent = notice.last and notice.turn.key not in {TurnKey.PROPAGATION, TurnKey.OFFLINE}
            return [said(voice, notice.kind, notice), said(voice, "thread.reminder.last", notice) if urgent else ()]
        case Recovered():
            return [said(voice, notice.kind, notice, n=len(notice.purposes))]
        case Offline() if notice.deadline_at is None:
            return [said(voice, "thread.offline.open", notice)]
        case Removed() if not notice.n:
            return [said(voice, "thread.removed.none", notice)]
        case _:
            return [said(voice, notice.kind, notice)]


def _updated(voice: Voice, notice: RecordsUpdate) -> Sequence[Line]:
    lines: list[Line] = []
    if notice.newly_verified:
        lines.append(said(voice, "thread.some_verified", notice, purposes=notice.newly_verified))
    if notice.changed:
        lines.append(said(voice, "thread.changed", notice, purposes=notice.changed))
    return lines
