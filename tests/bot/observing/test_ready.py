"""Alive and ready: what is told, when, and why."""

from datetime import timedelta

import pytest
import sqlalchemy as sa

from bot.observing.health import Health, nobody
from bot.observing.meter import PrometheusMeter
from bot.observing.server import Observing, serving
from bot.observing.stock import Stock
from bot.scheduler import Pulse
from core.errors import ConfigurationError
from storage.engine import Database
from tests.bot.observing.conftest import connected
from tests.bot.services.house import Time


def ago(**span):
    return lambda: timedelta(**span)


async def readiness(port):
    answer = await port.client.get("/readyz")
    return answer.status_code, answer.json()["reasons"]


async def test_a_bot_is_alive_whatever_else_is_wrong(port):
    port.health.connected = nobody

    answer = await port.client.get("/healthz")

    assert answer.status_code == 200
    assert answer.json()["status"] == "alive"
    assert answer.headers["server"] == "engage-domain"


async def test_a_bot_with_database_slack_and_ticks_is_ready(port):
    assert await readiness(port) == (200, [])


async def test_a_bot_that_is_coming_up_says_what_it_waits_for(port):
    port.health.connected, port.health.pulses = nobody, dict

    assert await readiness(port) == (503, ["slack: no Socket Mode connection", "ticks: not started yet"])


async def test_a_database_that_another_release_has_migrated_is_a_reason(port, database):
    async with database.altering() as connection:
        await connection.execute(sa.text("UPDATE alembic_version SET version_num = '9999'"))

    assert await readiness(port) == (503, ["database: its schema is not the one of this release"])


async def test_a_server_that_is_away_is_a_reason_that_tells_no_secret():
    database = Database.open("postgresql://nobody:s3cret@127.0.0.1:1/gone")

    reasons = await Health(database, connected, lambda: {"check": Pulse()}).reasons()
    await database.dispose()

    assert reasons == ["database: cannot be read"]


async def test_a_database_whose_tables_are_gone_is_a_reason(port, database):
    async with database.altering() as connection:
        await connection.execute(sa.text("DROP TABLE alembic_version"))

    assert await readiness(port) == (503, ["database: its schema is not the one of this release"])


@pytest.mark.parametrize(
    ("pulse", "reason"),
    [
        (Pulse(succeeded=ago(seconds=44)), None),
        (Pulse(succeeded=ago(seconds=46)), "ticks: check stands still; it last ended well 46 s ago"),
        (Pulse(succeeded=ago(seconds=46), failing=True), "ticks: check fails; it last ended well 46 s ago"),
        (
            Pulse(succeeded=ago(seconds=46), failing=True, running=ago(seconds=1)),
            "ticks: check fails; it last ended well 46 s ago",
        ),
        (Pulse(succeeded=ago(seconds=3), failing=True), None),
        (Pulse(succeeded=ago(minutes=4), running=ago(minutes=4)), None),
        (Pulse(succeeded=ago(minutes=9), running=ago(minutes=6)), "ticks: check has been running for 360 s"),
        (Pulse(succeeded=ago(minutes=3), every=timedelta(minutes=1)), None),
    ],
)
async def test_a_tick_is_late_after_three_turns_and_half_a_minute_unless_it_runs(port, pulse, reason):
    port.health.pulses = lambda: {"check": pulse}

    assert await readiness(port) == ((200, []) if reason is None else (503, [reason]))


async def test_there_is_nothing_else_and_nothing_can_be_written(port):
    assert (await port.client.get("/")).status_code == 404
    assert (await port.client.get("/readyz/..")).status_code == 404
    assert (await port.client.post("/readyz")).status_code == 405


async def test_a_port_that_is_taken_is_a_fault_of_the_configuration(port, database):
    taken = port.client.base_url.port
    observing = Observing(Health(database), PrometheusMeter(), Stock(database, Time()))

    with pytest.raises(ConfigurationError, match=f"HTTP_PORT: cannot listen on 127.0.0.1, port {taken}: "):
        async with serving(observing, "127.0.0.1", taken):
            pass
