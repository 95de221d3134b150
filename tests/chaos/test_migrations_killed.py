"""Migrations killed half-way leave nothing half-done: the next one completes them."""

import asyncio
import os
import signal
import sqlite3
import sys
from pathlib import Path

import psycopg
import pytest

from storage.engine import Database
from storage.migrations import check, is_current
from tests.chaos.lives import Life, Nursery

KILLS = 6
MOST_TRIES = 60


@pytest.fixture
def environment() -> dict[str, str]:
    return {name: os.environ[name] for name in ("PATH", "HOME") if name in os.environ}


async def migrated(nursery: Nursery, environment: dict[str, str], log: Path) -> Life:
    return await nursery.start(["migrate"], environment, log)


async def stands(url: str) -> bool:
    """Tell whether all tables are those of this release, down to the last column."""
    database = Database.open(url)
    try:
        if not await is_current(database):
            return False
        await check(database)
        return True
    finally:
        await database.dispose()


async def test_killed_at_any_moment_on_sqlite(nursery: Nursery, environment: dict[str, str], tmp_path: Path, capsys):
    killed, begun = 0, 0
    # A little later at every try, and over again when it was too late.
    wait = 0.02

    for number in range(MOST_TRIES):
        file = tmp_path / f"{number}.db"
        environment["DATABASE_URL"] = f"sqlite:///{file}"
        life = await migrated(nursery, environment, tmp_path / "log")
        await asyncio.sleep(wait)
        was_killed = await life.end(signal.SIGKILL) == -signal.SIGKILL
        wait = wait + 0.03 if was_killed else 0.02
        killed += was_killed
        if file.exists():
            with sqlite3.connect(file) as connection:
                tables = {name for (name,) in connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'")}
                sound = connection.execute("PRAGMA integrity_check").fetchone()
            connection.close()
            assert sound == ("ok",)
            # All tables or none: the migration is one transaction.
            assert not tables or await stands(environment["DATABASE_URL"])
            begun += was_killed
        again = await migrated(nursery, environment, tmp_path / "log")
        assert await again.ended == 0
        assert await stands(environment["DATABASE_URL"])
        if begun >= KILLS:
            break

    with capsys.disabled():
        sys.stdout.write(f"\nmigrate on SQLite: killed {killed} times, {begun} times when it had begun\n")
    assert begun >= KILLS


@pytest.mark.postgres
async def test_killed_in_the_middle_on_postgresql(
    nursery: Nursery, environment: dict[str, str], empty_postgres_url: str, tmp_path: Path
):
    environment["DATABASE_URL"] = empty_postgres_url
    # Somebody else is about to make one of the tables: the migration stands still there until they are through.
    async with await psycopg.AsyncConnection.connect(empty_postgres_url) as other:
        await other.execute("CREATE TABLE outbox (id int)")
        life = await migrated(nursery, environment, tmp_path / "log")
        await waiting(empty_postgres_url)
        code = await life.end(signal.SIGKILL)
        await other.rollback()

    between = await stands(empty_postgres_url)
    again = await migrated(nursery, environment, tmp_path / "log")

    assert code == -signal.SIGKILL
    assert not between
    assert await again.ended == 0
    assert await stands(empty_postgres_url)


async def waiting(url: str) -> None:
    """Wait until somebody waits for a lock."""
    async with await psycopg.AsyncConnection.connect(url, autocommit=True) as watching:
        for _ in range(400):
            found = await watching.execute(
                "SELECT 1 FROM pg_stat_activity WHERE wait_event_type = 'Lock' AND datname = current_database()"
            )
            if await found.fetchone():
                return
            await asyncio.sleep(0.05)
    raise AssertionError("the migration never waited")
