"""Slack waits three seconds: whatever is slow, it is acknowledged and the asker hears something before."""

import asyncio
import json
import time
from dataclasses import fields, replace
from datetime import timedelta

import pytest
import structlog
from slack_bolt.async_app import AsyncBoltRequest
from slack_sdk.web.async_client import AsyncWebClient

from bot.listeners import Listening, make_app, register
from bot.listeners.clicks import Origin
from core.access import Role
from core.errors import DomainExists
from core.notices.answers import Created
from core.sending_domain import DomainStatus
from tests.fakes.directory import ADMIN
from tests.fakes.domains import a_domain
from tests.fakes.services import TURN

SLACK_WAITS = 3.0
# Much less than the real ones, so that the tests are quick; `test_the_limits_add_up` looks at those.
ROLES_WITHIN, SOON = timedelta(seconds=0.1), timedelta(seconds=0.25)
SLOW = 0.5
KEY = "1234/" + "0123456789abcdef0123456789abcdef01234567"
FORM = {"domain": "mail.example.org", "key": KEY}


@pytest.fixture
def log():
    with structlog.testing.capture_logs() as entries:
        yield entries


@pytest.fixture
def quick(bot):
    """The bot with little patience; `acked` is how long the acknowledgement took."""
    bot.parts = replace(bot.parts, roles_within=ROLES_WITHIN, soon=SOON)
    bot.app = make_app(AsyncWebClient(base_url="http://127.0.0.1:9/api/"))
    register(bot.app, bot.parts)
    bot.acked = 0.0

    async def send(body):
        started = time.monotonic()
        response = await bot.app.async_dispatch(AsyncBoltRequest(mode="socket_mode", body=body))
        bot.acked = time.monotonic() - started
        await asyncio.gather(*(asyncio.all_tasks() - {asyncio.current_task()}))
        return response

    bot.send = send
    return bot


def slow(service, method):
    """Have a method of a fake take its time."""
    quick = getattr(service, method)

    async def late(*given, **named):
        await asyncio.sleep(SLOW)
        return await quick(*given, **named)

    setattr(service, method, late)


@pytest.mark.parametrize("name", ["roles_within", "soon"])
def test_the_limits_leave_a_second_to_spare(name):
    """For opening a modal, and for everything that is in the way."""
    (default,) = (field.default for field in fields(Listening) if field.name == name)

    assert default.total_seconds() <= SLACK_WAITS - 1


@pytest.mark.parametrize(("service", "method"), [("directory", "person"), ("queries", "status"), ("surface", "answer")])
async def test_a_command_is_acknowledged_before_anything_slow(quick, service, method):
    slow(getattr(quick, service), method)

    response = await quick.command("status mail.example.com")

    assert response.status == 200
    assert quick.acked < SLOW
    assert len(quick.surface.answers) >= 1


async def test_roles_that_slack_takes_long_to_tell_are_unread_and_that_is_said_in_time(quick):
    slow(quick.directory, "person")

    await quick.command("deploy mail.example.com")

    assert "can't read your roles" in quick.surface.texts[0]
    assert len(quick.surface.answers) == 1
    assert quick.onboarding.calls == []


async def test_what_was_read_too_late_is_there_for_the_next_click(quick):
    read = []
    person = quick.directory.person

    async def late(*given):
        await asyncio.sleep(SLOW)
        read.append(given)
        return await person(*given)

    quick.directory.person = late
    await quick.command("deploy mail.example.com")

    assert len(read) == 1  # it was not broken off


async def test_whoever_waits_for_a_slow_database_is_told_and_answered_later(quick, log):
    slow(quick.queries, "status")

    await quick.command("status mail.example.com")

    told, answered = quick.surface.texts
    assert "takes longer than usual" in told
    assert "reference ref-1" in told
    assert "mail.example.com" in answered
    assert [entry["ref"] for entry in log if entry["event"] == "listener.slow"] == ["ref-1"]


async def test_a_slow_failure_has_the_reference_that_was_told(quick, log):
    async def failing(*_, **__):
        await asyncio.sleep(SLOW)
        raise RuntimeError("boom")

    quick.queries.status = failing
    await quick.command("status mail.example.com")

    assert ["ref-1" in text for text in quick.surface.texts] == [True, True]
    assert {entry["ref"] for entry in log if entry["event"] != "request.served"} == {"ref-1"}


async def test_an_answer_that_slack_is_slow_to_take_is_not_announced(quick):
    slow(quick.surface, "answer")

    await quick.command("help")

    assert len(quick.surface.answers) == 1


async def test_a_modal_that_slack_is_slow_to_open_is_not_announced(quick):
    slow(quick.surface, "open_view")

    await quick.command("create")

    assert (len(quick.surface.opened), quick.surface.answers) == (1, [])


async def test_a_slow_look_for_contacts_is_announced(quick):
    slow(quick.directory, "admins")
    quick.directory.roles["U0MEMBER"] = frozenset({Role.ANYONE})

    await quick.command("deploy mail.example.com", user="U0MEMBER")

    assert "takes longer" in quick.surface.texts[0]
    assert "nothing was done" in quick.surface.texts[1]


# Forms


@pytest.mark.parametrize(("service", "method"), [("directory", "person"), ("onboarding", "create")])
async def test_a_form_is_acknowledged_in_time_whatever_is_slow(quick, service, method):
    quick.onboarding.outcome = Created(domain=a_domain(name="mail.example.org", key_id="01234567"), turn=TURN)
    slow(getattr(quick, service), method)

    response = await quick.submit("create", FORM)

    assert (response.status, response.body) == (200, "")
    assert quick.acked < SLOW


async def test_a_form_that_was_saved_late_says_so_in_a_message(quick):
    quick.onboarding.outcome = Created(domain=a_domain(name="mail.example.org", key_id="01234567"), turn=TURN)
    slow(quick.onboarding, "create")

    await quick.submit("create", FORM)

    assert "takes longer" in quick.surface.texts[0]
    assert quick.surface.texts[1].startswith("mail.example.org has been created")


async def test_what_is_wrong_with_a_form_is_said_in_a_message_when_it_is_late(quick):
    quick.onboarding.outcome = DomainExists("mail.example.com")
    slow(quick.onboarding, "create")

    response = await quick.submit("create", FORM | {"domain": "mail.example.com"})

    assert response.body == ""
    assert "nothing was saved" in quick.surface.texts[1]
    assert "mail.example.com is already here" in quick.surface.texts[1]
    assert KEY not in str(quick.surface.answers)


async def test_a_question_that_comes_too_late_asks_for_the_form_again(quick):
    quick.queries.domains = [a_domain(id="d0", status=DomainStatus.ACTIVE)]
    slow(quick.queries, "find")

    await quick.submit("remove", {}, Origin(about="d0").pack())

    assert "nothing was saved" in quick.surface.texts[-1]
    assert quick.onboarding.calls == []


async def test_a_form_that_is_judged_in_time_keeps_open(quick):
    response = await quick.submit("create", FORM | {"key": "x"})

    assert json.loads(response.body)["response_action"] == "errors"
    assert quick.surface.answers == []


# Failures of the answer itself


async def test_what_was_done_is_not_called_a_failure_because_its_answer_was_lost(bot, log):
    from core.errors import TransientError

    said = []

    async def refuse(message, **_):
        said.append(message.text)
        raise TransientError("ratelimited")

    bot.surface.answer = refuse
    await bot.click("records_added", user=ADMIN)

    assert bot.onboarding.names == ["verify"]
    assert len(said) == 1
    assert log[0]["event"] == "listener.unanswered"
