"""The sending domain: everything the product knows about one, as a value.

Two axes that are never mixed: the domain status (may it send?) and the verification status (are the
records right?). Only `core.lifecycle.decide` changes either.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum

from core.findings import Finding, ZoneFacts
from core.records import ExpectedRecord, RecordSet


class DomainStatus(StrEnum):
    """May the domain send?"""

    SUSPENDED = "SUSPENDED"
    DEPLOYING = "DEPLOYING"
    ACTIVE = "ACTIVE"


class VerificationStatus(StrEnum):
    """Are the records right? The five words of the source and of Amazon SES; records have one each, too."""

    NOT_STARTED = "Not Started"
    PENDING = "Pending"
    VERIFIED = "Verified"
    TEMPORARY_FAILURE = "Temporary Failure"
    FAILURE = "Failure"


class DeploymentEvent(StrEnum):
    """The six events of a deployment, in the order in which they usually complete."""

    SECRET = "UPDATE_TO_SECRET_COMPLETED"  # noqa: S105 # nosec B105 # the name of an event
    IDENTITY = "UPDATE_TO_IDENTITY_COMPLETED"
    CDN = "UPDATE_TO_CDN_COMPLETED"
    CERTIFICATE = "UPDATE_TO_CERTIFICATE_COMPLETED"
    ENABLE_IDENTITY = "UPDATE_TO_ENABLE_IDENTITY_COMPLETED"
    ENABLE_CDN = "UPDATE_TO_ENABLE_CDN_COMPLETED"


class Wanted(StrEnum):
    """What a command asked for; the tick reconciles the provisioner with it."""

    CREATED = "created"
    DEPLOYED = "deployed"
    VERIFYING = "verifying"
    REMOVED = "removed"


class Language(StrEnum):
    """The languages everything is said in."""

    EN = "en"
    JA = "ja"


class DmarcPolicy(StrEnum):
    """The DMARC policies to choose from, mildest first."""

    NONE = "none"
    QUARANTINE = "quarantine"
    REJECT = "reject"


@dataclass(frozen=True, slots=True)
class Actor:
    """Who asked, in which language to answer, and in which channel (and thread) the question was put."""

    user_id: str
    language: Language = Language.EN
    channel: str | None = None
    thread_ts: str | None = None


@dataclass(frozen=True, slots=True)
class TrackedRecord:
    """An expected record with what is known of it.

    `since` is when `status` was reached, `finding_since` when the finding's code was first found. `bad_since`
    and `bad_look` name the first of two bad looks at a verified record; they stay until it is right again.
    `unknown_since` is when definite answers stopped; `silence` is why, where a verified record goes on showing that.
    """

    expected: ExpectedRecord
    status: VerificationStatus = VerificationStatus.NOT_STARTED
    finding: Finding | None = None
    since: datetime | None = None
    bad_since: datetime | None = None
    bad_look: str | None = None
    unknown_since: datetime | None = None
    finding_since: datetime | None = None
    silence: Finding | None = None

    @property
    def last_found(self) -> Finding | None:
        """What is known of the last looks: why they could not judge, where a verified record goes on showing more."""
        return self.silence or self.finding


@dataclass(frozen=True, slots=True)
class Window:
    """One verification window. A later change of settings does not move it."""

    id: str
    opened_at: datetime
    deadline: datetime
    reminders_sent: int = 0

    @property
    def length(self) -> timedelta:
        """How long the window is in all."""
        return self.deadline - self.opened_at


class IncidentKind(StrEnum):
    """What support can be alerted about; each is one message, and what follows is threaded."""

    FAILED = "failed"
    TEMPORARY = "temporary"
    STALLED = "stalled"
    NO_RECORDS = "no_records"
    PROVISIONING = "provisioning"
    UNSEEN = "unseen"


@dataclass(frozen=True, slots=True)
class Incident:
    """An open incident of a domain: there is one support message for it, anchored by `id`."""

    id: str
    kind: IncidentKind
    opened_at: datetime


@dataclass(frozen=True, slots=True)
class ProvisionerError:
    """Why the provisioner refused, in its words, and what would mend it (in English, from the adapter)."""

    step: str
    error: str
    remedy: str
    at: datetime


class Verdict(StrEnum):
    """What the provisioner itself says about the verification."""

    NOT_STARTED = "NOT_STARTED"
    PENDING = "PENDING"
    SUCCESS = "SUCCESS"
    TEMPORARY_FAILURE = "TEMPORARY_FAILURE"
    FAILED = "FAILED"
    UNKNOWN = "UNKNOWN"  # a word we do not know; shown, never acted on


@dataclass(frozen=True, slots=True, kw_only=True)
class SendingDomain:
    """One sending domain of one Slack team.

    `version` is the storage's compare-and-set counter. `next_check_at` is None where nothing is due.
    `watchers` pressed *Check now* and wait for the next look's result. `created_with` etc. remember what the
    provisioner was already asked, so that a repeated pass asks for nothing twice.
    """

    id: str
    team_id: str
    name: str
    language: Language
    dmarc_policy: DmarcPolicy
    asker: Actor
    created_at: datetime
    provisioner: str = "Engage"

    status: DomainStatus = DomainStatus.SUSPENDED
    verification: VerificationStatus = VerificationStatus.NOT_STARTED
    wanted: Wanted = Wanted.CREATED
    events: Mapping[DeploymentEvent, datetime] = field(default_factory=dict)
    records: tuple[TrackedRecord, ...] = ()
    record_set_version: int = 0
    window: Window | None = None
    """The latest window. It stays when it has ended, for what is said about it; `running_window` has not ended."""
    incident: Incident | None = None
    zone: ZoneFacts | None = None

    provisioner_id: str | None = None
    adopted: bool = False
    deploy_accepted: bool = False
    """The provisioner has taken the order to deploy."""
    verify_accepted: str | None = None
    """The id of the window for which the provisioner was told to verify."""
    update_wanted: bool = False
    """Key or policy were edited after the provisioner had been told the old ones."""
    cancel_wanted: bool = False
    """The deployment was cancelled, and the provisioner has not been told yet."""
    verdict: Verdict = Verdict.NOT_STARTED
    verdict_word: str = ""
    verdict_at: datetime | None = None
    provisioner_error: ProvisionerError | None = None
    adoptable_id: str | None = None
    """The id of a foreign resource of this name that an admin may adopt."""

    key_id: str | None = None
    """First eight hex digits of the SHA-256 of the write-only key."""
    key_held: bool = True
    """The vault still holds the key. The tick erases it there when this turns False."""
    key_erased_at: datetime | None = None
    key_entered_at: datetime | None = None
    """When the key was entered again; None if it is still the one from the creation."""

    preflight_at: datetime | None = None
    """When the pre-flight was made, whatever came of it."""
    deployed_by: Actor | None = None
    """Who started the latest deployment."""
    deploy_started_at: datetime | None = None
    records_ready_at: datetime | None = None
    verified_at: datetime | None = None
    active_at: datetime | None = None
    failed_at: datetime | None = None
    removed_at: datetime | None = None
    removed_by: Actor | None = None
    offline_since: datetime | None = None
    burst_until: datetime | None = None
    last_check_at: datetime | None = None
    last_look_id: str | None = None
    next_check_at: datetime | None = None
    last_event_at: datetime | None = None
    told: frozenset[IncidentKind] = frozenset()
    """What support was told once and need not be told again (stalled, no records, unseen)."""
    offline_told: bool = False
    """The thread was told that nothing can be judged."""
    right_now_told: bool = False
    """The thread was told, after a failure, that everything is right now."""
    watchers: tuple[Actor, ...] = ()
    turn: str = ""
    """Whose turn it was at the last save (a `TurnKey`), so that lists can be filtered by it."""
    version: int = 0

    @property
    def record_set(self) -> RecordSet:
        """The expected records with their version."""
        return RecordSet(self.record_set_version, tuple(tracked.expected for tracked in self.records))

    @property
    def required(self) -> tuple[TrackedRecord, ...]:
        """The records without which the domain never becomes ACTIVE."""
        return tuple(tracked for tracked in self.records if tracked.expected.required)

    @property
    def verified_count(self) -> int:
        """How many required records are verified."""
        return sum(tracked.status is VerificationStatus.VERIFIED for tracked in self.required)

    @property
    def all_events(self) -> bool:
        """Tell whether all six deployment events are complete."""
        return len(self.events) == len(DeploymentEvent)

    @property
    def next_event(self) -> DeploymentEvent | None:
        """The first event that is missing, in the usual order."""
        return next((event for event in DeploymentEvent if event not in self.events), None)

    @property
    def running_window(self) -> Window | None:
        """The window in which the verification is running; None where there is no deadline, or removal is wanted."""
        running = (VerificationStatus.PENDING, VerificationStatus.TEMPORARY_FAILURE)
        return self.window if self.verification in running and not self.removing else None

    @property
    def removing(self) -> bool:
        """Tell whether removal was asked for (it may be done already: `removed_at`)."""
        return self.wanted is Wanted.REMOVED
