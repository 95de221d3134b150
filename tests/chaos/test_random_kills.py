"""Killed at random, over and over, while several domains are on their way: nothing missing, little doubled.

``KILLS`` says how often (10), ``SEED`` repeats a run: the moments of the kills and what they are mixed with.
"""

import asyncio
import itertools
import os
import random
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.chaos.siege import Siege, besieged
from tests.chaos.tally import count

KILLS = int(os.environ.get("KILLS") or 10)
SEED = int(os.environ.get("SEED") or time.time_ns() % 1_000_000)
AT_ONCE = 4
LIFETIME = 0.7
"""Seconds that the bot lives on average once it listens."""

LONGEST = 180 + 6 * KILLS
"""Seconds for the whole run: two or three times what it takes on two busy cores."""


async def kill_at_random(siege: Siege, kills: int, chance: random.Random) -> None:
    """Kill the bot `kills` times: mostly at work, now and then while it starts."""
    while siege.kills < kills:
        await asyncio.sleep(min(chance.expovariate(1 / LIFETIME), 5 * LIFETIME))
        await siege.kill()
        await siege.start(wait=chance.random() < 0.9)
    await siege.slack.eventually(siege.listens, 30)


async def walk(siege: Siege, names: Iterator[str], killing: "asyncio.Task[None]", walked: dict[str, bool]) -> None:
    """Take one domain after the other along the path, until there are no more kills."""
    for name in names:
        stumbles = len(walked) % 2 == 1
        walked[name] = stumbles
        await siege.path(name)
        if stumbles:
            await siege.stumble(name)
        if killing.done():
            return


async def besiege(siege: Siege, kills: int, seed: int) -> dict[str, bool]:
    """Kill and walk at the same time; return the domains that came to their end, and which of them stumbled."""
    walked: dict[str, bool] = {}
    names = (f"d{number}-{seed}.example.com" for number in itertools.count(1))
    # Slack takes some time to answer, so that kills find something in flight.
    await siege.slack.fault("*", "slow", seconds=0.03, times=1_000_000)
    async with asyncio.timeout(LONGEST), asyncio.TaskGroup() as group:
        killing = group.create_task(kill_at_random(siege, kills, random.Random(seed)))
        for _ in range(AT_ONCE):
            group.create_task(walk(siege, names, killing, walked))
    await siege.heal()
    await siege.quiet()
    return walked


async def test_random_kills_lose_nothing(siege: Siege, report):
    walked = await besiege(siege, KILLS, SEED)

    tally = await count(siege, walked)

    report(f"killed at random on SQLite, seed {SEED}, {len(walked)} domains", siege, tally)
    assert tally.missing == []
    assert tally.unexplained == []
    assert tally.out_of_order == []
    assert len(tally.doubled) <= siege.kills
    assert "Traceback" not in siege.log.read_text()


@pytest.mark.postgres
async def test_random_kills_lose_nothing_on_postgresql_either(nursery, empty_postgres_url, tmp_path: Path, report):
    kills = max(5, KILLS // 10)
    changed = {"DATABASE_URL": empty_postgres_url, "TAKEOVER_AFTER": "3s"}
    async with besieged(tmp_path, nursery, changed) as siege:
        walked = await besiege(siege, kills, SEED)

        tally = await count(siege, walked)

        report(f"killed at random on PostgreSQL, seed {SEED}, {len(walked)} domains", siege, tally)
        assert tally.missing == []
        assert tally.unexplained == []
        assert tally.out_of_order == []
        assert len(tally.doubled) <= siege.kills
