"""How many queries may be under way, in all and to one address, and how many a second.

Whoever waits for one address keeps no query to another waiting: a place in all is taken last. A way to an address
begins narrow, grows with every answer and halves with every silence: so a provider that has gone away cannot hold all
places, however many addresses it has.
"""

import asyncio
import contextlib
import time
from collections import OrderedDict, deque
from collections.abc import Awaitable, Callable

from bot.adapters.dns.limits import Place

FIRST = 10  # queries under way to an address that nothing is known of
LEAST = 4  # to one that is silent
REMEMBERED = 1024  # addresses
_MUTE = 3  # silences in a row, with no answer between


class Bucket:
    """Lets `rate` queries a second through, and a quarter of that at once; 0 lets all through.

    `clock` tells seconds and `sleep` waits for some.
    """

    def __init__(
        self,
        rate: float,
        clock: Callable[[], float] = time.monotonic,
        sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
    ) -> None:
        self._rate = rate
        self._most = max(1.0, rate / 4)
        self._tokens = self._most
        self._clock = clock
        self._sleep = sleep
        self._filled_at = clock()
        self._turn = asyncio.Lock()

    @property
    def is_full_enough(self) -> bool:
        """Tell whether one more query may go without waiting."""
        if not self._rate:
            return True
        self._fill()
        return self._tokens >= 1 and not self._turn.locked()

    async def take(self) -> None:
        """Wait until one more query may go, first come, first served."""
        if not self._rate:
            return
        if self.is_full_enough:
            self._tokens -= 1
            return
        async with self._turn:
            self._fill()
            if self._tokens < 1:
                await self._sleep((1 - self._tokens) / self._rate)
                self._fill()
            self._tokens -= 1

    def spend(self) -> None:
        """Count a query that cannot wait: others wait longer instead."""
        self._tokens -= 1 if self._rate else 0

    def _fill(self) -> None:
        now = self._clock()
        self._tokens = min(self._most, self._tokens + max(0.0, now - self._filled_at) * self._rate)
        self._filled_at = now


class Lane:
    """The way to one address, which `most` queries may be on at once."""

    def __init__(self, most: int, bucket: Bucket) -> None:
        self.bucket = bucket
        self._most = most
        self._width = min(FIRST, most)
        self._under_way = 0
        self._waiting: deque[asyncio.Future[None]] = deque()
        self._silences = 0

    @property
    def idle(self) -> bool:
        """Tell whether nobody uses it."""
        return not self._under_way and not self._waiting

    @property
    def is_free(self) -> bool:
        """Tell whether one more query may go without waiting."""
        return self._under_way < self._width and not self._waiting and self.bucket.is_full_enough

    @property
    def mute(self) -> bool:
        """Tell whether the last few queries have all gone unanswered."""
        return self._silences >= _MUTE

    def heard(self) -> None:
        """Note an answer."""
        self._silences = 0
        self._width = min(self._most, self._width + 1)
        self._admit()

    def silent(self) -> None:
        """Note that an answer was waited for in vain."""
        self._silences += 1
        self._width = max(min(LEAST, self._most), self._width // 2)

    async def enter(self) -> None:
        """Wait for room, first come, first served."""
        if self._under_way < self._width and not self._waiting:
            self._under_way += 1
            return
        turn = asyncio.get_running_loop().create_future()
        self._waiting.append(turn)
        try:
            await turn
        except asyncio.CancelledError:
            if turn.cancelled():
                with contextlib.suppress(ValueError):  # `_admit` may have passed it over
                    self._waiting.remove(turn)
            else:  # it came at the very moment
                self.leave()
            raise

    def leave(self) -> None:
        """Make room."""
        self._under_way -= 1
        self._admit()

    def _admit(self) -> None:
        while self._waiting and self._under_way < self._width:
            turn = self._waiting.popleft()
            if turn.cancelled():
                continue
            turn.set_result(None)
            self._under_way += 1


class Slots:
    """At most `total` queries in flight; at most `per_address` to one address and port, and `per_second` a second."""

    def __init__(self, total: int, per_address: int, bucket: Callable[[], Bucket] = lambda: Bucket(0)) -> None:
        self._total = asyncio.Semaphore(total)
        self._per_address = per_address
        self._bucket = bucket
        self._lanes: OrderedDict[Place, Lane] = OrderedDict()

    def __len__(self) -> int:
        return len(self._lanes)

    def held(self, place: Place, until: float | None = None) -> "_Held":
        """Wait for a slot and hold it; the lane wants to know what became of the query.

        Raises `TimeoutError` where there is none by `until` (loop time); once it is held, that bounds nothing.
        """
        return _Held(self._total, self.lane(place), until)

    def lane(self, place: Place) -> Lane:
        """Return the way to an address. Those used longest ago are forgotten."""
        lane = self._lanes.get(place)
        if lane is None:
            self._make_room()
            lane = self._lanes[place] = Lane(self._per_address, self._bucket())
        self._lanes.move_to_end(place)
        return lane

    def _make_room(self) -> None:
        if len(self._lanes) >= REMEMBERED:
            idle = next((place for place, lane in self._lanes.items() if lane.idle), None)
            if idle is not None:
                del self._lanes[idle]


class _Held:
    """A slot, from when there is one until it is given back."""

    __slots__ = ("_lane", "_total", "_until")

    def __init__(self, total: asyncio.Semaphore, lane: Lane, until: float | None) -> None:
        self._total = total
        self._lane = lane
        self._until = until

    async def __aenter__(self) -> Lane:
        if self._lane.is_free and not self._total.locked():
            await self._enter()  # which waits for nobody
        else:
            async with asyncio.timeout_at(self._until):
                await self._enter()
        return self._lane

    async def _enter(self) -> None:
        await self._lane.enter()
        try:
            await self._lane.bucket.take()
            await self._total.acquire()
        except BaseException:
            self._lane.leave()
            raise

    async def __aexit__(self, *_: object) -> None:
        self._total.release()
        self._lane.leave()
