"""Support alerts: one message per incident, what follows is threaded."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import ClassVar

from core.exhibits import Exhibits
from core.findings import BlockedOn
from core.notices.parts import Notice, Place
from core.records import Purpose
from core.sending_domain import Actor, DeploymentEvent, TrackedRecord


@dataclass(frozen=True, slots=True, kw_only=True)
class Alert(Notice):
    """A message to support. `incident_id` anchors what follows; `asker` created the domain."""

    place: ClassVar[Place] = Place.ALERT
    incident_id: str
    since_at: datetime
    asker: Actor
    rows: tuple[TrackedRecord, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class AlertFailed(Alert):
    """The window has passed with `n` required records not verified."""

    kind: ClassVar[str] = "alert.failed"
    window: timedelta
    deadline_at: datetime
    n: int


@dataclass(frozen=True, slots=True, kw_only=True)
class AlertTemporary(Alert):
    """Verified records of the domain went wrong."""

    kind: ClassVar[str] = "alert.temporary"
    purposes: tuple[Purpose, ...]
    first_at: datetime
    second_at: datetime
    deadline_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class AlertStalled(Alert):
    """Events are incomplete long after the DNS was verified."""

    kind: ClassVar[str] = "alert.stalled"
    verified_at: datetime
    duration: timedelta
    remaining: int
    next_event: DeploymentEvent


@dataclass(frozen=True, slots=True, kw_only=True)
class AlertNoRecords(Alert):
    """The provisioner has made no records long after deployment began."""

    kind: ClassVar[str] = "alert.no_records"
    duration: timedelta
    last_event: DeploymentEvent | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class AlertProvisioning(Alert):
    """The provisioner refuses, or has failed an ACTIVE domain."""

    kind: ClassVar[str] = "alert.provisioning"
    step: str
    error: str
    remedy: str


@dataclass(frozen=True, slots=True, kw_only=True)
class AlertOffline(Alert):
    """The bot cannot query DNS; one alert for all `n` domains. The subject is any one of them."""

    kind: ClassVar[str] = "alert.offline"
    error: str
    n: int


@dataclass(frozen=True, slots=True, kw_only=True)
class AlertUnseen(Alert):
    """Records have had no definite answer for long. `blocked_on`: whose turn that is."""

    kind: ClassVar[str] = "alert.unseen"
    purposes: tuple[Purpose, ...]
    duration: timedelta
    blocked_on: BlockedOn = BlockedOn.DNS_PROVIDER


class Resolution(StrEnum):
    """How an incident ended."""

    FIXED = "fixed"
    RESTARTED = "restarted"
    COMPLETE = "complete"
    STOPPED = "stopped"
    REMOVED = "removed"
    ONLINE = "online"
    RECORDS_READY = "records_ready"
    REDEPLOYED = "redeployed"


@dataclass(frozen=True, slots=True, kw_only=True)
class AlertResolved(Notice):
    """The incident is over: its alert is edited, and a reply says how."""

    kind: ClassVar[str] = "alert.resolved"
    place: ClassVar[Place] = Place.ALERT_THREAD
    incident_id: str
    opened_at: datetime
    resolved_at: datetime
    how: Resolution
    actor: Actor | None = None
    about: str = ""
    """The `kind` of the alert that is over, such as ``"alert.failed"``: its head stays above the edited message."""


@dataclass(frozen=True, slots=True, kw_only=True)
class EvidenceFile(Notice):
    """The evidence behind an alert, as a snippet in the alert's thread.

    `text` is the whole file where an earlier release wrote one; otherwise it is made of `exhibits`.
    """

    kind: ClassVar[str] = "alert.evidence"
    place: ClassVar[Place] = Place.ALERT_THREAD
    incident_id: str
    text: str = ""
    exhibits: Exhibits | None = None


ALERTS: tuple[type[Notice], ...] = (
    AlertFailed,
    AlertTemporary,
    AlertStalled,
    AlertNoRecords,
    AlertProvisioning,
    AlertOffline,
    AlertUnseen,
    AlertResolved,
    EvidenceFile,
)
