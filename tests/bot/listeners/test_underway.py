"""Stopping waits for those who are being served, but not for ever."""

import asyncio
from datetime import timedelta

from bot.listeners import Underway

A_MOMENT = timedelta(milliseconds=20)


async def test_nothing_under_way_is_over_at_once():
    assert await Underway().over(timedelta(0))


async def test_what_is_under_way_is_waited_for():
    underway = Underway()

    with underway.one(), underway.one():
        before = await underway.over(A_MOMENT)
        waiting = asyncio.create_task(underway.over(timedelta(seconds=10)))
        await asyncio.sleep(0)
    after = await waiting

    assert (before, after) == (False, True)


async def test_a_request_is_under_way_until_it_is_answered(bot):
    seen = []

    async def slow_answer(*_, **__):
        seen.append(await bot.parts.underway.over(timedelta(0)))

    bot.surface.answer = slow_answer

    await bot.command("list")

    assert seen == [False]
    assert await bot.parts.underway.over(timedelta(0))
