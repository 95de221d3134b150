"""Allowances and the cache, each by itself."""

import asyncio
from datetime import UTC, datetime, timedelta

import dns.flags
import dns.message
import dns.rrset
import pytest

from bot.adapters.dns.exchange import read_bounded
from bot.adapters.dns.limits import MOST_OCTETS, Allowance, Cache
from core.observations import Present, Question, Silence, Unknown

NOON = datetime(2026, 1, 1, 12, tzinfo=UTC)


class Clock:
    def __init__(self) -> None:
        self.now = NOON

    def __call__(self) -> datetime:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


async def test_an_allowance_counts_questions_and_searches_together():
    allowance = Allowance(3, asyncio.get_running_loop().time() + 60)

    taken = [allowance.take_search(), allowance.take(2), allowance.take(), allowance.take_search()]

    assert taken == [True, True, False, False]
    assert allowance.spent == 3


async def test_what_is_owed_goes_beyond_the_budget_and_what_is_not_does_not():
    allowance = Allowance(3, asyncio.get_running_loop().time() + 60, most=10)

    owed = [allowance.take(7), allowance.take(4), allowance.take(3)]
    allowance.frugal = True

    assert owed == [True, False, True]
    assert not allowance.take()
    assert not allowance.take_search()


async def test_searches_end_with_the_budget_whatever_is_owed():
    allowance = Allowance(3, asyncio.get_running_loop().time() + 60, most=10)

    assert [allowance.take_search() for _ in range(5)] == [True] * 3 + [False] * 2


async def test_a_look_has_room_for_what_is_kept_and_not_only_for_what_comes():
    allowance = Allowance(2, asyncio.get_running_loop().time() + 60)
    query = dns.message.make_query("mail.example.com", "TXT")
    answer = dns.message.make_response(query)
    answer.flags |= dns.flags.AA
    answer.answer.append(dns.rrset.from_text("mail.example.com.", 60, "IN", "TXT", " ".join(["a"] * 4000)))
    packet, question = answer.to_wire(), Question("mail.example.com", "TXT")

    outcomes = [read_bounded(packet, question, allowance, tcp=True).outcome for _ in range(9)]

    assert 9 * len(packet) < MOST_OCTETS / 20
    assert [isinstance(outcome, Present) for outcome in outcomes] == [True] * 8 + [False]
    assert outcomes[-1] == Unknown(Silence.GARBAGE, detail="more than a look can hold")


async def test_an_allowance_has_room_for_so_much_that_is_said():
    allowance = Allowance(2, asyncio.get_running_loop().time() + 60)

    assert allowance.take_octets(MOST_OCTETS)
    assert not allowance.take_octets(1)


async def test_an_allowance_ends_with_its_time():
    allowance = Allowance(2, asyncio.get_running_loop().time())

    assert not allowance.take()
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
