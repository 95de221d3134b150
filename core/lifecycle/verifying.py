"""`verify`, and the three buttons that come to the same: *I've added the records*, *Check now*, *Retry*."""

from dataclasses import replace
from datetime import timedelta
from typing import assert_never

from core.commands import Verb
from core.events import Verify, Via
from core.history import What
from core.lifecycle.commands import refused
from core.lifecycle.decision import Decision
from core.lifecycle.draft import Draft
from core.lifecycle.incidents import resolve
from core.lifecycle.windows import burst, start
from core.notices import Resolution
from core.notices.answers import Checking, NoRecordsYet, Stale, TooSoon, VerifyAccepted
from core.phases import Phase


def on_verify(draft: Draft, event: Verify) -> Decision:
    """Start the verification; where it runs, look at once, and never move a deadline."""
    phase = draft.phase
    match phase:
        case Phase.RM:
            return refused(draft.before, Verb.VERIFY, None)
        case Phase.S0:
            return refused(draft.before, Verb.VERIFY, Verb.DEPLOY) if event.via is Via.COMMAND else _stale(draft)
        case Phase.D0:
            draft.at_once = True
            decision = draft.decided()
            answer = NoRecordsYet(domain=decision.domain, window=draft.durations.window)
            return replace(decision, answer=answer)
        case Phase.D1:
            return _stale(draft) if event.via is Via.CHECK_NOW else _start(draft, event)
        case Phase.SF:
            return _check(draft, event) if event.via is Via.CHECK_NOW else _start(draft, event)
        case Phase.DP | Phase.DT | Phase.AT:
            return _check(draft, event) if event.via is Via.CHECK_NOW else _hurry(draft, event)
        case Phase.DV | Phase.AV:
            # Nothing is to be added or retried; whoever looks at an old card is told so.
            stale = event.via in (Via.RECORDS_ADDED, Via.RETRY)
            return _stale(draft) if stale else _check(draft, event)
        case _:
            assert_never(phase)


def _start(draft: Draft, event: Verify) -> Decision:
    """Open a window. What the last failure was reported in is resolved."""
    _note_added(draft, event)
    start(draft, event.actor, event.window_id)
    resolve(draft, Resolution.RESTARTED, event.actor)
    return _accepted(draft)


def _hurry(draft: Draft, event: Verify) -> Decision:
    """Look at once and then often: something may have been mended just now. The deadline stays."""
    _note_added(draft, event)
    burst(draft)
    return _accepted(draft)


def _check(draft: Draft, event: Verify) -> Decision:
    """Look once; the result goes to whoever asked. Not within seconds of the last look, if it is a button."""
    last = draft.domain.last_check_at
    ago = max(draft.now - last, timedelta()) if last is not None and not draft.clock_behind else None
    if event.via is Via.CHECK_NOW and ago is not None and ago < draft.durations.too_soon:
        return Decision(draft.before, answer=TooSoon(domain=draft.before, ago=ago))
    others = tuple(watcher for watcher in draft.domain.watchers if watcher.user_id != event.actor.user_id)
    draft.change(watchers=(*others, event.actor))
    draft.at_once = True
    decision = draft.decided()
    return replace(decision, answer=Checking(domain=decision.domain))


def _accepted(draft: Draft) -> Decision:
    draft.at_once = True
    decision, durations = draft.decided(), draft.durations
    answer = VerifyAccepted(domain=decision.domain, fast=durations.fast, burst=durations.burst, poll=durations.poll)
    return replace(decision, answer=answer)


def _stale(draft: Draft) -> Decision:
    return Decision(draft.before, answer=Stale(domain=draft.before))


def _note_added(draft: Draft, event: Verify) -> None:
    if event.via is Via.RECORDS_ADDED:
        draft.note(What.RECORDS_ADDED)
