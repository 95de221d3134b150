"""The database: SQLite in one file, or PostgreSQL; transactions that write, and looks that only read.

On SQLite every writing transaction begins with ``BEGIN IMMEDIATE``: a deferred one that reads and then writes
loses updates or fails half-way (https://www.sqlite.org/lang_transaction.html). Writers of one process
take turns (`storage.turns`) before they compete with other processes for the lock.
"""

import asyncio
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from datetime import timedelta
from typing import Any

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine, AsyncSession, create_async_engine
from sqlalchemy.pool import NullPool

from core.errors import ConfigurationError, DatabaseBusy
from storage.faults import during_commit, translated
from storage.turns import Turns

LONGEST_WAIT = timedelta(seconds=5)
"""How long a writer waits for the lock unless it says otherwise."""

_NOT_WORTH_TELLING = timedelta(milliseconds=100)
"""Waiting in this process's queue for so long need not be taken off the wait for the file's lock."""

_SCRUB_WAIT = timedelta(milliseconds=50)
_DRIVERS = {
    "sqlite": "sqlite+aiosqlite",
    "sqlite+aiosqlite": "sqlite+aiosqlite",
    "postgres": "postgresql+psycopg",
    "postgresql": "postgresql+psycopg",
    "postgresql+psycopg": "postgresql+psycopg",
}


class Database:
    """One database. Make it with `Database.open`, give it back with `dispose`."""

    def __init__(self, url: sa.URL) -> None:
        self.url = url
        self.engine = _engine(url)
        self._readers = self.engine.execution_options(**_READING[self.engine.dialect.name])
        self._turns = Turns()

    def __repr__(self) -> str:
        return f"Database({self.url.render_as_string(hide_password=True)})"

    @classmethod
    def open(cls, url: str) -> "Database":
        """Open the database at ``sqlite:///file.db`` or ``postgresql://…``; nothing is connected to yet.

        Raises `ConfigurationError` for anything else. A database in memory is refused: it would forget
        everything, and every connection would see another one.
        """
        return cls(checked_url(url))

    @property
    def dialect(self) -> str:
        """``sqlite`` or ``postgresql``."""
        return self.engine.dialect.name

    @asynccontextmanager
    async def transaction(self, *, wait: timedelta | None = None) -> AsyncIterator[AsyncSession]:
        """Write: everything is committed at the end, or nothing.

        `wait` is the longest wait for a lock. Raises `DatabaseBusy` (nothing was written), `AmbiguousError`
        (the connection broke during the commit) or `TransientError`.
        """
        patience = LONGEST_WAIT if wait is None else wait
        with translated():
            async with self._in_turn(patience) as left, AsyncSession(self.engine, expire_on_commit=False) as session:
                queued = patience - left > _NOT_WORTH_TELLING
                options = {"lock_wait": left if queued or wait is not None else LONGEST_WAIT}
                connection = await session.connection(execution_options=options)
                if wait is not None and self.dialect == "postgresql":
                    limit = sa.func.set_config("lock_timeout", f"{_milliseconds(left)}ms", sa.true())
                    await connection.execute(sa.select(limit))
                yield session
                with during_commit():
                    await session.commit()

    @asynccontextmanager
    async def reading(self) -> AsyncIterator[AsyncSession]:
        """Read. Waits for no writer; what is written all the same is refused or thrown away."""
        with translated():
            async with AsyncSession(self._readers, expire_on_commit=False) as session:
                yield session

    @asynccontextmanager
    async def altering(self) -> AsyncIterator[AsyncConnection]:
        """Give a connection of its own for changing the tables, in one transaction.

        SQLite changes a table by making a new one and dropping the old: foreign keys are off meanwhile
        (https://www.sqlite.org/lang_altertable.html#otheralter).
        """
        engine = _engine(self.url, foreign_keys=False, poolclass=NullPool)
        try:
            with translated():
                async with engine.begin() as connection:
                    yield connection
        finally:
            await engine.dispose()

    async def scrub(self) -> bool:
        """Leave no trace of what was deleted in SQLite's write-ahead log: write it back, and empty it.

        `secure_delete` overwrites deleted rows in the database itself, but the log keeps the pages as they were
        until it is used anew (https://www.sqlite.org/pragma.html#pragma_wal_checkpoint). Returns whether it is empty
        now: somebody who reads or writes meanwhile comes first. PostgreSQL has VACUUM for this.
        """
        if self.dialect != "sqlite":
            return True
        try:
            with translated():
                return await self._empty_log()
        except DatabaseBusy:
            return False

    async def _empty_log(self) -> bool:
        async with self.engine.execution_options(no_transaction=True).connect() as connection:
            await connection.exec_driver_sql(f"PRAGMA busy_timeout = {_milliseconds(_SCRUB_WAIT)}")
            try:
                row = (await connection.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)")).one()
            finally:
                await connection.exec_driver_sql(f"PRAGMA busy_timeout = {_milliseconds(LONGEST_WAIT)}")
                connection.info["busy_timeout"] = _milliseconds(LONGEST_WAIT)
        return bool(row[0] == 0)

    async def dispose(self) -> None:
        """Close every connection."""
        await self.engine.dispose()

    @asynccontextmanager
    async def _in_turn(self, patience: timedelta) -> AsyncIterator[timedelta]:
        """Wait while other writers of this process have their turns; yield how much of `patience` is left."""
        if self.dialect != "sqlite":
            yield patience
            return
        clock = asyncio.get_running_loop().time
        until = clock() + patience.total_seconds()
        async with AsyncExitStack() as stack:
            try:
                await stack.enter_async_context(self._turns.one(until))
            except TimeoutError as error:
                raise DatabaseBusy("other writers of this process come first") from error
            yield timedelta(seconds=max(0.0, until - clock()))


