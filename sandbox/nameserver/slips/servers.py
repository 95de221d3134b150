"""Name servers and caches that let the records down."""

from collections.abc import Iterator

import dns.name
from dns.rdatatype import RdataType

from sandbox.nameserver.faults import FaultKind
from sandbox.nameserver.slips.effects import Delegate, Effect, Effects, Misbehave, Put, Records, Remember, texts

RESOLVER = "resolver"
KEY_NAME = "_domainkey"


def misbehaving(kind: FaultKind, server: str | None = None, *, keys_only: bool = False) -> Effects:
    """Let a server misbehave for everything at and below the domain, or for its DKIM keys alone."""

    def effects(records: Records) -> Iterator[Effect]:
        about = dns.name.from_text(KEY_NAME, records.domain) if keys_only else records.domain
        yield Misbehave(kind, about, server)

    return effects


def expired(records: Records) -> Iterator[Effect]:
    """Nobody renewed the domain, and the registry has dropped it."""
    yield Delegate(records.domain)


def registry_differs(records: Records) -> Iterator[Effect]:
    """The registry still has a name server of the provider before."""
    listed = records.zone.get(records.zone.origin, RdataType.NS)
    kept = [rdata.target for rdata in listed or ()][:1]
    yield Delegate(records.domain, (*kept, dns.name.from_text("ns2.old-provider.example.")))


def resolver_silent(_: Records) -> Iterator[Effect]:
    """Nobody can be asked about anything: the fault is on the asking side."""
    yield Misbehave(FaultKind.SILENT, dns.name.root, RESOLVER)


def old_copy(records: Records) -> Iterator[Effect]:
    """The second server has a copy from before the key was added."""
    for rrset in records.dkim():
        yield Put(rrset.name, rrset.rdtype, None, "ns2")


def asked_too_early(records: Records) -> Iterator[Effect]:
    """Somebody asked before the key was there, and the resolver remembers that it was not."""
    for rrset in records.dkim():
        yield Remember(rrset.name, rrset.rdtype, None)


def asked_before_the_change(records: Records) -> Iterator[Effect]:
    """The resolver remembers another value."""
    for rrset in records.dkim():
        yield Remember(rrset.name, rrset.rdtype, texts(rrset.name, ["v=DKIM1; k=rsa; p="], 120))


def denied_for_no_given_time(records: Records) -> Iterator[Effect]:
    """The resolver says that there is nothing, and not for how long (no SOA)."""
    for rrset in records.dkim():
        yield Remember(rrset.name, RdataType.TXT, None, told=False)
