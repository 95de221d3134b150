"""The bot's inside as it is wired, on a real database and real DNS packets; Slack and Engage are fakes."""

import itertools
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

from cryptography.fernet import Fernet

from bot.adapters.dns.observer import Observer, ObserverSettings
from bot.services.answering import Answering
from bot.services.checking import Checking
from bot.services.dispatching import Dispatching
from bot.services.housekeeping import Housekeeping
from bot.services.looking import Looking
from bot.services.onboarding import CreateForm, Onboarding
from bot.services.provisioning import Provisioning
from bot.services.queries import Queries
from bot.services.vantage import Vantage
from core.durations import Durations
from core.records import RecordType
from core.sending_domain import Actor, DmarcPolicy, Language, SendingDomain
from sandbox.nameserver.server import Nameserver
from storage import domains
from storage.engine import Database
from storage.vault import Vault
from tests.fakes.messenger import FakeMessenger
from tests.fakes.provisioner import FakeProvisioner

TEAM = "T0HOUSE"
KEY = "1/" + "0123456789abcdef0123456789abcdef01234567"
ADMIN = Actor("U0ADMIN", Language.EN, "C0IT")
IT = Actor("U0IT", Language.EN, "C0IT")
START = datetime(2026, 11, 23, 9, 0, tzinfo=UTC)


@dataclass
class Time:
    """A clock that stands until it is moved."""

    now: datetime = START

    def __call__(self) -> datetime:
        return self.now

    def pass_by(self, span: timedelta) -> None:
        self.now += span


@dataclass
class House:
    """All services over one database."""

    database: Database
    nameserver: Nameserver
    clock: Callable[[], datetime]
    durations: Durations
    messenger: FakeMessenger
    provisioner: FakeProvisioner
    onboarding: Onboarding
    queries: Queries
    checking: Checking
    answering: Answering
    dispatching: Dispatching
    housekeeping: Housekeeping
    vault: Vault
    wakes: list[None] = field(default_factory=list)
    clicks: "itertools.count[int]" = field(default_factory=itertools.count)

    def click(self) -> str:
        """Return the id of a click that nobody has made yet."""
        return f"click-{next(self.clicks)}"

    async def create(self, name: str = "mail.example.com", **changes: object) -> SendingDomain:
        """Register a domain as an admin."""
        form = {"name": name, "key": KEY, "policy": DmarcPolicy.NONE, "language": Language.EN, **changes}
        await self.onboarding.create(TEAM, ADMIN, CreateForm(**form), self.click())
        return await self.domain(name)

    async def domain(self, name: str = "mail.example.com") -> SendingDomain:
        """Return the domain as it is stored."""
        async with self.database.reading() as session:
            found = await domains.find(session, TEAM, name)
        assert found is not None
        return found

    async def tick(self) -> int:
        """Run the check tick and then the dispatch tick, as the scheduler does; return how many were checked."""
        checked = await self.checking.check_due()
        await self.answering.answer_due()
        await self.dispatching.dispatch_due()
        return checked

    def said(self) -> list[str]:
        """Return what was said since the last call, in order."""
        kinds = self.messenger.said
        self.messenger.deliveries.clear()
        return kinds

    def apply_records(self, domain: SendingDomain, *, without: tuple[str, ...] = ()) -> None:
        """Put the domain's records into the DNS, as IT does."""
        for record in domain.record_set:
            if record.purpose not in without:
                self.nameserver.put(record.name, record.type, [zone_value(record.type, record.value)])


def zone_value(kind: RecordType, value: str) -> str:
    """Return a record's value in the notation of zone files."""
    if kind is not RecordType.TXT:
        return value + "."
    pieces = [value[start : start + 255] for start in range(0, len(value), 255)]
    return " ".join('"' + piece.replace("\\", "\\\\").replace('"', '\\"') + '"' for piece in pieces)


@asynccontextmanager
async def living(
    database: Database, clock: Callable[[], datetime], durations: Durations | None = None
) -> AsyncIterator[House]:
    """Wire everything, as `bot.wiring` does, around a name server on loopback."""
    numbers = itertools.count(1)

    def new_id() -> str:
        return f"{next(numbers):016x}"

    chosen = durations or Durations()
    vault = Vault([Fernet.generate_key().decode()])
    provisioner = FakeProvisioner(clock=clock)
    messenger = FakeMessenger()
    waker = _Waker()
    async with Nameserver() as nameserver:
        observing = ObserverSettings(
            nameservers=nameserver.nameservers, resolvers=nameserver.resolvers, timeout=0.2, tries=1, per_second=0
        )
        observer = Observer(observing, clock=clock)
        nameserver.create_zone("example.com")
        try:
            yield House(
                database=database,
                nameserver=nameserver,
                clock=clock,
                durations=chosen,
                messenger=messenger,
                provisioner=provisioner,
                onboarding=Onboarding(database, vault, clock, chosen, waker, new_id),
                queries=Queries(database, clock, chosen, waker.wake),
                checking=Checking(
                    database=database,
                    vault=vault,
                    provisioning=Provisioning(database, vault, provisioner, new_id),
                    looking=Looking(observer, clock, chosen, new_id, resolvers=1, seconds=3.0),
                    vantage=Vantage(database, observer, clock, chosen, new_id),
                    clock=clock,
                    durations=chosen,
                    new_id=new_id,
                ),
                answering=Answering(
                    database, Looking(observer, clock, chosen, new_id, resolvers=1, seconds=3.0), clock
                ),
                dispatching=Dispatching(database, messenger, clock, new_id),
                housekeeping=Housekeeping(database, clock, timedelta(minutes=1), timedelta(days=30)),
                vault=vault,
                wakes=waker.calls,
            )
        finally:
            await observer.aclose()


class _Waker:
    def __init__(self) -> None:
        self.calls: list[None] = []

    def wake(self) -> None:
        self.calls.append(None)
