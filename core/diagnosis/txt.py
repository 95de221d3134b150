"""What goes wrong with TXT values in panels, whatever they hold."""

from collections.abc import Callable, Sequence

from core.diagnosis.text import name_of, printable, readable, squashed
from core.diagnosis.verdict import MISSING, Verdict, act, right
from core.findings import Code
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
    if 2 <= len(values) <= _MOST_PARTS and _concatenates(set(values), len(values), record.value.encode()):
        return act(Code.TXT_SPLIT_RECORDS, count=len(values), **sight(b" | ".join(values)))
    candidates = values if candidates is None else candidates
    return _slip_of_one(record.value, candidates[0]) if len(candidates) == 1 else None


def _slip_of_one(expected: str, value: bytes) -> Verdict | None:
    seen = readable(value)
    verdict = next((found for rule in _SINGLE if (found := rule(seen, expected)) is not None), None)
    return None if verdict is None else act(verdict.code, **sight(value), **verdict.facts)


def sight(value: bytes) -> dict[str, str | int]:
    """Return the facts about a value that was seen."""
    return {"seen": printable(value), "length": len(value)}


def _extra_quotes(seen: str, _expected: str) -> Verdict | None:
    return act(Code.TXT_EXTRA_QUOTES) if '"' in seen else None


def _escaped(seen: str, _expected: str) -> Verdict | None:
    return act(Code.TXT_ESCAPED) if "\\;" in seen else None


def _cut_at_semicolon(seen: str, expected: str) -> Verdict | None:
    head, semicolon, rest = expected.partition(";")
    cut = bool(semicolon and rest) and seen.strip() in {head, head + semicolon}
    return act(Code.TXT_CUT_AT_SEMICOLON) if cut else None


def _spaces_lost(seen: str, expected: str) -> Verdict | None:
    lost = seen != expected and seen.lower() == expected.replace(" ", "").lower()
    return act(Code.TXT_SPACES_LOST) if lost and expected.lower().startswith("v=spf1") else None


def _truncated(seen: str, expected: str) -> Verdict | None:
    return act(Code.TXT_TRUNCATED) if seen != expected and seen and expected.startswith(seen) else None


def _odd_characters(seen: str, _expected: str) -> Verdict | None:
    for position, char in enumerate(seen, start=1):
        if not " " <= char <= "~":
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


def _concatenates(parts: set[bytes], count: int, expected: bytes) -> bool:
    """Tell whether all of `count` different parts, in some order, make up the expected value."""
    if len(parts) != count:
        return False
    if not parts:
        return not expected
    return any(
        part and expected.startswith(part) and _concatenates(parts - {part}, count - 1, expected[len(part) :])
        for part in parts
    )
