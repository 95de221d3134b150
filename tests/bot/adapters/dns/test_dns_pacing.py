"""How many queries are under way, and how many a second: each by itself, without a packet."""

import asyncio

import pytest

from bot.adapters.dns.pacing import FIRST, LEAST, REMEMBERED, Bucket, Lane, Slots

HERE, THERE = ("192.0.2.1", 53), ("192.0.2.2", 53)


class Clock:
    """Time that passes only while somebody sleeps."""

    def __init__(self) -> None:
        self.now = 1000.0

    def __call__(self) -> float:
        return self.now

    async def sleep(self, seconds: float) -> None:
        self.now += seconds
        await asyncio.sleep(0)


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def bucket(clock):
    return Bucket(200, clock, clock.sleep)


@pytest.mark.parametrize(("addresses", "most"), [(1, 3), (80, 5)])
async def test_slots_bound_what_is_under_way_to_one_address_and_in_all(addresses, most):
    slots = Slots(total=5, per_address=3)
    under_way, seen = 0, []

    async def query(address):
        nonlocal under_way
        async with slots.held((address, 53)):
            under_way += 1
            seen.append(under_way)
            await asyncio.sleep(0)
            under_way -= 1

    await asyncio.gather(*(query(f"192.0.2.{number % addresses}") for number in range(80)))

    assert (max(seen), len(seen)) == (most, 80)


async def test_whoever_gives_up_waiting_takes_no_slot_along():
    slots = Slots(total=1, per_address=1)
    async with slots.held(HERE):
        waiting = [asyncio.create_task(slots.held(HERE).__aenter__()) for _ in range(3)]
        await asyncio.sleep(0)
        for task in waiting:
            task.cancel()
        await asyncio.gather(*waiting, return_exceptions=True)

    async with asyncio.timeout(1), slots.held(HERE):
        assert slots.lane(HERE)._under_way == 1
    assert slots.lane(HERE).idle


async def test_a_slot_that_comes_as_its_taker_gives_up_is_passed_on():
    lane = Lane(1, Bucket(0))
    await lane.enter()
    unlucky, lucky = (asyncio.create_task(lane.enter()) for _ in range(2))
    await asyncio.sleep(0)

    lane.leave()
    unlucky.cancel()
    await asyncio.gather(unlucky, return_exceptions=True)

    await asyncio.wait_for(lucky, 1)
    assert lane._under_way == 1


def test_addresses_that_nobody_uses_are_forgotten_when_there_are_many():
    slots = Slots(total=1, per_address=1)

    for number in range(REMEMBERED + 50):
        slots.lane((f"2001:db8::{number:x}", 53))

    assert len(slots) == REMEMBERED


async def test_addresses_in_use_are_not_forgotten():
    slots = Slots(total=2, per_address=1)

    async with slots.held(HERE) as lane:
        for number in range(REMEMBERED + 50):
            slots.lane((f"2001:db8::{number:x}", 53))

        assert slots.lane(HERE) is lane


async def how_many_enter(lane: Lane) -> int:
    entering = [asyncio.create_task(lane.enter()) for _ in range(100)]
    await asyncio.sleep(0)
    entered = sum(task.done() for task in entering)
    for task in entering:
        task.cancel()
    await asyncio.gather(*entering, return_exceptions=True)
    return entered


async def test_the_way_to_an_address_grows_with_answers_and_shrinks_with_silence():
    unknown, answering, silent = (Lane(50, Bucket(0)) for _ in range(3))
    for _ in range(60):
        answering.heard()
        silent.silent()

    assert [await how_many_enter(lane) for lane in (unknown, answering, silent)] == [FIRST, 50, LEAST]


async def test_an_address_is_mute_while_nothing_comes_from_it():
    lane = Lane(50, Bucket(0))
    for _ in range(3):
        lane.silent()
    before = lane.mute

    lane.heard()

    assert (before, lane.mute) == (True, False)


async def test_not_more_than_so_many_queries_a_second_go_to_one_address(bucket, clock):
    await asyncio.gather(*(bucket.take() for _ in range(1050)))

    assert clock.now - 1000 == pytest.approx(5.0)  # 50 at once, the others at 200 a second


async def test_what_was_not_used_is_not_saved_up(bucket, clock):
    clock.now += 3600
    started = clock.now

    await asyncio.gather(*(bucket.take() for _ in range(250)))

    assert clock.now - started == pytest.approx(1.0)


async def test_packets_that_cannot_wait_are_waited_for_by_those_that_can(bucket, clock):
    for _ in range(100):
        bucket.spend()

    await bucket.take()

    assert clock.now - 1000 == pytest.approx(51 / 200)


async def test_a_rate_of_zero_lets_everything_through(clock):
    bucket = Bucket(0, clock, clock.sleep)

    for _ in range(1000):
        await bucket.take()

    assert clock.now == 1000


async def test_whoever_waits_for_the_rate_of_one_address_keeps_no_other_waiting(clock):
    never = asyncio.Event()
    slots = Slots(total=1, per_address=50, bucket=lambda: Bucket(4, clock, lambda _: never.wait()))
    async with slots.held(HERE):
        pass  # one at once is what there is
    waiting = asyncio.create_task(slots.held(HERE).__aenter__())
    await asyncio.sleep(0)

    async with asyncio.timeout(1), slots.held(THERE):
        assert not waiting.done()

    waiting.cancel()
    await asyncio.gather(waiting, return_exceptions=True)
