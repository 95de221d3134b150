"""From the octets of a response to what it says. Total: no octets make it raise.

Servers are not trusted. Whatever cannot be read is `Unknown(GARBAGE)`, texts lose their control characters and
TTLs stop at seven days, as resolvers cap them (RFC 8767 section 4).
"""

from collections.abc import Iterable
from dataclasses import dataclass

import dns.edns
import dns.flags
import dns.message
import dns.name
import dns.rcode
import dns.rdata
import dns.rdatatype
import dns.rdtypes.ANY.CNAME
import dns.rdtypes.ANY.MX
import dns.rdtypes.ANY.TXT
import dns.rdtypes.IN.A
import dns.rdtypes.IN.AAAA
import dns.rrset
from dns.message import Message
from dns.name import Name
from dns.rcode import Rcode
from dns.rdatatype import RdataType

from core.observations import (
    Absent,
    Address,
    Cname,
    Mx,
    Nothing,
    Other,
    Outcome,
    Present,
    Question,
    Rdata,
    RRset,
    Silence,
    Txt,
    Unknown,
    Vantage,
)

MAX_TTL = 604_800
MAX_TEXT = 200  # characters of a server's own words

_TC = 0x02  # in the third octet of the header
_BOGUS = frozenset({6, 7, 8, 9, 10, 11, 12, 25})  # RFC 8914 section 4: signatures, keys, NSEC
_FILTERED = frozenset({15, 16, 17, 18})  # blocked, censored, filtered, prohibited


@dataclass(frozen=True, slots=True)
class Referral:
    """A zone cut, as the parent tells of it. `glue` maps names of `servers` to addresses; `ttl` in seconds."""

    apex: str
    servers: tuple[str, ...]
    glue: dict[str, tuple[str, ...]]
    ttl: int


@dataclass(frozen=True, slots=True)
class Reply:
    """One response, read. `soa_owner` is the apex of the zone that it came from, where a SOA told."""

    outcome: Outcome
    truncated: bool = False
    rcode: Rcode | None = None
    referral: Referral | None = None
    soa_owner: str | None = None


def parse_response(wire: bytes, question: Question) -> Outcome:
    """Return what a response says to `question`. One that was truncated says nothing until TCP is tried."""
    return read_reply(wire, question).outcome


def read_reply(wire: bytes, question: Question, *, tcp: bool = False) -> Reply:
    """Return all that a response says. Over TCP the TC bit has no meaning (RFC 7766 section 5)."""
    if len(wire) > 2 and wire[2] & _TC and not tcp:
        return Reply(Unknown(Silence.TCP_BLOCKED, detail="truncated over UDP"), truncated=True)
    try:
        message = dns.message.from_wire(wire)
        name = dns.name.from_text(question.name or ".")
        kind = dns.rdatatype.from_text(question.type)
        return _read(message, name, kind, authoritative=question.vantage is Vantage.AUTHORITATIVE)
    except Exception as error:  # noqa: BLE001 -- octets of a stranger: whatever breaks on them, they are garbage
        return Reply(Unknown(Silence.GARBAGE, detail=type(error).__name__))


def _read(message: Message, name: Name, kind: RdataType, *, authoritative: bool) -> Reply:
    rcode = message.rcode()
    soa = _soa(message, name)
    owner = None if soa is None else name_text(soa.name)
    failure = _failure(message, rcode, authoritative=authoritative)
    if failure is not None:
        return Reply(failure, rcode=rcode, soa_owner=owner)
    if authoritative and not message.flags & dns.flags.AA:
        referral = _referral(message, name)
        detail = f"referral to {referral.apex}" if referral else "no authority"
        return Reply(Unknown(Silence.LAME, _ede(message)[1], detail), rcode=rcode, referral=referral, soa_owner=owner)
    return Reply(_definite(message, name, kind, soa), rcode=rcode, soa_owner=owner)


def _failure(message: Message, rcode: Rcode, *, authoritative: bool) -> Unknown | None:
    code, ede = _ede(message)
    if code in _FILTERED and not authoritative:
        return Unknown(Silence.FILTERED, ede)
    match rcode:
        case dns.rcode.NOERROR | dns.rcode.NXDOMAIN:
            return None
        case dns.rcode.SERVFAIL:
            return Unknown(Silence.BOGUS if code in _BOGUS else Silence.SERVFAIL, ede)
        case dns.rcode.REFUSED:
            return Unknown(Silence.REFUSED, ede)
        case dns.rcode.NOTAUTH:
            return Unknown(Silence.LAME, ede, "NOTAUTH")
    return Unknown(Silence.GARBAGE, ede, dns.rcode.to_text(rcode))


