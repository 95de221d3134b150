"""How fast one person may go on: a token bucket for each, in this process's memory.

It is there for scripts and stuck keys, not for people: the settings leave them more room than they can use.
"""

import math
from dataclasses import dataclass
from datetime import datetime, timedelta

_MOST_KEPT = 1000


@dataclass(slots=True)
class _Bucket:
    left: float
    at: datetime


class Pace:
    """Lets everybody act `burst` times at once, and once more in every `interval`."""

    def __init__(self, burst: int = 60, interval: timedelta = timedelta(seconds=1)) -> None:
        self.burst = burst
        self._interval = interval
        self._buckets: dict[str, _Bucket] = {}

    def take(self, who: str, now: datetime) -> timedelta | None:
        """Count one act of `who`; None if it is within the limit, else how long to wait (whole seconds, at least 1).

        What is refused is not counted. A clock that was put back gives nothing, and takes nothing away.
        """
        self._forget_the_idle(now)
        bucket = self._buckets.setdefault(who, _Bucket(self.burst, now))
        bucket.left = self._left(bucket, now)
        bucket.at = now
        if bucket.left < 1:
            return timedelta(seconds=max(1, math.ceil((1 - bucket.left) * self._interval.total_seconds())))
        bucket.left -= 1
        return None

    def _left(self, bucket: _Bucket, now: datetime) -> float:
        gone = max(now - bucket.at, timedelta())
        return min(float(self.burst), bucket.left + gone / self._interval)

    def _forget_the_idle(self, now: datetime) -> None:
        if len(self._buckets) >= _MOST_KEPT:
            self._buckets = {who: each for who, each in self._buckets.items() if self._left(each, now) < self.burst}
