import asyncio
import sys
from datetime import timedelta
from pathlib import Path

import pytest
import sqlalchemy as sa
from alembic.config import Config
from alembic.config import main as alembic_command
from alembic.script import ScriptDirectory

from storage import domains, migrations, outbox
from storage.codec import dump_notice
from storage.engine import Database
from storage.migrations import is_current, migrate
from storage.tables import METADATA, OUTBOX
from tests.storage.samples import NOW, TEAM, a_domain, card

ROOT = Path(__file__).parents[2]
INI = ROOT / "storage" / "migrations" / "alembic.ini"


def described(connection):
    """Everything about the tables that the database knows, comparable."""
    inspector = sa.inspect(connection)
    return {
        table: {
            "columns": [
                (column["name"], str(column["type"]), column["nullable"], str(column["default"]).split("::")[0])
                for column in inspector.get_columns(table)
            ],
            "primary key": inspector.get_pk_constraint(table),
            "foreign keys": sorted(map(repr, inspector.get_foreign_keys(table))),
            "unique": sorted(map(repr, inspector.get_unique_constraints(table))),
            "checks": sorted((check["name"], check["sqltext"]) for check in inspector.get_check_constraints(table)),
            "indexes": sorted((index["name"], *_index(index)) for index in inspector.get_indexes(table)),
        }
        for table in inspector.get_table_names()
        if table != "alembic_version"
    }


def _index(index):
    options = {name: str(value) for name, value in index.get("dialect_options", {}).items()}
    return index["column_names"], bool(index["unique"]), repr(options)


async def test_a_database_from_migrations_is_the_one_from_the_tables(empty_database):
    async with empty_database.altering() as connection:
        await connection.run_sync(METADATA.create_all)
        from_tables = await connection.run_sync(described)
        await connection.run_sync(METADATA.drop_all)

    await migrate(empty_database)

    async with empty_database.altering() as connection:
        from_migrations = await connection.run_sync(described)
    assert from_migrations == from_tables
    assert any("next_check_at IS NOT NULL" in str(index) for index in from_tables["domains"]["indexes"])


async def test_the_tables_have_not_left_the_migrations_behind(database):
    await migrations.check(database)


async def test_a_database_is_current_only_after_migrating(empty_database):
    before = await is_current(empty_database)
    await migrate(empty_database)
    await migrate(empty_database)

    assert not before
    assert await is_current(empty_database)


async def test_migrating_keeps_what_is_there(database):
    async with database.transaction() as session:
        await domains.add(session, a_domain())

    await migrate(database)

    async with database.reading() as session:
        assert await domains.get(session, a_domain().id) == a_domain()


async def test_rows_of_the_release_before_and_of_its_processes_are_said_without_a_cause(empty_database, monkeypatch):
    upgrade = migrations.command.upgrade
    monkeypatch.setattr(migrations.command, "upgrade", lambda config, _: upgrade(config, "0001"))
    await migrate(empty_database)
    monkeypatch.undo()
    values = {"team_id": TEAM, "lane": "dm:U1", "kind": card(a_domain()).kind, "payload": dump_notice(card(a_domain()))}
    values |= {"state": "queued", "attempts": 0, "next_attempt_at": NOW, "progress": {}, "created_at": NOW}
    old = sa.insert(OUTBOX).values(**values)

    async with empty_database.transaction() as session:
        await session.execute(old)
    before = await is_current(empty_database)
    await migrate(empty_database)
    async with empty_database.transaction() as session:
        await session.execute(old.values(lane="dm:U2"))
        claimed = await outbox.claim(session, NOW, timedelta(minutes=1), 10)

    assert not before
    assert [(row.lane, row.cause) for row in claimed] == [("dm:U1", ""), ("dm:U2", "")]


async def test_processes_may_migrate_at_once(empty_database_url):
    several = [Database.open(empty_database_url) for _ in range(4)]

    await asyncio.gather(*(migrate(database) for database in several))

    assert await is_current(several[0])
    for database in several:
        await database.dispose()


async def test_a_migration_that_fails_leaves_nothing_behind(empty_database, monkeypatch):
    upgrade = migrations.command.upgrade

    def fail(*arguments):
        upgrade(*arguments)
        raise ZeroDivisionError

    monkeypatch.setattr(migrations.command, "upgrade", fail)
    with pytest.raises(ZeroDivisionError):
        await migrate(empty_database)

    async with empty_database.altering() as connection:
        assert await connection.run_sync(lambda sync: sa.inspect(sync).get_table_names()) == []


async def test_foreign_keys_are_off_while_sqlite_changes_tables(sqlite_url):
    database = Database.open(sqlite_url)
    async with database.altering() as connection:
        altering = await connection.scalar(sa.text("PRAGMA foreign_keys"))
    await database.dispose()

    assert altering == 0


def test_there_is_no_way_back():
    script = ScriptDirectory.from_config(Config(INI))

    for revision in script.walk_revisions():
        with pytest.raises(NotImplementedError, match="restore a backup"):
            revision.module.downgrade()


def test_the_alembic_command_looks_at_the_database_that_the_environment_names(
    sqlite_url, empty_sqlite_url, monkeypatch
):
    monkeypatch.setattr(sys, "path", list(sys.path))
    monkeypatch.setenv("DATABASE_URL", empty_sqlite_url)
    with pytest.raises(SystemExit, match="-1"):
        alembic_command(["-c", str(INI), "check"])

    monkeypatch.setenv("DATABASE_URL", sqlite_url)

    assert alembic_command(["-c", str(INI), "check"]) is None
