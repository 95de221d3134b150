"""What goes wrong with TXT values in panels, whatever they hold."""

import re
from collections.abc import Callable, Mapping, Sequence

from core.diagnosis.text import name_of, printable, readable, squashed
from core.diagnosis.verdict import MISSING, Verdict, act, right
from core.findings import Code, Fact, Facts
from core.records import ExpectedRecord

_MOST_PARTS = 6

Slip = Callable[[str, str], Verdict | None]


def judge_plain(record: ExpectedRecord, values: Sequence[bytes]) -> Verdict:
    """Judge a TXT record of no known grammar: the value must stand there as it is."""
    if record.value.encode() in values:
        return right()
    return slip(record, values) or MISSING


def related(record: ExpectedRecord, values: Sequence[bytes], mark: str) -> tuple[bytes, ...]:
    """Return the values that were meant to be `record`: they begin as it does, or are the beginning of it."""
    expected = record.value.encode()
    return tuple(value for value in values if squashed(readable(value)).startswith(mark) or _begins(expected, value))


def _begins(expected: bytes, value: bytes) -> bool:
    return bool(value) and expected.startswith(value)


def slip(record: ExpectedRecord, values: Sequence[bytes], candidates: Sequence[bytes] | None = None) -> Verdict | None:
    """Name the slip that made `values` of the expected value; first match wins.

    `candidates` are those among them that were meant to be the record; all of them if not given.
    """
    parts = split(values, record.value, bare)
    if parts:
        return spread(parts)
    candidates = values if candidates is None else candidates
    return _slip_of_one(record.value, candidates[0]) if len(candidates) == 1 else None


def spread(parts: Sequence[bytes]) -> Verdict:
    """Say that `parts` are one value in several records; what is wrong with each of them comes first."""
    shown = sight(b" | ".join(parts))
    for code, mark in ((Code.TXT_EXTRA_QUOTES, b'"'), (Code.TXT_ESCAPED, b"\\;")):
        if any(mark in part for part in parts):
            return act(code, **shown)
    return act(Code.TXT_SPLIT_RECORDS, count=len(parts), **shown)


def split(values: Sequence[bytes], expected: str, reduced: Callable[[str], str]) -> tuple[bytes, ...]:
    """Return those of `values` that make up `expected` one after the other, each as `reduced`; else nothing.

    Servers hand out the records of a set in any order, and others may stand beside them.
    """
    whole = reduced(expected)
    every = {value: reduced(readable(value)) for value in values}
    pieces = {value: piece for value, piece in every.items() if piece and piece != whole and piece in whole}
    return _in_order(pieces, whole) if 2 <= len(pieces) <= _MOST_PARTS else ()


def _in_order(pieces: Mapping[bytes, str], whole: str) -> tuple[bytes, ...]:
    for value, piece in pieces.items():
        if whole.startswith(piece):
            rest = whole[len(piece) :]
            others = {other: part for other, part in pieces.items() if other != value}
            following = _in_order(others, rest) if rest else ()
            if following or not rest:
                return (value, *following)
    return ()


def bare(text: str) -> str:
    """Return a value without what panels add or drop at its ends: spaces, quotation marks, backslashes."""
    return re.sub(r'[\s"\\]+', "", text)


def _slip_of_one(expected: str, value: bytes) -> Verdict | None:
    seen = readable(value)
    verdict = next((found for rule in _SINGLE if (found := rule(seen, expected)) is not None), None)
    return None if verdict is None else act(verdict.code, **sight(value), **verdict.facts)


def sight(value: bytes) -> dict[str, str | int]:
    """Return the facts about a value that was seen."""
    return {"seen": printable(value), "length": len(value)}


def sight_with(value: bytes, facts: Facts) -> dict[str, Fact]:
    """Return the facts about a value together with `facts`; it stands under ``value`` where their `seen` is a part."""
    whole = {"value": printable(value)} if "seen" in facts else {}
    return {**sight(value), **whole, **facts}


def _extra_quotes(seen: str, _expected: str) -> Verdict | None:
    return act(Code.TXT_EXTRA_QUOTES) if '"' in seen else None


def _escaped(seen: str, _expected: str) -> Verdict | None:
    return act(Code.TXT_ESCAPED) if "\\;" in seen else None


def _cut_at_semicolon(seen: str, expected: str) -> Verdict | None:
    head, semicolon, rest = expected.partition(";")
    cut = bool(semicolon and rest) and seen.strip() in {head, head + semicolon}
    return act(Code.TXT_CUT_AT_SEMICOLON) if cut else None


def _spaces_lost(seen: str, expected: str) -> Verdict | None:
    same = seen.replace(" ", "").lower() == expected.replace(" ", "").lower()
    lost = same and seen.strip(" ").count(" ") < expected.count(" ")
    return act(Code.TXT_SPACES_LOST) if lost and expected.lower().startswith("v=spf1") else None


def _truncated(seen: str, expected: str) -> Verdict | None:
    return act(Code.TXT_TRUNCATED) if seen != expected and seen and expected.startswith(seen) else None


def _odd_characters(seen: str, _expected: str) -> Verdict | None:
    """Find what cannot be seen or only looks right: also a space before the version, which nobody reads then."""
    for position, char in enumerate(seen, start=1):
        if not " " <= char <= "~" or (char == " " and position == 1):
            return act(Code.TXT_ODD_CHARACTERS, position=position, character=name_of(char))
    return None


_SINGLE: tuple[Slip, ...] = (
    _extra_quotes,
    _escaped,
    _cut_at_semicolon,
    _spaces_lost,
    _truncated,
    _odd_characters,
)
