"""CNAMEs that lead elsewhere, or that a panel has turned into something else."""

from collections.abc import Callable, Iterator

from dns.name import Name
from dns.rdatatype import RdataType

from sandbox.nameserver.slips.effects import Effect, Effects, Put, Records, Remember, below, rrset

ELSEWHERE = "192.0.2.80"
TARGETS_OWN = "192.0.2.10"
CLOUDFLARE = ("ada.ns.cloudflare.com.", "bob.ns.cloudflare.com.")


def pointing(where: Callable[[Name, Records], str]) -> Effects:
    """Let the link point somewhere else."""

    def effects(records: Records) -> Iterator[Effect]:
        for link in records.links():
            target = where(link[0].target, records)
            yield Put(link.name, link.rdtype, rrset(link.name, link.rdtype, target, ttl=link.ttl))

    return effects


def address(records: Records) -> Iterator[Effect]:
    """An address in the place of the link."""
    yield from _address(records, ELSEWHERE)


def flattened(records: Records) -> Iterator[Effect]:
    """The panel answers with the addresses of the target (ALIAS)."""
    for link in records.links():
        target = link[0].target
        yield Put(target, RdataType.A, rrset(target, RdataType.A, TARGETS_OWN))
    yield from _address(records, TARGETS_OWN)


def proxied(records: Records) -> Iterator[Effect]:
    """Cloudflare's proxy answers with its own addresses."""
    origin = records.zone.origin
    yield Put(origin, RdataType.NS, rrset(origin, RdataType.NS, *CLOUDFLARE))
    yield from _address(records, ELSEWHERE)


def by_way_of(records: Records) -> Iterator[Effect]:
    """The link leads to its target by way of another name."""
    for link in records.links():
        way = below("tracking", records.domain)
        yield Put(link.name, link.rdtype, rrset(link.name, link.rdtype, way.to_text(), ttl=link.ttl))
        yield Put(way, link.rdtype, rrset(way, link.rdtype, link[0].target.to_text()))


def dead_target(records: Records) -> Iterator[Effect]:
    """The link is right, but the host it leads to is gone."""
    for link in records.links():
        yield from (Remember(link[0].target, rdtype, None) for rdtype in (RdataType.A, RdataType.AAAA))


def other_issuer(records: Records) -> Iterator[Effect]:
    """Only another certificate authority may issue certificates."""
    if any(records.links()):
        issuer = rrset(records.domain, RdataType.CAA, '0 issue "letsencrypt.org"')
        yield Put(records.domain, RdataType.CAA, issuer)


def _address(records: Records, number: str) -> Iterator[Effect]:
    for link in records.links():
        yield Put(link.name, link.rdtype, None)
        yield Put(link.name, RdataType.A, rrset(link.name, RdataType.A, number))
