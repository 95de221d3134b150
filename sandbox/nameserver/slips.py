"""The usual mistakes of people who enter records, made on purpose."""

from collections.abc import Callable, Iterator
from enum import StrEnum

import dns.name
import dns.rdataclass
import dns.rdatatype
import dns.rdtypes.txtbase
import dns.rrset
from dns.name import Name
from dns.rdatatype import RdataType
from dns.rrset import RRset

from sandbox.nameserver.zones import Zone

Change = tuple[Name, RdataType, RRset | None]
"""What shall stand at a name and type from now on; None: nothing."""

CUT = 255  # octets of one character-string (RFC 1035 section 3.3.14), where some panels stop reading


class SlipKind(StrEnum):
    """See the package's docstring."""

    TRUNCATE_DKIM = "truncate-dkim"
    DOUBLED_SUFFIX = "doubled-suffix"
    SECOND_SPF = "second-spf"
    WRONG_MX = "wrong-mx"


def changes(kind: SlipKind, zone: Zone, domain: Name) -> list[Change]:
    """Return what the slip does to the zone; empty when there is nothing to spoil."""
    return list(_SLIPS[kind](zone, domain))


def _truncate_dkim(zone: Zone, domain: Name) -> Iterator[Change]:
    for rrset in zone.under(domain):
        if rrset.rdtype == RdataType.TXT and b"_domainkey" in rrset.name.labels:
            cut = dns.rrset.from_rdata(rrset.name, rrset.ttl, _txt(joined(rrset[0])[:CUT]))
            yield rrset.name, rrset.rdtype, cut


def _doubled_suffix(zone: Zone, domain: Name) -> Iterator[Change]:
    for rrset in zone.under(domain):
        if rrset.rdtype == RdataType.CNAME:
            yield rrset.name, rrset.rdtype, None
            doubled = rrset.name.relativize(dns.name.root).derelativize(zone.origin)
            yield doubled, rrset.rdtype, dns.rrset.from_rdata(doubled, rrset.ttl, *rrset)
            return


def _second_spf(zone: Zone, domain: Name) -> Iterator[Change]:
    for rrset in zone.under(domain):
        if rrset.rdtype == RdataType.TXT and any(joined(rdata).startswith(b"v=spf1") for rdata in rrset):
            second = _txt(b"v=spf1 include:_spf.example.net ~all")
            yield rrset.name, rrset.rdtype, dns.rrset.from_rdata(rrset.name, rrset.ttl, *rrset, second)


def _wrong_mx(zone: Zone, domain: Name) -> Iterator[Change]:
    for rrset in zone.under(domain):
        if rrset.rdtype == RdataType.MX:
            yield rrset.name, rrset.rdtype, dns.rrset.from_text(rrset.name, rrset.ttl, "IN", "MX", "10 mx.example.net.")


def joined(rdata: dns.rdata.Rdata) -> bytes:
    """Return the strings of a TXT record in one piece."""
    assert isinstance(rdata, dns.rdtypes.txtbase.TXTBase)  # noqa: S101 # nosec B101 # callers look at it
    return b"".join(rdata.strings)


def _txt(value: bytes) -> dns.rdata.Rdata:
    strings = [value[start : start + CUT] for start in range(0, len(value), CUT)]
    text = " ".join(
        '"' + string.decode("latin-1").replace("\\", "\\\\").replace('"', '\\"') + '"' for string in strings
    )
    return dns.rdata.from_text(dns.rdataclass.IN, RdataType.TXT, text)


_SLIPS: dict[SlipKind, Callable[[Zone, Name], Iterator[Change]]] = {
    SlipKind.TRUNCATE_DKIM: _truncate_dkim,
    SlipKind.DOUBLED_SUFFIX: _doubled_suffix,
    SlipKind.SECOND_SPF: _second_spf,
    SlipKind.WRONG_MX: _wrong_mx,
}