_READING: dict[str, dict[str, Any]] = {
    "sqlite": {"read_only": True},
    "postgresql": {"postgresql_readonly": True},
}


def checked_url(url: str) -> sa.URL:
    """Read the address of a database, with the driver that is used for it. Raises `ConfigurationError`."""
    try:
        parsed = sa.make_url(url)
    except (sa.exc.ArgumentError, ValueError):
        # The cause would quote the URL, and with it the password.
        raise ConfigurationError(["DATABASE_URL: not a database URL"]) from None
    driver = _DRIVERS.get(parsed.drivername)
    if driver is None:
        raise ConfigurationError([f"DATABASE_URL: {parsed.drivername} is neither sqlite nor postgresql"])
    if driver.startswith("sqlite") and parsed.database in (None, "", ":memory:"):
        raise ConfigurationError(["DATABASE_URL: SQLite needs a file, as in sqlite:///engage-domain.db"])
    return parsed.set(drivername=driver)


def _milliseconds(duration: timedelta) -> int:
    """Round up: to PostgreSQL, 0 is no limit."""
    return max(1, duration // timedelta(milliseconds=1))


def _engine(url: sa.URL, *, foreign_keys: bool = True, **options: Any) -> AsyncEngine:
    # Parameters hold names, evidence and encrypted keys: they stay out of messages and logs.
    if url.get_backend_name() != "sqlite":
        return create_async_engine(url, hide_parameters=True, pool_pre_ping=True, **options)
    engine = create_async_engine(url, hide_parameters=True, **options)

    def prepare(connection: Any, _: object) -> None:
        connection.isolation_level = None  # the driver shall begin nothing by itself
        cursor = connection.cursor()
        for pragma in (
            f"busy_timeout = {_milliseconds(LONGEST_WAIT)}",
            "journal_mode = WAL",
            "synchronous = NORMAL",
            "secure_delete = ON",
            f"foreign_keys = {'ON' if foreign_keys else 'OFF'}",
        ):
            cursor.execute(f"PRAGMA {pragma}")
        cursor.close()

    sa.event.listen(engine.sync_engine, "connect", prepare)
    sa.event.listen(engine.sync_engine, "begin", _begin)
    return engine


def _begin(connection: sa.Connection) -> None:
    options = connection.get_execution_options()
    if options.get("no_transaction"):
        return
    if options.get("read_only"):
        connection.exec_driver_sql("BEGIN")
        return
    wait = _milliseconds(options.get("lock_wait", LONGEST_WAIT))
    if connection.info.get("busy_timeout") != wait:
        connection.exec_driver_sql(f"PRAGMA busy_timeout = {wait}")
        connection.info["busy_timeout"] = wait
    connection.exec_driver_sql("BEGIN IMMEDIATE")
