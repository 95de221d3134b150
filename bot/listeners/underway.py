"""What is being served right now, so that whoever stops the process can let it come to its end."""

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta


class Underway:
    """Counts the requests that are being served."""

    def __init__(self) -> None:
        self._count = 0
        self._idle = asyncio.Event()
        self._idle.set()

    @contextmanager
    def one(self) -> Iterator[None]:
        """Count one request while it is being served."""
        self._count += 1
        self._idle.clear()
        try:
            yield
        finally:
            self._count -= 1
            if not self._count:
                self._idle.set()

    async def over(self, patience: timedelta) -> bool:
        """Wait until nothing is being served, for at most `patience`; tell whether that is so."""
        try:
            async with asyncio.timeout(patience.total_seconds()):
                await self._idle.wait()
        except TimeoutError:
            return False
        return True
