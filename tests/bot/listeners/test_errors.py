import pytest
import structlog

from core.errors import PermanentError, TransientError
from core.sending_domain import Language
from tests.fakes.directory import ADMIN, TEAM

MODAL = {"type": "modal", "callback_id": "old", "private_metadata": "{}"}


@pytest.fixture
def log():
    with structlog.testing.capture_logs() as entries:
        yield entries


@pytest.mark.parametrize("error", [RuntimeError("boom"), PermanentError("no"), TransientError("later")])
async def test_a_failure_is_answered_with_a_reference_that_is_in_the_log(bot, log, error):
    bot.onboarding.outcome = error

    response = await bot.command("deploy mail.example.com")

    assert response.status == 200
    assert "reference ref-1" in bot.surface.texts[0]
    assert [entry["ref"] for entry in log if entry["log_level"] == "error"] == ["ref-1"]


async def test_an_unforeseen_failure_is_logged_with_its_traceback(bot, log):
    error = RuntimeError("boom")
    bot.onboarding.outcome = error

    await bot.command("deploy mail.example.com")

    assert log[0]["exc_info"] is error


async def test_a_failure_right_after_the_acknowledgement_does_not_lose_it(bot):
    # Within ten milliseconds of `ack()` Bolt would drop the acknowledgement (bolt-python 1.30).
    bot.directory.person = None  # calling it raises at once

    response = await bot.command("status mail.example.com")

    assert response is not None
    assert response.status == 200


async def test_a_failure_of_slack_itself_ends_in_the_log(bot, log):
    bot.surface.failure = TransientError("Slack cannot be reached")

    response = await bot.command("help")

    assert response.status == 200
    assert log[-2]["event"] == "listener.unanswered"


async def test_the_failure_is_told_in_the_askers_language(bot):
    bot.directory.languages[ADMIN] = Language.JA
    bot.onboarding.outcome = RuntimeError("boom")

    await bot.command("deploy mail.example.com")

    assert "参照番号ref-1" in bot.surface.texts[0]


async def test_a_failure_while_a_form_is_judged_still_acknowledges_it(bot):
    bot.onboarding.outcome = RuntimeError("boom")
    fields = {"domain": "mail.example.org", "key": "1/" + "a1" * 20}

    response = await bot.submit("create", fields)

    assert response.status == 200
    assert "reference ref-1" in bot.surface.texts[0]


async def test_the_key_is_nowhere_in_the_log_of_a_failure(bot, log, caplog):
    bot.onboarding.outcome = RuntimeError("boom")

    await bot.submit("create", {"domain": "mail.example.org", "key": "1/" + "a1" * 20})

    assert "a1a1" not in f"{log} {caplog.text}"


# What nobody serves


async def test_an_unknown_command_is_answered(bot):
    response = await bot.command("x", command="/engage-old")

    assert response.status == 200
    assert "reference ref-1" in bot.surface.texts[0]


async def test_an_unknown_button_is_answered(bot):
    response = await bot.click("button_of_yore")

    assert response.status == 200
    assert "reference ref-1" in bot.surface.texts[0]


async def test_a_box_that_is_ticked_in_a_form_is_only_acknowledged(bot):
    response = await bot.click_in_view("apex_ok", MODAL, type="checkboxes")

    assert response.status == 200
    assert bot.surface.answers == []


async def test_an_unknown_form_is_answered(bot):
    response = await bot.submit("form_of_yore", {"a": "b"})

    assert response.status == 200
    assert "reference ref-1" in bot.surface.texts[0]


@pytest.mark.parametrize("kind", ["shortcut", "message_action"])
async def test_an_unknown_shortcut_is_answered(bot, kind):
    response = await bot.send(
        {
            "type": kind,
            "callback_id": "x",
            "trigger_id": "1",
            "team": {"id": TEAM},
            "user": {"id": ADMIN},
            "response_url": "https://hooks.example/2",
            "message": {"ts": "1"},
        }
    )

    assert response.status == 200
    assert "reference ref-1" in bot.surface.texts[0]


async def test_a_form_that_is_closed_needs_only_acknowledgement(bot):
    response = await bot.send({"type": "view_closed", "team": {"id": TEAM}, "user": {"id": ADMIN}, "view": MODAL})

    assert response.status == 200
    assert bot.surface.answers == []


async def test_an_event_that_nobody_asked_for_is_acknowledged(bot):
    body = {"type": "event_callback", "team_id": TEAM, "event": {"type": "reaction_added", "user": ADMIN}}

    response = await bot.send(body)

    assert response.status == 200
    assert bot.surface.answers == []


@pytest.mark.parametrize(
    "body",
    [
        {"type": "something_new", "team": {"id": TEAM}, "user": {"id": ADMIN}},
        {"type": "block_suggestion", "action_id": "x", "team": {"id": TEAM}, "user": {"id": ADMIN}},
    ],
)
async def test_whatever_slack_sends_gets_an_answer(bot, body):
    assert (await bot.send(body)).status == 200


async def test_a_failure_outside_of_any_listener_is_answered_with_a_reference(bot, log):
    async def failing():
        raise RuntimeError("boom")

    bot.app.use(failing)

    response = await bot.command("help")

    assert (response.status, response.body) == (200, "")
    assert "reference ref-1" in bot.surface.texts[0]
    assert [entry["ref"] for entry in log] == ["ref-1"]


async def test_a_failure_outside_of_any_listener_is_acknowledged_though_slack_is_down(bot, log):
    async def failing():
        raise RuntimeError("boom")

    bot.app.use(failing)
    bot.surface.failure = TransientError("Slack cannot be reached")

    response = await bot.command("help")

    assert response.status == 200
    assert [entry["event"] for entry in log] == ["listener.failed", "listener.unanswered"]


@pytest.mark.parametrize("error", [RuntimeError("boom"), TimeoutError(), KeyError("x")])
async def test_a_failure_of_the_answer_to_a_failure_is_acknowledged_and_logged(bot, log, error):
    bot.onboarding.outcome = RuntimeError("the first")
    bot.surface.failure = error

    responses = [
        await bot.command("deploy mail.example.com"),
        await bot.click("start_deploy"),
        await bot.submit("x", {}),
    ]

    assert [response.status for response in responses] == [200, 200, 200]
    assert [entry["event"] for entry in log].count("listener.unanswered") == 3
