"""Looks whether records are published, at one authoritative name server. It judges for itself, as SES would."""

import re
from collections.abc import Iterable
from typing import Protocol

import dns.asyncquery
import dns.exception
import dns.flags
import dns.message
import dns.rdatatype
import dns.rrset

from sandbox.engage.records import Record

_TIMEOUT = 2.0


class Lookups(Protocol):
    """Tells what is published."""

    async def seen(self, records: Iterable[Record]) -> frozenset[str] | None:
        """Return the purposes of those `records` that stand in the DNS; None if that cannot be told."""
        ...


class Nameserver:
    """Asks the server at `host`:`port` (a literal address), over UDP, and over TCP where the answer is cut."""

    def __init__(self, host: str, port: int) -> None:
        self._host = host
        self._port = port

    async def seen(self, records: Iterable[Record]) -> frozenset[str] | None:
        """Ask for one record after the other; a server that does not answer has not said that anything is gone."""
        found = set()
        for record in records:
            try:
                values = await self._values(str(record["name"]), str(record["type"]))
            except (dns.exception.DNSException, OSError):
                return None
            if stands(record, values):
                found.add(str(record["purpose"]))
        return frozenset(found)

    async def _values(self, name: str, kind: str) -> list[str]:
        query = dns.message.make_query(name, kind, use_edns=True)
        query.flags &= ~dns.flags.RD
        response, _ = await dns.asyncquery.udp_with_fallback(query, self._host, timeout=_TIMEOUT, port=self._port)
        wanted = dns.rdatatype.from_text(kind)
        return [_text(rdata) for rrset in response.answer if rrset.rdtype == wanted for rdata in rrset]


def stands(record: Record, values: list[str]) -> bool:
    """Tell whether the `values` found at a name (TXT joined, hosts without final dot) satisfy `record`."""
    expected = str(record["value"])
    if record["purpose"] == "SPF":
        policies = [value for value in values if value.lower().split(" ")[0] == "v=spf1"]
        return len(policies) == 1 and "include:amazonses.com" in policies[0].lower().split()
    if record["purpose"] == "DKIM":
        return [_public_key(value) for value in values] == [_public_key(expected)]
    if record["purpose"] == "DMARC":
        return sum(value.startswith("v=DMARC1") for value in values) == 1
    return [value.lower() for value in values] == [expected]


def _public_key(value: str) -> str:
    tags = dict(re.findall(r"\s*(\w+)\s*=\s*([^;]*)", value))
    return re.sub(r"\s", "", tags.get("p", ""))


def _text(rdata: object) -> str:
    strings = getattr(rdata, "strings", None)
    if strings is not None:
        return b"".join(strings).decode("latin-1")
    return str(rdata).removesuffix(".")
