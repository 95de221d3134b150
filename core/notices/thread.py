"""Replies in the card's thread: what changed, once per look."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import ClassVar

from core.notices.parts import Notice, Place
from core.records import Purpose, RecordSet
from core.sending_domain import Actor, TrackedRecord
from core.turns import Turn


@dataclass(frozen=True, slots=True, kw_only=True)
class ThreadNotice(Notice):
    """A reply in the card's thread. `rows` are the records it reports on; `next_at` is the next check."""

    place: ClassVar[Place] = Place.THREAD
    broadcast: ClassVar[bool] = False
    turn: Turn
    rows: tuple[TrackedRecord, ...] = ()
    next_at: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class RecordsReady(ThreadNotice):
    """The records exist: IT can add them."""

    kind: ClassVar[str] = "thread.records_ready"
    broadcast: ClassVar[bool] = True
    n: int


@dataclass(frozen=True, slots=True, kw_only=True)
class ZoneTable(Notice):
    """The records as a table, with hosts to enter and advice for the DNS provider."""

    kind: ClassVar[str] = "zone.table"
    place: ClassVar[Place] = Place.THREAD
    records: RecordSet


@dataclass(frozen=True, slots=True, kw_only=True)
class ZoneFile(Notice):
    """The zone file, as a snippet. `made_at` stands in its head."""

    kind: ClassVar[str] = "zone.file"
    place: ClassVar[Place] = Place.THREAD
    records: RecordSet
    made_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class RecordsChanged(ThreadNotice):
    """The provisioner changed the records. `kept` of them keep their result."""

    kind: ClassVar[str] = "thread.records_changed"
    purposes: tuple[Purpose, ...]
    kept: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Started(ThreadNotice):
    """Verification has begun. `dmarc_open` adds that DMARC delays nothing."""

    kind: ClassVar[str] = "thread.started"
    actor: Actor
    window: timedelta
    deadline_at: datetime
    fast: timedelta
    burst: timedelta
    poll: timedelta
    dmarc_open: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Restarted(ThreadNotice):
    """Verification has begun again, after a failure."""

    kind: ClassVar[str] = "thread.restarted"
    actor: Actor
    window: timedelta
    deadline_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class RecordsUpdate(ThreadNotice):
    """One look verified some records (`newly_verified`), or found something else wrong (`changed`), or both."""

    kind: ClassVar[str] = "thread.records_update"
    newly_verified: tuple[Purpose, ...] = ()
    changed: tuple[Purpose, ...] = ()
    verified: int
    required: int


@dataclass(frozen=True, slots=True, kw_only=True)
class AllVerified(ThreadNotice):
    """Every required record is right; events are still to come."""

    kind: ClassVar[str] = "thread.all_verified"
    required: int
    remaining: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Active(ThreadNotice):
    """The domain can send mail. `dmarc_missing` adds the suggestion of a DMARC record."""

    kind: ClassVar[str] = "thread.active"
    broadcast: ClassVar[bool] = True
    sweep: timedelta
    dmarc_missing: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Reminder(ThreadNotice):
    """The window is running out. `last` adds what happens after it."""

    kind: ClassVar[str] = "thread.reminder"
    left: timedelta
    deadline_at: datetime
    n: int
    required: int
    last: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Temporary(ThreadNotice):
    """Verified records have been bad twice."""

    kind: ClassVar[str] = "thread.temporary"
    purposes: tuple[Purpose, ...]
    first_at: datetime
    second_at: datetime
    deadline_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Recovered(ThreadNotice):
    """The records that went wrong are right again."""

    kind: ClassVar[str] = "thread.recovered"
    purposes: tuple[Purpose, ...]
    since_at: datetime
    duration: timedelta


@dataclass(frozen=True, slots=True, kw_only=True)
class Failed(ThreadNotice):
    """The window has passed."""

    kind: ClassVar[str] = "thread.failed"
    broadcast: ClassVar[bool] = True
    window: timedelta
    n: int


@dataclass(frozen=True, slots=True, kw_only=True)
class FailedByProvisioner(ThreadNotice):
    """The provisioner has failed the domain for good."""

    kind: ClassVar[str] = "thread.failed.engage"
    broadcast: ClassVar[bool] = True
    error: str
    verified: int
    required: int


@dataclass(frozen=True, slots=True, kw_only=True)
class RightNow(ThreadNotice):
    """All required records are right, but the window is closed."""

    kind: ClassVar[str] = "thread.right_now"


@dataclass(frozen=True, slots=True, kw_only=True)
class Cancelled(ThreadNotice):
    """An admin has stopped the setup."""

    kind: ClassVar[str] = "thread.cancelled"
    actor: Actor


@dataclass(frozen=True, slots=True, kw_only=True)
class Offline(ThreadNotice):
    """The bot cannot query DNS; nothing is judged."""

    kind: ClassVar[str] = "thread.offline"
    since_at: datetime
    deadline_at: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Online(ThreadNotice):
    """The bot can query DNS again."""

    kind: ClassVar[str] = "thread.online"
    since_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Removed(ThreadNotice):
    """The domain is gone; IT is to delete its `n` records."""

    kind: ClassVar[str] = "thread.removed"
    actor: Actor
    n: int
    provider: str | None = None


THREAD: tuple[type[Notice], ...] = (
    RecordsReady,
    ZoneTable,
    ZoneFile,
    RecordsChanged,
    Started,
    Restarted,
    RecordsUpdate,
    AllVerified,
    Active,
    Reminder,
    Temporary,
    Recovered,
    Failed,
    FailedByProvisioner,
    RightNow,
    Cancelled,
    Offline,
    Online,
    Removed,
)
