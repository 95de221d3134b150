import asyncio
import sqlite3
import time
from datetime import timedelta
from pathlib import Path

import psycopg
import pytest
import sqlalchemy as sa
from psycopg import sql

from core.errors import AmbiguousError, ConfigurationError, DatabaseBusy, TransientError
from core.history import HistoryEntry, What
from storage import domains, history
from storage.engine import Database
from storage.tables import DOMAINS
from tests.storage.samples import NOW, a_domain

SHORT = timedelta(milliseconds=80)


@pytest.mark.parametrize(
    ("url", "expected"),
    [
        ("sqlite:///x.db", "sqlite+aiosqlite:///x.db"),
        ("sqlite+aiosqlite:////var/x.db", "sqlite+aiosqlite:////var/x.db"),
        ("postgres://u@h/d", "postgresql+psycopg://u@h/d"),
        ("postgresql://u@h/d?sslmode=require", "postgresql+psycopg://u@h/d?sslmode=require"),
        ("postgresql+psycopg://u@h/d", "postgresql+psycopg://u@h/d"),
    ],
)
def test_addresses_are_mapped_to_the_drivers_we_have(url, expected):
    assert str(Database.open(url).url) == expected


@pytest.mark.parametrize(
    "url", ["mysql://u:geheim@h/d", "not an address: geheim", "sqlite://", "sqlite:///:memory:", ""]
)
def test_other_addresses_are_configuration_errors_that_tell_no_password(url):
    with pytest.raises(ConfigurationError, match="DATABASE_URL") as caught:
        Database.open(url)

    assert "geheim" not in str(caught.value)


def test_a_database_never_shows_its_password():
    assert "geheim" not in repr(Database.open("postgresql://u:geheim@h/d"))


async def test_a_transaction_commits_everything(database):
    async with database.transaction() as session:
        await domains.add(session, a_domain())
        await history.append(session, a_domain().id, [HistoryEntry(NOW, "U1", What.CREATED)])

    async with database.reading() as session:
        assert await domains.get(session, a_domain().id) == a_domain()
        assert (await history.page(session, a_domain().id, 0, 5))[1] == 1


async def test_a_transaction_that_raises_writes_nothing(database):
    async def half_way():
        async with database.transaction() as session:
            await domains.add(session, a_domain())
            await history.append(session, a_domain().id, [HistoryEntry(NOW, "U1", What.CREATED)])
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        await half_way()

    async with database.reading() as session:
        assert await domains.get(session, a_domain().id) is None
        assert (await history.page(session, a_domain().id, 0, 5)) == ([], 0)


async def test_a_cancelled_transaction_writes_nothing_and_blocks_nobody(database):
    async def endless():
        async with database.transaction() as session:
            await domains.add(session, a_domain())
            await asyncio.Event().wait()

    task = asyncio.create_task(endless())
    await asyncio.sleep(0.05)
    task.cancel()
    await asyncio.wait([task])

    async with database.transaction(wait=SHORT) as session:
        assert await domains.get(session, a_domain().id) is None


async def test_reading_does_not_wait_for_a_writer_and_sees_nothing_unfinished(database):
    async with database.transaction() as writing:
        await domains.add(writing, a_domain())
        async with database.reading() as reading:
            assert await domains.get(reading, a_domain().id) is None


async def test_what_is_written_while_reading_is_not_kept(database):
    try:
        async with database.reading() as session:
            await domains.add(session, a_domain())
            await session.flush()
    except sa.exc.DBAPIError:
        pass  # PostgreSQL refuses at once

    async with database.reading() as session:
        assert await domains.get(session, a_domain().id) is None


async def test_a_writer_that_waits_too_long_is_told_that_nothing_was_written(database):
    async with database.transaction() as session:
        await domains.add(session, a_domain())
    async with database.transaction() as first:
        await domains.save(first, a_domain())
        started = time.monotonic()

        with pytest.raises(DatabaseBusy) as caught:
            async with database.transaction(wait=SHORT) as second:
                await domains.save(second, a_domain())

    assert caught.value.__cause__ is not None
    assert 0.05 < time.monotonic() - started < 2


