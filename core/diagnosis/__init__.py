"""From expected records and evidence to findings, without any I/O: the core asks, the shell answers.

The shell loops: put what `next_questions` returns, add every answer to the evidence, until it returns
nothing; then `diagnose` judges. Each question needs at least one answer in the evidence (`Unknown` where
nobody could be asked), or a `Zone` of that name without servers; otherwise it is asked again.

Both run the same rules over the same evidence. A rule that misses an answer notes the question and goes on as
if nobody had answered, so there is no second place that would have to know what a rule needs.
"""

from dataclasses import replace
from datetime import UTC, datetime

from core import providers
from core.diagnosis import beside, judging, surroundings, transport
from core.diagnosis.case import Case
from core.diagnosis.clipping import clipped, clipped_names
from core.diagnosis.scene import Scene
from core.diagnosis.surroundings import Surroundings
from core.diagnosis.verdict import BLOCKED_ON, remark
from core.findings import Code, Finding, Remark, ZoneFacts
from core.names import is_under
from core.observations import Evidence, Question, Zone
from core.records import Purpose

__all__ = ["BLOCKED_ON", "Case", "diagnose", "look_around", "next_questions", "unanswered", "zone_facts"]

_ANY_TIME = datetime(2000, 1, 1, tzinfo=UTC)  # no question depends on the time


def next_questions(case: Case, evidence: Evidence) -> tuple[Question, ...]:
    """Return what to ask next, each question once; empty when the look is complete or its budget used up."""
    scene = Scene(case, evidence, _ANY_TIME)
    _findings(scene)
    surroundings.survey(scene)
    return scene.open_questions()


def diagnose(case: Case, evidence: Evidence, now: datetime) -> tuple[Finding, ...]:
    """Judge the evidence: one finding per expected record, in the order of the record set."""
    scene = Scene(case, evidence, now)
    return tuple(map(clipped, _with_zone_remarks(scene, _with_enforcing_policy(case, _findings(scene)))))


def look_around(case: Case, evidence: Evidence, now: datetime) -> Surroundings:
    """Tell what the evidence shows of the domain's surroundings, where the case asked for them."""
    return surroundings.survey(Scene(case, evidence, now))


def unanswered(case: Case) -> tuple[Finding, ...]:
    """Return the findings of a look that failed on our side: nothing is known, nobody else is blamed."""
    return tuple(judging.unanswered(record) for record in case.records)


def zone_facts(case: Case, evidence: Evidence) -> ZoneFacts | None:
    """Tell which zone holds the domain, who serves it and, if recognised, whose panel that is."""
    zone = _zone_of_domain(case, evidence)
    if zone is None or zone.apex is None:
        return None
    servers = zone.delegated or zone.own or tuple(dict.fromkeys(server.name for server in zone.servers if server.name))
    provider = providers.detect(servers)
    return ZoneFacts(zone.apex, clipped_names(tuple(sorted(servers))), provider.name if provider else None)


def _findings(scene: Scene) -> tuple[Finding, ...]:
    return beside.searched(scene, tuple(judging.find(scene, record) for record in scene.case.records))


def _zone_of_domain(case: Case, evidence: Evidence) -> Zone | None:
    """Return the zone of the domain itself, or the highest one of its records that holds it."""
    known = evidence.zone_of(case.domain)
    if known is not None and known.apex is not None:
        return known
    holding = [zone for zone in evidence.zones if zone.apex and is_under(case.domain, zone.apex)]
    return min(holding, key=lambda zone: len(zone.apex or ""), default=None)


def _with_enforcing_policy(case: Case, findings: tuple[Finding, ...]) -> tuple[Finding, ...]:
    """Warn of an inherited policy that would have mail refused before SPF and DKIM are right."""
    needed = {Purpose.SPF, Purpose.DKIM}
    if all(finding.verified for finding in findings if finding.record.purpose in needed):
        return findings
    return tuple(
        _warned(case, finding)
        if finding.code is Code.DMARC_INHERITED and finding.facts.get("policy") in {"quarantine", "reject"}
        else finding
        for finding in findings
    )


def _warned(case: Case, finding: Finding) -> Finding:
    facts = {name: finding.facts[name] for name in ("policy", "parent")}
    warning = remark(Code.DMARC_INHERITED_ENFORCING, domain=case.domain, **facts)
    return replace(finding, remarks=(*finding.remarks, warning))


def _with_zone_remarks(scene: Scene, findings: tuple[Finding, ...]) -> tuple[Finding, ...]:
    """Let what is to be noted about a zone stand at its first record only."""
    said: set[tuple[Code, object]] = set()
    result = []
    for finding in findings:
        kept: list[Remark] = []
        for item in (*finding.remarks, *transport.ns_set_mismatch(scene.zone(finding.record.name))):
            mark = (item.code, item.facts.get("zone"))
            if mark[1] is None or mark not in said:
                kept.append(item)
                said.add(mark)
        remarks = tuple(kept)
        result.append(finding if remarks == finding.remarks else replace(finding, remarks=remarks))
    return tuple(result)
