"""Name servers that say nothing usable. No conclusion about a record may be drawn from that."""

from collections.abc import Iterable, Iterator, Sequence, Set
from dataclasses import replace
from itertools import chain

from core.diagnosis.scene import Scene
from core.diagnosis.verdict import Verdict, act, remark, trouble
from core.findings import Code, Fact, Remark, State
from core.names import is_under, registered_domain
from core.observations import Absent, Answer, Nothing, Outcome, Silence, Unknown, Vantage, Zone
from core.records import ExpectedRecord

_UNSERVED = frozenset({Silence.REFUSED, Silence.LAME})
_PARTIAL = _UNSERVED | {Silence.SERVFAIL}
"""What some servers may answer without keeping a record from being verified at the others."""
_FAILING = frozenset({Silence.SERVFAIL, Silence.GARBAGE, Silence.FILTERED})


def silent(
    scene: Scene, record: ExpectedRecord, answers: Sequence[Answer], answering: Sequence[Answer] = ()
) -> Verdict:
    """Say why those who gave `answers` said nothing usable about `record`; those `answering` have it."""
    zone = scene.zone(record.name)
    if is_denied(zone):
        return act(Code.NXDOMAIN_PARENT, parent=registered_domain(record.name))
    unknowns = [answer.outcome for answer in answers if isinstance(answer.outcome, Unknown)]
    names = server_names(answers) or _zone_servers(zone)
    if not unknowns and zone is not None and isinstance(zone.problem, Unknown):
        unknowns = [zone.problem]
    if not names and (zone is None or isinstance(zone.problem, Unknown)):
        return trouble(Code.CHECKER_OFFLINE)  # we do not even know whom to ask: not the domain's servers are silent
    verdict = _trouble(scene, record, unknowns, names)
    return replace(verdict, facts={**verdict.facts, "ok_ns": server_names(answering)}) if answering else verdict


def is_denied(zone: Zone | None) -> bool:
    """Tell whether the registered domain itself was denied when its zone was looked for."""
    return zone is not None and isinstance(zone.problem, Absent) and zone.problem.kind is Nothing.NXDOMAIN


def denied_from_above(record: ExpectedRecord, outcomes: Sequence[Outcome]) -> bool:
    """Tell whether all outcomes deny the name in a zone above its registered domain: that is not delegated then."""
    domain = registered_domain(record.name)
    apexes = [
        (outcome.soa or f"{domain} ").partition(" ")[0]
        for outcome in outcomes
        if isinstance(outcome, Absent) and outcome.kind is Nothing.NXDOMAIN
    ]
    return len(apexes) == len(outcomes) and all(apex != domain and is_under(domain, apex) for apex in apexes)


def mute(answers: Sequence[Answer]) -> tuple[Answer, ...]:
    """Return the answers of servers that might still say otherwise, so that nothing is verified without them."""
    return tuple(
        answer for answer in answers if isinstance(answer.outcome, Unknown) and answer.outcome.reason not in _PARTIAL
    )


def lame_partial(scene: Scene, record: ExpectedRecord, answers: Sequence[Answer]) -> Iterator[Remark]:
    """Note the servers that do not serve the zone, while others do."""
    lame = [answer for answer in answers if isinstance(answer.outcome, Unknown) and answer.outcome.reason in _PARTIAL]
    if lame:
        reasons = _reasons(answer.outcome for answer in lame if isinstance(answer.outcome, Unknown))
        yield remark(Code.LAME_PARTIAL, ns=server_names(lame), zone=scene.apex(record.name), rcode=reasons)


def ns_set_mismatch(zone: Zone | None) -> Iterator[Remark]:
    """Note that registrar and zone list different name servers."""
    if zone is not None and zone.delegated and zone.own and set(zone.delegated) != set(zone.own):
        parent, own = tuple(sorted(zone.delegated)), tuple(sorted(zone.own))
        yield remark(Code.NS_SET_MISMATCH, parent_ns=parent, zone_ns=own, zone=zone.apex or zone.name)


def server_names(answers: Sequence[Answer]) -> tuple[str, ...]:
    """Return the servers that gave `answers`, each once."""
    return tuple(dict.fromkeys(filter(None, (str(answer.server) for answer in answers))))


def _zone_servers(zone: Zone | None) -> tuple[str, ...]:
    if zone is None:
        return ()
    return tuple(dict.fromkeys(chain(map(str, zone.servers), zone.delegated)))


def _trouble(scene: Scene, record: ExpectedRecord, unknowns: Sequence[Unknown], names: tuple[str, ...]) -> Verdict:
    """Choose the code for silent servers; first match wins."""
    reasons = {unknown.reason for unknown in unknowns}
    facts: dict[str, Fact] = {"ns": names, "rcode": _reasons(unknowns)}
    code = _code(scene, record, reasons)
    if code is Code.TCP_BLOCKED:
        facts["length"] = len(record.value)
    elif code is Code.DNSSEC_BOGUS:
        facts["ede"] = next((unknown.ede for unknown in unknowns if unknown.ede), "")
    elif code is Code.SERVFAIL:
        facts["until_at"] = scene.now + scene.case.disagree_after
    return Verdict(State.TEMPORARY, code, facts, definite=False)


def _code(scene: Scene, record: ExpectedRecord, reasons: Set[Silence]) -> Code:
    if reasons == {Silence.BUDGET}:  # we did not get round to it: nobody else is to blame
        return Code.CHECKER_OFFLINE
    if scene.case.vantage is Vantage.RESOLVERS:
        return _through_resolvers(reasons)
    if Silence.TCP_BLOCKED in reasons:
        return Code.TCP_BLOCKED
    if Silence.BOGUS in reasons:
        return Code.DNSSEC_BOGUS
    if reasons and reasons <= _PARTIAL and (reasons & _UNSERVED or _serves_nothing(scene, record)):
        return Code.LAME
    return Code.SERVFAIL if reasons & (_FAILING | _PARTIAL) else Code.NS_UNREACHABLE


def _through_resolvers(reasons: Set[Silence]) -> Code:
    """Choose the code where only resolvers could be asked: their own silence blames no name server."""
    if Silence.BOGUS in reasons:
        return Code.DNSSEC_BOGUS
    return Code.SERVFAIL if Silence.SERVFAIL in reasons else Code.CHECKER_OFFLINE


def _serves_nothing(scene: Scene, record: ExpectedRecord) -> bool:
    """Tell whether nobody has a usable answer to any question about the zone of `record`."""
    apex = scene.apex(record.name)
    same_zone = [other for other in scene.case.records if scene.apex(other.name) == apex]
    return not any(scene.was_answered(other.name, other.type) for other in same_zone)


def _reasons(unknowns: Iterable[Unknown]) -> str:
    return ", ".join(dict.fromkeys(unknown.reason.value for unknown in unknowns))
