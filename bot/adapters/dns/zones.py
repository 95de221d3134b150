"""Which servers are authoritative for a name.

`RootWalk` finds them from the root down, asking nobody's cache (RFC 1034 section 5.3.3, RD=0): the registry
for the registered domain, then that domain's servers for each deeper label; a referral is a cut.

A server is asked at its IPv4 addresses; at IPv6 ones only if it has no other, because hosts without IPv6 are
common and one server need not be asked twice.
"""

import asyncio
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Protocol

from bot.adapters.dns.asking import first_useful
from bot.adapters.dns.exchange import Exchanger
from bot.adapters.dns.limits import Allowance, Cache
from bot.adapters.dns.replies import MOST_NAMES, Referral, Reply
from core.names import is_under, parents, registered_domain
from core.observations import Absent, Address, Nothing, Other, Present, Question, Server, Unknown, Zone

MOST_SERVERS = 13  # name servers of one zone
MOST_ADDRESSES = 2  # of one name server
MOST_REFERRALS = 8
MOST_DEPTH = 2  # name servers whose addresses are found through name servers whose addresses …

DAY = 86_400.0
TOP_TTL = DAY  # seconds at most that a registry's servers are remembered
CUT_TTL = 600.0  # and anybody else's: IT may just be moving to another provider
UNCUT_TTL = 300.0
LOOK_TTL = 10.0  # and at the least, so that one look need not find the same zone for each of its names
SIZE = 10_000


class ZoneFinder(Protocol):
    """Finds the zone of a name."""

    async def find(self, name: str, allowance: Allowance, *, whole: bool = False) -> Zone:
        """Return the zone that holds `name`; with `whole`, look whether `name` itself is an apex, too."""
        ...

    async def follow(self, zone: Zone, referral: Referral, allowance: Allowance) -> Zone | None:
        """Return the zone below `zone` that a server there refers to; None if it leads nowhere below."""
        ...

    async def own_names(self, zone: Zone, allowance: Allowance) -> tuple[str, ...]:
        """Return the NS names that the zone lists itself; none where that is not asked."""
        ...


@dataclass(frozen=True, slots=True)
class Cut:
    """A zone and its servers, as `Zone` has them."""

    apex: str
    servers: tuple[Server, ...]
    delegated: tuple[str, ...] = ()
    own: tuple[str, ...] = ()

    def zone_of(self, name: str) -> Zone:
        """Return it as the zone of `name`."""
        return Zone(name, self.apex, self.servers, self.delegated, self.own)


class RootWalk:
    """Finds zones from the root down. `port` is where servers that are found listen."""

    def __init__(
        self, exchanger: Exchanger, root: tuple[Server, ...], clock: Callable[[], datetime], port: int = 53
    ) -> None:
        self._exchanger = exchanger
        self._root = Cut("", root)
        self._port = port
        self._cuts: Cache[str, Cut] = Cache(clock, SIZE)
        self._uncut: Cache[str, Absent | Present] = Cache(clock, SIZE)
        self._addresses: Cache[str, tuple[str, ...]] = Cache(clock, SIZE)

    async def find(self, name: str, allowance: Allowance, *, whole: bool = False, depth: int = 0) -> Zone:
        """Return the zone of `name`, with its problem if the registry gives none."""
        cut = next((known for above in upwards(name) if (known := self._cuts.get(above))), self._root)
        registered = registered_domain(name)
        for label in _downwards(name, registered, whole=whole):
            if label == cut.apex or not is_under(label, cut.apex):
                continue
            step = await self._step(cut, label, allowance, depth)
            if not isinstance(step, Cut):
                return Zone(name, None, problem=step) if label == registered else cut.zone_of(name)
            cut = step
        return cut.zone_of(name)

    async def _step(self, cut: Cut, label: str, allowance: Allowance, depth: int) -> Cut | Absent | Unknown:
        """Look for a cut at `label`, which is below `cut`.

        Returns the nearest cut above it if there is none, the NXDOMAIN if there is nothing at all, or why
        nobody could tell.
        """
        known = self._uncut.get(label)
        if known is not None:
            return known if isinstance(known, Absent) and known.kind is Nothing.NXDOMAIN else cut
        if label in allowance.in_vain:
            return allowance.in_vain[label]
        for _ in range(MOST_REFERRALS):
            reply = await first_useful(self._exchanger, cut.servers, Question(label, "NS"), allowance)
            below = None if reply.referral is None else await self._cut(cut, reply.referral, label, allowance, depth)
            if below is None:
                return await self._undelegated(cut, label, reply, allowance, depth)
            if below.apex == label:
                return below
            cut = below
        return cut

    async def _undelegated(
        self, cut: Cut, label: str, reply: Reply, allowance: Allowance, depth: int
    ) -> Cut | Absent | Unknown:
        match reply.outcome:
            case Unknown() as problem:
                allowance.in_vain[label] = problem
                return problem
            case Present() as present if names := ns_names(present, label):  # parent and child on the same servers
                known: dict[str, tuple[str, ...]] = {}
                for server in cut.servers:
                    known[server.name] = (*known.get(server.name, ()), server.address)
                servers = await self._servers(names, known, allowance, depth)
                return self._remember(Cut(label, servers or cut.servers, own=names), CUT_TTL)
            case Absent(kind=Nothing.NXDOMAIN) as absent:
                self._uncut.put(label, absent, min(absent.negative_ttl or 60, UNCUT_TTL))
                return absent
            case Present() | Absent() as none:
                self._uncut.put(label, none, UNCUT_TTL)
        return cut

    async def _cut(self, above: Cut, referral: Referral, name: str, allowance: Allowance, depth: int) -> Cut | None:
        """Return the cut that `referral` tells of, if it is one between `above` and `name`."""
        if referral.apex == above.apex or not is_under(referral.apex, above.apex) or not is_under(name, referral.apex):
            return None
        known = self._cuts.get(referral.apex)
        if known is not None:
            return known
        glue = {name: found for name, found in referral.glue.items() if is_under(name, above.apex)}
        servers = await self._servers(referral.servers, glue, allowance, depth)
        cut = Cut(referral.apex, servers, delegated=referral.servers)
        if not any(server.address for server in servers):
            # The walk that looks for the addresses of another's servers does not get far enough to tell.
            return cut if depth or allowance.over else self._remember(cut, LOOK_TTL)
        complete = all(server.address for server in servers)
        most = CUT_TTL if "." in referral.apex else TOP_TTL
        return self._remember(cut, min(referral.ttl, most if complete else 60))

    def _remember(self, cut: Cut, ttl: float) -> Cut:
        self._cuts.put(cut.apex, cut, max(ttl, LOOK_TTL))
        return cut

    async def _servers(
        self, names: Iterable[str], glue: Mapping[str, tuple[str, ...]], allowance: Allowance, depth: int
    ) -> tuple[Server, ...]:
        async def found(name: str) -> tuple[Server, ...]:
            addresses = glue.get(name) or await self._addresses_of(name, allowance, depth)
            return servers_at(name, addresses, self._port)

        groups = await asyncio.gather(*(found(name) for name in list(names)[:MOST_SERVERS]))
        return of_each(groups)

    async def _addresses_of(self, name: str, allowance: Allowance, depth: int) -> tuple[str, ...]:
        known = self._addresses.get(name)
        if known is not None or depth >= MOST_DEPTH:
            return known or ()
        zone = await self.find(name, allowance, depth=depth + 1)
        for kind in ("A", "AAAA"):
            reply = await first_useful(self._exchanger, zone.servers, Question(name, kind), allowance)
            found, ttl = addresses_in(reply, name, kind)
            if found:
                self._addresses.put(name, found, max(LOOK_TTL, min(ttl, DAY)))
                return found
        return ()

    async def follow(self, zone: Zone, referral: Referral, allowance: Allowance) -> Zone | None:
        """Return the zone below, from the referral of one of the servers of `zone`."""
        above = Cut(zone.apex or "", zone.servers)
        cut = await self._cut(above, referral, zone.name, allowance, depth=0)
        return None if cut is None else cut.zone_of(zone.name)

    async def own_names(self, zone: Zone, allowance: Allowance) -> tuple[str, ...]:
        """Ask the zone itself, once for as long as its cut is remembered."""
        if zone.own or not zone.apex:
            return zone.own
        names, _ = await listed_names(self._exchanger, zone, allowance)
        cut = self._cuts.get(zone.apex)
        if names and cut is not None:
            self._cuts.put(zone.apex, replace(cut, own=names), CUT_TTL)
        return names


