"""The rest of the world, as far as the records of a sending domain lead there: what the resolver alone knows."""

import dns.name
import dns.rrset
from dns.rdatatype import RdataType

from sandbox.nameserver.answering import Authority
from sandbox.nameserver.zones import Zone

_TTL = 60
_SES = '"v=spf1 ip4:192.0.2.0/24 -all"'
_ZONES: dict[str, tuple[tuple[str, RdataType, str], ...]] = {
    "engage.example": (
        ("click.engage.example", RdataType.A, "192.0.2.10"),
        ("*.click.engage.example", RdataType.A, "192.0.2.10"),
    ),
    "cloudfront.net": (("*.cloudfront.net", RdataType.A, "192.0.2.20"),),
    "acm-validations.aws": (("*.acm-validations.aws", RdataType.TXT, '"validated"'),),
    "amazonses.com": (("amazonses.com", RdataType.TXT, _SES), ("*.amazonses.com", RdataType.A, "192.0.2.30")),
}
"""The targets that Engage's stand-in hands out. The addresses are for documentation (RFC 5737): nobody is there."""


def outside(negative_ttl: int) -> Authority:
    """Return a server of those zones; it refuses all other names."""
    authority = Authority()
    for origin, records in _ZONES.items():
        zone = Zone.new(dns.name.from_text(origin), negative_ttl)
        for owner, rdtype, text in records:
            zone.put(dns.rrset.from_text(dns.name.from_text(owner), _TTL, "IN", rdtype, text))
        authority.zones[zone.origin] = zone
    return authority
