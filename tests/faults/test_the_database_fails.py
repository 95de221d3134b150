"""The disk is full, the database locked or restarted: a clear line, "busy" to who asks, no wrong status, no haste."""

import asyncio
import sqlite3
import time
from datetime import timedelta

import pytest
import sqlalchemy as sa
from psycopg import sql

from bot.scheduler import Tick, Ticks
from core.errors import DatabaseBusy, DatabaseUnwritable, DomainNotFound, TransientError
from core.events import Via
from core.sending_domain import DomainStatus, VerificationStatus
from storage import engine, outbox
from storage.engine import Database
from tests.bot.services.house import ADMIN, TEAM, living
from tests.bot.services.test_path import LAST, deployed

DONE = {"queued": 0, "sending": 0, "dead": 0, "parked": 0}
FULL, ROOMY = 1, 2**30
LEASES = timedelta(minutes=6)


class Disk:
    """The disk below a SQLite database: `full` leaves no page free."""

    def __init__(self, database):
        self.database, self.pages = database, ROOMY
        sa.event.listen(database.engine.sync_engine, "begin", self._limit)

    def _limit(self, connection):
        connection.exec_driver_sql(f"PRAGMA max_page_count = {self.pages}")

    async def fill(self):
        """Use up what is free in the file, and let it grow no more."""
        self.pages = FULL
        async with self.database.altering() as connection:
            await connection.execute(sa.text("CREATE TABLE IF NOT EXISTS filler (x)"))
        for size in (4000, 400, 10):
            while await self._takes(size):
                pass

    async def _takes(self, size):
        try:
            async with self.database.transaction() as session:
                await session.execute(sa.text(f"INSERT INTO filler VALUES (zeroblob({size}))"))
        except DatabaseUnwritable:
            return False
        return True

    def make_room(self):
        self.pages = ROOMY


@pytest.fixture
async def disk(house):
    return Disk(house.database)


async def depth(house):
    async with house.database.reading() as session:
        return await outbox.depth(session)


async def finish(house, clock):
    """Take the domain the rest of its way."""
    domain = await house.domain()
    house.apply_records(domain)
    await house.onboarding.verify(TEAM, ADMIN, domain.id, Via.COMMAND, house.click())
    await house.tick()
    house.provisioner.complete("mail.example.com", *LAST)
    clock.pass_by(timedelta(minutes=5))
    await house.tick()
    return await house.domain()


async def create_until_refused(house):
    """Register domains as long as the last page takes them; return the name of the first that it does not."""
    for number in range(100):
        name = f"n{number}.example.com"
        try:
            await house.create(name)
        except DatabaseBusy:  # which the listeners answer with "busy; nothing was accepted"
            return name
    raise AssertionError("the disk is never full")


async def test_on_a_full_disk_nothing_is_accepted_and_the_log_says_why(house, disk, caplog):
    await disk.fill()
    caplog.clear()

    name = await create_until_refused(house)

    (line,) = [record.getMessage() for record in caplog.records if record.levelname == "ERROR"]
    assert "database or disk is full" in line
    assert "make room on its disk" in line
    with pytest.raises(DomainNotFound):
        await house.queries.find(TEAM, name)


async def test_a_full_disk_changes_no_status_and_when_there_is_room_everything_goes_on(house, clock, disk):
    domain = await deployed(house)
    house.apply_records(domain)
    await disk.fill()

    for _ in range(6):
        clock.pass_by(timedelta(minutes=5))
        for work in (house.checking.check_due, house.dispatching.dispatch_due, house.housekeeping.tidy):
            try:
                await work()
            except TransientError as error:
                assert "full" in str(error)  # noqa: PT017 -- as the tick logs it
    while_full = await house.domain()
    disk.make_room()
    clock.pass_by(LEASES)
    house.said()
    active = await finish(house, clock)

    assert (while_full.status, while_full.verification) == (domain.status, domain.verification)
    assert (active.status, active.verification) == (DomainStatus.ACTIVE, VerificationStatus.VERIFIED)
    said = [kind for kind in house.said() if kind.startswith("thread")]
    assert said == ["thread.started", "thread.all_verified", "thread.active"]
    assert await depth(house) == DONE


async def test_a_full_disk_is_no_reason_for_haste(house, clock, disk):
    await deployed(house)
    await disk.fill()
    runs = []

    def counted(work):
        async def run():
            runs.append(work.__name__)
            return await work()

        return run

    works = (house.checking.check_due, house.dispatching.dispatch_due, house.housekeeping.tidy)
    clock.pass_by(timedelta(hours=1))
    ticks = Ticks(*(Tick(work.__name__, counted(work)) for work in works), interval=timedelta(seconds=0.25))
    began, cpu = time.monotonic(), time.process_time()
    ticks.start()
    await asyncio.sleep(1.5)
    await ticks.stop()

    spent = (time.process_time() - cpu) / (time.monotonic() - began)
    assert {"check_due", "dispatch_due"} <= set(runs)
    assert max(runs.count(name) for name in set(runs)) <= 9  # at once, then every interval
    assert spent < 0.5


