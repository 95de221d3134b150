"""What a look at one record says: a state, a code (`docs/diagnosis.md` lists them), facts and whose turn it is."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from core.observations import Server
from core.records import ExpectedRecord

Fact = str | int | datetime | tuple[str, ...]
Facts = Mapping[str, Fact]


class State(StrEnum):
    """How a record stands after one look."""

    VERIFIED = "verified"
    PENDING = "pending"
    ACTION = "action"
    TEMPORARY = "temporary"


class BlockedOn(StrEnum):
    """Whose turn it is, in the order in which the worst one wins."""

    IT = "it"
    DNS_PROVIDER = "dns_provider"
    US = "us"
    PROPAGATION = "propagation"
    ENGAGE = "engage"
    NOBODY = "nobody"


class Code(StrEnum):
    """The stable diagnosis codes (docs/diagnosis.md). `OK` is a record that is right and needs no remark."""

    OK = "ok"
    # transport and zone
    CHECKER_OFFLINE = "checker-offline"
    NXDOMAIN_PARENT = "nxdomain-parent"
    NS_UNREACHABLE = "ns-unreachable"
    TCP_BLOCKED = "tcp-blocked"
    LAME = "lame"
    LAME_PARTIAL = "lame-partial"
    DNSSEC_BOGUS = "dnssec-bogus"
    SERVFAIL = "servfail"
    RESOLVER_FILTERED = "resolver-filtered"
    NS_SET_MISMATCH = "ns-set-mismatch"
    NAMESERVERS_DISAGREE = "nameservers-disagree"
    # any record
    REGRESSED = "regressed"
    WILDCARD_SHADOW = "wildcard-shadow"
    DOUBLED_SUFFIX = "doubled-suffix"
    WRONG_HOST = "wrong-host"
    UNDERSCORE_LOST = "underscore-lost"
    WRONG_TYPE = "wrong-type"
    CNAME_AT_APEX = "cname-at-apex"
    CNAME_CONFLICT = "cname-conflict"
    SUBZONE_DELEGATED = "subzone-delegated"
    MISSING = "missing"
    CACHED_NEGATIVE = "cached-negative"
    STALE_CACHE = "stale-cache"
    PROPAGATING = "propagating"
    # TXT
    TXT_EXTRA_QUOTES = "txt-extra-quotes"
    TXT_ESCAPED = "txt-escaped"
    TXT_CUT_AT_SEMICOLON = "txt-cut-at-semicolon"
    TXT_SPACES_LOST = "txt-spaces-lost"
    TXT_SPLIT_RECORDS = "txt-split-records"
    TXT_TRUNCATED = "txt-truncated"
    TXT_ODD_CHARACTERS = "txt-odd-characters"
    # SPF
    MULTIPLE_SPF = "multiple-spf"
    SPF_SYNTAX = "spf-syntax"
    SPF_INCLUDE_NEGATED = "spf-include-negated"
    SPF_INCLUDE_AFTER_ALL = "spf-include-after-all"
    SPF_MISSING_INCLUDE = "spf-missing-include"
    SPF_LOOP = "spf-loop"
    SPF_NESTED_ERROR = "spf-nested-error"
    SPF_TOO_MANY_LOOKUPS = "spf-too-many-lookups"
    SPF_VOID_LOOKUPS = "spf-void-lookups"
    SPF_PLUS_ALL = "spf-plus-all"
    SPF_PTR = "spf-ptr"
    # DKIM
    DKIM_DUPLICATE = "dkim-duplicate"
    DKIM_REVOKED = "dkim-revoked"
    DKIM_SYNTAX = "dkim-syntax"
    DKIM_TRUNCATED = "dkim-truncated"
    DKIM_CORRUPT = "dkim-corrupt"
    DKIM_WRONG_TYPE = "dkim-wrong-type"
    DKIM_RESTRICTED = "dkim-restricted"
    DKIM_WEAK = "dkim-weak"
    DKIM_OTHER_KEY = "dkim-other-key"
    DKIM_TESTING = "dkim-testing"
    # DMARC
    DMARC_DUPLICATE = "dmarc-duplicate"
    DMARC_INVALID = "dmarc-invalid"
    DMARC_INHERITED = "dmarc-inherited"
    DMARC_INHERITED_ENFORCING = "dmarc-inherited-enforcing"
    DMARC_NO_P = "dmarc-no-p"
    DMARC_STRICT_ALIGNMENT = "dmarc-strict-alignment"
    DMARC_RUA_UNAUTHORISED = "dmarc-rua-unauthorised"
    DMARC_WEAKER_POLICY = "dmarc-weaker-policy"
    DMARC_LEGACY_TAGS = "dmarc-legacy-tags"
    DMARC_TEST_MODE = "dmarc-test-mode"
    # CNAME
    TARGET_DOUBLED_SUFFIX = "target-doubled-suffix"
    CNAME_PROXIED = "cname-proxied"
    CNAME_FLATTENED = "cname-flattened"
    ADDRESS_INSTEAD = "address-instead"
    CNAME_CHAIN = "cname-chain"
    CNAME_WRONG_TARGET = "cname-wrong-target"
    TARGET_BROKEN = "target-broken"
    CAA_BLOCKS = "caa-blocks"
    # MX
    NULL_MX = "null-mx"
    MX_EXTRA = "mx-extra"
    MX_TARGET_DOUBLED = "mx-target-doubled"
    MX_PRIORITY_IN_TARGET = "mx-priority-in-target"
    MX_WRONG_REGION = "mx-wrong-region"
    MX_MAILBOX_IN_USE = "mx-mailbox-in-use"
    MX_WRONG_PRIORITY = "mx-wrong-priority"


@dataclass(frozen=True, slots=True)
class Remark:
    """A warning or a piece of information beside a finding; it waits for nobody."""

    code: Code
    facts: Facts = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Finding:
    """The judgement of one look on one record.

    `definite` is False when no usable answer allowed a judgement: such a finding never worsens and
    never completes anything. `facts` fill the advice of the code (`advice.*` in the catalogs); what was seen
    stands under ``seen``, its length under ``length``.
    `servers` gave the answers that decided, the last of which came `seen_at`. Who says the same, and when, makes no
    other finding: neither counts where two are compared.
    """

    record: ExpectedRecord
    state: State
    code: Code
    blocked_on: BlockedOn
    definite: bool = True
    facts: Facts = field(default_factory=dict)
    remarks: tuple[Remark, ...] = ()
    servers: tuple[Server, ...] = field(default=(), compare=False)
    seen_at: datetime | None = field(default=None, compare=False)

    @property
    def verified(self) -> bool:
        """Tell whether the record is definitely right."""
        return self.definite and self.state is State.VERIFIED

    @property
    def bad(self) -> bool:
        """Tell whether the record is definitely not right."""
        return self.definite and self.state is not State.VERIFIED


@dataclass(frozen=True, slots=True)
class ZoneFacts:
    """What a look found out about the domain's surroundings, for hosts, advice and evidence."""

    apex: str
    nameservers: tuple[str, ...] = ()
    provider: str | None = None


@dataclass(frozen=True, slots=True)
class Look:
    """One look at one domain, judged. `full` means that every authoritative server was asked."""

    id: str
    started_at: datetime
    observed_at: datetime
    record_set_version: int
    window_id: str | None
    findings: tuple[Finding, ...]
    full: bool = True
    zone: ZoneFacts | None = None
