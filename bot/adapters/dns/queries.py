"""Queries as octets, and whether some octets answer one. Nothing here understands an answer."""

import struct
from dataclasses import dataclass
from functools import lru_cache

import dns.exception

from bot.adapters.dns.wire import octets_of, type_number

PAYLOAD = 1232  # octets an answer over UDP may have (DNS Flag Day 2020)

_HEADER = 12
_HEAD = struct.Struct("!5H")  # without the id
_RD, _CD = 0x0100, 0x0010
_FAILURES = frozenset({1, 2, 4, 5})  # FORMERR, SERVFAIL, NOTIMP, REFUSED
_OPT = b"\0" + (41).to_bytes(2, "big") + PAYLOAD.to_bytes(2, "big") + bytes(6)  # RFC 6891 section 6.1.2


class Unaskable(ValueError):
    """A name or type that has no wire form."""


@dataclass(frozen=True, slots=True)
class Query:
    """A query without its id: the octets after it, and the question section among them."""

    rest: bytes
    question: bytes

    def wire(self, query_id: int) -> bytes:
        """Return the packet."""
        return query_id.to_bytes(2, "big") + self.rest

    def answered_by(self, packet: bytes) -> bool:
        """Tell whether `packet` is a response to this question; its id is the caller's to check.

        The name may come back in other letter case (RFC 1035 section 2.3.3), the rest must be the same octets. A
        failure may come as a bare header: so do servers that could not read the question (RFC 6891 section 7).
        """
        end = _HEADER + len(self.question)
        if len(packet) < _HEADER or packet[2] & 0xF8 != 0x80:  # a response, to a standard query
            return False
        if len(packet) == _HEADER:
            return packet[3] & 0x0F in _FAILURES and packet[4:] == bytes(8)
        if len(packet) < end or packet[4:6] != b"\0\1":
            return False
        echoed = packet[_HEADER:end]
        return echoed[-4:] == self.question[-4:] and echoed[:-4].lower() == self.question[:-4].lower()


@lru_cache(maxsize=8192)
def query_for(name: str, rdtype: str, *, recursive: bool = False, unchecked: bool = False, edns: bool = True) -> Query:
    """Encode a query. `recursive` sets RD, `unchecked` sets CD (RFC 4035 section 3.2.2).

    Raises `Unaskable`.
    """
    try:
        question = octets_of(name) + type_number(rdtype).to_bytes(2, "big") + b"\0\1"
    except (dns.exception.DNSException, ValueError) as error:
        raise Unaskable(f"{name} {rdtype}: {error}") from error
    flags = (_RD if recursive else 0) | (_CD if unchecked else 0)
    counts = (1, 0, 0, 1 if edns else 0)
    return Query(_HEAD.pack(flags, *counts) + question + (_OPT if edns else b""), question)
