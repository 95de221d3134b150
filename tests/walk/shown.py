"""Which slip of the sandbox shows which diagnosis code, and what the bot then says of whose turn it is.

The one table behind both walks and `docs/diagnosis.md`. The sandbox itself knows nothing of codes.
"""

from dataclasses import dataclass

from core.findings import BlockedOn, Code, State
from core.records import Purpose
from core.sending_domain import DmarcPolicy

IT, PROVIDER, US = BlockedOn.IT, BlockedOn.DNS_PROVIDER, BlockedOn.US
CACHES, NOBODY = BlockedOn.PROPAGATION, BlockedOn.NOBODY
V, P, A, T = State.VERIFIED, State.PENDING, State.ACTION, State.TEMPORARY
SPF, DKIM, DMARC, MX = Purpose.SPF, Purpose.DKIM, Purpose.DMARC, Purpose.MX
CLICK, CERTIFICATE = Purpose.CLICK_TRACKING, Purpose.CERTIFICATE


@dataclass(frozen=True, slots=True)
class Shown:
    """What one slip shows: a code at a record, its state, and for whom the record waits.

    `beside`: the code is a remark beside a record. `policy` is what an admin must have chosen. `after` is
    a slip that is shown and mended before, where a first look would not find the code worth a reply.
    """

    slip: str
    code: Code
    purpose: Purpose
    state: State
    waits_for: BlockedOn
    beside: bool = False
    policy: DmarcPolicy = DmarcPolicy.NONE
    after: str | None = None


def _warned(slip: str, code: Code, purpose: Purpose) -> Shown:
    return Shown(slip, code, purpose, V, NOBODY, beside=True)


