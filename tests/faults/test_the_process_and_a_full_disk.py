"""The bot as a process whose database cannot grow: it says so, stays calm, answers, and goes on when there is room."""

import asyncio
import os
import resource
import time

import httpx
import pytest

from sandbox.up.main import running
from tests.acceptance.town import KEY, QUICK, QUICK_ENGAGE, SLOW, Town
from tests.fakes.workspace import Workspace

NOTHING = (resource.RLIM_INFINITY, resource.RLIM_INFINITY)
FORM = {"key": KEY, "dmarc": "none", "language": "en"}


@pytest.fixture
async def town(tmp_path):
    async with (
        running(tmp_path, QUICK, engage_options=QUICK_ENGAGE) as sandbox,
        Workspace(sandbox.url) as slack,
        httpx.AsyncClient(trust_env=False) as http,
    ):
        town = Town(sandbox, slack, http)
        await town.connected()
        yield town


def cpu_seconds(pid):
    with open(f"/proc/{pid}/stat") as stat:
        user, system = stat.read().rpartition(")")[2].split()[11:13]
    return (int(user) + int(system)) / os.sysconf("SC_CLK_TCK")


@pytest.mark.fault
async def test_a_process_whose_database_cannot_grow_says_so_stays_calm_and_goes_on(town):
    bot = town.sandbox.parts["bot"]
    await town.create("one.example.com")
    wal = town.sandbox.folder / "bot.db-wal"
    await town.slack.command("create two.example.com")
    await town.slack.view()

    resource.prlimit(bot.pid, resource.RLIMIT_FSIZE, (wal.stat().st_size, resource.RLIM_INFINITY))
    refused = await town.slack.submit(FORM | {"domain": "two.example.com"})
    cpu, began = cpu_seconds(bot.pid), time.monotonic()
    await asyncio.sleep(3)
    spent = (cpu_seconds(bot.pid) - cpu) / (time.monotonic() - began)
    log, running_still = bot.log.read_text(), bot.process.returncode is None
    listed = await _list(town)
    resource.prlimit(bot.pid, resource.RLIMIT_FSIZE, NOTHING)
    await town.slack.submit(FORM | {"domain": "two.example.com"})
    card = await town.deploy("two.example.com")

    assert "busy" in str(refused["errors"])
    assert "the database cannot be written" in log
    assert log.count("the database cannot be written") < 60  # two ticks, each five times a second
    assert spent < 0.5
    assert running_still
    assert "two.example.com" not in listed
    assert "two.example.com" in card["text"]


async def _list(town):
    latest = max((each["ts"] for each in await town.slack.messages()), default="0")
    await town.slack.command("list")
    return str(await town.slack.message("one.example.com", after=latest, within=SLOW))
