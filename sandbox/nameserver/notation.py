"""What is typed at the controls as names, types and RRsets, and those as JSON values."""

from collections.abc import Iterable
from typing import Any

import dns.exception
import dns.name
import dns.rdataclass
import dns.rdatatype
import dns.tokenizer
import dns.zonefile
from dns.name import Name
from dns.rdatatype import RdataType
from dns.rrset import RRset

from sandbox.nameserver.faults import Fault, FaultKind

DEFAULT_TTL = 300


class Mistake(ValueError):
    """What was asked for makes no sense; the message says why."""


def name_of(text: str) -> Name:
    """Return an absolute name, lower-case."""
    try:
        return dns.name.from_text(text.lower())
    except (dns.exception.DNSException, ValueError) as error:
        raise Mistake(f"{text!r} is no name: {error}") from error


def type_of(text: str) -> RdataType:
    """Return a record type."""
    try:
        return RdataType.make(text.upper())
    except (dns.exception.DNSException, ValueError) as error:
        raise Mistake(f"{text!r} is no record type") from error


def text_of(name: Name) -> str:
    """Return a name without its final dot."""
    return name.to_text(omit_final_dot=True)


def kind_of(text: str) -> FaultKind:
    """Return a kind of fault."""
    try:
        return FaultKind(text)
    except ValueError as error:
        raise Mistake(f"{text!r}: one of {', '.join(FaultKind)}") from error


def rrsets_of(text: str, origin: Name) -> list[RRset]:
    """Return what a zone file holds, relative names under `origin`; anybody's names, of any zone."""
    manager = dns.zonefile.RRSetsReaderManager()  # of the root: a narrower zone would drop foreign names silently
    try:
        with manager.writer(replacement=True) as transaction:  # type: ignore[no-untyped-call]  # dnspython's own
            tokens = dns.tokenizer.Tokenizer(f"$ORIGIN {origin}\n{text}", "<input>")
            allowed = {"$ORIGIN", "$TTL"}
            dns.zonefile.Reader(
                tokens, dns.rdataclass.IN, transaction, allow_directives=allowed, default_ttl=DEFAULT_TTL
            ).read()
    except (dns.exception.DNSException, ValueError) as error:
        raise Mistake(f"the zone file cannot be read: {error}") from error
    return manager.rrsets


def records_shown(rrsets: Iterable[RRset]) -> list[dict[str, Any]]:
    """Return RRsets as JSON values."""
    return [
        {
            "name": text_of(rrset.name),
            "type": dns.rdatatype.to_text(rrset.rdtype),
            "ttl": rrset.ttl,
            "values": [rdata.to_text() for rdata in rrset],
        }
        for rrset in rrsets
    ]


def fault_shown(server: str, fault: Fault) -> dict[str, Any]:
    """Return a fault of a server as JSON values."""
    return {
        "fault": fault.kind.value,
        "server": server,
        "name": None if fault.name == dns.name.root else text_of(fault.name),
        "type": None if fault.type is None else dns.rdatatype.to_text(fault.type),
        "seconds": fault.seconds,
    }
