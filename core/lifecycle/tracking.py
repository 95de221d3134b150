"""One record after one look: the hysteresis, and what of it is news.

A verified record is called bad only after two consecutive definite looks. No answer is no news: it neither
worsens nor completes anything.
"""

from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime, timedelta

from core.durations import Durations
from core.findings import BlockedOn, Code, Facts, Finding, Look, State
from core.records import ExpectedRecord
from core.sending_domain import TrackedRecord, VerificationStatus

IN_CACHES = frozenset({Code.CACHED_NEGATIVE, Code.STALE_CACHE, Code.PROPAGATING})
"""The authoritative servers are right; only caches are not there yet."""
_ETA_JITTER = timedelta(minutes=2)
"""An ETA that moves by less is the same to a reader: it follows from remaining TTLs in whole seconds."""

_Meaning = tuple[str, str, str, str]


def meaning(record: ExpectedRecord) -> _Meaning:
    """Return what makes a record the same one: all but its TTL, and whether it is required."""
    return (*record.key, record.value)


def findings_of(look: Look) -> dict[_Meaning, Finding]:
    """Return the findings of a look by the record they are about."""
    return {meaning(finding.record): finding for finding in look.findings}


def after_look(
    record: TrackedRecord, look: Look, finding: Finding | None, lost: VerificationStatus, durations: Durations
) -> TrackedRecord:
    """Return `record` as it stands after `look` found `finding` (None: the look says nothing about it).

    `lost` is the status of a verified record that has been bad twice.
    """
    if finding is None or not finding.definite:
        return _unanswered(record, look, finding)
    if record.unknown_since is not None or record.silence is not None:
        record = replace(record, unknown_since=None, silence=None)
    if finding.verified:
        return _right(record, look, finding) if look.full else record
    if record.status is VerificationStatus.VERIFIED:
        return _suspected(record, look, finding, lost)
    return _still_wrong(record, look, finding, durations)


def condemned(record: TrackedRecord, look: Look, finding: Finding | None) -> TrackedRecord:
    """Return a required record that was not right in the look that ended the window."""
    shown = _regressed(record, finding) if finding is not None and finding.bad else finding
    return _showing(replace(record, status=VerificationStatus.FAILURE, since=look.observed_at), shown, look)


def is_suspected(record: TrackedRecord) -> bool:
    """Tell whether a verified record has been bad once."""
    return record.status is VerificationStatus.VERIFIED and record.bad_look is not None


def is_news(before: TrackedRecord, after: TrackedRecord) -> bool:
    """Tell whether the thread should hear of another finding for a record that is not verified."""
    if after.status is VerificationStatus.VERIFIED:
        return False
    return before.status is VerificationStatus.VERIFIED or _gist(before.finding) != _gist(after.finding)


def by_meaning(records: Iterable[TrackedRecord]) -> dict[_Meaning, TrackedRecord]:
    """Return tracked records by what makes them the same one."""
    return {meaning(record.expected): record for record in records}


def _unanswered(record: TrackedRecord, look: Look, finding: Finding | None) -> TrackedRecord:
    """Remember the silence; say why from the second silent look on, or at once where nothing is known yet."""
    silent_before = record.unknown_since is not None
    silent = replace(record, unknown_since=record.unknown_since or look.observed_at)
    if finding is None:
        return silent
    if record.status is VerificationStatus.VERIFIED:
        known = record.silence is not None and _reads_same(record.silence, finding)
        return silent if known else replace(silent, silence=finding)
    return _showing(silent, finding, look) if silent_before or record.finding is None else silent


def _right(record: TrackedRecord, look: Look, finding: Finding) -> TrackedRecord:
    since = record.since if record.status is VerificationStatus.VERIFIED else look.observed_at
    right = replace(record, status=VerificationStatus.VERIFIED, since=since, bad_since=None, bad_look=None)
    return _showing(right, finding, look)


