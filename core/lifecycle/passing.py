"""What falls due by the passing of time alone. It never fails a domain: that takes a look."""

from dataclasses import replace

from core.durations import REMINDERS
from core.events import TimePassed
from core.history import What
from core.lifecycle.draft import Draft
from core.lifecycle.incidents import tell_no_records, tell_stalled, tell_unseen
from core.lifecycle.keys import erase_key
from core.notices import Offline, Reminder
from core.schedule import (
    key_kept_until,
    no_records_at,
    offline_at,
    reminder_at,
    reminders_due,
    stalled_at,
    unseen_at,
)
from core.sending_domain import VerificationStatus

_INCIDENTS = ((stalled_at, tell_stalled), (no_records_at, tell_no_records), (unseen_at, tell_unseen))


def on_time_passed(draft: Draft, event: TimePassed) -> None:
    """Do what has fallen due."""
    kept_until = key_kept_until(draft.domain, draft.durations)
    if kept_until is not None and kept_until <= draft.now:
        erase_key(draft)
    for rule, tell in _INCIDENTS:
        due_at = rule(draft.domain, draft.durations)
        if due_at is not None and due_at <= draft.now:
            tell(draft, event.incident_id)
    tell_offline(draft)
    _remind(draft)


def tell_offline(draft: Draft) -> None:
    """Tell the thread once that a running verification cannot be judged."""
    due_at, since_at = offline_at(draft.domain, draft.durations), draft.domain.offline_since
    if due_at is None or since_at is None or due_at > draft.now:
        return
    window = draft.domain.running_window
    draft.change(offline_told=True)
    draft.say(
        Offline(
            subject=draft.subject,
            turn=draft.turn,
            since_at=since_at,
            deadline_at=window.deadline if window is not None else None,
        )
    )


def _remind(draft: Draft) -> None:
    """Remind IT. After a standstill of the bot only the latest reminder is said, and none after the deadline."""
    window = draft.domain.running_window
    if window is None:
        return
    due = reminders_due(window, draft.now)
    if due <= window.reminders_sent:
        return
    draft.change(window=replace(window, reminders_sent=due))
    if draft.now >= window.deadline:
        return
    after = reminder_at(window, due - 1) - window.opened_at
    draft.note(What.REMINDED, after=str(int(after.total_seconds())))
    required = draft.domain.required
    waiting = tuple(record for record in required if record.status is not VerificationStatus.VERIFIED)
    draft.say(
        Reminder(
            subject=draft.subject,
            turn=draft.turn,
            rows=waiting,
            left=window.deadline - draft.now,
            deadline_at=window.deadline,
            n=len(waiting),
            required=len(required),
            last=due == len(REMINDERS),
        )
    )
