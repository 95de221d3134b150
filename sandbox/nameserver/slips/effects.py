"""What a slip changes, and where the records stand that it spoils."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass

import dns.name
import dns.rdata
import dns.rdataclass
import dns.rdtypes.txtbase
import dns.rrset
from dns.name import Name
from dns.rdata import Rdata
from dns.rdatatype import RdataType
from dns.rrset import RRset

from sandbox.nameserver.faults import FaultKind
from sandbox.nameserver.zones import Zone

CUT = 255  # octets of one character-string (RFC 1035 section 3.3.14), where some panels stop reading
SHORT_TTL = 5  # seconds, of what only the slip needs


@dataclass(frozen=True, slots=True)
class Put:
    """What stands at a name and type from now on; None: nothing. `server` None: at both authoritative ones."""

    name: Name
    type: RdataType
    rrset: RRset | None
    server: str | None = None


@dataclass(frozen=True, slots=True)
class Found:
    """An empty zone of its own, at `origin`."""

    origin: Name


@dataclass(frozen=True, slots=True)
class Misbehave:
    """A fault of `server` (None: of both authoritative ones) at and below `name`."""

    kind: FaultKind
    name: Name
    server: str | None = None


@dataclass(frozen=True, slots=True)
class Remember:
    """What the resolver has in its cache: `rrset`, or that there is nothing.

    It stays for `ttl` seconds; `told` says whether the resolver tells for how long a nothing lasts.
    """

    name: Name
    type: RdataType
    rrset: RRset | None
    ttl: int = 120
    told: bool = True


@dataclass(frozen=True, slots=True)
class Delegate:
    """What the registry has of the registered domain of `name`: these name servers; none: it does not know it."""

    name: Name
    servers: tuple[Name, ...] = ()


Effect = Put | Found | Misbehave | Remember | Delegate


@dataclass(frozen=True, slots=True)
class Records:
    """The records at and under `domain`, as the first authoritative server has them in `zone`."""

    zone: Zone
    domain: Name

    def of(self, rdtype: RdataType) -> Iterator[RRset]:
        """Yield the RRsets of a type."""
        return (rrset for rrset in self.zone.under(self.domain) if rrset.rdtype == rdtype)

    def dkim(self) -> Iterator[RRset]:
        """Yield the DKIM keys."""
        return (rrset for rrset in self.of(RdataType.TXT) if b"_domainkey" in rrset.name.labels)

    def spf(self) -> Iterator[RRset]:
        """Yield the SPF records."""
        return (
            rrset for rrset in self.of(RdataType.TXT) if any(joined(rdata).startswith(b"v=spf1") for rdata in rrset)
        )

    def dmarc(self) -> Iterator[RRset]:
        """Yield the DMARC policy."""
        return (rrset for rrset in self.of(RdataType.TXT) if rrset.name.labels[0] == b"_dmarc")

    def mx(self) -> Iterator[RRset]:
        """Yield the MX records."""
        return self.of(RdataType.MX)

    def links(self) -> Iterator[RRset]:
        """Yield the first CNAME that people's browsers follow."""
        yield from [rrset for rrset in self.of(RdataType.CNAME) if not rrset.name.labels[0].startswith(b"_")][:1]


Find = Callable[[Records], Iterable[RRset]]
Effects = Callable[[Records], Iterable[Effect]]


def rewritten(find: Find, rewrite: Callable[[str, str], Sequence[str]]) -> Effects:
    """Put other TXT values in the place of one: `rewrite` is given the value and the domain."""

    def effects(records: Records) -> Iterator[Effect]:
        for rrset in find(records):
            values = rewrite(joined(rrset[0]).decode("latin-1"), text_of(records.domain))
            if list(values) != [joined(rdata).decode("latin-1") for rdata in rrset]:
                yield Put(rrset.name, rrset.rdtype, texts(rrset.name, values, rrset.ttl))

    return effects


def moved(find: Find, where: Callable[[Name, Records], Name]) -> Effects:
    """Put records at another name; what stands there already stays beside them."""

    def effects(records: Records) -> Iterator[Effect]:
        for rrset in find(records):
            place = where(rrset.name, records)
            there = records.zone.get(place, rrset.rdtype)
            yield Put(rrset.name, rrset.rdtype, None)
            yield Put(place, rrset.rdtype, dns.rrset.from_rdata(place, rrset.ttl, *(there or ()), *rrset))

    return effects


def texts(name: Name, values: Iterable[str], ttl: int = SHORT_TTL) -> RRset:
    """Return TXT records with these values."""
    return dns.rrset.from_rdata(name, ttl, *(txt(value.encode("latin-1")) for value in values))


def rrset(name: Name, rdtype: RdataType, *values: str, ttl: int = SHORT_TTL) -> RRset:
    """Return records in zone-file notation."""
    return dns.rrset.from_text(name, ttl, "IN", rdtype, *values)


def below(label: str, name: Name) -> Name:
    """Return the name `label` below another; `label` may hold dots."""
    return dns.name.from_text(label, name)


def text_of(name: Name) -> str:
    """Return a name without its final dot."""
    return name.to_text(omit_final_dot=True)


def joined(rdata: Rdata) -> bytes:
    """Return the strings of a TXT record in one piece."""
    assert isinstance(rdata, dns.rdtypes.txtbase.TXTBase)  # noqa: S101 # nosec B101 # callers look at it
    return b"".join(rdata.strings)


def txt(value: bytes) -> Rdata:
    """Return a TXT record of one value, cut into strings."""
    strings = [value[start : start + CUT] for start in range(0, len(value), CUT)] or [b""]
    text = " ".join('"' + "".join(map(_escaped, string)) + '"' for string in strings)
    return dns.rdata.from_text(dns.rdataclass.IN, RdataType.TXT, text)


def _escaped(octet: int) -> str:
    char = chr(octet)
    if char in '"\\':
        return f"\\{char}"
    return char if " " <= char <= "~" else f"\\{octet:03}"
