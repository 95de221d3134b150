"""A check-up for the command line: a document for machines, a table for people."""

import unicodedata
from collections.abc import Iterable, Iterator
from datetime import UTC, datetime
from itertools import pairwise
from typing import Any

from bot.messages.check import SAID_OTHERWISE, advice_line, zone_line
from bot.messages.formats import plain
from bot.messages.lines import Line
from bot.messages.outside import NAME_LIMIT, cleaned
from bot.messages.providers import provider_line
from bot.messages.voice import Voice
from core.checkup import Checked, Checkup
from core.findings import BlockedOn, Code
from core.names import to_unicode
from core.notices import Subject
from core.preflight import usual_records
from core.records import Purpose, RecordSet
from core.sending_domain import DomainStatus, Language, VerificationStatus

_HEAD = ("RECORD", "TYPE", "NAME", "STATE", "CODE")
LEAST_WIDTH, MOST_WIDTH = 40, 120
"""The columns that advice is wrapped at."""
_INDENT = "    "
_EXPECTED = (Purpose.SPF, Purpose.DKIM, Purpose.CLICK_TRACKING, Purpose.IMAGE_HOSTING, Purpose.MX)
_NEVER_FIRST = frozenset("、。」』）：？！ー々，．・…")
_NEVER_LAST = frozenset("「『（")


def check_document(checkup: Checkup, language: Language) -> dict[str, Any]:
    """Return the check-up as JSON values; moments in ISO 8601, UTC. `docs/check.md` describes them."""
    return {
        "domain": checkup.domain,
        "checked_at": _iso(checkup.checked_at),
        "blocked_on": (checkup.blocked_on if checkup.judged else BlockedOn.US).value,
        "eta": _iso(checkup.eta_at) if checkup.eta_at else None,
        "provider": checkup.zone.provider if checkup.zone else None,
        "records": [_row(checkup, row, language) for row in checkup.rows],
    }


def _row(checkup: Checkup, row: Checked, language: Language) -> dict[str, Any]:
    return {
        "purpose": row.purpose,
        "type": row.kind,
        "name": row.record.name,
        "required": row.record.required,
        "state": row.state.value,
        "code": str(row.code),
        "warnings": [remark.code.value for remark in row.remarks],
        "seen": list(row.seen),
        "servers": dict(row.servers),
        "advice": plain(advice_line(Voice(language), row, checkup)),
        **({"vantage": row.facts["vantage"]} if "vantage" in row.facts else {}),
    }


def _iso(at: datetime) -> str:
    return f"{at.astimezone(UTC):%Y-%m-%dT%H:%M:%SZ}"


def check_table(checkup: Checkup, language: Language, records: RecordSet | None = None, width: int = MOST_WIDTH) -> str:
    """Return the check-up as aligned text, advice wrapped at `width` columns.

    `records` are those that were expected, None for a pre-flight.
    """
    voice = Voice(language)
    width = min(max(width, LEAST_WIDTH), MOST_WIDTH)
    said = [voice.plain("check.1", domain=checkup.domain), plain(_verdict(voice, checkup, records))]
    if (unicode := to_unicode(checkup.domain)) != checkup.domain:
        said.insert(0, voice.plain("create.idn", unicode=unicode, ascii=checkup.domain))
    said += [plain(zone_line(voice, checkup)), _provider(voice, checkup, records), _left_out(voice, records)]
    lines = [line for text in said if text for line in _wrapped(text, width)]
    foot = _wrapped(voice.plain("check.foot", checked_at=checkup.checked_at, ns=checkup.servers), width)
    return "\n".join([*lines, "", *_rows(voice, checkup, width, preflight=records is None), "", *foot])


def check_offline(checkup: Checkup, language: Language) -> str:
    """Say why nothing could be judged, and what to look at."""
    voice = Voice(language)
    error = cleaned(checkup.problem, NAME_LIMIT)
    key = "check.offline" if error else "check.offline.bare"
    return voice.plain(key, domain=checkup.domain, error=error)


