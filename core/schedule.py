"""When to look again, and at what. Pure: every moment follows from the domain, `now` and the durations.

The next check is the earlier of the next look and the next moment at which something falls due by itself:
reminder, deadline, stall, retention. Nothing that is awaited is ever without a next check.
"""

from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import assert_never

from core.durations import REMINDERS, Durations
from core.findings import Code
from core.phases import POLLED, Phase, phase_of
from core.sending_domain import DomainStatus, IncidentKind, SendingDomain, TrackedRecord, VerificationStatus, Window

_EAGER_QUESTIONS = 20
"""So many times `prepare` the provisioner is asked eagerly (ten minutes by default), then at the pace of `poll`."""


def polls_dns(domain: SendingDomain) -> bool:
    """Tell whether the DNS is to be looked at in this phase."""
    return phase_of(domain) in POLLED


def asks_provisioner(domain: SendingDomain) -> bool:
    """Tell whether the provisioner is to be asked, or told something, in this phase."""
    phase = phase_of(domain)
    match phase:
        case Phase.RM:
            return domain.removed_at is None
        case Phase.S0:
            return awaits_creation(domain) or _has_orders(domain)
        case Phase.SF:
            return _has_orders(domain)
        case Phase.D0 | Phase.D1 | Phase.DP | Phase.DV | Phase.DT | Phase.AV | Phase.AT:
            return domain.provisioner_id is not None or domain.adoptable_id is None
        case _:
            assert_never(phase)


def awaits_creation(domain: SendingDomain) -> bool:
    """Tell whether the provisioner is still to be asked for the domain, with nothing in the way."""
    return (
        domain.provisioner_id is None
        and domain.adoptable_id is None
        and domain.provisioner_error is None
        and domain.key_held
    )


def awaits_preflight(domain: SendingDomain) -> bool:
    """Tell whether the pre-flight is still to be made: once, before there is anything for IT to do."""
    phase = phase_of(domain)
    fresh = phase is Phase.D0 or (phase is Phase.S0 and domain.deploy_started_at is None)
    return fresh and domain.preflight_at is None


def next_check(domain: SendingDomain, now: datetime, durations: Durations) -> datetime | None:
    """Return when to check `domain` next if nothing happens to it: `now` or later, None where nothing is awaited."""
    pace = _pace(domain, now, durations)
    due = [max(moment, now) for moment in _moments(domain, durations)]
    if pace is not None:
        due.append(now + pace)
    window = domain.running_window
    if window is not None and window.deadline > now:
        # Once it has passed, looks are repeated at the pace of a burst until one of them can judge it.
        due.append(window.deadline)
    return min(due, default=None)


def reminder_at(window: Window, number: int) -> datetime:
    """Return when the reminder `number`, counted from 0, falls due in `window`."""
    share = REMINDERS[number]
    return window.opened_at + window.length * share.numerator / share.denominator


def reminders_due(window: Window, now: datetime) -> int:
    """Return how many reminders have fallen due in `window` by `now`."""
    return sum(reminder_at(window, number) <= now for number in range(len(REMINDERS)))


def key_kept_until(domain: SendingDomain, durations: Durations) -> datetime | None:
    """Return when a key that nobody deploys is to be erased; None where it is in use, or gone."""
    if phase_of(domain) is not Phase.S0 or not domain.key_held:
        return None
    moments = (domain.created_at, domain.deploy_started_at, domain.key_entered_at)
    return max(moment for moment in moments if moment is not None) + durations.key_kept


def stalled_at(domain: SendingDomain, durations: Durations) -> datetime | None:
    """Return when missing events become a stall; None where support knows, or nothing is missing."""
    if phase_of(domain) is not Phase.DV or domain.verified_at is None or IncidentKind.STALLED in domain.told:
        return None
    return None if domain.all_events else domain.verified_at + durations.stalled_after


