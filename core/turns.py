"""Whose turn it is: exactly one line in every view.

The worst required record decides, in the order of `BlockedOn`: IT, DNS provider, us, propagation, Engage.
Advisory records count for no turn.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import assert_never

from core.durations import Durations
from core.findings import BlockedOn, Code
from core.phases import RUNNING, Phase, phase_of
from core.sending_domain import SendingDomain, TrackedRecord, VerificationStatus


class TurnKey(StrEnum):
    """The turn lines; each is the key of a text."""

    IT_ADD = "turn.it_add"
    IT_FIX = "turn.it_fix"
    IT_REGISTER = "turn.it_register"
    IT_RETRY = "turn.it_retry"
    PROPAGATION = "turn.propagation"
    PROVIDER = "turn.provider"
    ENGAGE = "turn.engage"
    US = "turn.us"
    SUPPORT = "turn.support"
    OFFLINE = "turn.offline"
    PREPARE = "turn.prepare"
    DEPLOY = "turn.deploy"
    RETRY = "turn.retry"
    NONE = "turn.none"


@dataclass(frozen=True, slots=True)
class Turn:
    """A turn line with what it names. Fields that its text does not mention stay empty.

    `n` counts the records to add or to fix; `provider` is the DNS provider's name, None if unknown;
    `done` is how many of the six events are complete.
    """

    key: TurnKey
    n: int = 0
    provider: str | None = None
    zone: str = ""
    eta_at: datetime | None = None
    done: int = 0
    provisioner: str = ""
    window: timedelta = timedelta()


def turn_of(domain: SendingDomain, durations: Durations, now: datetime) -> Turn:
    """Tell whose turn it is with `domain` at `now`."""
    phase = phase_of(domain)
    match phase:
        case Phase.S0:
            return Turn(TurnKey.DEPLOY)
        case Phase.D0:
            return Turn(TurnKey.PREPARE)
        case Phase.D1:
            return Turn(TurnKey.IT_ADD, n=len(domain.required), provider=_provider(domain))
        case Phase.DP | Phase.DT | Phase.AT:
            return Turn(TurnKey.OFFLINE) if is_offline(domain, durations, now) else _by_finding(domain)
        case Phase.DV:
            return _engage(domain)
        case Phase.AV | Phase.RM:
            return Turn(TurnKey.NONE)
        case Phase.SF:
            return _after_failure(domain, durations)
        case _:
            assert_never(phase)


def eta_of(domain: SendingDomain) -> datetime | None:
    """Return the moment by which caches have caught up with all required records; None if that has no bound."""
    waiting = [
        record.finding
        for record in _open(domain)
        if record.finding is not None and record.finding.blocked_on is BlockedOn.PROPAGATION
    ]
    etas = [eta for finding in waiting if isinstance(eta := finding.facts.get("eta_at"), datetime)]
    return max(etas) if etas and len(etas) == len(waiting) else None


def is_offline(domain: SendingDomain, durations: Durations, now: datetime) -> bool:
    """Tell whether the DNS could not be queried for so long that a running verification is said to wait for it."""
    return (
        phase_of(domain) in RUNNING
        and domain.offline_since is not None
        and now - domain.offline_since >= durations.offline_after
    )


def _open(domain: SendingDomain) -> tuple[TrackedRecord, ...]:
    return tuple(record for record in domain.required if record.status is not VerificationStatus.VERIFIED)


def _blocked_on(record: TrackedRecord) -> BlockedOn:
    # A record that nobody has looked at yet is one to be added.
    return record.finding.blocked_on if record.finding is not None else BlockedOn.IT


def _is_missing(record: TrackedRecord) -> bool:
    return record.finding is None or record.finding.code is Code.MISSING


def _unregistered(record: TrackedRecord) -> str:
    """Return the registered domain that its registry denies: nothing can be mended at any DNS provider before."""
    finding = record.finding
    denied = finding is not None and Code.NXDOMAIN_PARENT in (finding.code, finding.facts.get("underlying"))
    parent = finding.facts.get("parent") if finding is not None and denied else None
    return parent if isinstance(parent, str) else ""


def _by_finding(domain: SendingDomain) -> Turn:
    waiting = _open(domain)
    blocked = {_blocked_on(record) for record in waiting}
    worst = next((who for who in BlockedOn if who in blocked), BlockedOn.NOBODY)
    match worst:
        case BlockedOn.IT:
            theirs = [record for record in waiting if _blocked_on(record) is BlockedOn.IT]
            if unregistered := next(filter(None, map(_unregistered, theirs)), ""):
                return Turn(TurnKey.IT_REGISTER, zone=unregistered)
            key = TurnKey.IT_ADD if all(map(_is_missing, theirs)) else TurnKey.IT_FIX
            return Turn(key, n=len(theirs), provider=_provider(domain))
        case BlockedOn.DNS_PROVIDER:
            return Turn(TurnKey.PROVIDER, zone=_silent_zone(domain, waiting), provider=_provider(domain))
        case BlockedOn.US:
            return Turn(TurnKey.US)
        case BlockedOn.PROPAGATION:
            return Turn(TurnKey.PROPAGATION, eta_at=eta_of(domain))
        case BlockedOn.ENGAGE | BlockedOn.NOBODY:
            return _engage(domain)
        case _:
            assert_never(worst)


def _silent_zone(domain: SendingDomain, waiting: Sequence[TrackedRecord]) -> str:
    """Return the zone that gives no usable answer: that of the first such record, which may be delegated."""
    theirs = (each.finding for each in waiting if _blocked_on(each) is BlockedOn.DNS_PROVIDER)
    zone = next((finding.facts.get("zone") for finding in theirs if finding is not None), None)
    return zone if isinstance(zone, str) else domain.zone.apex if domain.zone is not None else domain.name


def _after_failure(domain: SendingDomain, durations: Durations) -> Turn:
    if domain.provisioner_error is not None:
        return Turn(TurnKey.SUPPORT, provisioner=domain.provisioner)
    if domain.required and not _open(domain):
        return Turn(TurnKey.RETRY)
    return Turn(TurnKey.IT_RETRY, n=len(_open(domain)), window=durations.window)


def _engage(domain: SendingDomain) -> Turn:
    return Turn(TurnKey.ENGAGE, done=len(domain.events))


def _provider(domain: SendingDomain) -> str | None:
    return domain.zone.provider if domain.zone is not None else None
