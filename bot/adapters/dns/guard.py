"""Which addresses may be asked at all. Customers control NS records, so a delegation may point anywhere.

Only globally routable unicast is left (IANA special-purpose registries, RFC 6890). Addresses that carry an
IPv4 address inside are judged by that one: Python's `is_global` lets `64:ff9b::7f00:1`, `2002:7f00:1::1` and
`224.0.0.1` pass.
"""

import ipaddress
from functools import lru_cache
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network

_NAT64 = IPv6Network("64:ff9b::/96")  # RFC 6052
_GLOBAL_UNICAST = IPv6Network("2000::/3")  # RFC 4291 section 2.4: nothing else has been given out
_SPECIAL_6 = tuple(
    IPv6Network(text)
    for text in (
        "2001::/23",  # protocol assignments, Teredo and ORCHID among them (RFC 2928)
        "2001:db8::/32",  # documentation (RFC 3849)
        "3fff::/20",  # documentation (RFC 9637)
    )
)
_SPECIAL_4 = tuple(
    IPv4Network(text)
    for text in (
        "192.0.0.0/24",  # protocol assignments (RFC 6890)
        "192.88.99.0/24",  # 6to4 relays (RFC 7526)
    )
)


@lru_cache(maxsize=4096)
def forbidden(address: str) -> bool:
    """Tell whether `address` must not be asked. What is no address is forbidden, too, and one of a single link."""
    if "%" in address:
        return True
    try:
        parsed = ipaddress.ip_address(address)
    except ValueError:
        return True
    inner = _unwrapped(parsed)
    if isinstance(inner, IPv4Address):
        special = any(inner in network for network in _SPECIAL_4)
        return special or inner.is_multicast or inner.is_reserved or not inner.is_global
    return inner not in _GLOBAL_UNICAST or any(inner in network for network in _SPECIAL_6) or not inner.is_global


def _unwrapped(address: IPv4Address | IPv6Address) -> IPv4Address | IPv6Address:
    """Return the IPv4 address that packets to `address` would reach, if one is wrapped in it."""
    if isinstance(address, IPv4Address):
        return address
    if address in _NAT64:
        return IPv4Address(int(address) & 0xFFFF_FFFF)
    return address.ipv4_mapped or address.sixtofour or address
