"""Addresses of APIs: which may be given a secret."""

import ipaddress
from urllib.parse import urlsplit


def is_loopback(host: str) -> bool:
    """Tell whether `host`, a name or an address without brackets, is this very machine (RFC 6761 section 6.3)."""
    if host.lower() == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def leads_to_loopback(url: str) -> bool:
    """Tell whether `url` leads to this very machine."""
    return is_loopback(urlsplit(url).hostname or "")


def faults_of_api(url: str, sent: str = "the token") -> tuple[str, ...]:
    """Return why `sent` may not be sent to `url`, without quoting what may be secret in it; nothing if it may.

    TLS is asked for everywhere but on loopback.
    """
    try:
        parts = urlsplit(url.strip())
        host, _ = parts.hostname, parts.port
    except ValueError:
        return ("not a URL",)
    if parts.scheme not in {"http", "https"} or not host:
        return ("not an https:// URL",)
    faults = []
    if parts.scheme == "http" and not is_loopback(host):
        faults.append(f"http:// to {host} would show {sent} to everybody; use https://")
    if parts.username is not None or parts.query or parts.fragment:
        faults.append("only scheme, host, port and path belong in it")
    return tuple(faults)
