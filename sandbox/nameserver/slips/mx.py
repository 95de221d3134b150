"""MX records that lead elsewhere, or to too many places."""

import re
from collections.abc import Callable, Iterator

from sandbox.nameserver.slips.effects import Effect, Effects, Put, Records, rrset

_REGION = re.compile(r"\.[a-z]+-[a-z]+-\d\.")


def exchanges(rewrite: Callable[[str, str], list[str]]) -> Effects:
    """Put other records in their place: `rewrite` is given the exchange and the zone, both with a final dot."""

    def effects(records: Records) -> Iterator[Effect]:
        for found in records.mx():
            values = rewrite(found[0].exchange.to_text(), records.zone.origin.to_text())
            yield Put(found.name, found.rdtype, rrset(found.name, found.rdtype, *values, ttl=found.ttl))

    return effects


def other_region(exchange: str, _: str) -> list[str]:
    """The same service in another region."""
    region = ".eu-west-1." if ".us-" in exchange else ".us-west-2."
    return [f"10 {_REGION.sub(region, exchange)}"]