async def test_a_post_of_which_the_database_took_no_note_is_found_and_not_said_twice(street, monkeypatch):
    await street.deploy()

    async def failing(*_):
        raise DatabaseUnwritable("full")

    with monkeypatch.context() as patched:
        patched.setattr(outbox, "mark_sent", failing)
        patched.setattr(outbox, "mark_failed", failing)
        await street.dispatch()
    unrecorded = await street.depth()
    await street.dispatch(LEASES, every=timedelta(minutes=1))

    async def settled():
        return len([each for each in await street.it() if each["thread_ts"]]) == 3

    await street.workspace.eventually(settled)
    assert unrecorded["sending"] == 2  # the heads of both lanes stay leased
    assert len([each for each in await street.it() if not each["thread_ts"]]) == 1
    assert await street.depth() == DONE


@pytest.fixture
def lock(sqlite_url):
    """Somebody else who holds the write lock: a backup, a shell."""
    connection = sqlite3.connect(sqlite_url.removeprefix("sqlite:///"), isolation_level=None)
    yield connection
    connection.close()


async def test_a_locked_database_is_busy_within_the_time_slack_gives_and_goes_on_afterwards(
    house, clock, lock, monkeypatch, caplog
):
    monkeypatch.setattr(engine, "LONGEST_WAIT", timedelta(seconds=0.1))
    before = await deployed(house)
    clock.pass_by(timedelta(minutes=5))
    lock.execute("BEGIN IMMEDIATE")

    began = time.monotonic()
    with pytest.raises(DatabaseBusy):
        await house.onboarding.verify(TEAM, ADMIN, before.id, Via.COMMAND, house.click())
    waited = time.monotonic() - began
    (line,) = [record.getMessage() for record in caplog.records if record.levelname == "WARNING"]
    for work in (house.checking.check_due, house.dispatching.dispatch_due, house.housekeeping.tidy):
        with pytest.raises(DatabaseBusy):
            await work()
    locked = await house.domain()  # reading waits for nobody
    lock.execute("ROLLBACK")
    active = await finish(house, clock)

    assert waited < 2.5
    assert "somebody else has held its lock" in line
    assert locked == before
    assert active.status is DomainStatus.ACTIVE


# PostgreSQL


@pytest.fixture
async def on_postgres(postgres_url, clock):
    database = Database.open(postgres_url)
    async with living(database, clock) as house:
        yield house
    await database.dispose()


class Server:
    """One database of a server that goes away and comes back."""

    def __init__(self, server, url):
        self.server, self.name = server, sa.make_url(url).database

    def stop(self):
        self._allow(connections=False)
        ending = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = {}"
        self.server.run(sql.SQL(ending).format(sql.Literal(self.name)))

    def start(self):
        self._allow(connections=True)

    def _allow(self, *, connections):
        changing = sql.SQL("ALTER DATABASE {} ALLOW_CONNECTIONS {}")
        self.server.run(changing.format(sql.Identifier(self.name), sql.Literal(connections)))


@pytest.fixture
def server(postgres_server, postgres_url):
    return Server(postgres_server, postgres_url)


@pytest.mark.postgres
async def test_a_restart_of_postgresql_in_mid_work_loses_nothing(on_postgres, clock, server, monkeypatch):
    house = on_postgres
    await house.create()
    await house.tick()
    await house.onboarding.deploy(TEAM, ADMIN, "mail.example.com", house.click())
    deploying = house.provisioner.deploy

    async def interrupted(provisioner_id):
        server.stop()
        return await deploying(provisioner_id)

    with monkeypatch.context() as patched:
        patched.setattr(house.provisioner, "deploy", interrupted)
        await house.checking.check_due()  # the outcome cannot be written
    for work in (house.checking.check_due, house.dispatching.dispatch_due):
        with pytest.raises(TransientError):
            await work()
    with pytest.raises(TransientError):
        await house.onboarding.verify(TEAM, ADMIN, "mail.example.com", Via.COMMAND, house.click())
    server.start()
    clock.pass_by(LEASES)
    await house.tick()
    active = await finish(house, clock)

    assert (active.status, active.verification) == (DomainStatus.ACTIVE, VerificationStatus.VERIFIED)
    said = house.said()
    assert said.count("zone.file") == said.count("thread.active") == said.count("thread.started") == 1
    assert await depth(house) == DONE


@pytest.mark.postgres
async def test_a_restart_while_something_is_being_said_says_it_twice_at_most(on_postgres, clock, server, monkeypatch):
    house = on_postgres
    await house.create()
    await house.tick()
    await house.onboarding.deploy(TEAM, ADMIN, "mail.example.com", house.click())
    await house.checking.check_due()
    delivering, stops = house.messenger.deliver, [server.stop]

    async def interrupted(delivery, save_progress):
        new = await delivering(delivery, save_progress)
        if stops:
            stops.pop()()
        return new

    monkeypatch.setattr(house.messenger, "deliver", interrupted)
    with pytest.raises(TransientError):
        await house.dispatching.dispatch_due()
    server.start()
    clock.pass_by(LEASES)
    await house.tick()

    kinds = house.messenger.said
    again = [kind for kind in set(kinds) if kinds.count(kind) > 1]
    assert {"card", "thread.records_ready", "zone.table", "zone.file"} <= set(kinds)
    assert len(again) <= 2  # the heads of the two lanes that were in flight
    assert await depth(house) == DONE
