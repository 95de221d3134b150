"""One record: what its name servers say, whether they agree, and what the world sees of it."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace

from core import providers
from core.diagnosis import beside, cname, dkim, dmarc, mx, probing, propagation, spf, transport, txt, wildcard
from core.diagnosis.scene import Rank, Scene, servers_of, target
from core.diagnosis.verdict import MISSING, Verdict, act, by, trouble, wait
from core.findings import Code, Fact, Finding, State
from core.names import registered_domain, relative_host
from core.observations import Absent, Answer, Nothing, Outcome, Present, Rdata, Txt, Unknown, Vantage
from core.records import ExpectedRecord, Purpose, RecordType

_BY_TEXT: Mapping[Purpose, Callable[[Scene, ExpectedRecord, Sequence[bytes]], Verdict]] = {
    Purpose.SPF: spf.judge,
    Purpose.DKIM: lambda _, record, values: dkim.judge(record, values),
    Purpose.DMARC: dmarc.judge,
}


def find(scene: Scene, record: ExpectedRecord) -> Finding:
    """Judge one record by all that was seen."""
    answers = scene.answers(record.name, record.type, Rank.ESSENTIAL)
    decide = _by_resolvers if scene.case.vantage is Vantage.RESOLVERS else _by_servers
    verdict = decide(scene, record, answers)
    verdict = by(verdict, _definite(answers) if verdict.definite else answers)
    return Finding(
        record,
        verdict.state,
        verdict.code,
        verdict.blocked_on,
        verdict.definite,
        facts={**_known(scene, record), **verdict.facts},
        remarks=verdict.remarks,
        servers=servers_of(verdict.said),
        seen_at=max((answer.at for answer in verdict.said), default=None),
    )


def _definite(answers: Sequence[Answer]) -> list[Answer]:
    return [answer for answer in answers if not isinstance(answer.outcome, Unknown)]


def judge(scene: Scene, record: ExpectedRecord, outcome: Outcome) -> Verdict:
    """Judge what one server says about `record`, as far as it goes."""
    if not isinstance(outcome, Present):
        return MISSING
    alias = target(outcome, record.name)
    if alias is not None and record.type is not RecordType.CNAME:
        return _conflict(record, alias)
    also = beside.in_answer(outcome, record) if record.type is RecordType.CNAME else None
    if also is not None:
        return also
    rdatas = tuple(_own(outcome, record))
    if not rdatas:
        return MISSING
    match record.type:
        case RecordType.CNAME:
            return cname.judge(scene, record, rdatas)
        case RecordType.MX:
            return mx.judge(scene, record, rdatas)
        case RecordType.TXT:
            values = [rdata.joined for rdata in rdatas if isinstance(rdata, Txt)]
            by_text = _BY_TEXT.get(record.purpose)
            return by_text(scene, record, values) if by_text else txt.judge_plain(record, values)


def _own(outcome: Present, record: ExpectedRecord) -> Iterator[Rdata]:
    for rrset in outcome.rrsets:
        if rrset.name == record.name and rrset.type == record.type:
            yield from rrset.rdatas


def _conflict(record: ExpectedRecord, alias: str) -> Verdict:
    """A CNAME stands where other data should: either it is the record itself, or in its way."""
    if record.type is RecordType.MX and alias == mx.exchange_of(record):
        return act(Code.WRONG_TYPE, seen_type="CNAME", seen=alias, length=len(alias))
    facts: dict[str, Fact] = {"keep": f"{record.type} {record.name}", "delete": f"CNAME {alias}"}
    seen = f"CNAME {alias}"
    return act(Code.CNAME_CONFLICT, seen=seen, length=len(seen), **facts)


def _by_servers(scene: Scene, record: ExpectedRecord, answers: Sequence[Answer]) -> Verdict:
    """Let every authoritative server agree."""
    judged = _judged(scene, record, answers)
    if not judged:
        return transport.silent(scene, record, answers)
    wrongs = [(answer, verdict) for answer, verdict in judged if not verdict.right]
    rights = [(answer, verdict) for answer, verdict in judged if verdict.right]
    certain = [(answer, verdict) for answer, verdict in wrongs if verdict.definite]
    if rights and certain:
        return _disagreement(scene, [answer for answer, _ in rights], [answer for answer, _ in certain])
    if wrongs:
        return _explained(scene, record, wrongs)
    return _agreed(scene, record, rights[0][1], answers)


def _judged(scene: Scene, record: ExpectedRecord, answers: Sequence[Answer]) -> list[tuple[Answer, Verdict]]:
    """Judge each definite answer; equal answers once."""
    judged: list[tuple[Answer, Verdict]] = []
    for answer in answers:
        if not isinstance(answer.outcome, Unknown):
            known = next((verdict for other, verdict in judged if other.outcome == answer.outcome), None)
            judged.append((answer, known or judge(scene, record, answer.outcome)))
    return judged


def _disagreement(scene: Scene, good: Sequence[Answer], bad: Sequence[Answer]) -> Verdict:
    limit = round(scene.case.disagree_after.total_seconds())
    ok_ns, bad_ns = transport.server_names(good), transport.server_names(bad)
    return wait(Code.NAMESERVERS_DISAGREE, ok_ns=ok_ns, bad_ns=bad_ns, limit=limit)


def _explained(scene: Scene, record: ExpectedRecord, wrongs: Sequence[tuple[Answer, Verdict]]) -> Verdict:
    """Choose the most telling of the wrong answers, and say where the record may be instead."""
    answer, verdict = next(((answer, found) for answer, found in wrongs if found is not MISSING), wrongs[0])
    said = [answer for answer, found in wrongs if found is verdict]
    if scene.case.probe and wildcard.shadows(scene, record, answer.outcome):
        facts = {name: fact for name, fact in verdict.facts.items() if name in {"seen", "length"}}
        return Verdict(State.PENDING, Code.WILDCARD_SHADOW, facts, said=tuple(said))
    conflict = _alias_beside(scene, record)
    if conflict is not None:
        return conflict
    if verdict is not MISSING:
        return by(verdict, said)
    exists = any(not _is_nxdomain(answer.outcome) for answer, _ in wrongs)
    return by(probing.explain(scene, record, exists=exists), said)


def _alias_beside(scene: Scene, record: ExpectedRecord) -> Verdict | None:
    """Name the CNAME that answers to another question have shown where `record` should be."""
    shown = () if record.type is RecordType.CNAME else beside.known_aliases(scene, record.name)
    alias = next((target(answer.outcome, record.name) for answer in shown), None)
    return None if alias is None else by(_conflict(record, alias), shown)


def _is_nxdomain(outcome: Outcome) -> bool:
    return isinstance(outcome, Absent) and outcome.kind is Nothing.NXDOMAIN


def _agreed(scene: Scene, record: ExpectedRecord, verdict: Verdict, answers: Sequence[Answer]) -> Verdict:
    """All who answered see it right: verified, unless somebody is silent, was not asked, or caches are behind."""
    conflict = _alias_beside(scene, record)
    if conflict is not None:
        return conflict
    mute = transport.mute(answers)
    if mute:
        return by(transport.silent(scene, record, mute, _definite(answers)), mute)
    if not scene.case.full and _unasked(scene, record, answers):
        return wait(Code.PROPAGATING, definite=False, count=0, total=scene.case.resolvers)
    remarks = (*verdict.remarks, *transport.lame_partial(scene, record, answers))
    verdict = by(replace(verdict, remarks=remarks), _definite(answers))
    return propagation.confirm(scene, record, verdict, lambda outcome: judge(scene, record, outcome))


def _unasked(scene: Scene, record: ExpectedRecord, answers: Sequence[Answer]) -> bool:
    zone = scene.zone(record.name)
    return zone is None or not set(zone.servers) <= {answer.server for answer in answers}


def _by_resolvers(scene: Scene, record: ExpectedRecord, answers: Sequence[Answer]) -> Verdict:
    """Let most resolvers agree, where no authoritative server can be asked.

    What one of them sees was there when it asked: then the others are behind.
    """
    remarks = propagation.filtered(answers)
    answers = propagation.counted(answers)
    judged = _judged(scene, record, answers)
    rights = [(answer, verdict) for answer, verdict in judged if verdict.right]
    wrongs = [(answer, verdict) for answer, verdict in judged if not verdict.right]
    needed = propagation.quorum(len(answers))
    if len(rights) >= needed:
        verdict = rights[0][1]
    elif rights:
        verdict = propagation.short(answers, [answer for answer, _ in rights], len(answers))
    elif wrongs:
        verdict = _unseen(scene, record, wrongs)
        verdict = verdict if len(wrongs) >= needed else replace(verdict, definite=False)
    else:
        verdict = transport.silent(scene, record, answers)
    return replace(verdict, remarks=(*verdict.remarks, *remarks))


def _unseen(scene: Scene, record: ExpectedRecord, wrongs: Sequence[tuple[Answer, Verdict]]) -> Verdict:
    """Say why no resolver sees the record; they remember for a while that there is nothing (RFC 2308)."""
    denied = all(_is_nxdomain(answer.outcome) for answer, _ in wrongs) and transport.is_denied(scene.zone(record.name))
    if denied or transport.denied_from_above(record, [answer.outcome for answer, _ in wrongs]):
        return act(Code.NXDOMAIN_PARENT, parent=registered_domain(record.name))
    verdict = _explained(scene, record, wrongs)
    expiries = [expiry for answer, _ in wrongs if (expiry := propagation.expiry_of(answer)) is not None]
    if verdict.code is not Code.MISSING or not expiries:
        return verdict
    return replace(verdict, facts={**verdict.facts, "cached_until_at": max(expiries)})


def _known(scene: Scene, record: ExpectedRecord) -> dict[str, Fact]:
    """Return the facts that every finding carries."""
    zone = scene.zone(record.name)
    apex = scene.apex(record.name)
    provider = providers.detect(zone.delegated or zone.own) if zone else None
    facts: dict[str, Fact] = {
        "host": relative_host(record.name, apex),
        "fqdn": record.name,
        "type": record.type.value,
        "zone": apex,
        "expected": record.value,
        "expected_length": len(record.value),
    }
    if provider is not None:
        facts["provider"] = provider.name
    if scene.case.vantage is Vantage.RESOLVERS:
        facts["vantage"] = "recursive"
    return facts


def unanswered(record: ExpectedRecord) -> Finding:
    """Return the finding on a record that could not be looked at, for a reason on our side."""
    verdict = trouble(Code.CHECKER_OFFLINE)
    return Finding(record, verdict.state, verdict.code, verdict.blocked_on, verdict.definite)
