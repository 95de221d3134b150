"""Records that were entered at another name, as another type, or not at all."""

from collections.abc import Iterator

import dns.name
from dns.name import Name
from dns.rdatatype import RdataType

from sandbox.nameserver.slips.effects import Effect, Found, Put, Records, below, rrset, text_of


def forgotten(records: Records) -> Iterator[Effect]:
    """Nobody entered the link."""
    for link in records.links():
        yield Put(link.name, link.rdtype, None)


def with_zone_again(name: Name, records: Records) -> Name:
    """The panel has appended the zone to what ended in it already."""
    return name.relativize(dns.name.root).derelativize(records.zone.origin)


def at_the_zone(_: Name, records: Records) -> Name:
    """The host was left empty."""
    return records.zone.origin


def without_underscores(name: Name, _: Records) -> Name:
    """The panel has dropped the underscores."""
    return Name(label.lstrip(b"_") if label else label for label in name.labels)


def as_text(records: Records) -> Iterator[Effect]:
    """The link was entered as a TXT record."""
    for link in records.links():
        yield Put(link.name, link.rdtype, None)
        yield Put(link.name, RdataType.TXT, rrset(link.name, RdataType.TXT, f'"{text_of(link[0].target)}"'))


def wildcard(records: Records) -> Iterator[Effect]:
    """A wildcard answers where the link should."""
    for link in records.links():
        anything = below("*", link.name.parent())
        yield Put(link.name, link.rdtype, None)
        yield Put(anything, RdataType.CNAME, rrset(anything, RdataType.CNAME, "parked.example.net."))


def zone_of_its_own(records: Records) -> Iterator[Effect]:
    """The link's name was made a zone, where no CNAME can stand at the top."""
    for link in records.links():
        yield Found(link.name)


def keys_in_another_zone(records: Records) -> Iterator[Effect]:
    """The keys' names were delegated to a zone of their own, which is empty."""
    for key in records.dkim():
        yield Found(key.name.parent())


def text_beside(records: Records) -> Iterator[Effect]:
    """An older TXT record was left beside the link, by a name server that does not mind."""
    for link in records.links():
        yield Put(link.name, RdataType.TXT, rrset(link.name, RdataType.TXT, '"google-site-verification=example"'))


def alias_in_the_way(records: Records) -> Iterator[Effect]:
    """A CNAME stands where the bounces' TXT and MX records should."""
    for spf in records.spf():
        yield Put(spf.name, RdataType.TXT, None)
        yield Put(spf.name, RdataType.MX, None)
        yield Put(spf.name, RdataType.CNAME, rrset(spf.name, RdataType.CNAME, "www.example.net."))
