"""APScheduler in: the check tick, the dispatch tick and housekeeping.

APScheduler only ticks; the rows are the queue.
"""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from datetime import timedelta

import structlog
from apscheduler.events import EVENT_JOB_ERROR, EVENT_JOB_MAX_INSTANCES, EVENT_JOB_MISSED, JobExecutionEvent
from apscheduler.schedulers.asyncio import AsyncIOScheduler

from bot.clock import stopwatch
from bot.ports import NO_METER, Meter
from core.errors import TransientError

log = structlog.get_logger(__name__)
_SELDOM = timedelta(seconds=30)
_AGAIN = timedelta(minutes=1)


@dataclass(slots=True)
class Pulse:
    """When a tick last did something; the clock wakes it `every` so often.

    `succeeded` tells how long ago it ended well: at first, since it was made.

    `running` tells for how long it has run; None between two runs. `failing` is set if the last run raised.
    """

    every: timedelta = timedelta(seconds=5)
    succeeded: Callable[[], timedelta] = field(default_factory=stopwatch)
    running: Callable[[], timedelta] | None = None
    failing: bool = False


@dataclass(slots=True)
class Tick:
    """Runs one piece of work again and again, never twice at a time, and never forgets to have been woken.

    A wake-up during a run makes it run once more afterwards.
    """

    name: str
    work: Callable[[], Awaitable[int]]
    meter: Meter = NO_METER
    pulse: Pulse = field(default_factory=Pulse)
    longest_rest: timedelta | None = None
    _woken: asyncio.Event = field(default_factory=asyncio.Event)
    _task: asyncio.Task[None] | None = None
    _stopping: bool = False
    _told: Callable[[], timedelta] | None = None

    def wake(self) -> None:
        """Have the work done soon. Never blocks."""
        self._woken.set()

    def start(self) -> None:
        """Begin to listen for wake-ups."""
        self._task = asyncio.create_task(self._run(), name=f"tick:{self.name}")

    async def stop(self, patience: timedelta) -> None:
        """Let the run in progress end, for at most `patience`, and stop."""
        if self._task is None:
            return
        self._stopping = True
        self._woken.set()
        done, _ = await asyncio.wait({self._task}, timeout=patience.total_seconds())
        if not done:
            log.warning("tick.cut_short", tick=self.name)
            self._task.cancel()
            await asyncio.gather(self._task, return_exceptions=True)

    async def _run(self) -> None:
        while True:
            await self._rest()
            if self._stopping:
                return
            self._woken.clear()
            took = self.pulse.running = stopwatch()
            self.pulse.failing = not await self._work_safely()
            self.pulse.running = None
            if not self.pulse.failing:
                self.pulse.succeeded = stopwatch()
            self.meter.ticked(self.name, "failed" if self.pulse.failing else "done", took())

    async def _rest(self) -> None:
        """Wait for a wake-up, but not forever: a clock put back by hours leaves APScheduler silent for as long."""
        try:
            async with asyncio.timeout(self.longest_rest.total_seconds() if self.longest_rest else None):
                await self._woken.wait()
        except TimeoutError:
            log.info("tick.overdue", tick=self.name)

    async def _work_safely(self) -> bool:
        try:
            done = await self.work()
        except TransientError as error:
            self._tell(error)
            return False
        except Exception:
            log.exception("tick.failed", tick=self.name)
            return False
        if self.pulse.failing:
            log.info("tick.recovered", tick=self.name)
        self._told = None
        if done:
            log.debug("tick.done", tick=self.name, count=done)
        return True

    def _tell(self, error: TransientError) -> None:
        """Say it in one line, and again in every minute for which it lasts: that may be hours."""
        if self._told is None or self._told() >= _AGAIN:
            log.error("tick.failed", tick=self.name, error=str(error))
            self._told = stopwatch()


class Ticks:
    """The ticks of one process: woken by the clock, and by whoever commits something."""

    def __init__(self, check: Tick, dispatch: Tick, housekeeping: Tick, interval: timedelta) -> None:
        self._ticks = {"check": check, "dispatch": dispatch, "housekeeping": housekeeping}
        self._scheduler = AsyncIOScheduler(
            timezone="UTC", job_defaults={"misfire_grace_time": None, "coalesce": True, "max_instances": 1}
        )
        self._scheduler.add_listener(_told, EVENT_JOB_ERROR | EVENT_JOB_MISSED | EVENT_JOB_MAX_INSTANCES)
        for tick, every in ((check, interval), (dispatch, interval), (housekeeping, max(interval, _SELDOM))):
            tick.pulse.every, tick.longest_rest = every, 2 * every
            self._scheduler.add_job(_waking(tick), "interval", seconds=every.total_seconds(), id=tick.name)

    @property
    def pulses(self) -> dict[str, Pulse]:
        """The pulse of every tick, by its name."""
        return {name: tick.pulse for name, tick in self._ticks.items()}

    def wake(self) -> None:
        """Wake the check tick and the dispatch tick."""
        self._ticks["check"].wake()
        self._ticks["dispatch"].wake()

    def start(self) -> None:
        """Start ticking, at once for what the last process left behind."""
        for tick in self._ticks.values():
            tick.start()
            tick.wake()
        self._scheduler.start()

    async def stop(self, patience: timedelta = timedelta(seconds=20)) -> None:
        """Stop ticking, and let what runs come to its end."""
        # Paused first: a wake-up that has begun and is cut off would be logged as an error.
        self._scheduler.pause()
        await asyncio.gather(*(tick.stop(patience) for tick in self._ticks.values()))
        self._scheduler.shutdown(wait=False)


def _waking(tick: Tick) -> Callable[[], Awaitable[None]]:
    async def wake() -> None:
        tick.wake()

    return wake


def _told(event: JobExecutionEvent) -> None:
    log.warning("scheduler.event", code=event.code, job=event.job_id)
