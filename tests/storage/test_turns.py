"""Turns of writers: who comes next, and what becomes of the turn of whoever goes away."""

import asyncio

import pytest

from storage.turns import Turns


@pytest.fixture
def turns():
    return Turns()


async def settle():
    for _ in range(5):
        await asyncio.sleep(0)


async def hold(turns, until, name, held, over=None):
    async with turns.one(until):
        held.append(name)
        if over is not None:
            await over.wait()


async def test_whoever_can_wait_the_least_comes_next_however_late_he_comes(turns):
    now, held, over = asyncio.get_running_loop().time(), [], asyncio.Event()
    patience = {"first": 5, "tick 1": 5, "tick 2": 5.5, "person": 1.5, "tick 3": 6}
    tasks = []
    for name, seconds in patience.items():
        tasks.append(asyncio.create_task(hold(turns, now + seconds, name, held, over if name == "first" else None)))
        await settle()

    over.set()
    await asyncio.gather(*tasks)

    assert held == ["first", "person", "tick 1", "tick 2", "tick 3"]


async def test_those_who_can_wait_equally_long_keep_their_order(turns):
    until, held = asyncio.get_running_loop().time() + 5, []

    await asyncio.gather(*(hold(turns, until, n, held) for n in range(20)))

    assert held == list(range(20))


async def test_only_one_has_the_turn(turns):
    inside, most = 0, 0

    async def work():
        nonlocal inside, most
        async with turns.one(asyncio.get_running_loop().time() + 5):
            inside += 1
            most = max(most, inside)
            await asyncio.sleep(0.001)
            inside -= 1

    await asyncio.gather(*(work() for _ in range(10)))

    assert most == 1


async def test_waiting_ends_when_patience_does_and_the_turn_goes_to_the_next(turns):
    now, held, over = asyncio.get_running_loop().time(), [], asyncio.Event()
    holding = asyncio.create_task(hold(turns, now + 5, "first", held, over))
    await settle()
    next_one = asyncio.create_task(hold(turns, now + 5, "next", held))

    with pytest.raises(TimeoutError):
        await hold(turns, now + 0.01, "impatient", held)
    over.set()
    await asyncio.gather(holding, next_one)

    assert held == ["first", "next"]


@pytest.mark.parametrize("at", ["before the turn comes", "as the turn comes"])
async def test_the_turn_of_somebody_who_is_cancelled_is_not_lost(turns, at):
    now, held, over = asyncio.get_running_loop().time(), [], asyncio.Event()
    holding = asyncio.create_task(hold(turns, now + 5, "first", held, over))
    await settle()
    cancelled = asyncio.create_task(hold(turns, now + 1, "cancelled", held))
    next_one = asyncio.create_task(hold(turns, now + 5, "next", held))
    await settle()

    if at == "as the turn comes":
        over.set()
        await asyncio.sleep(0)  # the first gives up its turn; the one it goes to has not run yet
    cancelled.cancel()
    over.set()
    await asyncio.gather(holding, cancelled, next_one, return_exceptions=True)

    assert held == ["first", "next"]
    assert cancelled.cancelled()


async def test_a_turn_that_failed_is_over(turns):
    until = asyncio.get_running_loop().time() + 1

    with pytest.raises(ZeroDivisionError):
        async with turns.one(until):
            raise ZeroDivisionError
    held = []
    await hold(turns, until, "next", held)

    assert held == ["next"]