def _suspected(record: TrackedRecord, look: Look, finding: Finding, lost: VerificationStatus) -> TrackedRecord:
    if finding.code in IN_CACHES:
        return replace(record, bad_since=None, bad_look=None)
    if record.bad_look is None:
        return replace(record, bad_since=look.observed_at, bad_look=look.id)
    bad = replace(record, status=lost, since=look.observed_at)
    return _showing(bad, _regressed(bad, finding), look)


def _still_wrong(record: TrackedRecord, look: Look, finding: Finding, durations: Durations) -> TrackedRecord:
    finding = _lasting(record, look, finding, durations)
    if record.status is VerificationStatus.TEMPORARY_FAILURE:
        return _showing(record, _regressed(record, finding), look)
    return _showing(record, finding, look)


def _lasting(record: TrackedRecord, look: Look, finding: Finding, durations: Durations) -> Finding:
    """Name servers that disagree for long are no longer a matter of propagation, but of the DNS provider."""
    if finding.code is not Code.NAMESERVERS_DISAGREE or record.finding is None or record.finding_since is None:
        return finding
    if record.finding.code is not finding.code or look.observed_at - record.finding_since < durations.disagree_after:
        return finding
    return replace(finding, state=State.TEMPORARY, blocked_on=BlockedOn.DNS_PROVIDER)


def _regressed(record: TrackedRecord, finding: Finding) -> Finding:
    """Return `finding` as that of a record which was right until `bad_since`; `underlying` is its own code."""
    if record.bad_since is None or finding.code in IN_CACHES or finding.code is Code.REGRESSED:
        return finding
    facts = {**finding.facts, "since_at": record.bad_since, "underlying": finding.code.value}
    return replace(finding, state=State.TEMPORARY, code=Code.REGRESSED, blocked_on=BlockedOn.IT, facts=facts)


def _showing(record: TrackedRecord, finding: Finding | None, look: Look) -> TrackedRecord:
    """Let `record` show `finding`, unless a reader could not tell it from the one it shows."""
    if finding is None or (record.finding is not None and _reads_same(record.finding, finding)):
        return record
    same_code = record.finding is not None and record.finding.code is finding.code
    since = record.finding_since if same_code else None
    return replace(record, finding=finding, finding_since=since or look.observed_at)


def _reads_same(old: Finding, new: Finding) -> bool:
    return old is new or (
        (old.state, old.code, old.blocked_on, old.definite) == (new.state, new.code, new.blocked_on, new.definite)
        and _facts_read_same(old.facts, new.facts)
        and [remark.code for remark in old.remarks] == [remark.code for remark in new.remarks]
        and all(_facts_read_same(a.facts, b.facts) for a, b in zip(old.remarks, new.remarks, strict=True))
    )


def _facts_read_same(old: Facts, new: Facts) -> bool:
    """Compare what was seen, not when: of the moments only a changed ETA is worth showing."""
    if {k: v for k, v in old.items() if not isinstance(v, datetime)} != {
        k: v for k, v in new.items() if not isinstance(v, datetime)
    }:
        return False
    old_eta, new_eta = old.get("eta_at"), new.get("eta_at")
    if isinstance(old_eta, datetime) and isinstance(new_eta, datetime):
        return abs(new_eta - old_eta) < _ETA_JITTER
    return old_eta == new_eta


def _gist(finding: Finding | None) -> tuple[object, ...]:
    """Return what of a finding is worth a reply: its code and what was seen. A record not looked at is missing."""
    if finding is None:
        return (Code.MISSING, BlockedOn.IT)
    if finding.code in IN_CACHES:
        return (Code.PROPAGATING, BlockedOn.PROPAGATION)
    if not finding.definite or finding.code is Code.MISSING:
        return (finding.code, finding.blocked_on)
    return (finding.code, finding.blocked_on, finding.facts.get("seen"), finding.facts.get("underlying"))
