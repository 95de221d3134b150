"""Zones where the operator lists the name servers: those are asked for everything.

They only have to tell where the zone's apex is. No registry is asked but the one that the operator lists, if any:
what it delegates, or that it denies the domain.
"""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import replace
from datetime import datetime

from bot.adapters.dns.asking import first_useful
from bot.adapters.dns.exchange import Exchanger
from bot.adapters.dns.limits import Allowance, Cache
from bot.adapters.dns.registry import Registry
from bot.adapters.dns.replies import Referral
from bot.adapters.dns.zones import MOST_SERVERS, SIZE, addresses_in, listed_names, of_each, servers_at, upwards
from core.names import is_under, registered_domain
from core.observations import Question, Server, Unknown, Zone

APEX_TTL = 3600.0  # seconds: listed servers do not move, and where their zones begin hardly ever changes

LEAST_TTL = 60.0  # seconds that "nobody tells" is remembered


class FixedServers:
    """Asks the servers that the operator lists.

    `servers` looks them up, `port` is where others listen, `registry` holds the zones' delegations.
    """

    def __init__(
        self,
        exchanger: Exchanger,
        servers: Callable[[], Awaitable[tuple[Server, ...]]],
        clock: Callable[[], datetime],
        port: int = 53,
        registry: Registry | None = None,
    ) -> None:
        self._exchanger = exchanger
        self._servers = servers
        self._port = port
        self._registry = registry
        self._apexes: Cache[str, str] = Cache(clock, SIZE)
        self._own: Cache[str, tuple[str, ...]] = Cache(clock, SIZE)

    async def find(self, name: str, allowance: Allowance, *, whole: bool = False) -> Zone:
        """Return the zone of `name`, as the servers have it; none where the registry denies its registered domain."""
        served = self._served(name, allowance, whole=whole)
        if self._registry is None:
            return await served
        word, zone = await asyncio.gather(self._registry.word_on(name, allowance), served)
        if word.denial is not None:
            return Zone(name, None, problem=word.denial)
        return replace(zone, delegated=word.servers) if zone.apex == word.apex else zone

    async def _served(self, name: str, allowance: Allowance, *, whole: bool) -> Zone:
        """Return the zone of `name` by the SOA that comes with every negative answer (RFC 2308 section 3).

        Names side by side are in one zone; were a single one cut off, its own answer would refer there, or bring
        another SOA.
        """
        servers = await self._servers()
        first = name if whole or name == registered_domain(name) else name.partition(".")[2]
        known = self._apexes.get(first)
        if known is not None:
            return Zone(name, known, servers)
        problem: Unknown | None = None
        for above in upwards(first):
            reply = await first_useful(self._exchanger, servers, Question(above, "SOA"), allowance)
            if isinstance(reply.outcome, Unknown):
                problem = None if reply.referral else reply.outcome
                break
            if reply.soa_owner is not None:
                self._remember(first, reply.soa_owner)
                return Zone(name, reply.soa_owner, servers)
        return Zone(name, None, servers, problem=problem)

    def _remember(self, name: str, apex: str) -> None:
        """Keep `apex` for `name`, and for all names between: the servers hold no nearer zone."""
        for between in upwards(name):
            if is_under(between, apex):
                self._apexes.put(between, apex, APEX_TTL)

    async def follow(self, zone: Zone, referral: Referral, allowance: Allowance) -> Zone | None:
        """Return the zone that the operator's servers refer to; its servers' addresses are theirs to give."""
        if not is_under(zone.name, referral.apex) or any(s.name in referral.servers for s in zone.servers):
            return None

        async def found(name: str) -> tuple[Server, ...]:
            addresses = referral.glue.get(name, ())
            if not addresses:
                reply = await first_useful(self._exchanger, zone.servers, Question(name, "A"), allowance)
                addresses, _ = addresses_in(reply, name, "A")
            return servers_at(name, addresses, self._port)

        groups = await asyncio.gather(*(found(name) for name in referral.servers[:MOST_SERVERS]))
        return Zone(zone.name, referral.apex, of_each(groups), delegated=referral.servers)

    async def own_names(self, zone: Zone, allowance: Allowance) -> tuple[str, ...]:
        """Ask the zone itself: its NS names tell whose panel it is, even where its servers are listed here."""
        if not zone.apex:
            return ()
        known = self._own.get(zone.apex)
        if known is None:
            known, ttl = await listed_names(self._exchanger, zone, allowance)
            self._own.put(zone.apex, known, min(ttl, APEX_TTL) if known else LEAST_TTL)
        return known
