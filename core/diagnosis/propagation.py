"""Public resolvers: asked only once the authoritative side is right; two of three suffice."""

from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import datetime, timedelta

from core.diagnosis.scene import Rank, Scene
from core.diagnosis.verdict import Verdict, by, remark, trouble, wait
from core.findings import Code, Remark
from core.observations import Absent, Answer, Outcome, Present, Silence, Unknown, Vantage
from core.records import ExpectedRecord

Judge = Callable[[Outcome], Verdict]


def confirm(scene: Scene, record: ExpectedRecord, verdict: Verdict, judge: Judge) -> Verdict:
    """Return `verdict` if most resolvers see the record, too; otherwise why they do not yet."""
    if not scene.case.resolvers or verdict.code is Code.DMARC_INHERITED:
        return verdict
    answers = scene.answers(record.name, record.type, Rank.ESSENTIAL, Vantage.RESOLVERS)
    counted = [answer for answer in answers if not _is_filtered(answer)]
    remarks = filtered(answers)
    rights = [answer for answer in counted if isinstance(answer.outcome, Present) and judge(answer.outcome).right]
    if counted and len(rights) >= quorum(len(counted)):
        return replace(verdict, remarks=verdict.remarks + remarks, said=(*verdict.said, *rights))
    verdict = replace(short(counted, rights, len(counted) or len(answers)), remarks=remarks)
    return by(verdict, [answer for answer in counted if answer not in rights] or answers)


def quorum(total: int) -> int:
    """Return how many of `total` resolvers suffice."""
    return total // 2 + 1


def counted(answers: Sequence[Answer]) -> Sequence[Answer]:
    """Return the answers that count for the quorum: those of filtering resolvers do only if there are no others."""
    return [answer for answer in answers if not _is_filtered(answer)] or answers


def _is_filtered(answer: Answer) -> bool:
    return isinstance(answer.outcome, Unknown) and answer.outcome.reason is Silence.FILTERED


def filtered(answers: Sequence[Answer]) -> tuple[Remark, ...]:
    """Note the resolvers that filter."""
    return tuple(
        remark(Code.RESOLVER_FILTERED, resolver=str(answer.server), ede=answer.outcome.ede or "")
        for answer in answers
        if isinstance(answer.outcome, Unknown) and _is_filtered(answer)
    )


def short(counted: Sequence[Answer], rights: Sequence[Answer], total: int) -> Verdict:
    """Say why too few of `total` resolvers see the record. Definite only if the silent ones could not change it."""
    unknowns = [answer.outcome for answer in counted if isinstance(answer.outcome, Unknown)]
    wrongs = [answer for answer in counted if answer not in rights and not isinstance(answer.outcome, Unknown)]
    definite = bool(counted) and len(rights) + len(unknowns) < quorum(len(counted))
    bogus = [unknown.ede or "" for unknown in unknowns if unknown.reason is Silence.BOGUS]
    if bogus and (not wrongs or len(bogus) >= quorum(len(counted))):  # one alone may be wrong itself
        return trouble(Code.DNSSEC_BOGUS, ede=max(bogus))
    expiries = [
        (expiry, str(answer.server), Code.CACHED_NEGATIVE if isinstance(answer.outcome, Absent) else Code.STALE_CACHE)
        for answer in wrongs
        if (expiry := expiry_of(answer)) is not None
    ]
    if expiries:  # the slowest is named: until then at most it takes
        eta_at, resolver, code = max(expiries)
        return wait(code, definite=definite, resolver=resolver, eta_at=eta_at)
    return wait(Code.PROPAGATING, definite=definite, count=len(rights), total=total)


def expiry_of(answer: Answer) -> datetime | None:
    """Return until when at most a resolver keeps what it said (RFC 2308 section 5)."""
    match answer.outcome:
        case Absent(negative_ttl=int(seconds)):
            return answer.at + timedelta(seconds=seconds)
        case Present(rrsets=(first, *_)):
            return answer.at + timedelta(seconds=first.ttl)
    return None
