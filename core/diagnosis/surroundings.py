"""What surrounds the records of a domain: what stands at the domain itself, CAA, and whether DNSSEC holds.

The resolvers are asked about the apex of the zone alone, which exists: asked about names that do not exist
yet, they would remember for long that there is nothing (RFC 2308, RFC 8020).
"""

from dataclasses import dataclass
from enum import StrEnum

from core.diagnosis import caa
from core.diagnosis.case import Around
from core.diagnosis.scene import Rank, Scene, target, texts
from core.diagnosis.text import readable
from core.diagnosis.verdict import Verdict
from core.observations import Absent, Mx, Outcome, Present, Silence, Unknown, Vantage
from core.spf import is_spf

_KEY_MISSING = "9 DNSKEY Missing"  # RFC 8914 section 4.10, as a validating resolver would say


class Dnssec(StrEnum):
    """How a zone stands with DNSSEC (RFC 4033 section 5). `UNKNOWN` where nobody could tell."""

    SIGNED = "signed"
    UNSIGNED = "unsigned"
    BOGUS = "bogus"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class Surroundings:
    """What stands around the records. `alias` is the target of a CNAME at the domain; `ede` says what is bogus."""

    alias: str | None = None
    spf: tuple[bytes, ...] = ()
    mx: tuple[Mx, ...] = ()
    caa: Verdict | None = None
    dnssec: Dnssec = Dnssec.UNKNOWN
    ede: str = ""


def survey(scene: Scene) -> Surroundings:
    """Look around, as far as the case wants it."""
    domain = scene.case.domain
    match scene.case.around:
        case Around.NOTHING:
            return Surroundings()
        case Around.ZONE:
            scene.answers(domain, "SOA", Rank.ESSENTIAL)
            return Surroundings()
        case Around.TRUST:
            dnssec, ede = _dnssec(scene)
            return Surroundings(dnssec=dnssec, ede=ede)
        case Around.ALL:
            said = scene.outcome(domain, "TXT", Rank.ESSENTIAL)
            dnssec, ede = _dnssec(scene)
            return Surroundings(
                alias=target(said, domain),
                spf=tuple(text for text in texts(said, domain) if is_spf(readable(text))),
                mx=_mx(scene.outcome(domain, "MX", Rank.JUDGEMENT), domain),
                caa=caa.blocking(scene, caa.images_host(scene)),
                dnssec=dnssec,
                ede=ede,
            )


def _mx(outcome: Outcome, name: str) -> tuple[Mx, ...]:
    rrsets = outcome.rrsets if isinstance(outcome, Present) else ()
    found = (rdata for rrset in rrsets if (rrset.name, rrset.type) == (name, "MX") for rdata in rrset.rdatas)
    return tuple(sorted((rdata for rdata in found if isinstance(rdata, Mx)), key=lambda mx: mx.preference))


def _dnssec(scene: Scene) -> tuple[Dnssec, str]:
    """Compare the keys in the zone with their digests in the parent, and hear what validating resolvers say."""
    zone = scene.zone(scene.case.domain)
    if zone is None or zone.apex is None:
        return Dnssec.UNKNOWN, ""
    keys = scene.outcome(zone.apex, "DNSKEY", Rank.REMARK)
    if scene.third_parties is None:
        return _by_keys(keys), ""
    bogus = [
        answer.outcome.ede or ""
        for answer in scene.answers(zone.apex, "SOA", Rank.REMARK, Vantage.RESOLVERS)
        if isinstance(answer.outcome, Unknown) and answer.outcome.reason is Silence.BOGUS
    ]
    digests = scene.outcome(zone.apex, "DS", Rank.REMARK, Vantage.RESOLVERS)
    if bogus:
        return Dnssec.BOGUS, max(bogus)
    if isinstance(digests, Present) and isinstance(keys, Absent):
        return Dnssec.BOGUS, _KEY_MISSING
    if isinstance(digests, Absent):
        return Dnssec.UNSIGNED, ""  # whatever keys there are, nobody is to trust them
    return _by_keys(keys) if isinstance(digests, Present) else Dnssec.UNKNOWN, ""


def _by_keys(keys: Outcome) -> Dnssec:
    match keys:
        case Present():
            return Dnssec.SIGNED
        case Absent():
            return Dnssec.UNSIGNED
        case Unknown():
            return Dnssec.UNKNOWN
