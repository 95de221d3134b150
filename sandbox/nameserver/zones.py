"""Zones in memory: RRsets by name and type, and what a server finds there.

Not `dns.zone`: that one refuses a CNAME beside other data, which is a mistake worth serving.
"""

import copy
from collections.abc import Iterator
from dataclasses import dataclass, field
from enum import Enum, auto

import dns.name
import dns.rdataclass
import dns.rdatatype
import dns.rrset
from dns.name import Name
from dns.rdatatype import RdataType
from dns.rrset import RRset
from publicsuffixlist import PublicSuffixList

_suffixes = PublicSuffixList()


def registered_domain(name: Name) -> Name:
    """Return the registered domain of `name`; the name itself where the public suffix list knows none."""
    text = name.to_text(omit_final_dot=True).lower()
    return dns.name.from_text(_suffixes.privatesuffix(text) or text)


def is_registrable(name: Name) -> bool:
    """Tell whether `name` can be registered: neither a public suffix nor below a registered domain."""
    text = name.to_text(omit_final_dot=True).lower()
    return _suffixes.privatesuffix(text) == text


class Found(Enum):
    """What a zone says about a name and type."""

    ANSWER = auto()
    REFERRAL = auto()
    NODATA = auto()
    NXDOMAIN = auto()


@dataclass
class Zone:
    """One zone as one server has it."""

    origin: Name
    rrsets: dict[tuple[Name, RdataType], RRset] = field(default_factory=dict)

    @classmethod
    def new(cls, origin: Name, negative_ttl: int) -> "Zone":
        """Return a zone with SOA and NS. `negative_ttl`, in seconds, is the SOA's TTL and minimum (RFC 2308)."""
        zone = cls(origin)
        text = origin.to_text()
        soa = (
            f"ns1.{text} hostmaster.{text} 1 3600 600 86400 {negative_ttl}"
            if text != "."
            else f". . 1 1 1 1 {negative_ttl}"
        )
        zone.put(dns.rrset.from_text(origin, negative_ttl, "IN", "SOA", soa))
        if text != ".":
            zone.put(dns.rrset.from_text(origin, negative_ttl, "IN", "NS", f"ns1.{text}", f"ns2.{text}"))
        return zone

    def copy(self) -> "Zone":
        """Return the zone for another server, free to differ from now on."""
        return Zone(self.origin, {key: copy.copy(rrset) for key, rrset in self.rrsets.items()})

    @property
    def soa(self) -> RRset:
        """The SOA, with the TTL that RFC 2308 section 3 wants in negative answers."""
        soa = copy.copy(self.rrsets[self.origin, RdataType.SOA])
        soa.ttl = min(soa.ttl, soa[0].minimum)
        return soa

    def put(self, rrset: RRset) -> None:
        """Put an RRset in the place of the one with its name and type."""
        self.rrsets[rrset.name, rrset.rdtype] = rrset

    def get(self, name: Name, rdtype: RdataType) -> RRset | None:
        """Return one RRset."""
        return self.rrsets.get((name, rdtype))

    def drop(self, name: Name, rdtype: RdataType | None = None) -> None:
        """Remove one RRset, or all at `name`; SOA and NS of the apex stay."""
        for key in [key for key in self.rrsets if key[0] == name and rdtype in {None, key[1]}]:
            if name != self.origin or key[1] not in {RdataType.SOA, RdataType.NS}:
                del self.rrsets[key]

    def under(self, name: Name) -> Iterator[RRset]:
        """Yield the RRsets at and below `name`, in canonical order."""
        for key in sorted(self.rrsets):
            if key[0].is_subdomain(name):
                yield self.rrsets[key]

    def find(self, name: Name, rdtype: RdataType) -> tuple[Found, list[RRset]]:
        """Answer as RFC 1034 section 4.3.2 does: referral, data, CNAME, wildcard, or nothing."""
        cut = self._cut(name, rdtype)
        if cut is not None:
            return Found.REFERRAL, [cut, *self._glue(cut)]
        owner = name if self._exists(name) else self._wildcard(name)
        if owner is None:
            return Found.NXDOMAIN, []
        rrset = self.rrsets.get((owner, rdtype)) or self.rrsets.get((owner, RdataType.CNAME))
        if rrset is None:
            return Found.NODATA, []
        answer = copy.copy(rrset)
        answer.name = name
        return Found.ANSWER, [answer]

    def _cut(self, name: Name, rdtype: RdataType) -> RRset | None:
        relative = name.relativize(self.origin)
        for depth in range(1, len(relative) + 1):
            owner = Name(relative[-depth:]).derelativize(self.origin)
            if rdtype == RdataType.DS and owner == name:
                break
            if (owner, RdataType.NS) in self.rrsets:
                return self.rrsets[owner, RdataType.NS]
        return None

    def _glue(self, cut: RRset) -> list[RRset]:
        types = (RdataType.A, RdataType.AAAA)
        found = [self.rrsets.get((rdata.target, rdtype)) for rdata in cut for rdtype in types]
        return [rrset for rrset in found if rrset is not None]

    def _exists(self, name: Name) -> bool:
        return any(owner.is_subdomain(name) for owner, _ in self.rrsets)

    def _wildcard(self, name: Name) -> Name | None:
        """Return the wildcard that covers `name` (RFC 4592): at its closest encloser or not at all."""
        encloser = name.parent()
        while encloser != self.origin and not self._exists(encloser):
            encloser = encloser.parent()
        wildcard = Name(("*",)).derelativize(encloser)
        return wildcard if any(owner == wildcard for owner, _ in self.rrsets) else None
