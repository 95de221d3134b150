"""DMARC policies that are wrong, weak, or somebody else's."""

from collections.abc import Iterator

from dns.rdatatype import RdataType

from sandbox.nameserver.slips.effects import Effect, Put, Records, below, texts


def milder(text: str, _: str) -> list[str]:
    """A milder policy than the one that was chosen; a policy of none cannot be milder."""
    return [text.replace("p=reject", "p=none").replace("p=quarantine", "p=none")]


def from_above(records: Records) -> Iterator[Effect]:
    """The company's own policy applies, as there is none for the sending domain."""
    yield from _only_above(records, "v=DMARC1; p=none")


def enforced_from_above(records: Records) -> Iterator[Effect]:
    """The company's own policy has mail refused, and the DKIM key is not there yet."""
    yield from _only_above(records, "v=DMARC1; p=reject")
    for rrset in records.dkim():
        yield Put(rrset.name, rrset.rdtype, None)


def _only_above(records: Records, policy: str) -> Iterator[Effect]:
    above = below("_dmarc", records.zone.origin)
    for rrset in records.dmarc():
        if rrset.name != above:
            yield Put(rrset.name, rrset.rdtype, None)
            yield Put(above, RdataType.TXT, texts(above, [policy]))
