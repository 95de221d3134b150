"""Every request has a reference, which is on all that is logged and written because of it."""

import pytest
import structlog

from bot.causes import current_cause, ref_of
from core.errors import NotAllowed
from tests.fakes.directory import ADMIN


@pytest.fixture
def lines():
    """What is logged, with what the context adds to it."""
    with structlog.testing.capture_logs([structlog.contextvars.merge_contextvars]) as entries:
        yield entries


@pytest.fixture
def causes(bot):
    """What the services saw as the cause of their being called."""
    seen = []
    verify = bot.onboarding.verify

    async def remember(*given, **more):
        seen.append(current_cause())
        return await verify(*given, **more)

    bot.onboarding.verify = remember
    return seen


async def test_the_reference_of_a_click_reaches_the_service_and_the_log(bot, lines, causes):
    await bot.click("records_added", user=ADMIN)

    (line,) = lines
    assert causes == [f"request:{line['request']}"]
    assert (line["event"], line["user"], line["outcome"]) == ("request.served", ADMIN, "answered")
    assert (line["verb"], line["action"], line["click"]) == ("verify", "records_added", f"{ADMIN}:1.25")
    assert line["took_ms"] >= 0


async def test_nothing_of_a_request_clings_to_what_comes_after_it(bot):
    await bot.click("records_added", user=ADMIN)

    assert current_cause() == ""
    assert structlog.contextvars.get_contextvars() == {}


@pytest.mark.parametrize(
    ("error", "outcome"), [(None, "answered"), (NotAllowed("verify"), "refused"), (RuntimeError("boom"), "failed")]
)
async def test_every_request_is_counted_by_its_outcome(bot, error, outcome):
    async def fail(*_, **__):
        raise error

    if error is not None:
        bot.onboarding.verify = fail
    bot.parts.meter.counted.clear()

    await bot.click("records_added", user=ADMIN)

    assert [counted[:2] for counted in bot.parts.meter.counted] == [("request", outcome)]


def test_the_same_click_has_the_same_reference_and_none_has_a_new_one():
    assert ref_of("U1:1.25") == ref_of("U1:1.25") != ref_of("U1:1.26")
    assert ref_of("") != ref_of("")
    assert len(ref_of("trigger-1")) == len(ref_of("")) == 8
