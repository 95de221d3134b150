"""The zone file as a snippet, and the table of what is to be entered."""

from datetime import datetime

from bot.messages import blocks
from bot.messages.draft import Draft
from bot.messages.formats import mrkdwn
from bot.messages.hosts import parent_of, zone_of
from bot.messages.lines import Line, Words, joined, line
from bot.messages.message import Block, Message, Snippet
from bot.messages.outside import NAME_LIMIT, cleaned
from bot.messages.outside import VALUE_LIMIT as LONGEST_VALUE
from bot.messages.providers import provider_line
from bot.messages.voice import Fact, Voice
from core.names import relative_host
from core.notices import Subject
from core.records import ExpectedRecord, Purpose, RecordSet, RecordType
from core.sending_domain import Language, SendingDomain
from core.zonefile import absolute, zone_file

VALUE_LIMIT = 80
_COLUMNS = ("record", "host", "name", "value")


def render_zone_file(subject: Subject, records: RecordSet, made_at: datetime) -> Snippet:
    """The zone file, commented in the subject's language: the head once, then one line above each record."""
    voice = Voice(subject.language)
    zone = zone_of(subject.name, subject.zone)
    facts: dict[str, Fact] = {
        "domain": subject.name,
        "zone": zone,
        "n": len(records),
        "made_utc": Words(_made(made_at)),
    }
    head = [voice.plain(f"zone.file.head.{number}", **facts) for number in range(1, 6)]
    return Snippet(
        f"{cleaned(subject.name, NAME_LIMIT)}.zone.txt",
        voice.plain("zone.title", **facts),
        mrkdwn(voice.say("zone.comment", **facts)),
        zone_file(records, head, lambda record: _note(voice, record, subject.name, zone)),
    )


def _made(at: datetime) -> str:
    return f"{at:%Y-%m-%dT%H:%M:%SZ}"


def _note(voice: Voice, record: ExpectedRecord, domain: str, zone: str) -> str:
    facts: dict[str, Fact] = {"purpose": record.purpose, "host": relative_host(record.name, zone)}
    if record.required:
        return voice.plain("zone.file.required", **facts)
    if record.purpose is not Purpose.DMARC:
        return voice.plain("zone.file.advisory", **facts)
    parent = parent_of(domain, zone)
    return voice.plain("zone.file.dmarc" if parent else "zone.file.dmarc_bare", parent=parent, **facts)


def render_table(about: Subject | SendingDomain, records: RecordSet, language: Language) -> Draft:
    """A draft with the records as a table; the fallback has every value in full."""
    draft = Draft(language)
    voice = draft.voice
    zone = zone_of(about.name, about.zone)
    provider = voice.provider(about.zone.provider if about.zone else None)
    facts: dict[str, Fact] = {"domain": about.name, "zone": zone, "provider": provider}
    ttl = min((record.ttl for record in records), default=None)
    known = about.zone is not None and about.zone.provider
    draft.say(voice.say("zone.table.1" if known else "zone.table.1.unknown", n=len(records), ttl=ttl, **facts))
    draft.add(blocks.table([_heads(voice), *(_cells(voice, record, zone) for record in records)]))
    for record in records:
        draft.text(_spoken(voice, record, zone))
    draft.say(provider_line(voice, about, records))
    draft.note(voice.say("zone.table.2", **facts))
    return draft


def _heads(voice: Voice) -> list[str]:
    return [voice.plain(f"zone.column.{column}") for column in _COLUMNS]


def _cells(voice: Voice, record: ExpectedRecord, zone: str) -> list[str]:
    kind = " ".join(dict.fromkeys((voice.purpose(record.purpose), record.type.value)))
    host = cleaned(relative_host(record.name, zone), NAME_LIMIT)
    return [kind, host, cleaned(absolute(record.name), NAME_LIMIT + 1), _value(voice, record)]


def _value(voice: Voice, record: ExpectedRecord) -> str:
    dot = "" if record.type is RecordType.TXT else "."
    value = f"{cleaned(record.value, LONGEST_VALUE)}{dot}"
    return value if len(value) <= VALUE_LIMIT else voice.plain("zone.see_file", length=len(value))


def _spoken(voice: Voice, record: ExpectedRecord, zone: str) -> Line:
    return voice.say(
        "zone.plain",
        purpose=record.purpose,
        type=record.type.value if record.type.value != voice.purpose(record.purpose) else (),
        host=relative_host(record.name, zone),
        value=Words(cleaned(record.value, LONGEST_VALUE)),
    )


def without_table(message: Message) -> Message:
    """Turn the table into rows of rich text, for where Slack refuses the table."""
    replaced: list[Block] = []
    for block in message.blocks:
        replaced.extend(_as_rows(block) if block["type"] == "table" else [block])
    return Message(message.text, replaced)


def _as_rows(block: Block) -> list[Block]:
    heads, *rows = [[cell["text"] for cell in row] for row in block["rows"]]
    return [blocks.rich_text(_as_row(heads, row)) for row in rows]


def _as_row(heads: list[str], row: list[str]) -> Line:
    first: Line = (Words(row[0], bold=True),)
    others = [(*line(f"{head} "), Words(cell, code=True)) for head, cell in zip(heads[1:], row[1:], strict=True)]
    return joined((first, *others), "\n")