def _verdict(voice: Voice, checkup: Checkup, records: RecordSet | None) -> Line:
    if records is None:
        n = len(checkup.in_the_way)
        return voice.say("check.2", n=n) if n else voice.say("check.2.clear")
    required = [row for row in checkup.rows if row.record.required]
    return voice.say("check.verified", n=sum(row.verified for row in required), required=len(required))


def _provider(voice: Voice, checkup: Checkup, records: RecordSet | None) -> str:
    about = Subject(
        "", checkup.domain, voice.language, DomainStatus.SUSPENDED, VerificationStatus.NOT_STARTED, checkup.zone
    )
    if records is not None:
        return plain(provider_line(voice, about, records))
    return plain(provider_line(voice, about, usual_records(checkup.domain), without=SAID_OTHERWISE))


def _left_out(voice: Voice, records: RecordSet | None) -> str:
    """Name what a zone file says nothing of: half a file must not look like all that is needed."""
    known = {record.purpose for record in records or ()}
    missing = [purpose for purpose in _EXPECTED if purpose not in known]
    return voice.plain("check.left_out", purposes=missing) if records is not None and missing else ""


def _rows(voice: Voice, checkup: Checkup, width: int, *, preflight: bool) -> Iterator[str]:
    table = [_HEAD, *(_cells(row, preflight=preflight) for row in checkup.rows)]
    widths = [max(_width(cells[column]) for cells in table) for column in range(len(_HEAD))]
    below = [_below(voice, row, checkup) for row in checkup.rows]
    yield _aligned(_HEAD, widths)
    for cells, texts, following in zip(table[1:], below, [*below[1:], []], strict=True):
        yield _aligned(cells, widths)
        for text in texts if texts != following else ():  # what is the same for several rows stands under the last
            yield from (f"{_INDENT}{line}" for line in _wrapped(text, width - len(_INDENT)))


def _cells(row: Checked, *, preflight: bool) -> tuple[str, ...]:
    name = cleaned(row.record.name, NAME_LIMIT)
    return (row.purpose, row.kind, name, _state(row, preflight=preflight), str(row.code))


def _state(row: Checked, *, preflight: bool) -> str:
    """Before there are records, none is verified: a name is free, or what stands there is fine."""
    if not preflight or not row.verified:
        return row.state.value
    return "fine" if row.seen or row.code != Code.OK else "free"


def _below(voice: Voice, row: Checked, checkup: Checkup) -> list[str]:
    texts = [plain(advice_line(voice, row, checkup))]
    if not row.verified and row.seen:
        texts.append(voice.plain("check.seen", seen=" | ".join(row.seen)))
    return [text for text in texts if text]


def _wrapped(text: str, width: int) -> Iterator[str]:
    """Break a text into lines of at most `width` columns; what cannot be broken, such as a name, may be longer."""
    line = ""
    for piece in _pieces(text):
        if line and _width(line + piece.rstrip()) > width:
            yield line.rstrip()
            line = ""
        line += piece
    yield line.rstrip()


def _pieces(text: str) -> Iterator[str]:
    """Cut where a line may end: behind spaces, and around Japanese letters, but not before or behind some marks."""
    piece = ""
    for char, following in pairwise(f"{text} "):
        piece += char
        wide = _width(char) > 1 or _width(following) > 1
        may_end = wide and following not in _NEVER_FIRST and char not in _NEVER_LAST
        if following != " " and (char == " " or may_end):
            yield piece
            piece = ""
    if piece:
        yield piece


def _aligned(cells: Iterable[str], widths: list[int]) -> str:
    padded = (cell + " " * (width - _width(cell)) for cell, width in zip(cells, widths, strict=True))
    return "  ".join(padded).rstrip()


def _width(text: str) -> int:
    """Return how many columns a terminal takes for `text`."""
    return sum(2 if unicodedata.east_asian_width(character) in "WF" else 1 for character in text)
