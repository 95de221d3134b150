"""The resolver: answers from its cache, else from the authoritative servers.

The cache is real: positive answers live for their TTL and show what is left of it, negative ones for
min(SOA TTL, SOA minimum) (RFC 2308), so that a name asked for too early stays away for a while.
"""

import copy
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import dns.flags
import dns.message
import dns.name
import dns.rcode
import dns.rrset
from dns.message import QueryMessage
from dns.name import Name
from dns.rcode import Rcode
from dns.rdatatype import RdataType
from dns.rrset import RRset

from sandbox.nameserver.answering import Server
from sandbox.nameserver.zones import Zone, registered_domain

_CHAIN = 8  # CNAMEs followed
_INSIDE = ("127.0.0.1", 0)  # the resolver's own queries, as the authoritative servers see them


@dataclass(frozen=True, slots=True)
class _Entry:
    rcode: Rcode
    answer: tuple[RRset, ...]
    authority: tuple[RRset, ...]
    ttl: int
    stored: float


class Resolver:
    """The source of the resolver's answers. `clock` gives monotonic seconds.

    `beyond` is asked for what the servers `upstream` do not have.
    """

    def __init__(
        self,
        upstream: Sequence[Server],
        negative_ttl: int = 5,
        clock: Callable[[], float] = time.monotonic,
        beyond: Server | None = None,
    ) -> None:
        self._upstream = upstream
        self._beyond = beyond
        self._clock = clock
        self._nowhere = Zone.new(dns.name.root, negative_ttl)
        self._cache: dict[tuple[Name, RdataType], _Entry] = {}

    def flush(self) -> None:
        """Empty the cache."""
        self._cache.clear()

    def forget(self, name: Name) -> None:
        """Forget what is remembered at and below `name`."""
        for key in [key for key in self._cache if key[0].is_subdomain(name)]:
            del self._cache[key]

    def remember(self, name: Name, rdtype: RdataType, rrset: RRset | None, ttl: int, *, told: bool = True) -> None:
        """Remember `rrset`, or that there is nothing, for `ttl` seconds; not `told`: without the SOA that says so."""
        soa = Zone.new(registered_domain(name), ttl).soa
        authority = (soa,) if told and rrset is None else ()
        rcode = dns.rcode.NXDOMAIN if rrset is None else dns.rcode.NOERROR
        answer = () if rrset is None else (rrset,)
        self._cache[name, rdtype] = _Entry(rcode, answer, authority, ttl, self._clock())

    def answer(self, response: QueryMessage, name: Name, rdtype: RdataType) -> None:
        """Answer, following CNAMEs from cache entry to cache entry."""
        response.flags |= dns.flags.RA
        for _ in range(_CHAIN):
            entry = self._entry(name, rdtype)
            age = int(self._clock() - entry.stored)
            response.set_rcode(entry.rcode)
            response.answer.extend(_aged(entry.answer, age))
            response.authority.extend(_aged(entry.authority, age))
            last = entry.answer[-1] if entry.answer else None
            if last is None or last.rdtype != RdataType.CNAME or rdtype == RdataType.CNAME:
                return
            name = last[0].target
        response.set_rcode(dns.rcode.SERVFAIL)

    def _entry(self, name: Name, rdtype: RdataType) -> _Entry:
        entry = self._cache.get((name, rdtype))
        if entry is None or self._clock() - entry.stored >= entry.ttl:
            entry = self._fetch(name, rdtype)
            self._cache[name, rdtype] = entry
        return entry

    def _fetch(self, name: Name, rdtype: RdataType) -> _Entry:
        found = self._ask(self._upstream, name, rdtype)
        if found.answer or self._beyond is None:
            return found
        elsewhere = self._ask([self._beyond], name, rdtype)
        return found if elsewhere.authority == (self._nowhere.soa,) else elsewhere

    def _ask(self, servers: Sequence[Server], name: Name, rdtype: RdataType) -> _Entry:
        query = dns.message.make_query(name, rdtype, use_edns=0, payload=65535).to_wire()
        refused = False
        for server in servers:
            reply = server.reply(query, _INSIDE, tcp=True)
            response = _parsed(reply.wire)
            if response is None or response.rcode() not in {dns.rcode.NOERROR, dns.rcode.NXDOMAIN}:
                refused |= response is not None and response.rcode() == dns.rcode.REFUSED
            elif response.flags & dns.flags.AA:
                return self._made(response.rcode(), response.answer, response.authority)
        if refused:  # nobody holds a zone for it: it is not registered
            return self._made(dns.rcode.NXDOMAIN, [], [self._nowhere.soa])
        return _Entry(dns.rcode.SERVFAIL, (), (), 1, self._clock())

    def _made(self, rcode: Rcode, answer: Sequence[RRset], authority: Sequence[RRset]) -> _Entry:
        ttl = min((rrset.ttl for rrset in (answer or authority)), default=1)
        return _Entry(rcode, tuple(answer), tuple(authority), ttl, self._clock())


def _parsed(wire: bytes | None) -> dns.message.Message | None:
    if wire is None:
        return None
    try:
        return dns.message.from_wire(wire)
    except Exception:  # noqa: BLE001 -- a fault made it unreadable on purpose
        return None


def _aged(rrsets: Sequence[RRset], age: int) -> list[RRset]:
    aged = []
    for rrset in rrsets:
        left = copy.copy(rrset)
        left.ttl = max(0, rrset.ttl - age)
        aged.append(left)
    return aged
