"""The octets of a message as records (RFC 1035 section 4.1). What a record holds is read when somebody wants it.

Understanding every record of every answer costs more than asking: most of them nobody looks at. Whatever breaks a
rule of the format raises `Malformed`; nothing here is recursive, and a pointer only ever leads backwards.
"""

import re
import struct
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache

import dns.name
import dns.rdatatype

OPT, TSIG = 41, 250
IN = 1

_HEADER = struct.Struct("!HHHHHH")
_FIXED = struct.Struct("!HHIH")  # type, class, TTL, length of the data
_NUMBERS = struct.Struct("!IIIII")
_OPCODE, _RCODE = 0x7800, 0x000F
_EDE = 15  # RFC 8914
_MOST_ERRORS = 8
MOST_RECORDS = 1000  # in one message: nobody's zone has more to say, and reading takes time
_LONGEST_NAME = 255  # octets
_MOST_HOPS = 16  # pointers of one name
_PLAIN = re.compile(rb"[!#%&'*+,/0-9:<=>?A-Z\[\]^_`a-z{|}~.-]*")  # what a zone file needs not escape
_ORDINARY = re.compile(r"(?:[a-z0-9_-]{1,63}\.)*[a-z0-9_-]{1,63}")


class Malformed(ValueError):
    """These octets are no message."""


@dataclass(slots=True)
class Record:
    """One record. `owner` is lower-case without final dot; the data are the octets from `start` to `end`."""

    owner: str
    type: int
    ttl: int
    start: int
    end: int


class Packet:
    """A message with its records. `errors` are the extended errors, number and text. Raises `Malformed`.

    `rcode` includes the bits that EDNS adds.
    """

    def __init__(self, wire: bytes) -> None:
        self.wire = wire
        self.errors: list[tuple[int, str]] = []
        try:
            _, self.flags, questions, *counts = _HEADER.unpack_from(wire)
            if self.flags & _OPCODE:
                raise Malformed("not a query's answer")
            self.rcode = self.flags & _RCODE
            if sum(counts) > MOST_RECORDS:
                raise Malformed("a crowd")
            at = _HEADER.size
            for _ in range(questions):
                at = self._labels(at)[1] + 4
            self.answer, at = self._records(at, counts[0])
            self.authority, at = self._records(at, counts[1])
            self.additional, at = self._records(at, counts[2], edns=True)
        except (IndexError, struct.error) as error:
            raise Malformed("cut short") from error
        if at != len(wire):
            raise Malformed("more than a message")

    def _records(self, at: int, count: int, *, edns: bool = False) -> tuple[list[Record], int]:
        records = []
        for _ in range(count):
            labels, at = self._labels(at)
            kind, group, ttl, length = _FIXED.unpack_from(self.wire, at)
            start = at + _FIXED.size
            at = start + length
            if at > len(self.wire):
                raise Malformed("cut short")
            if kind == OPT and edns and not labels:
                edns = False  # there may be one only (RFC 6891 section 6.1.1)
                self._read_edns(ttl, start, at)
            elif group != IN or kind in (OPT, TSIG):
                raise Malformed("a record that nobody asked for")
            else:
                records.append(Record(text_of(labels).lower(), kind, ttl, start, at))
        return records, at

    def _read_edns(self, ttl: int, at: int, end: int) -> None:
        self.rcode |= ttl >> 24 << 4
        while at < end:
            code, length = struct.unpack_from("!HH", self.wire, at)
            value = self.wire[at + 4 : at + 4 + length]
            at += 4 + length
            if code == _EDE and len(self.errors) < _MOST_ERRORS:
                text = value[2:].removesuffix(b"\0").decode(errors="replace")
                self.errors.append((struct.unpack_from("!H", value)[0], text))
        if at != end:
            raise Malformed("an option is cut short")

    def _labels(self, at: int) -> tuple[list[bytes], int]:
        """Return the labels of the name at `at`, and where it ends. Raises `IndexError` past the end, too."""
        wire = self.wire
        labels: list[bytes] = []
        length, hops, end = 1, 0, 0
        start, stop = at, len(wire)  # of the piece of the name that is being read
        while size := wire[at]:
            if size < 64:
                at += 1 + size
                length += 1 + size
                labels.append(wire[at - size : at])
            elif size >= 192:
                end = end or at + 2
                stop, at = start, (size & 63) << 8 | wire[at + 1]
                start = at
                hops += 1
            else:
                raise Malformed("a label of no known kind")
            if at >= stop or length > _LONGEST_NAME or hops > _MOST_HOPS:
                raise Malformed("a name that leads nowhere")
        return labels, end or at + 1

    def name(self, at: int) -> tuple[str, int]:
        """Return the name at `at` as it is spelled, without final dot, and where it ends. Raises `Malformed`."""
        try:
            labels, end = self._labels(at)
        except IndexError as error:
            raise Malformed("cut short") from error
        return text_of(labels), end

    def only_name(self, record: Record, skip: int = 0) -> str:
        """Return the name that the data of `record` consist of, after `skip` octets. Raises `Malformed`."""
        text, end = self.name(record.start + skip)
        if end != record.end:
            raise Malformed("not a name alone")
        return text

    def data(self, record: Record) -> bytes:
        """Return the data of a record as they are."""
        return self.wire[record.start : record.end]

    def strings(self, record: Record) -> Iterator[bytes]:
        """Yield the character-strings of a TXT record, of which there is one at least. Raises `Malformed`."""
        wire, at, end = self.wire, record.start, record.end
        if at == end:
            raise Malformed("no text")
        while at < end:
            following = at + 1 + wire[at]
            if following > end:
                raise Malformed("a text is cut short")
            yield wire[at + 1 : following]
            at = following

    def soa(self, record: Record) -> tuple[str, int]:
        """Return the data of a SOA in presentation format, and its minimum in seconds. Raises `Malformed`."""
        server, at = self.name(record.start)
        person, at = self.name(at)
        if at + _NUMBERS.size != record.end:
            raise Malformed("not a SOA")
        numbers = _NUMBERS.unpack_from(self.wire, at)
        return " ".join((f"{server}.", f"{person}.", *map(str, numbers))), numbers[-1]


def text_of(labels: list[bytes]) -> str:
    """Spell a name in presentation format, without final dot; the root is empty. Odd octets come escaped."""
    joined = b".".join(labels)
    if _PLAIN.fullmatch(joined) and joined.count(b".") == max(len(labels) - 1, 0):
        return joined.decode("ascii")
    return dns.name.Name(labels).to_text()


def is_ordinary(name: str) -> bool:
    """Tell whether a name is spelled as hosts and records are, so that there is but one way to spell it."""
    return len(name) <= _LONGEST_NAME - 2 and _ORDINARY.fullmatch(name) is not None


def octets_of(name: str) -> bytes:
    """Encode a name in presentation format. Raises `dns.exception.DNSException` or `ValueError`."""
    if is_ordinary(name):
        return b"".join([bytes((len(label),)) + label for label in name.encode().split(b".")]) + b"\0"
    return dns.name.from_text(name or ".").to_wire() or b""


@lru_cache(maxsize=256)
def type_number(text: str) -> int:
    """Return the number of a type. Raises `dns.exception.DNSException` or `ValueError`."""
    return int(dns.rdatatype.from_text(text))
