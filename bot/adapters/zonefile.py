"""Zone files in: the records that somebody expects, from a file such as the bot posts, or edited by hand since.

`dnspython` reads the records, one entry at a time, so that every fault is told with the number of its line. What a
record is for stands in the comment above it; where there is none, its name and type tell.
"""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

import dns.exception
import dns.name
import dns.rdatatype
import dns.rdtypes.ANY.CNAME
import dns.rdtypes.ANY.MX
import dns.rdtypes.ANY.TXT
import dns.rrset
import dns.ttl
import dns.zonefile
from dns.rdatatype import RdataType

from bot.messages import purpose_named
from core.errors import UnreadableZoneFile
from core.names import is_under
from core.records import ExpectedRecord, Purpose, RecordSet, RecordType

MOST_OCTETS = 1_048_576
_DEFAULT_TTL = 300
_PASSED_OVER = frozenset({RdataType.SOA, RdataType.NS})  # a whole zone has them; they are nobody's to add
_TYPES = {
    Purpose.MX: {RecordType.MX},
    Purpose.CLICK_TRACKING: {RecordType.CNAME},
    Purpose.IMAGE_HOSTING: {RecordType.CNAME},
    Purpose.CERTIFICATE: {RecordType.CNAME},
    Purpose.SPF: {RecordType.TXT},
    Purpose.DMARC: {RecordType.TXT},
    Purpose.DKIM: {RecordType.TXT, RecordType.CNAME},
}
_ADVISORY = re.compile(r"[(（]\s*(?:advisory|任意)\s*[)）]", re.IGNORECASE)
_UNQUOTED_TXT = re.compile(r"\sTXT\s+[^\"\s(]", re.IGNORECASE)


class _Fault(Exception):
    """What is wrong with one entry."""


class _NotOurs(_Fault):
    """A record that is none of the domain's sending; a whole zone has such, too."""


class _Elsewhere(_NotOurs):
    """A record of another name."""


@dataclass(slots=True)
class _Entry:
    """One record or directive: its text without comments, where it begins, and the comment above or behind it."""

    line: int
    text: str = ""
    note: str = ""
    tail: str = ""
    depth: int = 0

    def take(self, code: str) -> None:
        """Append a line; what is in brackets goes on over several."""
        self.text += f"{code} " if self.text else code


@dataclass(slots=True)
class _Reading:
    """What has been read so far, and on which line each record stood. With a SOA, it is the `whole` zone."""

    domain: str
    origin: dns.name.Name = dns.name.root
    ttl: int = _DEFAULT_TTL
    owner: str = ""
    whole: bool = False
    records: dict[ExpectedRecord, int] = field(default_factory=dict)


def read_zone_file(octets: bytes, domain: str) -> RecordSet:
    """Read the records that `domain` (A-labels) is expected to have.

    Raises `UnreadableZoneFile` with all faults, one line each.
    """
    if len(octets) > MOST_OCTETS:
        raise UnreadableZoneFile([f"the file is larger than {MOST_OCTETS} octets"])
    try:
        text = octets.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = octets[: error.start].count(b"\n") + 1
        raise UnreadableZoneFile([f"line {line}: not UTF-8"]) from error
    reading, faults, elsewhere = _Reading(domain), list[str](), 0
    for entry in _entries(text):
        try:
            _read(reading, entry)
        except _Fault as fault:
            faults.append(f"line {entry.line}: {fault}")
            elsewhere += isinstance(fault, _Elsewhere)
    if not faults and not reading.records:
        faults.append(f"the file holds no record of {domain}")
    if faults:
        raise UnreadableZoneFile(faults, elsewhere=0 < elsewhere == len(faults))
    return RecordSet().replaced_by(tuple(reading.records))


def _entries(text: str) -> Iterator[_Entry]:
    entry, note = _Entry(0), ""
    for number, line in enumerate(text.splitlines(), start=1):
        code, comment, depth = _split(line, entry.depth)
        if not entry.text:
            entry = _Entry(number, note=note)
        entry.depth = depth
        if code.strip():
            entry.take(code)
            entry.tail = entry.tail or comment
        elif comment and not entry.text:
            note = comment
        if entry.text and depth <= 0:
            yield entry
            entry, note = _Entry(0), ""
    if entry.text:
        yield entry


def _split(line: str, depth: int) -> tuple[str, str, int]:
    """Cut a line at its comment (RFC 1035 section 5.1); return also how many brackets are open behind it."""
    quoted = escaped = False
    for place, character in enumerate(line):
        if escaped:
            escaped = False
        elif character == "\\":
            escaped = True
        elif character == '"':
            quoted = not quoted
        elif not quoted and character == ";":
            return line[:place], line[place + 1 :].strip(), depth
        elif not quoted and character in "()":
            depth += 1 if character == "(" else -1
    return line, "", depth


def _read(reading: _Reading, entry: _Entry) -> None:
    if entry.depth:
        raise _Fault("a bracket is never closed" if entry.depth > 0 else "a bracket is closed that was not opened")
    if entry.text.startswith("$"):
        _direct(reading, entry.text.split())
        return
    if entry.tail and _UNQUOTED_TXT.search(entry.text) and '"' not in entry.text:
        raise _Fault("everything behind ; is a comment here; put the value in quotation marks")
    for rrset in _parsed(reading, entry):
        reading.whole = reading.whole or rrset.rdtype == RdataType.SOA
        for rdata in rrset if rrset.rdtype not in _PASSED_OVER else ():
            try:
                _keep(reading, entry, _record(reading, entry, rrset, rdata))
            except _NotOurs:
                if not reading.whole:
                    raise


