"""What happens while something takes long, and what goes on although nobody waits for it any more."""

import asyncio
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from typing import Any

_running: set["asyncio.Future[Any]"] = set()


def let_run(work: "asyncio.Future[Any]") -> None:
    """Hold on to something until it ends; what it returns or raises is of no interest."""
    _running.add(work)
    work.add_done_callback(_forget)


def _forget(work: "asyncio.Future[Any]") -> None:
    _running.discard(work)
    if not work.cancelled():
        work.exception()


@contextmanager
def after(delay: timedelta, do: Callable[[], Awaitable[None]]) -> Iterator[None]:
    """Do something beside, once, if what is within takes longer than `delay`. What it raises is lost."""
    timer = asyncio.get_running_loop().call_later(delay.total_seconds(), lambda: let_run(asyncio.ensure_future(do())))
    try:
        yield
    finally:
        timer.cancel()
