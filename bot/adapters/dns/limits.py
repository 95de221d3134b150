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

MOST_OCTETS = 4 << 20  # of answers in one look: what a stranger says is kept until it is judged


class Allowance:
    """What one look may use: questions of the core, queries to find zones, and time until `deadline` (loop time).

    A question costs one however many servers it is put to, so that zones with many servers are
    looked at in full; finding servers may take twice as many queries as there are questions.
    `silent` and `mute` are the servers that have left a question of this look unanswered, over UDP and over TCP, too;
    `in_vain` are the names at which nobody could tell it whether a zone begins.
    """

    def __init__(self, questions: int, deadline: float) -> None:
        self.deadline = deadline
        self.silent: set[Place] = set()
        self.mute: set[Place] = set()
        self.in_vain: dict[str, Unknown] = {}
        self._questions = questions
        self._searches = 2 * questions
        self._octets = MOST_OCTETS

    def take_question(self) -> bool:
        """Use up one question; False if there is none left."""
        self._questions -= 1
        return self._questions >= 0 and not self.over

    def take_search(self) -> bool:
        """Use up one query on the way to a zone; False if there is none left."""
        self._searches -= 1
        return self._searches >= 0 and not self.over

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
