"""From the octets of a response to what it says. Total: no octets make it raise.

Servers are not trusted. Whatever cannot be read is `Unknown(GARBAGE)`, texts lose their control characters and
TTLs stop at seven days, as resolvers cap them (RFC 8767 section 4).
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from socket import inet_ntoa

import dns.flags
import dns.ipv6
import dns.name
import dns.rcode
import dns.rdata
import dns.rdataclass
import dns.rdatatype
from dns.rcode import Rcode
from dns.rdatatype import RdataType

from bot.adapters.dns.wire import Malformed, Packet, Record, is_ordinary, type_number
from core.names import is_under
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
MAX_ALIASES = 16  # CNAME records followed within one response
MOST_ALIKE = 256  # records of one name and type
MOST_NAMES = 32  # name servers of one zone that are read; fewer are asked
_MOST_GLUE = 16  # addresses of one of them
_OF_ONE = 64  # octets beside its text that it takes to keep a record, or a string of one
_LARGEST_TTL = 0x7FFF_FFFF

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
    rcode: int | None = None
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
        name = question.name if is_ordinary(question.name) else name_text(dns.name.from_text(question.name or "."))
        kind = type_number(question.type)
        return _read(Packet(wire), name, kind, authoritative=question.vantage is Vantage.AUTHORITATIVE)
    except Exception as error:  # noqa: BLE001 -- octets of a stranger: whatever breaks on them, they are garbage
        return Reply(Unknown(Silence.GARBAGE, detail=type(error).__name__))


def _read(packet: Packet, name: str, kind: int, *, authoritative: bool) -> Reply:
    rcode = packet.rcode
    soa = _soa(packet, name)
    owner = None if soa is None else soa.owner
    failure = _failure(packet, authoritative=authoritative)
    if failure is not None:
        return Reply(failure, rcode=rcode, soa_owner=owner)
    if authoritative and not packet.flags & dns.flags.AA:
        referral = _referral(packet, name)
        detail = f"referral to {referral.apex}" if referral else "no authority"
        return Reply(Unknown(Silence.LAME, _ede(packet), detail), rcode=rcode, referral=referral, soa_owner=owner)
    return Reply(_definite(packet, name, kind, soa), rcode=rcode, soa_owner=owner)


def _failure(packet: Packet, *, authoritative: bool) -> Unknown | None:
    code, ede = _telling(packet)[0], _ede(packet)
    if code in _FILTERED and not authoritative:
        return Unknown(Silence.FILTERED, ede)
    match packet.rcode:
        case Rcode.NOERROR | Rcode.NXDOMAIN:
            return None
        case Rcode.SERVFAIL:
            return Unknown(Silence.BOGUS if code in _BOGUS else Silence.SERVFAIL, ede)
        case Rcode.REFUSED:
            return Unknown(Silence.REFUSED, ede)
        case Rcode.NOTAUTH:
            return Unknown(Silence.LAME, ede, "NOTAUTH")
    return Unknown(Silence.GARBAGE, ede, rcode_text(packet.rcode))


def _definite(packet: Packet, name: str, kind: int, soa: Record | None) -> Outcome:
    """Tell present from absent. With a CNAME the rcode is about the end of its chain (RFC 6604), so data go first."""
    told = _about(packet, name, kind)
    if told:
        return Present(_rrsets(packet, told))
    nothing = Nothing.NXDOMAIN if packet.rcode == Rcode.NXDOMAIN else Nothing.NODATA
    if packet.answer and nothing is Nothing.NODATA:
        return Unknown(Silence.GARBAGE, detail="answers another question")
    if soa is None:
        return Absent(nothing)
    text, minimum = packet.soa(soa)
    return Absent(nothing, min(_ttl(soa), minimum, MAX_TTL), f"{soa.owner} {clean(text)}")


def _about(packet: Packet, name: str, kind: int) -> list[Record]:
    """Return what an answer says of `name`, and of the names its CNAMEs lead to; for the rest nobody asked.

    What comes with a CNAME at `name` itself is kept, too: it may not stand there (RFC 2181 section 10.1).
    """
    told: list[Record] = []
    seen: set[str] = set()
    while name not in seen and len(seen) <= MAX_ALIASES:
        seen.add(name)
        here = [record for record in packet.answer if record.owner == name]
        alias = next((record for record in reversed(here) if record.type == RdataType.CNAME), None)
        beside = alias is not None and not told
        told += [record for record in here if beside or record.type in (kind, RdataType.CNAME)]
        if alias is None:
            break
        name = packet.only_name(alias).lower()
    return told


def _soa(packet: Packet, name: str) -> Record | None:
    """Return the SOA of a zone that can hold `name`, from the authority section or as the answer."""
    for record in (*packet.authority, *packet.answer):
        if record.type == RdataType.SOA and _holds(record.owner, name):
            return record
    return None


def _holds(zone: str, name: str) -> bool:
    r"""Tell whether `name` is `zone` or below it, even where a dot (``\.``) does not part labels."""
    if "\\" in name:
        return dns.name.from_text(name).is_subdomain(dns.name.from_text(zone or "."))
    return is_under(name, zone)


def _referral(packet: Packet, name: str) -> Referral | None:
    if packet.rcode != Rcode.NOERROR or packet.answer:
        return None
    cuts = [record for record in packet.authority if record.type == RdataType.NS and _holds(record.owner, name)]
    if not cuts:
        return None
    apex = cuts[0].owner
    cuts = [record for record in cuts if record.owner == apex]
    servers = tuple(sorted({packet.only_name(record).lower() for record in cuts}))[:MOST_NAMES]
    return Referral(apex, servers, glue_of(packet, servers), min(map(_ttl, cuts)))


def glue_of(packet: Packet, servers: Iterable[str]) -> dict[str, tuple[str, ...]]:
    """Return the addresses of `servers` that came in the additional section."""
    wanted, glue = set(servers), dict[str, tuple[str, ...]]()
    for record in packet.additional:
        if record.owner in wanted and record.type in (RdataType.A, RdataType.AAAA):
            known = glue.get(record.owner, ())[: _MOST_GLUE - 1]
            glue[record.owner] = tuple(dict.fromkeys((*known, _address(packet, record).address)))
    return glue


def _ede(packet: Packet) -> str | None:
    """Return an extended error as ``"code text"`` (RFC 8914)."""
    code, text = _telling(packet)
    return None if code is None else clean(f"{code} {text}").strip()


def _telling(packet: Packet) -> tuple[int | None, str]:
    """Return number and text of the extended error that says most: a resolver may add that it reached nobody, too."""
    telling = (error for error in packet.errors if error[0] in _BOGUS | _FILTERED)
    return next(telling, packet.errors[0] if packet.errors else (None, ""))


def _rrsets(packet: Packet, told: Sequence[Record]) -> tuple[RRset, ...]:
    """Return records of the answer as sets (RFC 2181 section 5), in the order in which these begin."""
    sets: dict[tuple[str, int], list[Record]] = {}
    for record in told:
        sets.setdefault((record.owner, record.type), []).append(record)
    return tuple(_rrset(packet, records) for records in sets.values())


def _rrset(packet: Packet, records: Sequence[Record]) -> RRset:
    if len(records) > MOST_ALIKE:
        raise Malformed("a crowd")
    owner, kind = records[0].owner, records[0].type
    told = records[-1:] if dns.rdatatype.is_singleton(RdataType.make(kind)) else records
    rdatas = dict.fromkeys(_rdata(packet, record) for record in told)
    # Servers rotate the records of a set as they like (RFC 2181 section 5): in one order, the same set looks the same.
    ordered = sorted(rdatas, key=repr) if len(rdatas) > 1 else rdatas
    return RRset(owner, type_text(kind), min(map(_ttl, records)), tuple(ordered))


def kept(reply: Reply) -> int:
    """Return about how many octets it takes to keep what a reply says.

    It may be seventy times what came: two octets can point at a name of 255, each of which is spelled with four.
    """
    rrsets = reply.outcome.rrsets if isinstance(reply.outcome, Present) else ()
    return sum(len(rrset.name) + sum(map(_weight, rrset.rdatas)) for rrset in rrsets)


def _weight(rdata: Rdata) -> int:
    match rdata:
        case Txt(strings):
            return _OF_ONE * (1 + len(strings)) + sum(map(len, strings))
        case Cname(text) | Mx(_, text) | Address(text) | Other(text):
            return _OF_ONE + len(text)


def _ttl(record: Record) -> int:
    """Return the TTL in seconds; one with the highest bit set is none at all (RFC 2181 section 8)."""
    return min(record.ttl, MAX_TTL) if record.ttl <= _LARGEST_TTL else 0


def _rdata(packet: Packet, record: Record) -> Rdata:
    match record.type:
        case RdataType.TXT:
            return Txt(tuple(packet.strings(record)))
        case RdataType.CNAME:
            return Cname(packet.only_name(record).lower())
        case RdataType.MX:
            return Mx(int.from_bytes(packet.data(record)[:2], "big"), packet.only_name(record, skip=2).lower())
        case RdataType.A | RdataType.AAAA:
            return _address(packet, record)
    kind, length = RdataType.make(record.type), record.end - record.start
    rdata = dns.rdata.from_wire(dns.rdataclass.IN, kind, packet.wire, record.start, length)
    return Other(clean(rdata.to_text(), limit=None))


def _address(packet: Packet, record: Record) -> Address:
    data = packet.data(record)
    if len(data) != (4 if record.type == RdataType.A else 16):
        raise Malformed("not an address")
    return Address(inet_ntoa(data) if len(data) == 4 else dns.ipv6.inet_ntoa(data))


@lru_cache(maxsize=1024)
def type_text(kind: int) -> str:
    """Name a type of records."""
    return dns.rdatatype.to_text(RdataType.make(kind))


@lru_cache(maxsize=1024)
def rcode_text(rcode: int) -> str:
    """Name a response code."""
    return dns.rcode.to_text(Rcode.make(rcode))


def name_text(name: dns.name.Name) -> str:
    """Spell a name as the core does: lower-case, no final dot; the root is empty. Odd octets come escaped."""
    return name.to_text(omit_final_dot=True).lower().removesuffix(".") if name != dns.name.root else ""


def clean(text: str, limit: int | None = MAX_TEXT) -> str:
    """Take control characters out of a stranger's words, and cut them at `limit` characters."""
    printable = text if text.isprintable() else "".join(filter(str.isprintable, text))
    return printable[:limit]
