"""Verification windows: 72 hours by default, opened by `verify`, a regression, or a changed record set."""

from dataclasses import replace

from core.history import What
from core.lifecycle.draft import Draft
from core.notices import Restarted, Started
from core.records import Purpose
from core.sending_domain import Actor, DomainStatus, TrackedRecord, VerificationStatus, Wanted, Window


def open_window(draft: Draft, window_id: str) -> Window:
    """Open a new window from now on and return it.

    What the provisioner was told for the last window holds for this one, too; `start` takes that back.
    """
    last = draft.domain.window
    window = Window(window_id, draft.now, draft.now + draft.durations.window)
    told = last is not None and draft.domain.verify_accepted == last.id
    draft.change(window=window, verify_accepted=window.id if told else None)
    draft.note(What.VERIFICATION_STARTED, deadline_at=window.deadline.isoformat())
    return window


def start(draft: Draft, actor: Actor, window_id: str) -> None:
    """Begin the verification with a fresh window; after a failure, begin it again."""
    again = draft.domain.verification is VerificationStatus.FAILURE
    window = open_window(draft, window_id)
    draft.change(
        status=DomainStatus.DEPLOYING,
        verification=VerificationStatus.PENDING,
        wanted=Wanted.VERIFYING,
        verify_accepted=None,
        provisioner_error=None,
        failed_at=None,
        verified_at=None,
        right_now_told=False,
        told=frozenset(),
        records=tuple(map(_pending, draft.domain.records)),
    )
    burst(draft)
    if again:
        draft.say(
            Restarted(
                subject=draft.subject,
                turn=draft.turn,
                actor=actor,
                window=window.length,
                deadline_at=window.deadline,
            )
        )
    else:
        draft.say(_started(draft, actor, window))


def burst(draft: Draft) -> None:
    """Look often for a while: somebody has just changed something."""
    draft.change(burst_until=draft.now + draft.durations.burst)


def _pending(record: TrackedRecord) -> TrackedRecord:
    if record.status is VerificationStatus.VERIFIED:
        return record
    return replace(record, status=VerificationStatus.PENDING, bad_since=None, bad_look=None)


def _started(draft: Draft, actor: Actor, window: Window) -> Started:
    durations = draft.durations
    return Started(
        subject=draft.subject,
        turn=draft.turn,
        actor=actor,
        window=window.length,
        deadline_at=window.deadline,
        fast=durations.fast,
        burst=durations.burst,
        poll=durations.poll,
        dmarc_open=any(
            record.expected.purpose is Purpose.DMARC and record.status is not VerificationStatus.VERIFIED
            for record in draft.domain.records
        ),
    )
