"""Ticks run one at a time, forget no wake-up, and their pulse tells how they are."""

import asyncio
from datetime import timedelta

import pytest
import structlog

from bot.scheduler import Tick, Ticks
from core.errors import TransientError
from tests.fakes.meter import FakeMeter


class Work:
    """Something to do, which waits until it is let go, and raises what it is given."""

    def __init__(self):
        self.runs = 0
        self.error = None
        self.go = asyncio.Event()

    async def __call__(self):
        self.runs += 1
        await self.go.wait()
        self.go.clear()
        if self.error is not None:
            raise self.error
        return 1


@pytest.fixture
async def work():
    return Work()


@pytest.fixture
async def tick(work):
    tick = Tick("check", work, FakeMeter())
    tick.start()
    yield tick
    work.go.set()
    await tick.stop(timedelta(seconds=1))


async def let_it_run(times=10):
    for _ in range(times):
        await asyncio.sleep(0)


async def test_a_wake_up_during_a_run_makes_it_run_once_more(tick, work):
    tick.wake()
    await let_it_run()
    tick.wake()
    tick.wake()
    work.go.set()
    await let_it_run()
    work.go.set()
    await let_it_run()

    assert work.runs == 2


async def test_the_pulse_tells_that_a_tick_runs_and_when_it_ended_well(tick, work):
    tick.wake()
    await let_it_run()
    running = tick.pulse.running
    work.go.set()
    await let_it_run()

    assert running() >= timedelta()
    assert tick.pulse.running is None
    assert not tick.pulse.failing
    assert tick.meter.counted == [("ticked", "check", "done")]


async def test_a_run_that_raises_leaves_the_tick_failing_until_one_ends_well(tick, work):
    ended_well = tick.pulse.succeeded
    work.error = RuntimeError("boom")
    tick.wake()
    await let_it_run()
    work.go.set()
    await let_it_run()
    failing, last = tick.pulse.failing, tick.pulse.succeeded
    work.error = None
    tick.wake()
    await let_it_run()
    work.go.set()
    await let_it_run()

    assert (failing, last) == (True, ended_well)
    assert not tick.pulse.failing
    assert tick.pulse.succeeded is not ended_well
    assert [outcome for _, _, outcome in tick.meter.counted] == ["failed", "done"]


async def test_what_lasts_for_hours_is_told_once_a_minute_and_that_it_is_over_too(tick, work):
    async def run_once(error):
        work.error = error
        tick.wake()
        await let_it_run()
        work.go.set()
        await let_it_run()

    with structlog.testing.capture_logs() as lines:
        for _ in range(5):
            await run_once(TransientError("the database cannot be reached"))
        tick._told = lambda: timedelta(minutes=1)
        await run_once(TransientError("the database cannot be reached"))
        await run_once(None)
        await run_once(TransientError("the database cannot be reached"))

    told = [line["event"] for line in lines if line["log_level"] != "debug"]
    assert told == ["tick.failed", "tick.failed", "tick.recovered", "tick.failed"]


async def test_housekeeping_is_not_expected_as_often_as_the_others():
    async def nothing():
        return 0

    ticks = Ticks(*(Tick(name, nothing) for name in ("check", "dispatch", "housekeeping")), timedelta(seconds=5))

    assert {name: pulse.every.total_seconds() for name, pulse in ticks.pulses.items()} == {
        "check": 5,
        "dispatch": 5,
        "housekeeping": 30,
    }


async def test_stopping_in_the_middle_of_a_wake_up_is_no_error(caplog):
    async def nothing():
        return 0

    for _ in range(30):
        names = ("check", "dispatch", "housekeeping")
        ticks = Ticks(*(Tick(name, nothing, FakeMeter()) for name in names), timedelta(milliseconds=1))
        ticks.start()
        await asyncio.sleep(0.0015)
        await ticks.stop()

    assert [record.getMessage() for record in caplog.records if record.levelname == "ERROR"] == []
