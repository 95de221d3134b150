"""From what one look saw to the evidence behind an alert: which answers each finding rests on."""

from collections.abc import Iterable, Iterator, Set
from dataclasses import dataclass, field, replace
from datetime import datetime

from core.diagnosis import wildcard
from core.diagnosis.judging import unanswered
from core.diagnosis.text import printable
from core.exhibits import Asked, Control, Exhibit, Exhibits
from core.findings import Code, Fact, Finding
from core.lifecycle.decision import Decision
from core.lifecycle.tracking import meaning
from core.names import registered_domain
from core.notices import Alert, AlertFailed, AlertTemporary, AlertUnseen, EvidenceFile, Notice
from core.observations import Answer, Evidence, Present, Server, Vantage
from core.records import ExpectedRecord, RecordType
from core.sending_domain import SendingDomain, TrackedRecord
from core.transcript import dig, said, transcribe

_EVIDENT = (AlertFailed, AlertTemporary, AlertUnseen)
"""The alerts that what was seen in the DNS led to."""
_MOST_ANSWERS = 16  # for one record
_GENERAL = frozenset({"host", "fqdn", "type", "zone", "parent", "expected", "provider", "vantage"})
"""Facts that name what surrounds a record, not what was found."""


@dataclass(frozen=True, slots=True)
class Witness:
    """What one look leaves for whoever judges its outcome: its findings, all that was seen, the control query."""

    findings: tuple[Finding, ...] = ()
    evidence: Evidence = field(default_factory=Evidence)
    control: Control | None = None


def control_of(name: str, server: Server, took_ms: int) -> Control:
    """Describe the control query that `server` answered."""
    return Control(name, server, took_ms, dig(name, "NS", server, Vantage.RESOLVERS))


def exhibited(decision: Decision, witness: Witness, now: datetime) -> Decision:
    """Return `decision` with the evidence behind each alert that the DNS led to, right after the alert."""
    notices: list[Notice] = []
    for notice in decision.notices:
        notices.append(notice)
        if isinstance(notice, _EVIDENT):
            facts = _exhibits(notice, decision.domain, witness, now)
            notices.append(EvidenceFile(subject=notice.subject, incident_id=notice.incident_id, exhibits=facts))
    return replace(decision, notices=tuple(notices))


def _exhibits(alert: Alert, domain: SendingDomain, witness: Witness, now: datetime) -> Exhibits:
    return Exhibits(
        alert=alert.kind,
        made_at=now,
        exhibits=tuple(_exhibit(row, witness) for row in alert.rows),
        window=domain.window,
        verdict=printable((domain.verdict_word or domain.verdict.value).encode()[:80]),
        verdict_at=domain.verdict_at,
        error=domain.provisioner_error.error if domain.provisioner_error is not None else "",
        vantage=witness.evidence.vantage,
        control=witness.control,
    )


def _exhibit(row: TrackedRecord, witness: Witness) -> Exhibit:
    """Show one record with its own answers. What a verified one shows is old: then the look itself is believed."""
    seen = next((found for found in witness.findings if meaning(found.record) == meaning(row.expected)), None)
    shown = row.finding if row.finding is not None and (not row.finding.verified or seen is None) else seen
    if shown is None:
        return Exhibit(unanswered(row.expected))
    since = row.finding_since if shown is row.finding else row.unknown_since
    asked = _asked(shown, witness.evidence)
    return Exhibit(shown, since, asked[:_MOST_ANSWERS], max(0, len(asked) - _MOST_ANSWERS))


def _asked(finding: Finding, evidence: Evidence) -> tuple[Asked, ...]:
    """Return the answers on which a finding rests: about the record's own name, and about what the facts name."""
    named = frozenset(_named(finding))
    answers = [answer for answer in evidence.answers if _bears_on(finding, answer, named)]
    if not answers:
        return tuple(_about_zone(finding.record, evidence))
    ambiguous = _several_addresses(answers)
    return tuple(transcribe(answer, ambiguous) for answer in answers)


def _bears_on(finding: Finding, answer: Answer, named: Set[str]) -> bool:
    asked, record = answer.question, finding.record
    if asked.name != record.name:
        return asked.name in named
    return asked.type == record.type or ("seen_type" in finding.facts and isinstance(answer.outcome, Present))


def _named(finding: Finding) -> Iterator[str]:
    """Yield every name that a finding may rest on besides the record's own."""
    record, facts = finding.record, finding.facts
    if record.type is not RecordType.TXT:
        yield record.value.rpartition(" ")[2].lower().rstrip(".")
    if Code.WILDCARD_SHADOW in (finding.code, facts.get("underlying")):
        yield wildcard.sibling(record.name)
    for known in (facts, *(remark.facts for remark in finding.remarks)):
        yield f"_dmarc.{known.get('parent', '')}"
        for key in known.keys() - _GENERAL:
            yield from _texts(known[key])


def _texts(fact: Fact) -> tuple[str, ...]:
    match fact:
        case str():
            return (fact,)
        case tuple():
            return fact
    return ()


def _about_zone(record: ExpectedRecord, evidence: Evidence) -> Iterator[Asked]:
    """Say why nobody could be asked about a record: nothing is known of a zone that holds it."""
    zone = evidence.zone_of(record.name)
    if zone is not None and zone.problem is not None:
        name, nobody = registered_domain(record.name), Server("", "")
        why = f"no zone found: {said(zone.problem, Vantage.RESOLVERS)}"
        yield Asked(name, "NS", nobody, None, why, dig=dig(name, "NS", nobody, Vantage.RESOLVERS))


def _several_addresses(answers: Iterable[Answer]) -> frozenset[str]:
    """Return the names of servers that were asked at more than one address."""
    places = {(answer.server.name, answer.server.address, answer.server.port) for answer in answers}
    names = [name for name, _, _ in places]
    return frozenset(name for name in names if names.count(name) > 1)