def no_records_at(domain: SendingDomain, durations: Durations) -> datetime | None:
    """Return when missing records become an incident; None where support knows, or they exist."""
    if phase_of(domain) is not Phase.D0 or domain.deploy_started_at is None or IncidentKind.NO_RECORDS in domain.told:
        return None
    return domain.deploy_started_at + durations.no_records_after


def unseen_at(domain: SendingDomain, durations: Durations) -> datetime | None:
    """Return when silence about required records becomes an incident; None where support knows, or all is seen.

    It does with an ACTIVE domain, and sooner while IT waits for a judgement that we alone are in the way of.
    """
    silent = [record.unknown_since for record in domain.required if record.unknown_since is not None]
    if not silent or domain.removing or IncidentKind.UNSEEN in domain.told:
        return None
    if domain.running_window is not None and all(map(_is_unseen_by_us, domain.required)):
        return max(silent) + durations.offline_after
    return min(silent) + durations.unseen_after if domain.status is DomainStatus.ACTIVE else None


def _is_unseen_by_us(record: TrackedRecord) -> bool:
    found = record.last_found
    return record.unknown_since is not None and found is not None and found.code is Code.CHECKER_OFFLINE


def offline_at(domain: SendingDomain, durations: Durations) -> datetime | None:
    """Return when the thread is to be told that nothing can be judged; None where it knows, or all can be."""
    if domain.running_window is None or domain.offline_since is None or domain.offline_told:
        return None
    return domain.offline_since + durations.offline_after


def _moments(domain: SendingDomain, durations: Durations) -> Iterator[datetime]:
    """Yield what `TimePassed` acts upon."""
    rules = (key_kept_until, stalled_at, no_records_at, unseen_at, offline_at)
    yield from (moment for rule in rules if (moment := rule(domain, durations)) is not None)
    if awaits_preflight(domain):
        yield domain.created_at
    window = domain.running_window
    if window is not None and window.reminders_sent < len(REMINDERS):
        yield reminder_at(window, window.reminders_sent)


def _pace(domain: SendingDomain, now: datetime, durations: Durations) -> timedelta | None:
    """Return how long to wait for the next look or question; None where there is nothing to look at."""
    phase = phase_of(domain)
    match phase:
        case Phase.RM:
            return None if domain.removed_at else durations.poll
        case Phase.S0 | Phase.D0:
            asked = asks_provisioner(domain)
            return _eager(domain.deploy_started_at or domain.created_at, now, durations) if asked else None
        case Phase.D1:
            return _eager(domain.records_ready_at or domain.created_at, now, durations)
        case Phase.DP | Phase.DT | Phase.AT:
            return _pace_in_window(domain, now, durations)
        case Phase.DV:
            return _sooner(domain, _eager(domain.verified_at or domain.created_at, now, durations), durations)
        case Phase.AV | Phase.SF:
            return _sooner(domain, durations.sweep, durations)
        case _:
            assert_never(phase)


def _eager(since: datetime, now: datetime, durations: Durations) -> timedelta:
    eager = now - since < _EAGER_QUESTIONS * durations.prepare
    return min(durations.prepare, durations.poll) if eager else durations.poll


def _pace_in_window(domain: SendingDomain, now: datetime, durations: Durations) -> timedelta:
    in_burst = domain.burst_until is not None and now < domain.burst_until
    overdue = domain.running_window is not None and now >= domain.running_window.deadline
    pace = min(durations.fast, durations.poll) if in_burst or overdue else durations.poll
    return _sooner(domain, pace, durations)


def _sooner(domain: SendingDomain, pace: timedelta, durations: Durations) -> timedelta:
    """Shorten `pace` while a verified record is under suspicion, and while the DNS cannot be queried at all."""
    paces = [pace]
    if any(record.bad_look and record.status is VerificationStatus.VERIFIED for record in domain.required):
        paces.append(durations.recheck)
    if domain.offline_since is not None:
        paces.append(durations.poll)
    return min(paces)


def _has_orders(domain: SendingDomain) -> bool:
    return domain.provisioner_id is not None and (domain.update_wanted or domain.cancel_wanted)
