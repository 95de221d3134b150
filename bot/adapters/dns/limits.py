"""How much may be asked, of whom, for how long."""

import asyncio
from collections import OrderedDict
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Generic, TypeVar

from core.observations import Unknown

Key = TypeVar("Key")
Value = TypeVar("Value")

Place = tuple[str, int]
"""Address and port."""

MOST_OCTETS = 2 << 20  # of answers in one look, as they come or as they are kept: until they are judged


class Allowance:
    """What one look may use: queries, and time until `deadline` (loop time).

    A query is one question to one server. Its repetitions are none: after silence, over TCP, without EDNS and
    unchecked; each is bounded by itself. What the look owes may go beyond `budget`, up to `most`; finding servers may
    take `budget` queries of these. Once the look is `frugal`, all ends with the budget.
    `silent` and `mute` are the servers that have left a question of this look unanswered, over UDP and over TCP, too;
    `in_vain` are the names at which nobody could tell it whether a zone begins.
    """

    def __init__(self, budget: int, deadline: float, most: int | None = None) -> None:
        self.deadline = deadline
        self.silent: set[Place] = set()
        self.mute: set[Place] = set()
        self.in_vain: dict[str, Unknown] = {}
        self.spent = 0
        self.frugal = False
        self._budget = budget
        self._most = max(budget, most or 0)
        self._searched = 0
        self._octets = MOST_OCTETS

    def take(self, count: int = 1) -> bool:
        """Use up `count` queries; False, and none used, if there are not so many left."""
        if self.spent + count > (self._budget if self.frugal else self._most) or self.over:
            return False
        self.spent += count
        return True

    def take_search(self) -> bool:
        """Use up one query on the way to a zone; False if there is none left."""
        self._searched += 1
        return self._searched <= self._budget and self.take()

    def take_octets(self, count: int) -> bool:
        """Use up room for an answer; False if there is none left."""
        self._octets -= count
        return self._octets >= 0

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