SHOWN = (
    Shown("domain-expired", Code.NXDOMAIN_PARENT, DKIM, A, IT),
    Shown("servers-silent", Code.NS_UNREACHABLE, DKIM, T, PROVIDER),
    Shown("tcp-closed", Code.TCP_BLOCKED, DKIM, T, PROVIDER),
    Shown("zone-not-served", Code.LAME, DKIM, T, PROVIDER),
    _warned("one-not-serving", Code.LAME_PARTIAL, SPF),
    Shown("servers-failing", Code.SERVFAIL, DKIM, T, PROVIDER),
    _warned("registry-differs", Code.NS_SET_MISMATCH, SPF),
    Shown("second-behind", Code.NAMESERVERS_DISAGREE, DKIM, P, CACHES),
    Shown("signatures-expired", Code.DNSSEC_BOGUS, DKIM, T, PROVIDER),
    Shown("resolver-filters", Code.RESOLVER_FILTERED, DKIM, P, CACHES, beside=True),
    Shown("cached-nothing", Code.CACHED_NEGATIVE, DKIM, P, CACHES),
    Shown("cached-old", Code.STALE_CACHE, DKIM, P, CACHES),
    Shown("denied", Code.PROPAGATING, DKIM, P, CACHES),
    Shown("forgotten", Code.MISSING, CLICK, P, IT, after="wrong-target"),
    Shown("doubled-suffix", Code.DOUBLED_SUFFIX, CLICK, A, IT),
    Shown("host-left-empty", Code.WRONG_HOST, DKIM, A, IT),
    Shown("underscore-lost", Code.UNDERSCORE_LOST, DKIM, A, IT),
    Shown("cname-as-txt", Code.WRONG_TYPE, CLICK, A, IT),
    Shown("wildcard", Code.WILDCARD_SHADOW, CLICK, P, IT),
    Shown("cname-in-the-way", Code.CNAME_CONFLICT, SPF, A, IT),
    Shown("text-beside-cname", Code.CNAME_CONFLICT, CLICK, A, IT),
    Shown("zone-at-cname", Code.CNAME_AT_APEX, CLICK, A, IT),
    Shown("keys-delegated", Code.SUBZONE_DELEGATED, DKIM, P, IT),
    Shown("truncate-dkim", Code.TXT_TRUNCATED, DKIM, A, IT),
    Shown("extra-quotes", Code.TXT_EXTRA_QUOTES, DKIM, A, IT),
    Shown("escaped", Code.TXT_ESCAPED, DKIM, A, IT),
    Shown("cut-at-semicolon", Code.TXT_CUT_AT_SEMICOLON, DKIM, A, IT),
    Shown("spaces-lost", Code.TXT_SPACES_LOST, SPF, A, IT),
    Shown("split-records", Code.TXT_SPLIT_RECORDS, DKIM, A, IT),
    Shown("invisible-character", Code.TXT_ODD_CHARACTERS, DKIM, A, IT),
    Shown("second-spf", Code.MULTIPLE_SPF, SPF, A, IT),
    Shown("spf-misspelled", Code.SPF_SYNTAX, SPF, A, IT),
    Shown("spf-negated", Code.SPF_INCLUDE_NEGATED, SPF, A, IT),
    Shown("spf-after-all", Code.SPF_INCLUDE_AFTER_ALL, SPF, A, IT),
    Shown("spf-other-include", Code.SPF_MISSING_INCLUDE, SPF, A, IT),
    Shown("spf-loop", Code.SPF_LOOP, SPF, A, IT),
    Shown("spf-dead-include", Code.SPF_NESTED_ERROR, SPF, A, IT),
    Shown("spf-too-much", Code.SPF_TOO_MANY_LOOKUPS, SPF, A, IT),
    Shown("spf-dead-names", Code.SPF_VOID_LOOKUPS, SPF, A, IT),
    _warned("spf-plus-all", Code.SPF_PLUS_ALL, SPF),
    _warned("spf-ptr", Code.SPF_PTR, SPF),
    Shown("dkim-duplicate", Code.DKIM_DUPLICATE, DKIM, A, IT),
    Shown("dkim-revoked", Code.DKIM_REVOKED, DKIM, A, IT),
    Shown("dkim-other-version", Code.DKIM_SYNTAX, DKIM, A, IT),
    Shown("dkim-cut", Code.DKIM_TRUNCATED, DKIM, A, IT),
    Shown("dkim-damaged", Code.DKIM_CORRUPT, DKIM, A, IT),
    Shown("dkim-other-type", Code.DKIM_WRONG_TYPE, DKIM, A, IT),
    Shown("dkim-sha1-only", Code.DKIM_RESTRICTED, DKIM, A, IT),
    Shown("dkim-weak", Code.DKIM_WEAK, DKIM, A, IT),
    Shown("dkim-other-key", Code.DKIM_OTHER_KEY, DKIM, A, IT),
    _warned("dkim-testing", Code.DKIM_TESTING, DKIM),
    Shown("dmarc-duplicate", Code.DMARC_DUPLICATE, DMARC, A, IT),
    Shown("dmarc-misspelled", Code.DMARC_INVALID, DMARC, A, IT),
    Shown("dmarc-from-above", Code.DMARC_INHERITED, DMARC, V, NOBODY),
    _warned("dmarc-enforced", Code.DMARC_INHERITED_ENFORCING, DMARC),
    _warned("dmarc-no-p", Code.DMARC_NO_P, DMARC),
    _warned("dmarc-strict", Code.DMARC_STRICT_ALIGNMENT, DMARC),
    _warned("dmarc-foreign-reports", Code.DMARC_RUA_UNAUTHORISED, DMARC),
    Shown("dmarc-milder", Code.DMARC_WEAKER_POLICY, DMARC, V, NOBODY, beside=True, policy=DmarcPolicy.REJECT),
    _warned("dmarc-old-tags", Code.DMARC_LEGACY_TAGS, DMARC),
    _warned("dmarc-test-mode", Code.DMARC_TEST_MODE, DMARC),
    Shown("target-doubled", Code.TARGET_DOUBLED_SUFFIX, CLICK, A, IT),
    Shown("proxied", Code.CNAME_PROXIED, CLICK, A, IT),
    Shown("flattened", Code.CNAME_FLATTENED, CLICK, A, IT),
    Shown("address-instead", Code.ADDRESS_INSTEAD, CLICK, A, IT),
    _warned("by-way-of", Code.CNAME_CHAIN, CLICK),
    Shown("wrong-target", Code.CNAME_WRONG_TARGET, CLICK, A, IT),
    Shown("target-dead", Code.TARGET_BROKEN, CLICK, T, US),
    Shown("other-issuer", Code.CAA_BLOCKS, CERTIFICATE, A, IT),
    Shown("null-mx", Code.NULL_MX, MX, A, IT),
    Shown("second-mx", Code.MX_EXTRA, MX, A, IT),
    Shown("mx-doubled", Code.MX_TARGET_DOUBLED, MX, A, IT),
    Shown("mx-both-in-one", Code.MX_PRIORITY_IN_TARGET, MX, A, IT),
    Shown("mx-other-region", Code.MX_WRONG_REGION, MX, A, IT),
    Shown("wrong-mx", Code.MX_MAILBOX_IN_USE, MX, A, IT),
    _warned("mx-priority", Code.MX_WRONG_PRIORITY, MX),
)
"""Every slip but the one that concerns no record."""

LOST = ("wrong-target", "forgotten", "truncate-dkim", "second-spf", "domain-expired")
"""Slips at records that were verified before: each shows `regressed`, once it was seen twice, with what it comes to."""

OFFLINE = "resolver-silent"
"""The slip that shows `checker-offline`: of no record, but of all that is looked at."""


@dataclass(frozen=True, slots=True)
class Elsewhere:
    """A code that is no slip of its own, and why."""

    state: State
    waits_for: BlockedOn
    why: str
    beside: bool = False


ELSEWHERE = {
    Code.OK: Elsewhere(V, NOBODY, "a record that is right"),
    Code.CHECKER_OFFLINE: Elsewhere(T, US, f"`{OFFLINE}`: the reply is about the whole domain"),
    Code.REGRESSED: Elsewhere(T, IT, f"any slip at a record that was verified, such as `{LOST[0]}`, once seen twice"),
}
