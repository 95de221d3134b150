"""`engage-domain outbox`: what has not been said is listed lane by lane, and said again on demand."""

import asyncio
from datetime import timedelta

import pytest
from typer.testing import CliRunner

from bot import backlog, logbook
from bot.__main__ import app
from core.errors import ChannelUnavailable, PermanentError
from storage import domains, outbox
from storage.engine import Database
from tests.storage.samples import NOW, TEAM, a_domain, card, message, reply

ONE, TWO = a_domain("one.example.com"), a_domain("two.example.com")


async def fill(database):
    async with database.transaction() as session:
        await domains.add(session, ONE)
        await domains.add(session, TWO)
        await outbox.append(session, TEAM, [card(ONE), reply(ONE), card(TWO), message(ONE, "U7")], NOW)
        for row in await outbox.claim(session, NOW, timedelta(minutes=1), 10):
            if row.lane == f"{ONE.id}:it":
                await outbox.park(session, row.id, ChannelUnavailable("C0IT", "not_in_channel").reason, NOW)
            elif row.lane == "dm:U7":
                await outbox.mark_dead(session, row.id, str(PermanentError("user_disabled")))


@pytest.fixture
async def database(database):
    await fill(database)
    return database


def later():
    return NOW + timedelta(seconds=90)


async def test_each_lane_tells_what_waits_why_and_for_how_long(database):
    listed = (await backlog.listed(database, later)).splitlines()

    assert listed == [
        f"{ONE.id}:it: 2 queued; the oldest is 90 s old; PARKED since 2026-03-01 12:00 UTC: not_in_channel",
        f"{TWO.id}:it: 1 sending; the oldest is 90 s old",
        "dm:U7: 1 dead; the oldest is 90 s old; last error: user_disabled",
        "DEAD row 4 in dm:U7: dm.active, queued 2026-03-01 12:00 UTC: user_disabled",
        "3 rows waiting, 1 dead, 1 lanes parked. "
        "Mend the cause, then `engage-domain outbox --replay` (or name a lane).",
    ]


async def test_a_replay_sends_again_what_is_parked_and_what_is_dead(database):
    said = await backlog.replayed(database, later, None)

    async with database.transaction() as session:
        ready = await outbox.claim(session, later(), timedelta(minutes=1), 10)
    assert said.startswith("2 parked lanes and dead rows")
    assert {row.lane for row in ready} == {f"{ONE.id}:it", f"{TWO.id}:it", "dm:U7"}


async def test_a_replay_of_one_lane_leaves_the_others_alone(database):
    said = await backlog.replayed(database, later, "dm:U7")
    again = await backlog.replayed(database, later, "dm:U7")

    async with database.reading() as session:
        assert [lane.lane for lane in await outbox.parked(session)] == [f"{ONE.id}:it"]
    assert said.startswith("1 parked lanes and dead rows in dm:U7")
    assert again == "Nothing is parked or dead in dm:U7."


def test_the_command_line_lists_and_replays(sqlite_url, monkeypatch):
    monkeypatch.setenv("DATABASE_URL", sqlite_url)
    monkeypatch.setattr(logbook, "configure", lambda *_: None)  # the log of the tests stays as it is
    runner = CliRunner()

    async def prepare():
        database = Database.open(sqlite_url)
        await fill(database)
        await database.dispose()

    empty = runner.invoke(app, ["outbox"])
    asyncio.run(prepare())
    listed = runner.invoke(app, ["outbox"])
    one = runner.invoke(app, ["outbox", "--replay", "dm:U7"])
    everything = runner.invoke(app, ["outbox", "--replay"])

    assert empty.stdout == "Everything has been said: the outbox is empty.\n"
    assert "PARKED since" in listed.stdout
    assert one.stdout.startswith("1 parked lanes and dead rows in dm:U7")
    assert everything.stdout.startswith("1 parked lanes and dead rows are on their way")
    assert {result.exit_code for result in (empty, listed, one, everything)} == {0}
