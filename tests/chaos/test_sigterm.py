"""SIGTERM: what runs is let come to its end, nothing is lost or doubled, and the exit code is 0."""

import asyncio
import signal
import time

from core.sending_domain import DomainStatus
from sandbox.slack.people import IT_CHANNEL
from sandbox.up.processes import start
from tests.chaos.siege import Siege
from tests.chaos.tally import count

WITHIN = 25.0
"""Seconds that stopping may take at the most: what systemd and others grant by default is more."""


async def stopped(siege: Siege) -> tuple[int, float]:
    """Stop the bot in order; return its exit code, and how many seconds that took."""
    began = time.monotonic()
    code = await siege.life.end(signal.SIGTERM)
    return code, time.monotonic() - began


async def test_stopped_again_and_again_the_path_completes_without_a_double(siege: Siege, report):
    name = "stopped.example.com"
    walking = asyncio.create_task(siege.path(name))
    took = []
    for pause in (0.2, 0.5, 0.4, 0.7, 0.6, 0.9):
        await asyncio.sleep(pause)
        code, seconds = await stopped(siege)
        assert code == 0
        assert await siege.sending() == []
        took.append(seconds)
        await siege.start()
    await walking
    await siege.quiet()

    tally = await count(siege, {name: False})

    report(f"stopped {len(took)} times by SIGTERM, at most {max(took):.1f} s each", siege, tally)
    assert max(took) < WITHIN
    assert (tally.missing, tally.doubled, tally.out_of_order) == ([], [], [])
    log = siege.log.read_text()
    # An envelope that comes in while the socket closes cannot be acknowledged; Slack's SDK logs that in its own way.
    assert log.count("Traceback") == log.count("ClientConnectionResetError: Cannot write to closing transport")


async def test_a_post_under_way_is_waited_for(siege: Siege):
    name = "waited.example.com"
    await siege.create(name)
    await siege.slack.fault("chat.postMessage", "slow", seconds=2, channel=IT_CHANNEL)
    await siege.deploy(name)
    await siege.slack.eventually(lambda: held(siege), 20)

    code, seconds = await stopped(siege)

    sent = [row["kind"] for row in await siege.rows("outbox") if row["state"] == "sent"]
    assert code == 0
    assert seconds < WITHIN
    assert "card" in sent
    assert await siege.sending() == []
    await siege.start()


async def test_a_command_under_way_is_carried_out_and_answered(siege: Siege):
    name = "asked.example.com"
    await siege.create(name)
    await siege.slack.fault("users.info", "slow", seconds=1)

    assert (await siege.slack.command(f"deploy {name}", as_="aiko"))["ok"]
    await siege.slack.eventually(lambda: held(siege), 20)
    code, _ = await stopped(siege)

    domain = await siege.domain(name)
    assert domain is not None
    assert code == 0
    assert domain.status is DomainStatus.DEPLOYING
    seen = [message for message in await siege.slack.messages(as_="aiko") if message["ephemeral"]]
    assert any(name in message["text"] for message in seen)
    await siege.start()


async def held(siege: Siege) -> list[str]:
    return (await siege.slack.post("faults"))["held"]


async def test_a_process_started_like_an_operator_does_stops_in_order_too(siege: Siege):
    await siege.life.end(signal.SIGTERM)
    child = await start("bot", ["bot", "run"], siege.sandbox.folder, siege.sandbox.environment)
    await siege.slack.eventually(siege.listens, 30)

    began = time.monotonic()
    child.process.send_signal(signal.SIGTERM)
    code = await asyncio.wait_for(child.process.wait(), WITHIN)

    assert code == 0
    assert time.monotonic() - began < 5
    await siege.start()
