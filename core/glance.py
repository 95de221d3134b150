"""When a glance will do: while records are known to be wrong, asking one server about them alone is enough.

A glance that shows what the last look showed changes nothing. Anything else calls for a full look: every
authoritative server, every record, and a search for misplaced ones. So nothing is ever verified by a glance, and
a name server that holds thousands of domains is asked little about those that wait for IT.
"""

from datetime import datetime

from core.durations import Durations
from core.findings import Code, Finding
from core.records import RecordSet
from core.sending_domain import SendingDomain

_FOUND_BY_PROBING = frozenset(
    {Code.DOUBLED_SUFFIX, Code.WRONG_HOST, Code.UNDERSCORE_LOST, Code.WRONG_TYPE, Code.SUBZONE_DELEGATED}
)


def worth_a_glance(domain: SendingDomain, now: datetime, durations: Durations) -> RecordSet:
    """Return the records to glance at; empty where only a full look will do.

    A full look is due in the burst after somebody asked, when somebody waits for the result, at the deadline, while
    a verified record is under suspicion, and in any case once in every `durations.sweep`.
    """
    window, last = domain.running_window, domain.last_check_at
    known = [tracked.finding for tracked in domain.required if tracked.finding is not None and tracked.finding.bad]
    full = (
        window is None
        or last is None
        or not known
        or now >= window.deadline
        or bool(domain.watchers)
        or (domain.burst_until is not None and now < domain.burst_until)
        or any(tracked.bad_look for tracked in domain.records)
        or (now - window.opened_at) // durations.sweep != (last - window.opened_at) // durations.sweep
    )
    records = () if full else tuple(finding.record for finding in known)
    return RecordSet(domain.record_set_version, records)


def shows_the_same(known: Finding, glance: Finding) -> bool:
    """Tell whether a glance, which does not search for misplaced records, saw what `known` says."""
    if not glance.bad:
        return False
    if glance.code is Code.MISSING and known.code in _FOUND_BY_PROBING:
        return True
    return glance.code is known.code and glance.facts.get("seen") == known.facts.get("seen")