async def test_a_writer_waits_for_other_processes_on_sqlite_no_longer_than_allowed(sqlite_url):
    database = Database.open(sqlite_url)
    other = sqlite3.connect(sqlite_url.removeprefix("sqlite:///"), isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    started = time.monotonic()

    with pytest.raises(DatabaseBusy):
        async with database.transaction(wait=SHORT):
            pass

    waited = time.monotonic() - started
    other.close()
    async with database.transaction(wait=SHORT) as session:
        await domains.add(session, a_domain())
    await database.dispose()
    assert 0.05 < waited < 2


async def test_a_lock_kept_for_one_writer_does_not_shorten_the_wait_of_the_next(sqlite_url):
    database = Database.open(sqlite_url)
    async with database.transaction(wait=SHORT):
        pass

    async with database.transaction() as session:
        timeout = await session.scalar(sa.text("PRAGMA busy_timeout"))

    await database.dispose()
    assert 4000 < timeout <= 5000


async def test_sqlite_is_set_up_for_several_processes(sqlite_url):
    database = Database.open(sqlite_url)
    async with database.reading() as session:
        found = {
            name: await session.scalar(sa.text(f"PRAGMA {name}"))
            for name in ("journal_mode", "foreign_keys", "synchronous", "secure_delete")
        }
    await database.dispose()

    assert found == {"journal_mode": "wal", "foreign_keys": 1, "synchronous": 1, "secure_delete": 1}


async def test_a_server_that_is_away_is_a_passing_trouble(tmp_path):
    database = Database.open(f"postgresql://u:geheim@/d?host={tmp_path}")

    with pytest.raises(TransientError, match="cannot be reached") as caught:
        async with database.transaction():
            pass

    assert caught.value.__cause__ is not None
    assert "geheim" not in str(caught.value)
    await database.dispose()


@pytest.mark.postgres
async def test_a_connection_that_broke_is_a_passing_trouble_and_the_next_one_works(postgres_url):
    database = Database.open(postgres_url)

    async def interrupted():
        async with database.transaction() as session:
            await break_connection(session, postgres_url)
            await domains.add(session, a_domain())

    with pytest.raises(TransientError):
        await interrupted()

    async with database.transaction() as session:
        await domains.add(session, a_domain())
    await database.dispose()


@pytest.mark.postgres
async def test_a_connection_that_breaks_at_the_commit_leaves_it_open_what_happened(postgres_url):
    database = Database.open(postgres_url)

    async def interrupted():
        async with database.transaction() as session:
            await domains.add(session, a_domain())
            await break_connection(session, postgres_url)

    with pytest.raises(AmbiguousError):
        await interrupted()
    await database.dispose()


async def break_connection(session, url):
    pid = await session.scalar(sa.select(sa.func.pg_backend_pid()))
    with psycopg.connect(url, autocommit=True) as other:
        other.execute(sql.SQL("SELECT pg_terminate_backend({})").format(pid))
    await asyncio.sleep(0.05)


async def test_a_mistake_in_a_statement_is_no_passing_trouble(database):
    with pytest.raises(sa.exc.DBAPIError):
        async with database.transaction() as session:
            await session.execute(sa.text("SELECT nonsense FROM nowhere"))


async def test_parameters_stay_out_of_error_messages(database):
    with pytest.raises(sa.exc.IntegrityError) as caught:
        async with database.transaction() as session:
            await session.execute(sa.insert(DOMAINS).values(id="geheim"))

    assert "geheim" not in str(caught.value).split("DETAIL")[0]


async def test_words_outside_their_enumeration_are_refused_by_the_database_itself(database):
    async with database.transaction() as session:
        await domains.add(session, a_domain())

    with pytest.raises(sa.exc.IntegrityError, match="ck_domains"):
        async with database.transaction() as session:
            await session.execute(sa.text("UPDATE domains SET status = 'DONE'"))


async def test_scrubbing_empties_the_log_and_yields_to_whoever_is_reading(sqlite_url):
    database = Database.open(sqlite_url)
    async with database.transaction() as session:
        await session.execute(sa.text("CREATE TABLE scrubbed (word TEXT)"))
    written = _log_size(sqlite_url)

    async with database.reading() as session:
        await session.execute(sa.text("SELECT * FROM scrubbed"))
        async with database.transaction() as writing:
            await writing.execute(sa.text("INSERT INTO scrubbed VALUES ('later')"))
        held = await database.scrub()
    free = await database.scrub()
    emptied = _log_size(sqlite_url)
    async with database.transaction() as session:
        await session.execute(sa.text("INSERT INTO scrubbed VALUES ('again')"))
    await database.dispose()

    assert written > emptied == 0
    assert (held, free) == (False, True)


async def test_scrubbing_leaves_the_patience_of_later_writers_as_it_is(sqlite_url):
    database = Database.open(sqlite_url)
    async with database.transaction(wait=SHORT) as session:
        await session.execute(sa.text("SELECT 1"))
    await database.scrub()

    async with database.transaction(wait=SHORT) as session:
        patience = await session.scalar(sa.text("PRAGMA busy_timeout"))
    await database.dispose()

    assert patience <= SHORT / timedelta(milliseconds=1)


def _log_size(url):
    return Path(url.removeprefix("sqlite:///") + "-wal").stat().st_size
