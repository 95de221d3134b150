"""From the octets of a query to the octets of its answer, faults included. No sockets here."""

import secrets
import time
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol

import dns.edns
import dns.exception
import dns.flags
import dns.message
import dns.rcode
from dns.message import QueryMessage
from dns.name import Name
from dns.rdatatype import RdataType

from sandbox.nameserver.faults import Fault, FaultKind
from sandbox.nameserver.zones import Found, Zone, is_registrable, registered_domain

PLAIN_UDP = 512  # RFC 1035 section 4.2.1
MOST_UDP = 1232  # DNS Flag Day 2020
MOST_ZONES = 1000
MOST_SEEN = 10_000


@dataclass(frozen=True, slots=True)
class Reply:
    """What goes back: octets (None: nothing at all, the connection closed), after a delay in seconds."""

    wire: bytes | None
    delay: float = 0.0


@dataclass(frozen=True, slots=True)
class Seen:
    """A query as it came in, `at` so many seconds after the epoch."""

    name: Name
    type: RdataType
    tcp: bool
    recursion_desired: bool
    checking_disabled: bool
    id: int
    client: tuple[str, int]
    at: float


class Source(Protocol):
    """Fills in an answer."""

    def answer(self, response: QueryMessage, name: Name, rdtype: RdataType) -> None:
        """Fill in rcode, flags and sections of `response`."""
        ...


class Server:
    """One virtual server: a source of answers, its faults, how many queries met one, and the last ones it has seen."""

    def __init__(self, source: Source) -> None:
        self.source = source
        self.met = 0
        self.faults: list[Fault] = []
        self.seen: deque[Seen] = deque(maxlen=MOST_SEEN)

    def reply(self, wire: bytes, client: tuple[str, int], *, tcp: bool) -> Reply:
        """Answer one query; None as the wire where there is to be silence."""
        try:
            query = dns.message.from_wire(wire)
        except (dns.exception.DNSException, ValueError):
            return Reply(None)
        if not isinstance(query, QueryMessage) or query.flags & dns.flags.QR or len(query.question) != 1:
            return Reply(None)
        asked = query.question[0]
        self.seen.append(_seen(query, client, tcp=tcp))
        faults = [fault for fault in self.faults if fault.concerns(asked.name, asked.rdtype)]
        self.met += bool(faults)
        response = dns.message.make_response(query, our_payload=MOST_UDP)
        assert isinstance(response, QueryMessage)  # noqa: S101 # nosec B101 # a response to a query is one
        self.source.answer(response, asked.name, asked.rdtype)
        for fault in faults:
            _SPOIL.get(fault.kind, _nothing)(query, response)
        delay = sum(fault.seconds for fault in faults if fault.kind is FaultKind.DELAY)
        kinds = {fault.kind for fault in faults}
        if FaultKind.SILENT in kinds or (tcp and FaultKind.TCP_REFUSED in kinds):
            return Reply(None, delay)
        return Reply(_encode(query, response, kinds, tcp=tcp), delay)


class Authority:
    """The source of an authoritative server: its zones, by origin.

    With `found`, it hosts every registered domain: the zone is founded when it is first asked about.
    """

    def __init__(self, found: Callable[[Name], Zone] | None = None) -> None:
        self.zones: dict[Name, Zone] = {}
        self._found = found

    def zone_of(self, name: Name) -> Zone | None:
        """Return the deepest zone that holds `name`."""
        holding = [zone for origin, zone in self.zones.items() if name.is_subdomain(origin)]
        origin = registered_domain(name)
        if not holding and self._found and is_registrable(origin) and len(self.zones) < MOST_ZONES:
            holding.append(self.zones.setdefault(origin, self._found(origin)))
        return max(holding, key=lambda zone: len(zone.origin), default=None)

    def answer(self, response: QueryMessage, name: Name, rdtype: RdataType) -> None:
        """Answer from the zones; REFUSED for a name in none of them."""
        zone = self.zone_of(name)
        if zone is None:
            response.set_rcode(dns.rcode.REFUSED)
            return
        found, rrsets = zone.find(name, rdtype)
        if found is Found.REFERRAL:
            response.authority.append(rrsets[0])
            response.additional.extend(rrsets[1:])
            return
        response.flags |= dns.flags.AA
        response.answer.extend(rrsets)
        if found is not Found.ANSWER:
            response.authority.append(zone.soa)
        if found is Found.NXDOMAIN:
            response.set_rcode(dns.rcode.NXDOMAIN)


def _seen(query: QueryMessage, client: tuple[str, int], *, tcp: bool) -> Seen:
    asked = query.question[0]
    desired, disabled = bool(query.flags & dns.flags.RD), bool(query.flags & dns.flags.CD)
    return Seen(asked.name, asked.rdtype, tcp, desired, disabled, query.id, client, time.time())


def _encode(query: QueryMessage, response: QueryMessage, kinds: set[FaultKind], *, tcp: bool) -> bytes:
    if FaultKind.GARBAGE in kinds:
        return response.id.to_bytes(2, "big") + secrets.token_bytes(40)
    if FaultKind.WRONG_ID in kinds:
        response.id ^= 0x5555
    if not tcp and kinds & {FaultKind.TRUNCATED, FaultKind.TCP_REFUSED}:
        response.flags |= dns.flags.TC
        _empty(response)
    room = 65535 if tcp else max(PLAIN_UDP, min(query.payload, MOST_UDP))
    return response.to_wire(max_size=room, prefer_truncation=True)


def _empty(response: QueryMessage) -> None:
    response.answer.clear()
    response.authority.clear()
    response.additional.clear()


def _fail(rcode: dns.rcode.Rcode) -> Callable[[QueryMessage, QueryMessage], None]:
    def spoil(_: QueryMessage, response: QueryMessage) -> None:
        _empty(response)
        response.flags &= ~dns.flags.AA
        response.set_rcode(rcode)

    return spoil


def _lame(_: QueryMessage, response: QueryMessage) -> None:
    response.flags &= ~dns.flags.AA


def _bogus(query: QueryMessage, response: QueryMessage) -> None:
    if not query.flags & dns.flags.CD:
        _fail(dns.rcode.SERVFAIL)(query, response)
        _explain(query, response, dns.edns.EDECode.DNSSEC_BOGUS, "signature expired")


def _filtered(query: QueryMessage, response: QueryMessage) -> None:
    _fail(dns.rcode.NXDOMAIN)(query, response)
    _explain(query, response, dns.edns.EDECode.BLOCKED, "on a list")


def _explain(query: QueryMessage, response: QueryMessage, code: dns.edns.EDECode, text: str) -> None:
    if query.edns >= 0:
        response.use_edns(0, options=[dns.edns.EDEOption(code, text)])


def _nothing(_: QueryMessage, __: QueryMessage) -> None:
    """Leave the answer as it is: this fault shows elsewhere."""


_SPOIL: dict[FaultKind, Callable[[QueryMessage, QueryMessage], None]] = {
    FaultKind.SERVFAIL: _fail(dns.rcode.SERVFAIL),
    FaultKind.REFUSED: _fail(dns.rcode.REFUSED),
    FaultKind.LAME: _lame,
    FaultKind.BOGUS: _bogus,
    FaultKind.FILTERED: _filtered,
}
