"""How hard to look: while records are known to be wrong, asking one server about them alone is enough.

A glance that shows what the last look showed changes nothing. Anything else calls for a full look: every
authoritative server, every record. So nothing is ever verified by a glance, and a name server that holds thousands
of domains is asked little about those that wait for IT. A full look searches for misplaced records only where that
is due, or where it finds something wrong that no search has explained yet.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime

from core.durations import Durations
from core.findings import Code, Finding
from core.lifecycle.tracking import IN_CACHES, is_suspected
from core.records import RecordSet
from core.sending_domain import SendingDomain

Key = tuple[str, str, str]

_FOUND_BY_PROBING = frozenset(
    {
        Code.DOUBLED_SUFFIX,
        Code.WRONG_HOST,
        Code.UNDERSCORE_LOST,
        Code.WRONG_TYPE,
        Code.WILDCARD_SHADOW,
        Code.CNAME_PROXIED,
        Code.CNAME_FLATTENED,
        Code.ADDRESS_INSTEAD,
    }
)
_WITHOUT_PROBING = frozenset({Code.MISSING, Code.CNAME_AT_APEX, Code.SUBZONE_DELEGATED})
"""What is said instead of them by whoever has not probed."""
_EXPLAINS_ITSELF = IN_CACHES | {Code.NAMESERVERS_DISAGREE}
"""What no search would tell more about: the record is at its name, though not everywhere."""


def is_probing_due(domain: SendingDomain, now: datetime, durations: Durations) -> bool:
    """Tell whether a look is to search for misplaced records, whatever it finds.

    It is in the first look after somebody asked, when somebody waits for the result, and at the deadline; besides
    once in every `durations.poll` of the burst, and once in every `durations.sweep` after it.
    """
    window, last = domain.running_window, domain.last_check_at
    if last is None or domain.watchers or (window is not None and now >= window.deadline):
        return True
    if domain.burst_until is not None and now < domain.burst_until:
        asked_at = domain.burst_until - durations.burst
        return last <= asked_at or (now - asked_at) // durations.poll != (last - asked_at) // durations.poll
    since = window.opened_at if window is not None else domain.created_at
    return (now - since) // durations.sweep != (last - since) // durations.sweep


def worth_a_glance(domain: SendingDomain, now: datetime, durations: Durations) -> RecordSet:
    """Return the records to glance at; empty where only a full look will do.

    That is where it is to search for misplaced records, while a verified record is under suspicion, and where no
    record is known to be wrong.
    """
    known = [tracked.finding.record for tracked in domain.required if tracked.finding and tracked.finding.bad]
    full = (
        domain.running_window is None
        or is_probing_due(domain, now, durations)
        or any(is_suspected(tracked) for tracked in domain.records)
    )
    return RecordSet(domain.record_set_version, () if full else tuple(known))


def shows_the_same(known: Finding, seen: Finding) -> bool:
    """Tell whether a look which did not search for misplaced records saw what `known` says."""
    if not seen.bad:
        return False
    code = _code_of(known)
    if code in (seen.code, Code.WILDCARD_SHADOW) and seen.facts.get("seen") == known.facts.get("seen"):
        return True
    return code in _FOUND_BY_PROBING and seen.code in _WITHOUT_PROBING


def is_blocked_by_caa(domain: SendingDomain) -> bool:
    """Tell whether a glance has to ask about CAA, too: that is what is wrong."""
    return any(_code_of(known) is Code.CAA_BLOCKS for known in known_findings(domain).values())


def is_unchanged(domain: SendingDomain, glanced: Sequence[Finding]) -> bool:
    """Tell whether a glance was made, and shows what is known."""
    known = known_findings(domain)
    return bool(glanced) and all(shows_the_same(known[finding.record.key], finding) for finding in glanced)


def calls_for_probing(domain: SendingDomain, glanced: Sequence[Finding]) -> bool:
    """Tell whether a glance shows something wrong that is not explained yet.

    What one server says of a record about which they disagree is nothing new.
    """
    known = known_findings(domain)
    return any(
        not _is_explained(known[finding.record.key], finding)
        for finding in glanced
        if _code_of(known[finding.record.key]) is not Code.NAMESERVERS_DISAGREE
    )


def explained(domain: SendingDomain, findings: Sequence[Finding]) -> tuple[Finding, ...] | None:
    """Return the findings of a full look that did not probe, explained as they are known to be.

    None where something is wrong that no search has explained yet.
    """
    known = known_findings(domain)
    if not all(_is_explained(known.get(finding.record.key), finding) for finding in findings):
        return None
    return tuple(_explained(known.get(finding.record.key), finding) for finding in findings)


def known_findings(domain: SendingDomain) -> Mapping[Key, Finding]:
    """Return what is known of each record."""
    return {tracked.expected.key: tracked.finding for tracked in domain.records if tracked.finding is not None}


def _is_explained(known: Finding | None, seen: Finding) -> bool:
    if not seen.bad or seen.code in _EXPLAINS_ITSELF:
        return True
    return known is not None and shows_the_same(known, seen)


def _explained(known: Finding | None, seen: Finding) -> Finding:
    """Return what is known where only a search could have told it; else what was seen now."""
    if known is None or not seen.bad or not shows_the_same(known, seen):
        return seen
    return known if _code_of(known) in _FOUND_BY_PROBING else seen


def _code_of(known: Finding) -> Code:
    """Return the code of a finding, whether or not the record was right once."""
    return Code(str(known.facts["underlying"])) if known.code is Code.REGRESSED else known.code