def _direct(reading: _Reading, words: list[str]) -> None:
    """Follow $ORIGIN and $TTL; nothing is ever included or generated."""
    try:
        match [words[0].upper(), *words[1:]]:
            case ["$ORIGIN", name]:
                reading.origin = dns.name.from_text(name, reading.origin)
            case ["$TTL", ttl]:
                reading.ttl = dns.ttl.from_text(ttl)
            case _:
                raise _Fault(f"{words[0]} is not followed here")
    except dns.exception.DNSException as error:
        raise _Fault(_words_of(error)) from error


def _parsed(reading: _Reading, entry: _Entry) -> list[dns.rrset.RRset]:
    text = entry.text
    if text[0].isspace():
        if not reading.owner:
            raise _Fault("the first record has no name")
        text = f"{reading.owner} {text.strip()}"
    else:
        reading.owner = _absolute(reading, text.split(None, 1)[0])
        text = f"{reading.owner} {text.split(None, 1)[1] if ' ' in text or chr(9) in text else ''}"
    try:
        return dns.zonefile.read_rrsets(text, rdclass=None, default_ttl=reading.ttl, origin=reading.origin)
    except (dns.exception.DNSException, ValueError) as error:
        raise _Fault(_words_of(error)) from error


def _absolute(reading: _Reading, name: str) -> str:
    """Complete a name. Without $ORIGIN one that lacks its final dot is taken for whole, if it can be."""
    if name == "@" or name.endswith(".") or reading.origin != dns.name.root:
        return name
    if is_under(name.lower(), reading.domain):
        return f"{name}."
    raise _Fault(f"{name} is not complete: write it in full with a final dot, or put $ORIGIN with the zone on top")


def _record(reading: _Reading, entry: _Entry, rrset: dns.rrset.RRset, rdata: dns.rdata.Rdata) -> ExpectedRecord:
    name = rrset.name.to_text(omit_final_dot=True).lower()
    if not is_under(name, reading.domain):
        raise _Elsewhere(f"{name} is neither {reading.domain} nor below it")
    kind, value = _value(rrset, rdata)
    purpose = _purpose(entry, kind, name, value)
    required = not _ADVISORY.search(entry.note) if _stated(entry, kind) else purpose is not Purpose.DMARC
    return ExpectedRecord(purpose, kind, name, value, rrset.ttl, required)


def _value(rrset: dns.rrset.RRset, rdata: dns.rdata.Rdata) -> tuple[RecordType, str]:
    match rdata:
        case dns.rdtypes.ANY.TXT.TXT():
            try:
                return RecordType.TXT, b"".join(rdata.strings).decode()
            except UnicodeDecodeError:
                raise _NotOurs("the value is not UTF-8") from None
        case dns.rdtypes.ANY.CNAME.CNAME():
            return RecordType.CNAME, rdata.target.to_text(omit_final_dot=True).lower()
        case dns.rdtypes.ANY.MX.MX():
            return RecordType.MX, f"{rdata.preference} {rdata.exchange.to_text(omit_final_dot=True).lower()}"
    raise _NotOurs(f"{dns.rdatatype.to_text(rrset.rdtype)} is none of TXT, CNAME and MX")


def _stated(entry: _Entry, kind: RecordType) -> Purpose | None:
    """Return the purpose that the comment above names, if a record of this type can have it."""
    named = purpose_named(re.split(r"[(（:：,]", entry.note, maxsplit=1)[0])
    return named if named is not None and kind in _TYPES[named] else None


_SIGNS: tuple[tuple[Purpose, Callable[[RecordType, str, str], bool]], ...] = (
    (Purpose.MX, lambda kind, _, __: kind is RecordType.MX),
    (Purpose.DKIM, lambda _, name, value: "._domainkey." in name or value.lower().startswith("v=dkim1")),
    (Purpose.DMARC, lambda kind, name, _: kind is RecordType.TXT and name.startswith("_dmarc.")),
    (Purpose.SPF, lambda kind, _, value: kind is RecordType.TXT and value.lower().startswith("v=spf1")),
    (Purpose.CERTIFICATE, lambda kind, name, _: kind is RecordType.CNAME and name.startswith("_")),
    (Purpose.CLICK_TRACKING, lambda kind, name, _: kind is RecordType.CNAME and name.startswith(("click", "track"))),
    (Purpose.IMAGE_HOSTING, lambda kind, _, __: kind is RecordType.CNAME),
)


def _purpose(entry: _Entry, kind: RecordType, name: str, value: str) -> Purpose:
    stated = _stated(entry, kind)
    if stated is not None:
        return stated
    found = next((purpose for purpose, shows in _SIGNS if shows(kind, name, value)), None)
    if found is None:
        raise _NotOurs("what is this record for? Write a comment above it, such as: ; DKIM (required)")
    return found


def _keep(reading: _Reading, entry: _Entry, record: ExpectedRecord) -> None:
    for other, line in reading.records.items():
        if other.key == record.key and other.value != record.value:
            raise _Fault(f"contradicts line {line}: {record.purpose} {record.type} at {record.name} has one value")
    if not any(other.key == record.key for other in reading.records):
        reading.records[record] = entry.line


def _words_of(error: Exception) -> str:
    """Take from an error of the parser the place that it means: it was given one entry, which is always line 1."""
    words = re.sub(r"^<[^>]*>:\d+:\s*", "", str(error)) or type(error).__name__
    return f"this cannot be read as a record ({words}). Is the line whole?"
