"""What was asked of the DNS, and what came back. Values only; who asks is the shell's business.

Three outcomes are never mixed: *present* (an answer section), *absent* (a definite no, RFC 2308) and
*unknown* (nobody gave a usable answer; no conclusion may be drawn).
"""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum


class Vantage(StrEnum):
    """Whom to ask: every authoritative server of the name's zone, or the public resolvers."""

    AUTHORITATIVE = "authoritative"
    RESOLVERS = "resolvers"


@dataclass(frozen=True, slots=True)
class Question:
    """One thing the core wants to know. `name` is lower-case without final dot, `type` such as ``"TXT"``."""

    name: str
    type: str
    vantage: Vantage = Vantage.AUTHORITATIVE

    def __hash__(self) -> int:
        return hash(self.name)  # few are asked about one name, and every look-up hashes


@dataclass(frozen=True, slots=True)
class Txt:
    """One TXT record: its character-strings, as octets."""

    strings: tuple[bytes, ...]

    @property
    def joined(self) -> bytes:
        """The strings joined without a space, as RFC 7208 section 3.3 and RFC 6376 section 3.6.2.2 demand."""
        return b"".join(self.strings)


@dataclass(frozen=True, slots=True)
class Cname:
    """One CNAME record; the target lower-case, without final dot."""

    target: str


@dataclass(frozen=True, slots=True)
class Mx:
    """One MX record; the exchange lower-case, without final dot (empty for a null MX, RFC 7505)."""

    preference: int
    exchange: str


@dataclass(frozen=True, slots=True)
class Address:
    """One A or AAAA record."""

    address: str


@dataclass(frozen=True, slots=True)
class Other:
    """A record of another type, in presentation format (NS, CAA, SOA, …)."""

    text: str


Rdata = Txt | Cname | Mx | Address | Other


@dataclass(frozen=True, slots=True)
class RRset:
    """Records of one name and type in an answer. `ttl` in seconds."""

    name: str
    type: str
    ttl: int
    rdatas: tuple[Rdata, ...]


class Nothing(StrEnum):
    """The two ways in which a name server says that something is not there."""

    NXDOMAIN = "NXDOMAIN"
    NODATA = "NODATA"


class Silence(StrEnum):
    """Why there is no usable answer."""

    TIMEOUT = "timeout"
    UNREACHABLE = "unreachable"
    TCP_BLOCKED = "tcp-blocked"
    SERVFAIL = "SERVFAIL"
    REFUSED = "REFUSED"
    LAME = "lame"  # answers without authority for the zone
    BOGUS = "dnssec-bogus"  # SERVFAIL, but an answer with CD=1; or EDE 6-12, 25
    FILTERED = "filtered"  # EDE 15-18
    GARBAGE = "garbage"
    FORBIDDEN = "forbidden"  # the address may not be asked (SSRF guard)
    BUDGET = "budget"  # the domain's budget of queries or seconds was used up


@dataclass(frozen=True, slots=True)
class Present:
    """An answer section: the RRset asked for, or a CNAME in its place, and what the server added."""

    rrsets: tuple[RRset, ...]


@dataclass(frozen=True, slots=True)
class Absent:
    """A definite no. `negative_ttl` is min(SOA TTL, SOA minimum) in seconds (RFC 2308 section 5), if a SOA came."""

    kind: Nothing
    negative_ttl: int | None = None
    soa: str | None = None


@dataclass(frozen=True, slots=True)
class Unknown:
    """No usable answer, with the cause. `ede` is the extended error (RFC 8914) as ``"code text"``."""

    reason: Silence
    ede: str | None = None
    detail: str = ""


Outcome = Present | Absent | Unknown


@dataclass(frozen=True, slots=True)
class Server:
    """One name server at one address."""

    name: str
    address: str
    port: int = 53

    def __str__(self) -> str:
        return self.name or self.address


@dataclass(frozen=True, slots=True)
class Answer:
    """What one server said to one question. `took_ms` is the time it took, `rcode` the response code if one came."""

    question: Question
    server: Server
    outcome: Outcome
    at: datetime
    took_ms: int = 0
    rcode: str = ""


@dataclass(frozen=True, slots=True)
class Zone:
    """The zone that holds a name, as found from the registered domain downwards.

    `apex` is None where no cut could be established; `problem` then tells why (an `Unknown`, or an
    `Absent` when the registry itself denies the registered domain). `delegated` are the NS names the
    parent lists, `own` those the zone lists itself (empty when not asked).
    """

    name: str
    apex: str | None
    servers: tuple[Server, ...] = ()
    delegated: tuple[str, ...] = ()
    own: tuple[str, ...] = ()
    problem: Unknown | Absent | None = None


@dataclass(frozen=True, slots=True)
class Evidence:
    """All that was seen in one look at one domain, in the order in which it was seen.

    `spent` is how many queries that took: one for each question that went to a server, those for finding the servers
    included; not its repetitions (after silence, over TCP, without EDNS, unchecked).
    """

    answers: tuple[Answer, ...] = ()
    zones: tuple[Zone, ...] = ()
    vantage: Vantage = Vantage.AUTHORITATIVE
    spent: int = 0

    def to(self, question: Question) -> tuple[Answer, ...]:
        """Return every server's answer to `question`."""
        return tuple(answer for answer in self.answers if answer.question == question)

    def asked(self, question: Question) -> bool:
        """Tell whether anybody was asked `question`."""
        return any(answer.question == question for answer in self.answers)

    def zone_of(self, name: str) -> Zone | None:
        """Return the zone found for `name`, if it was looked for."""
        return next((zone for zone in self.zones if zone.name == name), None)

    def joined_with(self, other: "Evidence") -> "Evidence":
        """Return this evidence with `other` added behind it."""
        known = {zone.name for zone in self.zones}
        zones = self.zones + tuple(zone for zone in other.zones if zone.name not in known)
        return Evidence(self.answers + other.answers, zones, self.vantage, self.spent + other.spent)
