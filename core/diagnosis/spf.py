"""SPF: right when the one record there lets our terms pass and can be evaluated. It need not equal ours.

What counts is that mail from Amazon SES passes, so a term of ours that stands behind an effective ``redirect=``, or
in a record that is included, is as good as one in the line itself (RFC 7208 sections 5.2 and 6.1): companies keep
theirs in one place. Behind a redirect that is ignored beside `all` it is missing.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

from core.diagnosis import txt
from core.diagnosis.scene import Scene
from core.diagnosis.spf_reach import Reach, same
from core.diagnosis.spf_tree import examine, not_told
from core.diagnosis.text import readable, squashed
from core.diagnosis.verdict import MISSING, Verdict, act, remark, right
from core.findings import Code, Remark
from core.records import ExpectedRecord
from core.spf import SpfRecord, SpfSyntaxError, Term, is_spf, merge, parse

_MARK = "v=spf1"


@dataclass(frozen=True, slots=True)
class _Sight:
    """One SPF record that stands at the name, with the terms that must pass in it."""

    expected: ExpectedRecord
    texts: tuple[str, ...]
    ours: tuple[Term, ...]
    record: SpfRecord
    scene: Scene

    def find(self, term: Term) -> tuple[Term, ...]:
        """Return where `term` stands, whatever its sign."""
        return tuple(found for found in self.record.terms if same(found, term))


Rule = Callable[[_Sight], Verdict | None]


def matches(record: ExpectedRecord, values: Sequence[bytes]) -> bool:
    """Tell whether the expected line itself is among `values`."""
    return any(squashed(readable(value)) == squashed(record.value) for value in values)


def judge(scene: Scene, record: ExpectedRecord, values: Sequence[bytes]) -> Verdict:
    """Judge the TXT records that stand at the name."""
    claims = tuple(value for value in values if is_spf(readable(value)))
    if len(claims) == 1:
        verdict = _judge_one(scene, record, claims[0])
        if verdict.right or not verdict.definite:
            return verdict
    candidates = txt.related(record, values, _MARK)
    slipped = txt.slip(record, values, candidates)
    if slipped is not None:
        return slipped
    if len(claims) > 1:
        return _several(record, claims)
    if len(claims) == 1:
        return verdict
    return _misspelled(candidates) or MISSING


def _several(record: ExpectedRecord, claims: Sequence[bytes]) -> Verdict:
    texts = [readable(claim) for claim in claims]
    shown = b" | ".join(claims)
    return act(Code.MULTIPLE_SPF, count=len(claims), merged=merge(texts, record.value), **txt.sight(shown))


def _misspelled(candidates: Sequence[bytes]) -> Verdict | None:
    if not candidates:
        return None
    first = readable(candidates[0]).strip().partition(" ")[0]
    return act(Code.SPF_SYNTAX, term=first, **txt.sight(candidates[0]))


def _judge_one(scene: Scene, record: ExpectedRecord, claim: bytes) -> Verdict:
    text = readable(claim)
    try:
        seen = parse(text)
    except SpfSyntaxError as error:
        return act(Code.SPF_SYNTAX, term=error.term, **txt.sight(claim))
    sight = _Sight(record, (text,), _required_terms(record), seen, scene)
    for rule in _RULES:
        verdict = rule(sight)
        if verdict is not None:
            facts = {**txt.sight(claim), **verdict.facts}
            return Verdict(verdict.state, verdict.code, facts, verdict.remarks, verdict.definite)
    return right(*_remarks(seen))


def _required_terms(record: ExpectedRecord) -> tuple[Term, ...]:
    """Return the mechanisms of the expected line that authorise somebody: all but its `all`."""
    try:
        return tuple(term for term in parse(record.value).terms if term.sign and term.name != "all")
    except SpfSyntaxError:
        return ()


def _negated(sight: _Sight) -> Verdict | None:
    for term in sight.ours:
        found = sight.find(term)
        if found and found[0].sign != "+":
            return act(Code.SPF_INCLUDE_NEGATED, term=found[0].text, expected=term.text)
    return None


def _after_all(sight: _Sight) -> Verdict | None:
    for term in sight.ours:
        found = sight.find(term)
        closing = sight.record.all_term
        if found and closing and found[0] not in sight.record.effective:
            return act(Code.SPF_INCLUDE_AFTER_ALL, expected=term.text, all=closing.text)
    return None


def _missing(sight: _Sight) -> Verdict | None:
    absent: list[str] = []
    for term in sight.ours:
        reach = Reach(sight.scene, sight.expected.name, term)
        if sight.find(term) or reach.passes_behind(sight.record):
            continue
        if reach.unanswered:  # it may stand there
            return not_told(*reach.unanswered[0])
        absent.append(term.text)
    if not absent:
        return None
    merged = merge(sight.texts, sight.expected.value)
    return act(Code.SPF_MISSING_INCLUDE, expected=" ".join(absent), merged=merged)


def _nested(sight: _Sight) -> Verdict | None:
    return examine(sight.scene, sight.expected.name, sight.record, [term.target for term in sight.ours])


_RULES: tuple[Rule, ...] = (_negated, _after_all, _missing, _nested)


def _remarks(record: SpfRecord) -> Iterator[Remark]:
    closing = record.all_term
    if closing is not None and closing.sign == "+":
        yield remark(Code.SPF_PLUS_ALL)
    if any(term.name == "ptr" for term in record.effective):
        yield remark(Code.SPF_PTR)
