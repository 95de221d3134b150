"""One process on one SQLite file: what the process before it had in hand when it died is free at once.

Leases end by themselves, but late: they outlast the slowest look. On PostgreSQL, where other processes may well be
at work, that is all there is. A SQLite file has one user, which a lock on a file beside it makes sure of; the
system drops that lock with the process, however it ends. (A lock on the file itself would interfere with SQLite's own:
https://www.sqlite.org/howtocorrupt.html, section 2.2.)
"""

import asyncio
import fcntl
import logging
import os
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import datetime, timedelta
from pathlib import Path

from core.errors import ConfigurationError
from storage import asked_checks, domains, outbox
from storage.engine import Database

logger = logging.getLogger(__name__)
_PAUSE = 0.1


@asynccontextmanager
async def sole_user(database: Database, now: datetime, patience: timedelta) -> AsyncIterator[bool]:
    """Be the only process that works on a SQLite file, and take over what the last one left; tell whether that is so.

    Waits up to `patience` for another process to end. Raises `ConfigurationError` if it does not. On PostgreSQL nothing
    is locked or taken over.
    """
    if database.dialect != "sqlite":
        yield False
        return
    file = Path(f"{database.url.database}.lock")
    try:
        descriptor = os.open(file, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    except OSError as error:
        raise ConfigurationError([f"DATABASE_URL: {file} cannot be written: {error.strerror}"]) from error
    try:
        await _locked(descriptor, patience)
        async with database.transaction() as session:
            await domains.release_all(session)
            await outbox.release_all(session, now)
            await asked_checks.release_all(session)
        yield True
    finally:
        os.close(descriptor)


async def _locked(descriptor: int, patience: timedelta) -> None:
    clock = asyncio.get_running_loop().time
    until, told = clock() + patience.total_seconds(), False
    while True:
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            if clock() >= until:
                taken = "DATABASE_URL: another process runs on this SQLite file; PostgreSQL serves as many as you like"
                raise ConfigurationError([taken]) from None
            if not told:
                logger.warning("another process runs on this SQLite file; waiting for it to end")
            told = True
            await asyncio.sleep(_PAUSE)
        else:
            return
