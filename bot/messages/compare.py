"""What was seen under what is expected, in lines short enough for a phone."""

import unicodedata

from bot.messages.outside import clean
from bot.messages.voice import Voice
from core.findings import Finding

LINE_LIMIT = 59
_VALUE_WIDTH = 30
_LABEL_WIDTH = 10


def compared(voice: Voice, finding: Finding) -> tuple[str, ...]:
    """Set what was seen above what is expected, both cut around the point where they part; nothing if they do not."""
    seen = finding.facts.get("value", finding.facts.get("seen"))
    if not isinstance(seen, str) or not seen:
        return ()
    left, right = clean(seen[:4096]), clean(finding.record.value)
    if left == right:
        return ()  # the value is right: what is wrong is its place, or its type
    length = finding.facts.get("length", len(seen))
    parting = _parting(left, right)
    lines = (
        _line(voice, "compare.seen", _around(left, parting), length if isinstance(length, int) else len(seen)),
        _line(voice, "compare.expected", _around(right, parting), len(right)),
    )
    return ("\n".join(lines),)


def _parting(left: str, right: str) -> int:
    """Return the index of the first difference."""
    pairs = zip(left, right, strict=False)
    return next((index for index, (one, other) in enumerate(pairs) if one != other), min(len(left), len(right)))


def _around(value: str, parting: int) -> str:
    """Shorten to 30 characters: the beginning, the surroundings of `parting`, the end."""
    if len(value) <= _VALUE_WIDTH:
        return value
    start, end = max(parting - 4, 0), parting + 4
    if start <= 12 or end >= len(value) - 8:
        return f"{value[:21]}…{value[-8:]}" if start > 12 else f"{value[:20]}…{value[-9:]}"
    return f"{value[:12]}…{value[start:end]}…{value[-8:]}"


def _line(voice: Voice, label: str, value: str, length: int) -> str:
    name = voice.plain(label)
    measure = voice.plain("compare.length", length=length)
    return f"{_padded(name, _LABEL_WIDTH)}{_padded(value, _VALUE_WIDTH)}  {measure}"[:LINE_LIMIT]


def _padded(text: str, width: int) -> str:
    """Pad to `width` columns; a full-width character takes two."""
    columns = sum(2 if unicodedata.east_asian_width(char) in "WF" else 1 for char in text)
    return text + " " * (width - columns)
