"""The sandbox ends everything that it started, however it is ended."""

import asyncio
import json
import os
import signal
import sys

import pytest

pytestmark = pytest.mark.acceptance
SLOW = 90.0


def lives(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    return True


def left(started):
    """What is left of a sandbox: processes by name, and the folder of its logs and database."""
    folder = [started["logs"]] if os.path.exists(started["logs"]) else []
    return [name for name, pid in started["pids"].items() if lives(pid)] + folder


@pytest.mark.parametrize("how", [signal.SIGINT, signal.SIGTERM], ids=lambda each: each.name)
async def test_nothing_is_left_of_the_sandbox_when_it_is_stopped(how):
    sandbox = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "sandbox", "up", "--json", stdout=asyncio.subprocess.PIPE
    )
    started = json.loads(await asyncio.wait_for(sandbox.stdout.readline(), SLOW))
    ran = left(started)

    sandbox.send_signal(how)
    code = await asyncio.wait_for(sandbox.wait(), SLOW)

    assert ran == ["nameserver", "engage", "slack", "bot", started["logs"]]
    assert code == 0
    assert left(started) == []
