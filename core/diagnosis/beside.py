"""What stands beside a CNAME, where nothing may stand (RFC 1034 section 3.6.2, RFC 2181 section 10.1).

Name servers that keep to the rule never load such a name; those that do not answer for each type as if the rest
were not there, or with everything at once. What an answer shows is judged wherever it turns up. The other types are
asked about only when all else is right and the domain is about to be verified.

An address alone is no such thing: there are providers that answer with those of the target (flattening) and show
the CNAME to whoever asks for it. One that comes *with* the CNAME is.
"""

from collections.abc import Iterable, Iterator
from dataclasses import replace

from core.diagnosis.scene import Rank, Scene, target
from core.diagnosis.text import printable
from core.diagnosis.verdict import Verdict, act
from core.findings import Code, Finding
from core.observations import Address, Answer, Cname, Mx, Other, Outcome, Present, Rdata, RRset, Txt, Vantage
from core.records import ExpectedRecord, RecordType

_OF_OLD = ("TXT", "MX", "A")
"""What a name had before it became a CNAME, as a rule."""
_ALLOWED = frozenset({"CNAME", "RRSIG", "NSEC", "KEY"})
"""What may stand beside a CNAME (RFC 2181 section 10.1, RFC 4034 section 3)."""
_LONGEST = 60  # characters of a value that only has to be recognised


def in_answer(outcome: Present, record: ExpectedRecord) -> Verdict | None:
    """Name what one answer shows beside the CNAME at the name of `record`, which should be one."""
    if target(outcome, record.name) is None:
        return None
    return next((_conflict(record, rrset) for rrset in _others(outcome, record.name)), None)


def known_aliases(scene: Scene, name: str) -> tuple[Answer, ...]:
    """Return the answers of authoritative servers that have shown a CNAME at `name`, whatever they were asked for."""
    if scene.case.vantage is Vantage.RESOLVERS:
        return ()
    return tuple(answer for answer in scene.known_about(name) if target(answer.outcome, name) is not None)


def searched(scene: Scene, findings: tuple[Finding, ...]) -> tuple[Finding, ...]:
    """Look beside the CNAMEs, where every required record is right otherwise and the case wants it."""
    wanted = scene.case.beside and scene.case.vantage is Vantage.AUTHORITATIVE
    if not wanted or not all(finding.verified for finding in findings if finding.record.required):
        return findings
    return tuple(_searched(scene, finding) for finding in findings)


def _searched(scene: Scene, finding: Finding) -> Finding:
    record = finding.record
    if record.type is not RecordType.CNAME:
        return finding
    answers = [answer for kind in _OF_OLD for answer in scene.answers(record.name, kind, Rank.REMARK)]
    answer, rrset = next(_found(answers, record.name), (None, None))
    if answer is None or rrset is None:
        return finding
    verdict = _conflict(record, rrset)
    return replace(
        finding,
        state=verdict.state,
        code=verdict.code,
        blocked_on=verdict.blocked_on,
        facts={**finding.facts, **verdict.facts},
        servers=(answer.server,),
        seen_at=answer.at,
    )


def _found(answers: Iterable[Answer], name: str) -> Iterator[tuple[Answer, RRset]]:
    for answer in answers:
        outcome = answer.outcome
        for rrset in _others(outcome, name):
            if rrset.type not in {"A", "AAAA"} or target(outcome, name) is not None:
                yield answer, rrset


def _others(outcome: Outcome, name: str) -> Iterator[RRset]:
    for rrset in outcome.rrsets if isinstance(outcome, Present) else ():
        if rrset.name == name and rrset.type not in _ALLOWED:
            yield rrset


def _conflict(record: ExpectedRecord, rrset: RRset) -> Verdict:
    texts = " | ".join(_text(rdata) for rdata in rrset.rdatas)
    seen = f"{rrset.type} {texts}"
    delete = f"{rrset.type} {texts if len(texts) <= _LONGEST else texts[:_LONGEST] + '…'}"
    return act(Code.CNAME_CONFLICT, seen=seen, length=len(seen), keep=f"CNAME {record.name}", delete=delete)


def _text(rdata: Rdata) -> str:
    match rdata:
        case Txt():
            return printable(rdata.joined)
        case Cname(target=text) | Address(address=text):
            return text
        case Mx(preference=preference, exchange=exchange):
            return f"{preference} {exchange or '.'}"
        case Other(text=text):
            return printable(text.encode())
