"""Builders of core values for tests: a domain in any phase, looks at it, and what the provisioner says."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from itertools import count

from core.durations import Durations
from core.events import Event, Looked, Provisioned, Snapshot, Verify, Via
from core.findings import BlockedOn, Code, Fact, Finding, Look, State, ZoneFacts
from core.lifecycle import Decision, Phase, decide
from core.notices import Notice
from core.records import ExpectedRecord, Purpose, RecordType
from core.sending_domain import (
    Actor,
    DeploymentEvent,
    DmarcPolicy,
    DomainStatus,
    Incident,
    IncidentKind,
    Language,
    SendingDomain,
    TrackedRecord,
    Verdict,
    VerificationStatus,
    Wanted,
    Window,
)

NOW = datetime(2026, 11, 23, 14, 5, tzinfo=UTC)
DURATIONS = Durations()
NAME = "mail.example.com"
ADMIN = Actor("U0ADMIN", Language.EN, "C0ANY")
IT = Actor("U0IT", Language.JA, "C0IT")
DKIM_VALUE = "v=DKIM1; k=rsa; p=" + "MIIBIjANBgkqhkiG9w0BAQEFAAOCAQ8A" * 12

EVERY_EVENT = tuple(DeploymentEvent)
EARLY_EVENTS = EVERY_EVENT[:3]
ALL_EVENTS = {"events": dict.fromkeys(EVERY_EVENT, NOW)}
"""All six events complete, as a change for `a_domain`."""
SILENT = Code.NS_UNREACHABLE
"""As a code for `a_look`: nobody answered."""

_ids = count(1)


def new_id(kind: str) -> str:
    """Return an id that nothing else has."""
    return f"{kind}-{next(_ids)}"


def records(*, without: Iterable[Purpose] = ()) -> tuple[ExpectedRecord, ...]:
    """Return the usual record set of `mail.example.com`, in the order of the purposes."""
    every = (
        (Purpose.SPF, RecordType.TXT, f"bounce.{NAME}", "v=spf1 include:amazonses.com ~all"),
        (Purpose.DKIM, RecordType.TXT, f"engage._domainkey.{NAME}", DKIM_VALUE),
        (Purpose.DMARC, RecordType.TXT, f"_dmarc.{NAME}", "v=DMARC1; p=none;"),
        (Purpose.CLICK_TRACKING, RecordType.CNAME, f"click.{NAME}", "click.engage.example.net"),
        (Purpose.IMAGE_HOSTING, RecordType.CNAME, f"img.{NAME}", "d111111abcdef8.cdn.example.net"),
        (Purpose.MX, RecordType.MX, f"bounce.{NAME}", "10 feedback-smtp.us-east-1.amazonses.com"),
    )
    skipped = set(without)
    return tuple(
        ExpectedRecord(purpose, kind, name, value, required=purpose is not Purpose.DMARC)
        for purpose, kind, name, value in every
        if purpose not in skipped
    )


def a_finding(
    record: ExpectedRecord,
    code: Code = Code.OK,
    *,
    definite: bool = True,
    blocked_on: BlockedOn | None = None,
    **facts: Fact,
) -> Finding:
    """Return a finding for `record`; its state and whose turn it is follow from `code` as far as tests care."""
    if code is Code.OK:
        return Finding(record, State.VERIFIED, code, blocked_on or BlockedOn.NOBODY, definite, facts)
    if code in {Code.CACHED_NEGATIVE, Code.STALE_CACHE, Code.PROPAGATING, Code.NAMESERVERS_DISAGREE}:
        return Finding(record, State.PENDING, code, blocked_on or BlockedOn.PROPAGATION, definite, facts)
    if not definite:
        return Finding(record, State.TEMPORARY, code, blocked_on or BlockedOn.DNS_PROVIDER, definite, facts)
    state = State.PENDING if code is Code.MISSING else State.ACTION
    return Finding(record, state, code, blocked_on or BlockedOn.IT, definite, facts)


def unanswered(record: ExpectedRecord) -> Finding:
    """Return the finding of a record about which nobody gave a usable answer."""
    return a_finding(record, Code.NS_UNREACHABLE, definite=False)


def a_look(
    domain: SendingDomain,
    at: datetime = NOW,
    found: Mapping[Purpose, Finding | Code] | None = None,
    otherwise: Code = Code.OK,
    **changes: object,
) -> Look:
    """Return a full look at `domain` that ended `at`; records not in `found` are as `otherwise` says.

    `Code.NS_UNREACHABLE` stands for "nobody answered".
    """
    found = found or {}

    def finding(record: ExpectedRecord) -> Finding:
        result = found.get(record.purpose, otherwise)
        if isinstance(result, Finding):
            return result
        return unanswered(record) if result is Code.NS_UNREACHABLE else a_finding(record, result)

    look = Look(
        id=new_id("look"),
        started_at=at - timedelta(seconds=2),
        observed_at=at,
        record_set_version=domain.record_set_version,
        window_id=domain.window.id if domain.window else None,
        findings=tuple(finding(record) for record in domain.record_set),
    )
    return replace(look, **changes)


def looked(look: Look) -> Looked:
    """Return the event of a finished look."""
    return Looked(look, new_id("window"), new_id("incident"))


def a_snapshot(
    domain: SendingDomain,
    *events: DeploymentEvent,
    records: tuple[ExpectedRecord, ...] | None = None,
    verdict: Verdict = Verdict.PENDING,
    at: datetime = NOW,
) -> Snapshot:
    """Return how the provisioner describes `domain`: with its own records, unless others are given."""
    return Snapshot(
        provisioner_id=domain.provisioner_id or "engage-1",
        records=domain.record_set.records if records is None else records,
        events=dict.fromkeys(events, at),
        verdict=verdict,
        verdict_word=verdict.value,
        asked_at=at,
    )


def provisioned(domain: SendingDomain, *events: DeploymentEvent, **said: object) -> Provisioned:
    """Return the event of a provisioner's answer; `said` as for `a_snapshot`."""
    return Provisioned(a_snapshot(domain, *events, **said), new_id("window"))


