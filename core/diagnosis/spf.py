"""SPF: right when the one record there lets our terms pass and can be evaluated. It need not equal ours.

What counts is that mail from Amazon SES passes, so a term of ours that stands behind an effective ``redirect=``, or
in a record that is included, is as good as one in the line itself (RFC 7208 sections 5.2 and 6.1): companies keep
theirs in one place. Behind a redirect that is ignored beside `all` it is missing.
"""

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace

from core.diagnosis import txt
from core.diagnosis.scene import Scene, is_askable
from core.diagnosis.spf_reach import Reach, same
from core.diagnosis.spf_tree import examine, not_told
from core.diagnosis.text import is_international, readable, squashed
from core.diagnosis.verdict import MISSING, Verdict, act, remark, right
from core.findings import Code, Remark
from core.records import ExpectedRecord
from core.spf import SpfRecord, SpfSyntaxError, Term, is_spf, parse
from core.spf_merging import merge

_MARK = "v=spf1"
_SENDER_ID = "spf2.0/"  # RFC 4406
_BEFORE_VERSION = re.compile(r"(.*?\s\S*?)v=spf1(?:\s|\Z)", re.IGNORECASE | re.DOTALL)
_MISSPELLED_VERSION = re.compile(r"(?:\S+\s*[=:]\s*)?\S*spf\S*", re.IGNORECASE)
_HEAD = 256  # characters in which a version is looked for: the pattern takes their square
_REST_OF_WORD = re.compile(r"\S*")


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
    try:
        parse(record.value)
    except SpfSyntaxError:
        return txt.judge_plain(record, values)
    claims = tuple(value for value in values if is_spf(readable(value)))
    if len(claims) == 1:
        verdict = _judge_one(scene, record, claims[0])
        if verdict.right or not verdict.definite or _names_in_unicode(verdict):
            return verdict
    candidates = txt.related(record, values, _MARK) or _attempts(record, values)
    slipped = txt.slip(record, values, candidates if claims else candidates[:1])
    if slipped is not None:
        return slipped
    if len(claims) > 1:
        return _several(record, claims)
    if len(claims) == 1:
        return verdict
    return _misspelled(record, candidates) or MISSING


def _several(record: ExpectedRecord, claims: Sequence[bytes]) -> Verdict:
    texts = [readable(claim) for claim in claims]
    shown = b" | ".join(claims)
    return act(Code.MULTIPLE_SPF, count=len(claims), merged=merge(texts, record.value), **txt.sight(shown))


def _names_in_unicode(verdict: Verdict) -> bool:
    """Tell whether the term at fault names a domain in its own script: it was meant so, and is not ours."""
    _, _, name = str(verdict.facts.get("term", "")).partition(":")
    return verdict.code is Code.SPF_SYNTAX and is_international(name)


def _attempts(record: ExpectedRecord, values: Sequence[bytes]) -> tuple[bytes, ...]:
    """Return what was meant to be SPF although its beginning is not: our terms are in it, or its version is."""
    marks = (_MARK, *(term.text.lower() for term in _required_terms(record)))
    texts = {value: readable(value).lower() for value in values}
    return tuple(
        value
        for value, text in texts.items()
        if any(mark in text for mark in marks) and not text.startswith(_SENDER_ID) and not is_spf(text)
    )


def _misspelled(record: ExpectedRecord, candidates: Sequence[bytes]) -> Verdict | None:
    """Say what stands where the version should."""
    if not candidates:
        return None
    text, shown = readable(candidates[0]).strip(), txt.sight(candidates[0])
    before = _BEFORE_VERSION.match(text)
    if before is not None:
        return act(Code.SPF_SYNTAX, term=before[1].strip(), **shown)
    version = _MISSPELLED_VERSION.match(text[:_HEAD])
    if version is not None:
        rest = _REST_OF_WORD.match(text, version.end())
        return act(Code.SPF_SYNTAX, term=version[0] + (rest[0] if rest else ""), **shown)
    return act(Code.SPF_MISSING_INCLUDE, expected=_MARK, merged=merge([f"{_MARK} {text}"], record.value), **shown)


def _judge_one(scene: Scene, record: ExpectedRecord, claim: bytes) -> Verdict:
    text = readable(claim)
    try:
        seen = parse(text)
    except SpfSyntaxError as error:
        return act(Code.SPF_SYNTAX, term=error.term, **txt.sight(claim))
    unnamed = next((term for term in seen.effective if _refers_to_no_name(term)), None)
    if unnamed is not None:
        return act(Code.SPF_SYNTAX, term=unnamed.text, **txt.sight(claim))
    sight = _Sight(record, (text,), _required_terms(record), seen, scene)
    for rule in _RULES:
        verdict = rule(sight)
        if verdict is not None:
            facts = {**txt.sight(claim), **verdict.facts}
            return replace(verdict, facts=facts)
    return right(*_remarks(seen))


def _refers_to_no_name(term: Term) -> bool:
    """Tell whether a reference is grammar, but no name: nothing can be found there (RFC 7208 sections 4.3, 5.2)."""
    return term.name in {"include", "redirect"} and not term.has_macro and not is_askable(term.target)


def _required_terms(record: ExpectedRecord) -> tuple[Term, ...]:
    """Return what authorises somebody in the expected line: all but its `all`, and where it leads as an include."""
    return tuple(
        Term(f"include:{term.target}", "include", "+", term.target) if term.name == "redirect" else term
        for term in parse(record.value).effective
        if term.name == "redirect" or (term.sign and term.name != "all")
    )


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