async def listed_names(exchanger: Exchanger, zone: Zone, allowance: Allowance) -> tuple[tuple[str, ...], int]:
    """Ask a zone for the NS names at its apex, with their TTL in seconds; none if nobody tells."""
    apex = zone.apex or ""
    reply = await first_useful(exchanger, zone.servers, Question(apex, "NS"), allowance)
    if not isinstance(reply.outcome, Present):
        return (), 0
    return ns_names(reply.outcome, apex), min(rrset.ttl for rrset in reply.outcome.rrsets)


def servers_at(name: str, addresses: Iterable[str], port: int) -> tuple[Server, ...]:
    """Return a name server's addresses to ask: IPv4 ones if there are any. Without address it stays, unaskable."""
    found = sorted(set(addresses), key=lambda address: (":" in address, address))
    four = [address for address in found if ":" not in address]
    return tuple(Server(name, address, port) for address in (four or found or [""])[:MOST_ADDRESSES])


def of_each(groups: Sequence[Sequence[Server]]) -> tuple[Server, ...]:
    """Return all of them, or the first address of each server where there are too many to ask."""
    servers = tuple(server for group in groups for server in group)
    return servers if len(servers) <= MOST_SERVERS else tuple(group[0] for group in groups)


def addresses_in(reply: Reply, name: str, kind: str) -> tuple[tuple[str, ...], int]:
    """Return the addresses of `name` in a reply, with their TTL in seconds."""
    for rrset in reply.outcome.rrsets if isinstance(reply.outcome, Present) else ():
        if rrset.name == name and rrset.type == kind:
            return tuple(rdata.address for rdata in rrset.rdatas if isinstance(rdata, Address)), rrset.ttl
    return (), 0


def ns_names(present: Present, owner: str) -> tuple[str, ...]:
    """Return the name servers that an answer lists for `owner`."""
    found = (rrset.rdatas for rrset in present.rrsets if rrset.name == owner and rrset.type == "NS")
    names = (rdata.text.lower().removesuffix(".") for rdatas in found for rdata in rdatas if isinstance(rdata, Other))
    return tuple(sorted(names))[:MOST_NAMES]


def upwards(name: str) -> Iterator[str]:
    """Yield `name` and the names above it, the root excluded."""
    while name:
        yield name
        name = name.partition(".")[2]


def _downwards(name: str, registered: str, *, whole: bool) -> tuple[str, ...]:
    """Return the labels at which a cut is looked for, from the registered domain down to above `name`."""
    steps = tuple(reversed(parents(name, registered)))
    return (*steps, name) if whole or name == registered else steps
