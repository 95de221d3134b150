"""The ports: what the services need of the world, as protocols. One adapter each, and one fake."""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Protocol

from core.access import Role
from core.diagnosis import Case
from core.events import Snapshot
from core.findings import Finding
from core.notices import Notice
from core.observations import Evidence, Server
from core.sending_domain import DmarcPolicy, Language, SendingDomain


class Provisioner(Protocol):
    """Where sending domains are made. Every call may be repeated; none is retried for long inside.

    All raise `TransientError` (try later), `RequestRefused` (the asker's mistake, or refused for good) or
    `ConfigurationError` (the credentials are refused).
    """

    name: str

    async def create(
        self, domain: str, write_only_key: str, policy: DmarcPolicy, recorded_id: str | None, reference: str = ""
    ) -> Snapshot:
        """Get or create the resource for `domain`, with this key and policy.

        Raises `NameTaken` for one that is not ours. Ours is the one that `recorded_id` names, and the one that
        bears our `reference` (the id of our domain): its creation was accepted, but the answer was lost.
        """
        ...

    async def update(self, provisioner_id: str, write_only_key: str | None, policy: DmarcPolicy | None) -> Snapshot:
        """Change the key or the policy of a resource."""
        ...

    async def deploy(self, provisioner_id: str) -> Snapshot:
        """Start the deployment."""
        ...

    async def verify(self, provisioner_id: str) -> Snapshot:
        """Start (or start again) the provisioner's own verification."""
        ...

    async def get(self, provisioner_id: str) -> Snapshot | None:
        """Describe the resource; None if there is none."""
        ...

    async def cancel(self, provisioner_id: str) -> Snapshot | None:
        """Stop the deployment where the provisioner can; otherwise just describe."""
        ...

    async def remove(self, provisioner_id: str) -> None:
        """Tear the resource down. Nothing there is success."""
        ...

    async def probe(self) -> None:
        """Try the credentials without changing anything (`doctor`)."""
        ...


@dataclass(frozen=True, slots=True)
class ControlResult:
    """Whether the bot can query DNS at all. `error` is empty if it can.

    `asked` is the server that answered, `name` what it was asked about; None and empty where nobody was.
    """

    online: bool
    error: str = ""
    server: str = ""
    took_ms: int = 0
    asked: Server | None = None
    name: str = ""


class DnsObserver(Protocol):
    """Asks the DNS what the core wants to know."""

    async def observe(self, case: Case) -> Evidence:
        """Loop: ask `core.diagnosis.next_questions` what to ask next, ask it, until there is nothing more.

        Never raises for anything that a name server does, and ends within the case's budget.
        """
        ...

    async def survey(self) -> Sequence[ControlResult]:
        """Put the control query to each server that the operator lists (`doctor`); empty if none is listed."""
        ...

    async def control(self) -> ControlResult:
        """Put the control query. Online without asking when no resolver is to be used."""
        ...


@dataclass(frozen=True, slots=True)
class Anchor:
    """A message in Slack that later ones are tied to.

    `name` is ``card``, ``zone_file`` or ``alert:<incident id>``. `link` is its permalink, if known.
    """

    name: str
    channel: str
    ts: str
    link: str | None = None


@dataclass(frozen=True, slots=True)
class Delivery:
    """One notice on its way out.

    `domain` is the domain as it stands now (None once it is gone); `anchors` what is already in Slack, by
    name. `progress` is what an earlier attempt saved (the `file_id` of an upload, `sent_ts`, …). `original` is the
    alert that a resolution is about, where it is still known.
    """

    outbox_id: int
    notice: Notice
    domain: SendingDomain | None
    anchors: Mapping[str, Anchor]
    attempts: int = 0
    progress: Mapping[str, str] = field(default_factory=dict)
    original: Notice | None = None


SaveProgress = Callable[[Mapping[str, str]], Awaitable[None]]
"""Commits what an attempt must remember if it dies: called between the steps of a delivery."""