def record_of(domain: SendingDomain, purpose: Purpose) -> TrackedRecord:
    """Return the tracked record for `purpose`."""
    return next(record for record in domain.records if record.expected.purpose is purpose)


def a_window(opened_at: datetime = NOW - timedelta(hours=1)) -> Window:
    """Return a window of 72 hours."""
    return Window("window-0", opened_at, opened_at + DURATIONS.window)


DEADLINE = a_window().deadline
"""The deadline of the window that runs in a domain which `a_domain` made."""


def _tracked(status: VerificationStatus) -> tuple[TrackedRecord, ...]:
    verified = status is VerificationStatus.VERIFIED
    since = None if status is VerificationStatus.NOT_STARTED else NOW - timedelta(minutes=10)
    code = Code.OK if verified else Code.MISSING
    return tuple(
        TrackedRecord(
            record,
            status,
            None if since is None else a_finding(record, code),
            since=since,
            finding_since=since,
        )
        for record in records()
    )


def _one_lost(tracked: tuple[TrackedRecord, ...]) -> tuple[TrackedRecord, ...]:
    """Let the DKIM record have gone missing after it had been verified."""
    since = NOW - timedelta(minutes=10)

    def lost(record: TrackedRecord) -> TrackedRecord:
        if record.expected.purpose is not Purpose.DKIM:
            return record
        missing = a_finding(record.expected, Code.MISSING)
        regressed = replace(
            missing,
            state=State.TEMPORARY,
            code=Code.REGRESSED,
            facts={"since_at": since, "underlying": Code.MISSING.value},
        )
        return replace(
            record,
            status=VerificationStatus.TEMPORARY_FAILURE,
            finding=regressed,
            since=since,
            bad_since=since,
            bad_look="look-bad",
        )

    return tuple(lost(record) for record in tracked)


def a_domain(phase: Phase = Phase.S0, **changes: object) -> SendingDomain:
    """Return a domain in `phase` as it would have got there within the last hours; `changes` are fields of it."""
    domain = _in_phase(phase)
    return replace(domain, **changes)


