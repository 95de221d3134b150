"""Expected records as a zone file (RFC 1035 section 5) that people import or copy line by line.

Pure notation: absolute names with a final dot, an explicit TTL, one line per record, every TXT as quoted
strings (unquoted, all behind the first `;` would be a comment). There is no SOA, NS or directive, so that
nobody replaces a zone with it. The comments come from outside and are made harmless here.
"""

import unicodedata
from collections.abc import Callable, Iterator, Sequence

from core.records import ExpectedRecord, RecordSet, RecordType

STRING_LIMIT = 255
"""The most octets of one character-string (RFC 1035 section 3.3)."""

_PLAIN_IN_NAMES = frozenset(b"abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_")


def zone_file(
    records: RecordSet,
    head: Sequence[str] = (),
    note: Callable[[ExpectedRecord], str | None] = lambda _: None,
) -> str:
    """Write `records` as a zone file, UTF-8 only in its comments.

    `head` are the comment lines at the top, `note` gives the comment above a record (None: none).
    Raises `ValueError` for an MX whose value is not ``"10 host"``.
    """
    return "".join(f"{line}\n" for line in _lines(records, head, note))


def _lines(records: RecordSet, head: Sequence[str], note: Callable[[ExpectedRecord], str | None]) -> Iterator[str]:
    yield from map(_comment, head)
    for record in records:
        remark = note(record)
        if remark is not None:
            yield _comment(remark)
        yield resource_record(record)


def resource_record(record: ExpectedRecord) -> str:
    """Write one record as one line."""
    return f"{absolute(record.name)} {record.ttl} IN {record.type} {rdata(record)}"


def rdata(record: ExpectedRecord) -> str:
    """Write the data of `record` in presentation format, in ASCII."""
    match record.type:
        case RecordType.TXT:
            return " ".join(_quoted(string) for string in character_strings(_octets(record.value)))
        case RecordType.CNAME:
            return absolute(record.value)
        case RecordType.MX:
            preference, _, exchange = record.value.partition(" ")
            return f"{int(preference)} {absolute(exchange)}"


def absolute(name: str) -> str:
    """Write a name with its final dot; octets that mean something in a zone file are escaped."""
    return "".join(_escaped_label(label) + "." for label in name.rstrip(".").split(".")) if name.strip(".") else "."


def _escaped_label(label: str) -> str:
    return "".join(chr(octet) if octet in _PLAIN_IN_NAMES else f"\\{octet:03}" for octet in _octets(label))


def _octets(text: str) -> bytes:
    # JSON can carry half a character (a lone surrogate). No name and no value has one.
    return text.encode(errors="replace")


def character_strings(value: bytes) -> tuple[bytes, ...]:
    """Cut a TXT value into strings of at most 255 octets; an empty value is one empty string."""
    return tuple(value[start : start + STRING_LIMIT] for start in range(0, len(value), STRING_LIMIT)) or (b"",)


def _quoted(string: bytes) -> str:
    return '"' + "".join(_escaped_octet(octet) for octet in string) + '"'


def _escaped_octet(octet: int) -> str:
    if octet in b'"\\':
        return f"\\{chr(octet)}"
    return chr(octet) if 0x20 <= octet < 0x7F else f"\\{octet:03}"


def _comment(text: str) -> str:
    """Make one comment line of `text`: whatever could end the line or steer a terminal becomes a space."""
    tame = "".join(" " if unicodedata.category(char) in {"Cc", "Cf", "Cs", "Zl", "Zp"} else char for char in text)
    return f"; {' '.join(tame.split())}".rstrip()
