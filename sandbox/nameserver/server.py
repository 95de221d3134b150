"""`Nameserver`: two authoritative servers and a resolver over the same zones, to be changed while they run."""

import time
from collections.abc import Callable, Iterable, Sequence
from types import TracebackType
from typing import Any, Self

import dns.exception
import dns.name
import dns.rdatatype
import dns.rrset
from dns.name import Name
from dns.rrset import RRset

from sandbox.nameserver.answering import Authority, Server
from sandbox.nameserver.faults import Fault, FaultKind
from sandbox.nameserver.notation import (
    DEFAULT_TTL,
    Mistake,
    fault_shown,
    kind_of,
    name_of,
    records_shown,
    rrsets_of,
    text_of,
    type_of,
)
from sandbox.nameserver.outside import outside
from sandbox.nameserver.registry import Registry
from sandbox.nameserver.resolver import Resolver
from sandbox.nameserver.slips import SLIPS
from sandbox.nameserver.sockets import Listener
from sandbox.nameserver.spoiling import Spoiler
from sandbox.nameserver.zones import Zone, registered_domain

AUTHORITIES = ("ns1", "ns2")
RESOLVER, REGISTRY = "resolver", "registry"


class Nameserver:
    """A DNS provider on `host`; `ports` are those of ns1, ns2, the resolver and the registry (0: any that is free).

    Use it as ``async with Nameserver() as nameserver:`` or open and close it. Zones may be changed before, between
    and while it serves. `server` always is ``"ns1"``, ``"ns2"``, for faults also ``"resolver"`` and ``"registry"``, or
    None for both authoritative ones. All raise `Mistake` for input that makes no sense. With `hosts_everything` every
    registered domain has a zone here as soon as it is asked about, as a company's has before it sends mail.
    """

    def __init__(
        self,
        *,
        host: str = "127.0.0.1",
        ports: tuple[int, int, int, int] = (0, 0, 0, 0),
        negative_ttl: int = 5,
        hosts_everything: bool = False,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._negative_ttl = negative_ttl
        found = (lambda origin: Zone.new(origin, negative_ttl)) if hosts_everything else None
        self._authorities = {name: Authority(found) for name in AUTHORITIES}
        self.servers = {name: Server(authority) for name, authority in self._authorities.items()}
        self._resolver = Resolver(
            tuple(self.servers.values()), negative_ttl, clock, beyond=Server(outside(negative_ttl))
        )
        holding = tuple(self._authorities.values())
        self._registry = Registry(holding, hosts_everything=hosts_everything)
        self.servers |= {RESOLVER: Server(self._resolver), REGISTRY: Server(self._registry)}
        places = zip(self.servers.items(), ports, strict=True)
        self._listeners = {name: Listener(server, host, port) for (name, server), port in places}
        self._spoiler = Spoiler(self._authorities, self.servers, self._resolver, self._registry, negative_ttl)

    async def __aenter__(self) -> Self:
        try:
            for listener in self._listeners.values():
                await listener.open()
        except OSError:
            await self.close()
            raise
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self.close()

    async def close(self) -> None:
        """Stop serving."""
        for listener in self._listeners.values():
            await listener.close()

    @property
    def ports(self) -> dict[str, int]:
        """The ports, by server."""
        return {name: listener.port for name, listener in self._listeners.items()}

    @property
    def nameservers(self) -> tuple[tuple[str, int], ...]:
        """(host, port) of the authoritative servers."""
        return tuple((self._listeners[name].host, self._listeners[name].port) for name in AUTHORITIES)

    @property
    def resolvers(self) -> tuple[tuple[str, int], ...]:
        """(host, port) of the resolver."""
        listener = self._listeners[RESOLVER]
        return ((listener.host, listener.port),)

    @property
    def registries(self) -> tuple[tuple[str, int], ...]:
        """(host, port) of the registry."""
        listener = self._listeners[REGISTRY]
        return ((listener.host, listener.port),)

    # what IT does

    def apply(self, text: str, zone: str | None = None, server: str | None = None) -> None:
        """Add the RRsets of a zone file, each in the place of one with its name and type."""
        origin = None if zone is None else name_of(zone)
        for rrset in rrsets_of(text, origin or dns.name.root):
            self._store(rrset, origin or registered_domain(rrset.name), server)

    def put(
        self, name: str, rdtype: str, values: Sequence[str], ttl: int = DEFAULT_TTL, server: str | None = None
    ) -> None:
        """Put one RRset in the place of what has its name and type. `values` are in zone-file notation."""
        owner, kind = name_of(name), type_of(rdtype)
        try:
            rrset = dns.rrset.from_text(owner, ttl, "IN", kind, *values)
        except (dns.exception.DNSException, ValueError) as error:
            raise Mistake(f"{rdtype} {values}: {error}") from error
        if not rrset:
            raise Mistake("values: at least one is needed")
        known = self._authorities[AUTHORITIES[0]].zone_of(owner)
        self._store(rrset, known.origin if known else registered_domain(owner), server)

    def delete(self, name: str, rdtype: str | None = None, server: str | None = None) -> None:
        """Take away one RRset, or all at the name."""
        owner, kind = name_of(name), None if rdtype is None else type_of(rdtype)
        for authority in self._chosen(server):
            zone = authority.zone_of(owner)
            if zone is not None:
                zone.drop(owner, kind)

    def create_zone(self, name: str) -> None:
        """Make an empty zone, with SOA and NS only."""
        for authority in self._authorities.values():
            authority.zones.setdefault(name_of(name), Zone.new(name_of(name), self._negative_ttl))

    def slip(self, name: str, domain: str) -> None:
        """Make a mistake with the records at and under `domain`, or with those who serve them."""
        slip = SLIPS.get(name)
        if slip is None:
            raise Mistake(f"{name!r}: one of {', '.join(SLIPS)}")
        if not self._spoiler.make(slip, name_of(domain)):
            raise Mistake(f"{domain}: no record there that {name} could spoil")

    def mend(self, domain: str | None = None) -> None:
        """Put back what stood there before the slips at `domain`, newest first."""
        self._spoiler.mend(None if domain is None else name_of(domain))

    # what the servers do

    def fault(
        self,
        kind: str,
        server: str | None = None,
        name: str | None = None,
        rdtype: str | None = None,
        seconds: float = 0.0,
    ) -> None:
        """Make a server misbehave, on top of what it does already."""
        about = dns.name.root if name is None else name_of(name)
        fault = Fault(kind_of(kind), about, None if rdtype is None else type_of(rdtype), seconds)
        for label in self._labels(server):
            self.servers[label].faults.append(fault)

    def heal(self, server: str | None = None) -> None:
        """Let one server, or all, behave again."""
        for label in self.servers if server is None else self._labels(server):
            self.servers[label].faults.clear()

    def flush(self) -> None:
        """Empty the resolver's cache."""
        self._resolver.flush()

    def reset(self) -> None:
        """Forget everything."""
        for authority in self._authorities.values():
            authority.zones.clear()
        self._spoiler.forget()
        self._registry.entered.clear()
        self.heal()
        self.flush()

    def state(self) -> dict[str, Any]:
        """Return everything as JSON values, in the shape of GET /zones (without the control port)."""
        origins = sorted({origin for authority in self._authorities.values() for origin in authority.zones})
        return {
            "zones": [self._zone_state(origin) for origin in origins],
            "slips": [{"slip": made.slip.name, "domain": text_of(made.domain)} for made in self._spoiler.made],
            "delegations": self._delegations(origins),
            "faults": [fault_shown(label, fault) for label in self.servers for fault in self.servers[label].faults],
            "met": sum(server.met for server in self.servers.values()),
            "slips_known": [
                {"slip": slip.name, "group": slip.group.value, "label": slip.label} for slip in SLIPS.values()
            ],
            "faults_known": [kind.value for kind in FaultKind],
            "ports": self.ports,
        }

    def queries(self, domain: str) -> list[dict[str, Any]]:
        """Return who was asked what at and below `domain`, oldest first, in the shape of GET /queries."""
        about = name_of(domain)
        asked = [
            {"at": seen.at, "server": label, "name": text_of(seen.name), "type": dns.rdatatype.to_text(seen.type)}
            for label, server in self.servers.items()
            for seen in server.seen
            if seen.name.is_subdomain(about)
        ]
        return sorted(asked, key=lambda query: query["at"])

    def _delegations(self, origins: Iterable[Name]) -> dict[str, list[str]]:
        domains = sorted({registered_domain(origin) for origin in origins} | set(self._registry.entered))
        return {text_of(domain): [text_of(name) for name in self._registry.servers_of(domain)] for domain in domains}

    def _zone_state(self, origin: Name) -> dict[str, Any]:
        zones = {label: authority.zones.get(origin) for label, authority in self._authorities.items()}
        present = next(zone for zone in zones.values() if zone)
        servers = {label: records_shown(zone.under(origin)) if zone else [] for label, zone in zones.items()}
        return {"name": text_of(origin), "negative_ttl": present.soa.ttl, "servers": servers}

    def _store(self, rrset: RRset, origin: Name, server: str | None) -> None:
        if not rrset.name.is_subdomain(origin):
            raise Mistake(f"{text_of(rrset.name)} is not in the zone {text_of(origin)}")
        self.create_zone(origin.to_text())
        for authority in self._chosen(server):
            authority.zones[origin].put(dns.rrset.from_rdata(rrset.name, rrset.ttl, *rrset))

    def _chosen(self, server: str | None) -> list[Authority]:
        return [self._authorities[label] for label in self._labels(server) if label in self._authorities]

    def _labels(self, server: str | None) -> tuple[str, ...]:
        if server is not None and server not in self.servers:
            raise Mistake(f"server: one of {', '.join(self.servers)}")
        return AUTHORITIES if server is None else (server,)
