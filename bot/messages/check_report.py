"""A check-up for the command line: a document for machines, a table for people."""

import textwrap
import unicodedata
from collections.abc import Iterable, Iterator
from datetime import UTC, datetime
from typing import Any

from bot.messages.check import SAID_OTHERWISE, advice_line, zone_line
from bot.messages.formats import plain
from bot.messages.lines import Line
from bot.messages.outside import NAME_LIMIT, cleaned
from bot.messages.providers import provider_line
from bot.messages.voice import Voice
from core.checkup import Checked, Checkup
from core.findings import BlockedOn
from core.notices import Subject
from core.preflight import usual_records
from core.records import RecordSet
from core.sending_domain import DomainStatus, Language, VerificationStatus

_HEAD = ("RECORD", "TYPE", "NAME", "STATE", "CODE")
_WIDTH = 116
_INDENT = "    "


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
    }


def _iso(at: datetime) -> str:
    return f"{at.astimezone(UTC):%Y-%m-%dT%H:%M:%SZ}"


def check_table(checkup: Checkup, language: Language, records: RecordSet | None = None) -> str:
    """Return the check-up as aligned text; `records` are those that were expected, None for a pre-flight."""
    voice = Voice(language)
    if not checkup.judged:
        return voice.plain("check.unjudged", domain=checkup.domain)
    lines = [voice.plain("check.1", domain=checkup.domain), plain(_verdict(voice, checkup, records))]
    lines += [text for text in (plain(zone_line(voice, checkup)), _provider(voice, checkup, records)) if text]
    return "\n".join([*lines, "", *_rows(voice, checkup), "", _foot(voice, checkup)])


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


def _foot(voice: Voice, checkup: Checkup) -> str:
    return voice.plain("check.foot", checked_at=checkup.checked_at, ns=checkup.servers)


def _rows(voice: Voice, checkup: Checkup) -> Iterator[str]:
    table = [_HEAD, *((_cells(row)) for row in checkup.rows)]
    widths = [max(_width(cells[column]) for cells in table) for column in range(len(_HEAD))]
    yield _aligned(_HEAD, widths)
    for cells, row in zip(table[1:], checkup.rows, strict=True):
        yield _aligned(cells, widths)
        yield from _below(voice, plain(advice_line(voice, row, checkup)))
        if not row.verified and row.seen:
            yield from _below(voice, voice.plain("check.seen", seen=" | ".join(row.seen)))


def _cells(row: Checked) -> tuple[str, ...]:
    name = cleaned(row.record.name, NAME_LIMIT)
    return (row.purpose, row.kind, name, row.state.value, str(row.code))


def _below(voice: Voice, text: str) -> Iterable[str]:
    width = _WIDTH // 2 if voice.language is Language.JA else _WIDTH  # most characters take two columns
    return textwrap.wrap(
        text, width, initial_indent=_INDENT, subsequent_indent=_INDENT, break_on_hyphens=False, break_long_words=False
    )


def _aligned(cells: Iterable[str], widths: list[int]) -> str:
    padded = (cell + " " * (width - _width(cell)) for cell, width in zip(cells, widths, strict=True))
    return "  ".join(padded).rstrip()


def _width(text: str) -> int:
    """Return how many columns a terminal takes for `text`."""
    return sum(2 if unicodedata.east_asian_width(character) in "WF" else 1 for character in text)