def _definite(message: Message, name: Name, kind: RdataType, soa: dns.rrset.RRset | None) -> Outcome:
    """Tell present from absent. With a CNAME the rcode is about the end of its chain (RFC 6604), so data go first."""
    if any(rrset.name == name and rrset.rdtype in {kind, RdataType.CNAME} for rrset in message.answer):
        return Present(tuple(_rrset(rrset) for rrset in message.answer))
    nothing = Nothing.NXDOMAIN if message.rcode() == dns.rcode.NXDOMAIN else Nothing.NODATA
    if message.answer and nothing is Nothing.NODATA:
        return Unknown(Silence.GARBAGE, detail="answers another question")
    if soa is None:
        return Absent(nothing)
    ttl = max(0, min(soa.ttl, soa[0].minimum, MAX_TTL))
    return Absent(nothing, ttl, f"{name_text(soa.name)} {clean(soa[0].to_text())}")


def _soa(message: Message, name: Name) -> dns.rrset.RRset | None:
    """Return the SOA of a zone that can hold `name`, from the authority section or as the answer."""
    for rrset in (*message.authority, *message.answer):
        if rrset.rdtype == RdataType.SOA and name.is_subdomain(rrset.name) and len(rrset):
            return rrset
    return None


def _referral(message: Message, name: Name) -> Referral | None:
    if message.rcode() != dns.rcode.NOERROR or message.answer:
        return None
    for rrset in message.authority:
        if rrset.rdtype == RdataType.NS and name.is_subdomain(rrset.name):
            servers = tuple(sorted(name_text(rdata.target) for rdata in rrset))
            return Referral(name_text(rrset.name), servers, glue_of(message, servers), min(rrset.ttl, MAX_TTL))
    return None


def glue_of(message: Message, servers: Iterable[str]) -> dict[str, tuple[str, ...]]:
    """Return the addresses of `servers` that came in the additional section."""
    wanted, glue = set(servers), dict[str, tuple[str, ...]]()
    for rrset in message.additional:
        owner = name_text(rrset.name)
        if owner in wanted and rrset.rdtype in {RdataType.A, RdataType.AAAA}:
            glue[owner] = glue.get(owner, ()) + tuple(rdata.address for rdata in rrset)
    return glue


def _ede(message: Message) -> tuple[int | None, str | None]:
    """Return the first extended error as number and as ``"code text"`` (RFC 8914)."""
    for option in message.options:
        if isinstance(option, dns.edns.EDEOption):
            return int(option.code), clean(f"{int(option.code)} {option.text or ''}").strip()
    return None, None


def _rrset(rrset: dns.rrset.RRset) -> RRset:
    kind = dns.rdatatype.to_text(rrset.rdtype)
    # Servers rotate the records of a set as they like (RFC 2181 section 5): in one order, the same set looks the same.
    rdatas = sorted((_rdata(rdata) for rdata in rrset), key=repr)
    return RRset(name_text(rrset.name), kind, min(rrset.ttl, MAX_TTL), tuple(rdatas))


def _rdata(rdata: dns.rdata.Rdata) -> Rdata:
    match rdata:
        case dns.rdtypes.ANY.TXT.TXT():
            return Txt(tuple(rdata.strings))
        case dns.rdtypes.ANY.CNAME.CNAME():
            return Cname(name_text(rdata.target))
        case dns.rdtypes.ANY.MX.MX():
            return Mx(rdata.preference, name_text(rdata.exchange))
        case dns.rdtypes.IN.A.A() | dns.rdtypes.IN.AAAA.AAAA():
            return Address(rdata.address)
    return Other(clean(rdata.to_text(), limit=None))


def name_text(name: Name) -> str:
    """Spell a name as the core does: lower-case, no final dot; the root is empty. Odd octets come escaped."""
    return name.to_text(omit_final_dot=True).lower().removesuffix(".") if name != dns.name.root else ""


def clean(text: str, limit: int | None = MAX_TEXT) -> str:
    """Take control characters out of a stranger's words, and cut them at `limit` characters."""
    return "".join(character for character in text if character.isprintable())[:limit]
