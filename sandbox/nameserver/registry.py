"""The registry: delegates the zones here to those that they list themselves, until it is told otherwise."""

from collections.abc import Callable, Iterator, Sequence

import dns.flags
import dns.name
import dns.rcode
import dns.rrset
from dns.message import QueryMessage
from dns.name import Name
from dns.rdatatype import RdataType

from sandbox.nameserver.answering import Authority
from sandbox.nameserver.zones import Zone, is_registrable, registered_domain

TTL = 0  # seconds: the next look sees what was changed

Undo = Callable[[], None]


class Registry:
    """The source of the registry's answers.

    A domain is registered if one of the `authorities` has a zone at it or below, or if they host everything. What was
    entered for it comes first: other name servers, or none, once it has expired.
    """

    def __init__(self, authorities: Sequence[Authority], *, hosts_everything: bool) -> None:
        self._authorities = authorities
        self._hosts_everything = hosts_everything
        self.entered: dict[Name, tuple[Name, ...]] = {}

    def enter(self, domain: Name, servers: tuple[Name, ...]) -> Undo:
        """Delegate `domain` to `servers`, or to nobody; return what takes it back."""
        before = self.entered.get(domain)
        self.entered[domain] = servers

        def undo() -> None:
            if before is None:
                self.entered.pop(domain, None)
            else:
                self.entered[domain] = before

        return undo

    def servers_of(self, domain: Name) -> tuple[Name, ...]:
        """Return the name servers that `domain` is delegated to; none if it is not registered."""
        entered = self.entered.get(domain)
        if entered is not None or not is_registrable(domain) or not self._is_registered(domain):
            return entered or ()
        zone = next(self._zones_at(domain), None) or Zone.new(domain, TTL)
        listed = zone.get(domain, RdataType.NS)
        return tuple(rdata.target for rdata in listed or ())

    def answer(self, response: QueryMessage, name: Name, rdtype: RdataType) -> None:
        """Refer to the name servers of the registered domain; NXDOMAIN where nobody has registered it."""
        domain = registered_domain(name)
        servers = self.servers_of(domain)
        if servers and (name, rdtype) != (domain, RdataType.DS):
            names = (server.to_text() for server in servers)
            response.authority.append(dns.rrset.from_text(domain, TTL, "IN", "NS", *names))
            return
        response.flags |= dns.flags.AA
        above = domain.parent() if is_registrable(domain) else dns.name.root
        response.authority.append(Zone.new(above, TTL).soa)
        if is_registrable(domain) and not servers:
            response.set_rcode(dns.rcode.NXDOMAIN)

    def _zones_at(self, domain: Name) -> Iterator[Zone]:
        return (authority.zones[domain] for authority in self._authorities if domain in authority.zones)

    def _is_registered(self, domain: Name) -> bool:
        held = (origin for authority in self._authorities for origin in authority.zones)
        return self._hosts_everything or any(origin.is_subdomain(domain) for origin in held)
