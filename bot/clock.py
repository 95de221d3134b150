"""The only clock. `now` is handed down from here and never asked of the database."""

import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta


def utcnow() -> datetime:
    """Return the present moment, aware, in UTC."""
    return datetime.now(UTC)


def stopwatch() -> Callable[[], timedelta]:
    """Return what tells how long ago this was, whatever happens to the clock on the wall."""
    began = time.monotonic()
    return lambda: timedelta(seconds=time.monotonic() - began)
