"""What one person is told later: by DM, or where the question was put."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import ClassVar

from core.checkup import Checkup
from core.notices.parts import Notice, Place
from core.records import Purpose, RecordSet
from core.sending_domain import Actor, TrackedRecord
from core.turns import Turn


@dataclass(frozen=True, slots=True, kw_only=True)
class DmActive(Notice):
    """To the asker: the domain is ACTIVE, `duration` after its creation."""

    kind: ClassVar[str] = "dm.active"
    place: ClassVar[Place] = Place.DM
    to: Actor
    duration: timedelta


@dataclass(frozen=True, slots=True, kw_only=True)
class DmFailed(Notice):
    """To the asker: not verified in time, or (`error` set) failed by the provisioner."""

    kind: ClassVar[str] = "dm.failed"
    place: ClassVar[Place] = Place.DM
    to: Actor
    window: timedelta
    purposes: tuple[Purpose, ...] = ()
    error: str = ""
    verified: int = 0
    required: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class DeployRecordsReady(Notice):
    """To whoever deployed: the `n` records exist."""

    kind: ClassVar[str] = "deploy.records"
    place: ClassVar[Place] = Place.ASKER
    to: Actor
    n: int
    provider: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class DeployRefused(Notice):
    """To whoever created or deployed: the provisioner refuses."""

    kind: ClassVar[str] = "deploy.refused"
    place: ClassVar[Place] = Place.ASKER
    to: Actor
    step: str
    error: str
    remedy: str


@dataclass(frozen=True, slots=True, kw_only=True)
class AdoptionOffered(Notice):
    """To whoever created: the provisioner has this name already, not made by us."""

    kind: ClassVar[str] = "create.adopt"
    place: ClassVar[Place] = Place.ASKER
    to: Actor


@dataclass(frozen=True, slots=True, kw_only=True)
class PreflightFound(Notice):
    """To whoever created: what the pre-flight found. Nothing is said of a clean one."""

    kind: ClassVar[str] = "create.preflight"
    place: ClassVar[Place] = Place.ASKER
    to: Actor
    checkup: Checkup
    turn: Turn


@dataclass(frozen=True, slots=True, kw_only=True)
class CheckResult(Notice):
    """To whoever asked with `check`. `registered`: the domain is one of ours; `can_create`: the asker is an admin."""

    kind: ClassVar[str] = "check.result"
    place: ClassVar[Place] = Place.ASKER
    to: Actor
    checkup: Checkup
    registered: bool = False
    can_create: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class LookResult(Notice):
    """To whoever pressed *Check now*: what the look found. `changed` rows are empty if nothing is new."""

    kind: ClassVar[str] = "pressed.result"
    place: ClassVar[Place] = Place.ASKER
    to: Actor
    checked_at: datetime
    turn: Turn
    changed: tuple[TrackedRecord, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class RecordsSent(Notice):
    """The zone file by DM, for whoever asked for the records."""

    kind: ClassVar[str] = "records.file"
    place: ClassVar[Place] = Place.DM
    to: Actor
    records: RecordSet
    made_at: datetime


PERSONAL: tuple[type[Notice], ...] = (
    DmActive,
    DmFailed,
    DeployRecordsReady,
    DeployRefused,
    AdoptionOffered,
    PreflightFound,
    CheckResult,
    LookResult,
    RecordsSent,
)
