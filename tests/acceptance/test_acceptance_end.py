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


async def test_a_sandbox_that_is_interrupted_while_it_starts_says_nothing_of_its_insides():
    sandbox = await asyncio.create_subprocess_exec(
        sys.executable,
        "-m",
        "sandbox",
        "up",
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.STDOUT,
        start_new_session=True,
    )
    await asyncio.sleep(0.8)

    os.killpg(sandbox.pid, signal.SIGINT)
    output, _ = await asyncio.wait_for(sandbox.communicate(), SLOW)

    assert b"Traceback" not in output
    assert sandbox.returncode in {0, 130, -signal.SIGINT}


async def test_a_setting_without_a_value_is_a_mistake_of_the_command_line():
    sandbox = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "sandbox", "up", "--set", "POLL_INTERVAL", stderr=asyncio.subprocess.PIPE
    )

    _, said = await asyncio.wait_for(sandbox.communicate(), SLOW)

    assert sandbox.returncode == 2
    assert b"--set takes NAME=VALUE, not POLL_INTERVAL" in said