def _in_phase(phase: Phase) -> SendingDomain:
    created_at = NOW - timedelta(hours=3)
    base = SendingDomain(
        id="domain-1",
        team_id="T1",
        name=NAME,
        language=Language.EN,
        dmarc_policy=DmarcPolicy.NONE,
        asker=ADMIN,
        created_at=created_at,
        provisioner_id="engage-1",
        key_id="0a1b2c3d",
        last_event_at=NOW - timedelta(minutes=10),
        preflight_at=created_at,
        zone=ZoneFacts("example.com", ("ns1.example.net", "ns2.example.net"), "Example DNS"),
    )
    deploying = replace(
        base,
        status=DomainStatus.DEPLOYING,
        wanted=Wanted.DEPLOYED,
        deploy_accepted=True,
        deploy_started_at=NOW - timedelta(minutes=30),
        deployed_by=ADMIN,
    )
    with_records = replace(
        deploying,
        records=_tracked(VerificationStatus.NOT_STARTED),
        record_set_version=1,
        records_ready_at=NOW - timedelta(minutes=25),
        events=dict.fromkeys(EARLY_EVENTS, NOW - timedelta(minutes=26)),
        key_held=False,
        key_erased_at=NOW - timedelta(minutes=26),
    )
    pending = replace(
        with_records,
        verification=VerificationStatus.PENDING,
        wanted=Wanted.VERIFYING,
        records=_tracked(VerificationStatus.PENDING),
        window=a_window(),
        verify_accepted="window-0",
        last_check_at=NOW - timedelta(minutes=10),
        last_look_id="look-0",
    )
    verified = replace(
        pending,
        verification=VerificationStatus.VERIFIED,
        records=_tracked(VerificationStatus.VERIFIED),
        verified_at=NOW - timedelta(minutes=10),
    )
    failing = replace(verified, verification=VerificationStatus.TEMPORARY_FAILURE, records=_one_lost(verified.records))
    active = replace(
        verified,
        status=DomainStatus.ACTIVE,
        events=dict.fromkeys(EVERY_EVENT, NOW - timedelta(minutes=12)),
        active_at=NOW - timedelta(minutes=10),
    )
    built: dict[Phase, Callable[[], SendingDomain]] = {
        Phase.S0: lambda: base,
        Phase.D0: lambda: deploying,
        Phase.D1: lambda: with_records,
        Phase.DP: lambda: pending,
        Phase.DV: lambda: verified,
        Phase.DT: lambda: failing,
        Phase.AV: lambda: active,
        Phase.AT: lambda: replace(
            active,
            verification=VerificationStatus.TEMPORARY_FAILURE,
            records=_one_lost(active.records),
            incident=Incident("incident-0", IncidentKind.TEMPORARY, NOW - timedelta(minutes=10)),
        ),
        Phase.SF: lambda: replace(
            pending,
            status=DomainStatus.SUSPENDED,
            verification=VerificationStatus.FAILURE,
            wanted=Wanted.DEPLOYED,
            records=_tracked(VerificationStatus.FAILURE),
            window=a_window(NOW - timedelta(hours=73)),
            failed_at=NOW - timedelta(hours=1),
            incident=Incident("incident-0", IncidentKind.FAILED, NOW - timedelta(hours=1)),
        ),
        Phase.RM: lambda: replace(with_records, wanted=Wanted.REMOVED, removed_by=ADMIN),
    }
    return built[phase]()


def verify(actor: Actor = IT, via: Via = Via.COMMAND) -> Verify:
    """Return the event of somebody asking for verification."""
    return Verify(actor, new_id("window"), via)


def after(domain: SendingDomain, *events: Event, at: datetime = NOW) -> SendingDomain:
    """Return what becomes of `domain` after `events`, all of them `at` one moment."""
    for event in events:
        domain = decide(domain, event, at, DURATIONS).domain
    return domain


def kinds(decision: Decision) -> list[type[Notice]]:
    """Return the types of what is said, in order."""
    return [type(notice) for notice in decision.notices]
