"""Turns of the writers of one process: whoever can wait the least comes next."""

import asyncio
import heapq
import itertools
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

_Waiting = tuple[float, int, asyncio.Future[None]]


class Turns:
    """One turn at a time. Belongs to one event loop.

    Somebody in Slack waits for an answer and ticks wait for nobody: with the earliest deadline first, a hundred
    writers in the background keep no command waiting for longer than the one whose turn it is.
    """

    def __init__(self) -> None:
        self._taken = False
        self._waiting: list[_Waiting] = []
        self._numbers = itertools.count()

    @asynccontextmanager
    async def one(self, until: float) -> AsyncIterator[None]:
        """Wait for a turn `until` a moment of the loop's time, and hold it. Raises `TimeoutError`."""
        await self._begin(until)
        try:
            yield
        finally:
            self._next()

    async def _begin(self, until: float) -> None:
        if not self._taken:
            self._taken = True
            return
        turn = asyncio.get_running_loop().create_future()
        heapq.heappush(self._waiting, (until, next(self._numbers), turn))
        try:
            async with asyncio.timeout_at(until):
                await turn
        except BaseException:
            if turn.done() and not turn.cancelled():
                self._next()  # it came just when nobody wanted it any more
            raise

    def _next(self) -> None:
        """Give the turn to the next who still waits."""
        while self._waiting:
            _, _, turn = heapq.heappop(self._waiting)
            if not turn.done():
                turn.set_result(None)
                return
        self._taken = False
