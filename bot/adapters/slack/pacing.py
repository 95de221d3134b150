"""About one message a second and channel: Slack's limit for posting."""

import asyncio
import time
from collections.abc import Awaitable, Callable
from datetime import timedelta


class Pacer:
    """Hands out turns to post, one per channel and `interval`, in the order in which they were asked for."""

    def __init__(
        self,
        interval: timedelta,
        monotonic: Callable[[], float] = time.monotonic,
        sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
    ) -> None:
        self._interval = interval.total_seconds()
        self._monotonic = monotonic
        self._sleep = sleep
        self._free_at: dict[str, float] = {}

    async def turn(self, channel: str) -> None:
        """Wait until `channel` may be posted to."""
        now = self._monotonic()
        at = max(now, self._free_at.get(channel, now))
        # Channels that have been quiet for long need no memory.
        self._free_at = {name: free for name, free in self._free_at.items() if free > now}
        self._free_at[channel] = at + self._interval
        if at > now:
            await self._sleep(at - now)
