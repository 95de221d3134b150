"""Database failures that may pass, in the words of `core.errors`. What cannot pass is left as it is: a bug."""

import logging
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager

import sqlalchemy as sa

from core.errors import AmbiguousError, DatabaseBusy, DatabaseUnwritable, TransientError

logger = logging.getLogger(__name__)

# https://www.postgresql.org/docs/current/errcodes-appendix.html
_BUSY_STATES = {"55P03", "40P01", "40001"}  # lock not available, deadlock, serialization failure
# https://www.sqlite.org/rescode.html: the low byte is the primary code
_BUSY_CODES = {sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED}

_UNWRITABLE_CODES = {sqlite3.SQLITE_FULL, sqlite3.SQLITE_IOERR, sqlite3.SQLITE_READONLY}
_UNWRITABLE_STATES = {"53100", "58030"}  # disk full, I/O error


def _unwritable(error: BaseException | None) -> bool:
    code = getattr(error, "sqlite_errorcode", None)
    state = getattr(error, "sqlstate", None)
    return state in _UNWRITABLE_STATES or (code is not None and code & 0xFF in _UNWRITABLE_CODES)


def _busy(error: BaseException | None) -> bool:
    code = getattr(error, "sqlite_errorcode", None)
    return getattr(error, "sqlstate", None) in _BUSY_STATES or (code is not None and code & 0xFF in _BUSY_CODES)


def _lost(error: sa.exc.DBAPIError) -> bool:
    """Tell whether the server went away, cannot be reached or takes no more connections."""
    operational = isinstance(error, sa.exc.OperationalError) and not isinstance(error.orig, sqlite3.Error)
    return error.connection_invalidated or operational


def _translation(error: Exception) -> TransientError | None:
    match error:
        case sa.exc.DBAPIError() if _busy(error.orig):
            return _told_busy()
        case sa.exc.DBAPIError() if _unwritable(error.orig):
            return _told_unwritable(error.orig)
        case sa.exc.DBAPIError() if _lost(error):
            return TransientError("the database cannot be reached")
        case sqlite3.Error() if _busy(error):  # while a connection is being prepared
            return _told_busy()
        case sqlite3.Error() if _unwritable(error):
            return _told_unwritable(error)
        case sa.exc.TimeoutError():  # no connection of the pool came free
            return DatabaseBusy("every connection to the database is taken")
        case _:
            return None


def _told_busy() -> DatabaseBusy:
    logger.warning("the database is busy: somebody else has held its lock for too long")
    return DatabaseBusy("the database is busy")


def _told_unwritable(error: BaseException | None) -> DatabaseUnwritable:
    told = f"the database cannot be written ({error}): make room on its disk, or mend it"
    logger.error("%s", told)
    return DatabaseUnwritable(told)


@contextmanager
def translated() -> Iterator[None]:
    """Raise `TransientError` or `DatabaseBusy` for a failure of the database that may pass."""
    try:
        yield
    except (sa.exc.DBAPIError, sa.exc.TimeoutError, sqlite3.Error) as error:
        translation = _translation(error)
        if translation is None:
            raise
        raise translation from error


@contextmanager
def during_commit() -> Iterator[None]:
    """Raise `AmbiguousError` when the connection breaks during a commit: nobody knows whether it was done."""
    try:
        yield
    except sa.exc.DBAPIError as error:
        if _busy(error.orig) or _unwritable(error.orig) or not _lost(error):
            raise
        raise AmbiguousError("the connection broke while committing") from error
