"""What one rule concludes, and whose turn it is then."""

from collections.abc import Iterable
from dataclasses import dataclass, field

from core.findings import BlockedOn, Code, Fact, Facts, Remark, State
from core.observations import Answer

BLOCKED_ON: dict[Code, BlockedOn] = {
    Code.CHECKER_OFFLINE: BlockedOn.US,
    Code.TARGET_BROKEN: BlockedOn.US,
    Code.NS_UNREACHABLE: BlockedOn.DNS_PROVIDER,
    Code.TCP_BLOCKED: BlockedOn.DNS_PROVIDER,
    Code.LAME: BlockedOn.DNS_PROVIDER,
    Code.DNSSEC_BOGUS: BlockedOn.DNS_PROVIDER,
    Code.SERVFAIL: BlockedOn.DNS_PROVIDER,
    Code.NAMESERVERS_DISAGREE: BlockedOn.PROPAGATION,
    Code.CACHED_NEGATIVE: BlockedOn.PROPAGATION,
    Code.STALE_CACHE: BlockedOn.PROPAGATION,
    Code.PROPAGATING: BlockedOn.PROPAGATION,
} | dict.fromkeys(
    [
        Code.OK,
        # what only ever stands beside a record that is right
        Code.LAME_PARTIAL,
        Code.RESOLVER_FILTERED,
        Code.NS_SET_MISMATCH,
        Code.SPF_PLUS_ALL,
        Code.SPF_PTR,
        Code.DKIM_TESTING,
        Code.DMARC_INHERITED,
        Code.DMARC_INHERITED_ENFORCING,
        Code.DMARC_NO_P,
        Code.DMARC_RUA_UNAUTHORISED,
        Code.DMARC_WEAKER_POLICY,
        Code.DMARC_LEGACY_TAGS,
        Code.DMARC_TEST_MODE,
        Code.CNAME_CHAIN,
        Code.MX_WRONG_PRIORITY,
    ],
    BlockedOn.NOBODY,
)
"""Whose turn each code is; IT's where none is named."""


@dataclass(frozen=True, slots=True)
class Verdict:
    """A state with its code, the facts of its advice, and what is to be noted besides.

    `said` are the answers that decided; where there are none, those to the question about the record itself did.
    """

    state: State
    code: Code
    facts: Facts = field(default_factory=dict)
    remarks: tuple[Remark, ...] = ()
    definite: bool = True
    said: tuple[Answer, ...] = ()

    @property
    def right(self) -> bool:
        """Tell whether the record is right."""
        return self.state is State.VERIFIED

    @property
    def blocked_on(self) -> BlockedOn:
        """Whose turn it is."""
        if self.right:
            return BlockedOn.NOBODY
        if self.code is Code.SPF_NESTED_ERROR and self.state is State.TEMPORARY:
            return BlockedOn.DNS_PROVIDER
        return BLOCKED_ON.get(self.code, BlockedOn.IT)


MISSING = Verdict(State.PENDING, Code.MISSING)
"""Nothing there that was meant to be the record."""


def right(*remarks: Remark, code: Code = Code.OK, **facts: Fact) -> Verdict:
    """The record is right."""
    return Verdict(State.VERIFIED, code, facts, remarks)


def act(code: Code, **facts: Fact) -> Verdict:
    """Somebody must change something."""
    return Verdict(State.ACTION, code, facts)


def wait(code: Code, *, definite: bool = True, **facts: Fact) -> Verdict:
    """It may come right by itself, or is yet to be added."""
    return Verdict(State.PENDING, code, facts, definite=definite)


def trouble(code: Code, *, definite: bool = False, **facts: Fact) -> Verdict:
    """Nothing is known about the record itself; keep trying."""
    return Verdict(State.TEMPORARY, code, facts, definite=definite)


def by(verdict: Verdict, answers: Iterable[Answer]) -> Verdict:
    """Note that `answers` decided, unless it is known which did."""
    if verdict.said:
        return verdict
    return Verdict(verdict.state, verdict.code, verdict.facts, verdict.remarks, verdict.definite, tuple(answers))


def remark(code: Code, **facts: Fact) -> Remark:
    """Something to note that waits for nobody."""
    return Remark(code, facts)
