"""What caused what: from the request and the check, over the rows, to the line that tells of a message."""

import pytest
import sqlalchemy as sa
import structlog

from bot.causes import caused_by
from core.errors import ChannelUnavailable, PermanentError, TransientError
from core.events import Via
from storage.tables import OUTBOX
from tests.bot.services.house import ADMIN, TEAM
from tests.fakes.meter import FakeMeter


@pytest.fixture
def lines():
    """What is logged, with what the context adds to it."""
    with structlog.testing.capture_logs([structlog.contextvars.merge_contextvars]) as entries:
        yield entries


def about(lines, event):
    return [line for line in lines if line["event"] == event]


async def deploy(house, ref="1a2b3c4d"):
    await house.create()
    await house.tick()
    with caused_by("request", ref):
        await house.onboarding.deploy(TEAM, ADMIN, "mail.example.com", house.click())
    await house.dispatching.dispatch_due()


async def test_the_line_of_a_message_names_the_request_that_caused_it(house, lines):
    await deploy(house)

    (saved,) = [line for line in about(lines, "command.saved") if line["did"] == "deploy"]
    sent = [line for line in about(lines, "outbox.sent") if line["kind"] == "card"]
    assert (saved["request"], saved["domain"], saved["answered"]) == ("1a2b3c4d", "mail.example.com", "DeployStarted")
    assert [(line["cause"], line["domain"]) for line in sent] == [("request:1a2b3c4d", "mail.example.com")]


async def test_the_line_of_a_message_names_the_check_that_caused_it(house, lines):
    await deploy(house)
    lines.clear()

    await house.tick()

    saved = about(lines, "check.saved")
    checks = {f"check:{line['check']}" for line in saved}
    sent = about(lines, "outbox.sent")
    assert len(checks) == 1
    assert {line["cause"] for line in sent} == checks
    assert {line["kind"] for line in sent} >= {"thread.records_ready", "zone.file"}
    assert {kind for line in saved for kind in line["says"]} >= {"thread.records_ready", "zone.file"}


async def test_every_row_has_a_cause(house):
    await deploy(house)
    await house.tick()

    async with house.database.reading() as session:
        causes = list(await session.scalars(sa.select(OUTBOX.c.cause)))

    assert causes
    assert all(cause.startswith(("request:", "check:")) for cause in causes)


@pytest.mark.parametrize(
    ("error", "event", "outcome"),
    [
        (TransientError("ratelimited"), "outbox.retry", "retry"),
        (ChannelUnavailable("C0IT", "not_in_channel"), "outbox.parked", "parked"),
        (PermanentError("msg_too_long"), "outbox.dead", "dead"),
        (RuntimeError("boom"), "outbox.failed", "retry"),
    ],
)
async def test_a_message_that_cannot_be_sent_names_its_row_its_lane_and_its_cause(house, lines, error, event, outcome):
    house.messenger.failures = [error]
    meter = FakeMeter()
    object.__setattr__(house.dispatching, "meter", meter)

    await deploy(house)

    (line,) = about(lines, event)
    assert (line["cause"], line["kind"], line["domain"]) == ("request:1a2b3c4d", "card", "mail.example.com")
    assert line["lane"].endswith(":it")
    assert meter.counted[0] == ("dispatched", "it", outcome)


async def test_a_check_that_fails_is_one_line_with_its_traceback_and_its_reference(house, lines):
    await house.create()
    house.provisioner.create = None

    await house.tick()

    (line,) = about(lines, "check.failed")
    assert len(line["check"]) == 8
    assert line["domain"] == "mail.example.com"
    assert line["exc_info"]


async def test_what_a_check_does_is_counted(house):
    meter = FakeMeter()
    for part in (house.checking, house.checking.looking, house.checking.vantage, house.checking.provisioning):
        object.__setattr__(part, "meter", meter)
    await deploy(house)
    await house.tick()
    await house.onboarding.verify(TEAM, ADMIN, "mail.example.com", Via.COMMAND, house.click())

    await house.tick()

    assert ("claimed", "0:00:00") in meter.counted
    assert ("checked", "saved") in meter.counted
    assert ("online", "True") in meter.counted
    (look,) = [counted for counted in meter.counted if counted[:2] == ("looked", "full")]
    assert look[2:].count("missing") >= 5
