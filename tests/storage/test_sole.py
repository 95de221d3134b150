"""The one user of a SQLite file takes over what the last one held; PostgreSQL's leases are left alone."""

import asyncio
import fcntl
import os
from datetime import timedelta

import pytest

from core.errors import ConfigurationError
from core.sending_domain import Actor
from storage import asked_checks, domains, outbox
from storage.engine import Database
from storage.sole import sole_user
from tests.storage.samples import NOW, TEAM, a_domain, card

LONG = timedelta(hours=1)
SOON = timedelta(milliseconds=1)


async def held(database):
    """Lease a domain and a row out, as somebody does who is killed then."""
    async with database.transaction() as session:
        added = await domains.add(session, a_domain())
        await outbox.append(session, TEAM, [card(added)], NOW)
        await asked_checks.ask(session, TEAM, Actor("U1"), "example.com", NOW, can_create=True)
    return await claimable(database)


async def claimable(database):
    async with database.transaction() as session:
        return [
            len(await domains.claim_due(session, NOW, LONG, 10)),
            len(await outbox.claim(session, NOW, LONG, 10)),
            len(await asked_checks.claim(session, NOW, LONG, 10)),
        ]


async def test_what_a_killed_process_held_is_free_at_once(sqlite_url):
    database = Database.open(sqlite_url)
    before = await held(database)

    async with sole_user(database, NOW, SOON) as alone:
        after = await claimable(database)

    assert alone
    assert before == after == [1, 1, 1]
    await database.dispose()


async def test_two_processes_do_not_share_a_sqlite_file(sqlite_url):
    database = Database.open(sqlite_url)

    async with sole_user(database, NOW, SOON):
        with pytest.raises(ConfigurationError) as refused:
            async with sole_user(database, NOW, SOON):
                pass
    async with sole_user(database, NOW, SOON) as again:
        pass

    assert "another process" in refused.value.faults[0]
    assert again
    await database.dispose()


async def test_one_that_is_about_to_end_is_waited_for(sqlite_url, caplog):
    database = Database.open(sqlite_url)
    other = os.open(f"{database.url.database}.lock", os.O_RDWR | os.O_CREAT)
    fcntl.flock(other, fcntl.LOCK_EX)
    asyncio.get_running_loop().call_later(0.2, os.close, other)

    async with sole_user(database, NOW, timedelta(seconds=20)) as alone:
        pass

    assert alone
    assert [record.getMessage() for record in caplog.records if "waiting" in record.getMessage()] != []
    await database.dispose()


async def test_a_lock_that_cannot_be_made_is_told(sqlite_url, tmp_path):
    database = Database.open(sqlite_url)
    (tmp_path / "test.db.lock").mkdir()

    with pytest.raises(ConfigurationError) as refused:
        async with sole_user(database, NOW, SOON):
            pass

    assert "DATABASE_URL" in refused.value.faults[0]
    await database.dispose()


@pytest.mark.postgres
async def test_on_postgresql_others_may_be_at_work(postgres_url):
    database = Database.open(postgres_url)
    before = await held(database)

    async with sole_user(database, NOW, SOON) as alone:
        after = await claimable(database)

    assert not alone
    assert (before, after) == ([1, 1, 1], [0, 0, 0])
    await database.dispose()
