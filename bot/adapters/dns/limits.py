"""How much may be asked, of whom, for how long."""

import asyncio
from collections import OrderedDict
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from datetime import datetime, timedelta
from typing import Generic, TypeVar

Key = TypeVar("Key")
Value = TypeVar("Value")


class Slots:
    """At most `total` queries in flight, and at most `per_address` to one address and port."""

    def __init__(self, total: int, per_address: int) -> None:
        self._total = asyncio.Semaphore(total)
        self._per_address = per_address
        self._addresses: dict[tuple[str, int], asyncio.Semaphore] = {}
        self._users: dict[tuple[str, int], int] = {}

    @asynccontextmanager
    async def held(self, address: tuple[str, int]) -> AsyncIterator[None]:
        """Wait for a slot and hold it. Whoever waits for a busy address keeps no other query waiting."""
        semaphore = self._addresses.setdefault(address, asyncio.Semaphore(self._per_address))
        self._users[address] = self._users.get(address, 0) + 1
        try:
            async with semaphore, self._total:
                yield
        finally:
            self._users[address] -= 1
            if not self._users[address]:
                del self._users[address], self._addresses[address]


class Allowance:
    """What one look may use: questions of the core, queries to find zones, and time until `deadline` (loop time).

    A question costs one however many servers it is put to, so that zones with many servers are
    looked at in full; finding servers may take twice as many queries as there are questions.
    """

    def __init__(self, questions: int, deadline: float) -> None:
        self.deadline = deadline
        self._questions = questions
        self._searches = 2 * questions

    def take_question(self) -> bool:
        """Use up one question; False if there is none left."""
        self._questions -= 1
        return self._questions >= 0 and not self.over

    def take_search(self) -> bool:
        """Use up one query on the way to a zone; False if there is none left."""
        self._searches -= 1
        return self._searches >= 0 and not self.over

    @property
    def over(self) -> bool:
        """Tell whether the time is up."""
        return asyncio.get_running_loop().time() >= self.deadline


class Cache(Generic[Key, Value]):
    """Values for their TTL, at most `size` of them: the one used longest ago goes first."""

    def __init__(self, clock: Callable[[], datetime], size: int) -> None:
        self._clock = clock
        self._size = size
        self._entries: OrderedDict[Key, tuple[Value, datetime, datetime]] = OrderedDict()

    def __len__(self) -> int:
        return len(self._entries)

    def get(self, key: Key) -> Value | None:
        """Return what is still good. A clock that was put back makes nothing last longer."""
        entry = self._entries.get(key)
        if entry is None:
            return None
        value, stored, until = entry
        if not stored <= self._clock() < until:
            del self._entries[key]
            return None
        self._entries.move_to_end(key)
        return value

    def put(self, key: Key, value: Value, ttl: float) -> None:
        """Keep a value for `ttl` seconds."""
        now = self._clock()
        self._entries[key] = (value, now, now + timedelta(seconds=ttl))
        self._entries.move_to_end(key)
        while len(self._entries) > self._size:
            self._entries.popitem(last=False)

    def clear(self) -> None:
        """Forget everything."""
        self._entries.clear()
