"""The zone that a domain's records go to."""

from core.errors import InvalidDomainName
from core.findings import ZoneFacts
from core.names import DomainName


def zone_of(domain: str, zone: ZoneFacts | None) -> str:
    """Return the zone that was found for `domain`, else its registered domain."""
    if zone is not None:
        return zone.apex
    try:
        return DomainName.parse(domain).registered
    except InvalidDomainName:
        return domain


def parent_of(domain: str, zone: str) -> str | None:
    """Return where a policy above `domain` would stand: the zone, unless that is the domain itself."""
    return zone if domain != zone and domain.endswith(f".{zone}") else None
