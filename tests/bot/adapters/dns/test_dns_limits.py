"""Slots, allowances and the cache, each by itself."""

import asyncio
from datetime import UTC, datetime, timedelta

import pytest

from bot.adapters.dns.limits import Allowance, Cache, Slots

NOON = datetime(2026, 1, 1, 12, tzinfo=UTC)


class Clock:
    def __init__(self) -> None:
        self.now = NOON

    def __call__(self) -> datetime:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


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


async def test_slots_forget_addresses_that_nobody_uses_even_after_a_cancellation():
    slots = Slots(total=1, per_address=1)
    async with slots.held(("192.0.2.1", 53)):
        waiting = asyncio.create_task(slots.held(("192.0.2.1", 53)).__aenter__())
        await asyncio.sleep(0)
        waiting.cancel()
        await asyncio.gather(waiting, return_exceptions=True)

    assert slots._users == slots._addresses == {}


async def test_an_allowance_counts_questions_and_searches_apart():
    allowance = Allowance(2, asyncio.get_running_loop().time() + 60)

    questions = [allowance.take_question() for _ in range(3)]
    searches = [allowance.take_search() for _ in range(5)]

    assert questions == [True, True, False]
    assert searches == [True] * 4 + [False]


async def test_an_allowance_ends_with_its_time():
    allowance = Allowance(2, asyncio.get_running_loop().time())

    assert not allowance.take_question()
    assert not allowance.take_search()


def test_the_cache_keeps_values_for_their_ttl(clock):
    cache: Cache[str, int] = Cache(clock, 10)
    cache.put("a", 1, ttl=60)

    clock.now += timedelta(seconds=59)
    before = cache.get("a")
    clock.now += timedelta(seconds=1)

    assert (before, cache.get("a")) == (1, None)


def test_a_clock_that_was_put_back_makes_nothing_last_longer(clock):
    cache: Cache[str, int] = Cache(clock, 10)
    cache.put("a", 1, ttl=60)

    clock.now -= timedelta(hours=1)

    assert cache.get("a") is None


def test_the_cache_is_bounded_and_drops_what_was_used_longest_ago(clock):
    cache: Cache[int, int] = Cache(clock, 3)
    for number in range(3):
        cache.put(number, number, ttl=60)
    cache.get(0)

    cache.put(3, 3, ttl=60)

    assert (len(cache), cache.get(1), cache.get(0)) == (3, None, 0)