class Messenger(Protocol):
    """Says things in Slack. Rendering is its business, and so are pacing and Slack's traps."""

    async def deliver(self, delivery: Delivery, save_progress: SaveProgress) -> Sequence[Anchor]:
        """Say one notice; return the anchors that are new or have changed.

        Raises `TransientError` (with `retry_after` for a 429), `AmbiguousError` (it may have been posted),
        `ChannelUnavailable` (park the lane) or `PermanentError` (this row cannot be said).
        """
        ...


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody, as Slack describes them. No roles at all for strangers, guests and bots."""

    user_id: str
    language: Language
    roles: frozenset[Role]


@dataclass(frozen=True, slots=True)
class Places:
    """The one workspace the bot serves, and where it speaks there.

    `bot_user_id` is the bot itself, `bot_name` the name by which it is invited.
    """

    team_id: str
    it_channel: str
    support_channel: str
    bot_user_id: str = ""
    bot_name: str = "engage-domain"


class Directory(Protocol):
    """Who people are: roles, language. Roles are cached for five minutes."""

    async def person(self, team_id: str, user_id: str) -> Person:
        """Describe a user. Raises `TransientError` when roles cannot be read."""
        ...

    async def admins(self) -> tuple[str, ...]:
        """Return the user ids of the admins, to name as contacts."""
        ...


class Waker(Protocol):
    """Wakes the ticks, so that what was just committed is not kept waiting."""

    def wake(self) -> None:
        """Have the check tick and the dispatch tick run soon. Never blocks, never loses a call."""
        ...


class Clock(Protocol):
    """Tells the time."""

    def __call__(self) -> datetime:
        """Return the present moment, aware, in UTC."""
        ...


@dataclass(frozen=True, slots=True)
class Check:
    """One thing that `doctor` has tried: how it stands, in words, and what to do if it is wrong."""

    name: str
    ok: bool
    detail: str
    remedy: str = ""


class Meter(Protocol):
    """Counts and times what the bot does, for the operator.

    Every word that is handed in is one of a few of ours: never a name, an id or what somebody typed. Nothing
    here raises or waits.
    """

    def request(self, outcome: str, took: timedelta) -> None:
        """Somebody was served: ``answered``, ``refused`` (their mistake, or not allowed) or ``failed``."""
        ...

    def claimed(self, lag: timedelta) -> None:
        """A domain was taken up for a check, so long after it was due."""
        ...

    def checked(self, outcome: str) -> None:
        """A check came to its end: ``saved``, ``lost_race`` or ``failed``."""
        ...

    def looked(self, took: timedelta, findings: Sequence[Finding], *, full: bool) -> None:
        """The DNS was looked at: a glance, or a `full` look with what it found."""
        ...

    def online(self, online: bool) -> None:  # noqa: FBT001 -- it is the only thing that is told
        """The control query was answered, or was not."""
        ...

    def dispatched(self, lane_kind: str, outcome: str, waited: timedelta) -> None:
        """A row of the outbox was tried, so long after it was written.

        It was ``sent``, or will be tried again (``retry``), or its lane was ``parked``, or it was given up (``dead``).
        """
        ...

    def slack_failed(self, method: str, kind: str) -> None:
        """A call of Slack's failed; `method` as in Slack's reference, `kind` as in `bot.adapters.slack.calls`."""
        ...

    def slack_connected(self) -> None:
        """Socket Mode has a connection, the first one or a new one."""
        ...

    def provisioner_failed(self, kind: str) -> None:
        """The provisioner was ``unavailable`` or ``misconfigured``, or it answered ``refused`` or ``name_taken``."""
        ...

    def ticked(self, tick: str, outcome: str, took: timedelta) -> None:
        """A tick came to its end: ``done`` or ``failed``."""
        ...


class NoMeter:
    """Counts nothing."""

    def request(self, outcome: str, took: timedelta) -> None:
        """See `Meter`."""

    def claimed(self, lag: timedelta) -> None:
        """See `Meter`."""

    def checked(self, outcome: str) -> None:
        """See `Meter`."""

    def looked(self, took: timedelta, findings: Sequence[Finding], *, full: bool) -> None:
        """See `Meter`."""

    def online(self, online: bool) -> None:  # noqa: FBT001 -- as in `Meter`
        """See `Meter`."""

    def dispatched(self, lane_kind: str, outcome: str, waited: timedelta) -> None:
        """See `Meter`."""

    def slack_failed(self, method: str, kind: str) -> None:
        """See `Meter`."""

    def slack_connected(self) -> None:
        """See `Meter`."""

    def provisioner_failed(self, kind: str) -> None:
        """See `Meter`."""

    def ticked(self, tick: str, outcome: str, took: timedelta) -> None:
        """See `Meter`."""


NO_METER = NoMeter()
