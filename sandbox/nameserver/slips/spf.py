"""SPF records that do not let Engage's mail pass, or more than that."""

from collections.abc import Callable, Iterator

from dns.rdatatype import RdataType
from dns.rrset import RRset

from sandbox.nameserver.slips.effects import Effect, Effects, Put, Records, below, joined, rewritten, texts

_HIDDEN = "exists:%{i}.spf.example.net"  # a lookup that depends on the sender's address (RFC 7208 section 7)


def line(rewrite: Callable[[str, str], str]) -> Effects:
    """Write another line: `rewrite` is given what stands between ``v=spf1`` and ``all``, and the domain."""

    def whole(text: str, domain: str) -> list[str]:
        return [rewrite(" ".join(text.split()[1:-1]), domain)]

    return rewritten(Records.spf, whole)


def beside_another(text: str, _: str) -> list[str]:
    """Two SPF records where one may be."""
    return [text, "v=spf1 include:_spf.example.net ~all"]


def includes_itself(records: Records) -> Iterator[Effect]:
    """The line includes the name at which it stands."""
    for rrset in records.spf():
        ours = " ".join(_ours(rrset))
        own = rrset.name.to_text(omit_final_dot=True)
        yield Put(rrset.name, RdataType.TXT, texts(rrset.name, [f"v=spf1 {ours} include:{own} ~all"], rrset.ttl))


def too_much(records: Records) -> Iterator[Effect]:
    """Two harmless includes hold six lookups each."""
    for rrset in records.spf():
        names = [below(label, rrset.name) for label in ("crm", "shop")]
        for name in names:
            yield Put(name, RdataType.TXT, texts(name, [f"v=spf1 {' '.join([_HIDDEN] * 6)} ~all"]))
        includes = [f"include:{name.to_text(omit_final_dot=True)}" for name in names]
        text = " ".join(["v=spf1", *_ours(rrset), *includes, "~all"])
        yield Put(rrset.name, RdataType.TXT, texts(rrset.name, [text], rrset.ttl))


def dead_include(ours: str, domain: str) -> str:
    """An include of a name that has no SPF."""
    return f"v=spf1 {ours} include:gone.{domain} ~all"


def dead_names(ours: str, domain: str) -> str:
    """Hosts that are no longer there."""
    return f"v=spf1 {ours} a:old1.{domain} a:old2.{domain} a:old3.{domain} ~all"


def _ours(rrset: RRset) -> list[str]:
    return joined(rrset[0]).decode("latin-1").split()[1:-1]
