"""Carries out slips, and takes them back."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from functools import partial

from dns.name import Name
from dns.rdatatype import RdataType
from dns.rrset import RRset

from sandbox.nameserver.answering import Authority, Server
from sandbox.nameserver.faults import Fault
from sandbox.nameserver.registry import Registry
from sandbox.nameserver.resolver import Resolver
from sandbox.nameserver.slips import Slip
from sandbox.nameserver.slips.effects import Delegate, Effect, Found, Misbehave, Put, Records, Remember
from sandbox.nameserver.zones import Zone, registered_domain

Undo = Callable[[], None]


@dataclass(frozen=True, slots=True)
class Made:
    """A slip that was made at `domain`, and what takes it back, in the order in which it was done."""

    slip: Slip
    domain: Name
    undo: tuple[Undo, ...]


class Spoiler:
    """Makes slips at these servers, and remembers in `made` how to mend them. The resolver hears of all at once."""

    def __init__(
        self,
        authorities: Mapping[str, Authority],
        servers: Mapping[str, Server],
        resolver: Resolver,
        registry: Registry,
        negative_ttl: int,
    ) -> None:
        self._authorities = authorities
        self._servers = servers
        self._resolver = resolver
        self._registry = registry
        self._negative_ttl = negative_ttl
        self.made: list[Made] = []

    def make(self, slip: Slip, domain: Name) -> bool:
        """Make a slip; False where there is nothing that it could spoil."""
        zone = next(iter(self._authorities.values())).zone_of(domain)
        effects = tuple(slip.effects(Records(zone, domain))) if zone and any(zone.under(domain)) else ()
        if effects:
            undo = tuple(undo for effect in effects for undo in self._do(effect))
            self.made.append(Made(slip, domain, undo))
        return bool(effects)

    def mend(self, domain: Name | None) -> None:
        """Take back the slips at `domain`, or all, newest first."""
        for made in reversed(self.made[:]):
            if domain in (None, made.domain):
                self.made.remove(made)
                for undo in reversed(made.undo):
                    undo()

    def forget(self) -> None:
        """Leave everything as it is now."""
        self.made.clear()

    def _do(self, effect: Effect) -> Iterator[Undo]:
        match effect:
            case Put():
                yield from [self._put(effect, authority) for authority in self._chosen(effect.server)]
            case Found():
                yield from [self._found(effect.origin, authority) for authority in self._chosen(None)]
            case Misbehave(kind, name, server):
                labels = tuple(self._authorities) if server is None else (server,)
                yield from [self._misbehave(Fault(kind, name), self._servers[label]) for label in labels]
            case Remember(name, rdtype, rrset, ttl, told):
                self._resolver.remember(name, rdtype, rrset, ttl, told=told)
                yield partial(self._resolver.forget, name)
            case Delegate(name, listed):
                yield self._registry.enter(registered_domain(name), listed)

    def _chosen(self, server: str | None) -> list[Authority]:
        return [authority for label, authority in self._authorities.items() if server in (None, label)]

    def _put(self, put: Put, authority: Authority) -> Undo:
        zone = authority.zone_of(put.name)
        if zone is None:
            origin = registered_domain(put.name)
            zone = authority.zones.setdefault(origin, Zone.new(origin, self._negative_ttl))
        before, place = zone.get(put.name, put.type), zone

        def stand(rrset: RRset | None) -> None:
            _stand(place, put.name, put.type, rrset)
            self._resolver.forget(put.name)

        stand(put.rrset)
        return partial(stand, before)

    def _found(self, origin: Name, authority: Authority) -> Undo:
        before = authority.zones.get(origin)
        if before is None:
            authority.zones[origin] = Zone.new(origin, self._negative_ttl)
        self._resolver.forget(origin)

        def undo() -> None:
            if before is None:
                authority.zones.pop(origin, None)
            self._resolver.forget(origin)

        return undo

    def _misbehave(self, fault: Fault, server: Server) -> Undo:
        server.faults.append(fault)

        def undo() -> None:
            if fault in server.faults:  # it may have been healed
                server.faults.remove(fault)

        return undo


def _stand(zone: Zone, owner: Name, rdtype: RdataType, rrset: RRset | None) -> None:
    if rrset is None:
        zone.drop(owner, rdtype)
    else:
        zone.put(rrset)
