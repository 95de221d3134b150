"""Socket Mode, as the real slack_bolt speaks it: commands, modals, buttons, App Home."""

import asyncio

import pytest
from slack_bolt.app.async_app import AsyncApp
from slack_sdk.errors import SlackApiError

from tests.fakes.workspace import Workspace

MODAL = {
    "type": "modal",
    "callback_id": "create",
    "title": {"type": "plain_text", "text": "New sending domain"},
    "submit": {"type": "plain_text", "text": "Create"},
    "private_metadata": "kept",
    "blocks": [
        {
            "type": "input",
            "block_id": "domain",
            "label": {"type": "plain_text", "text": "Sending domain"},
            "element": {"type": "plain_text_input", "action_id": "name", "initial_value": "mail.example.com"},
        },
        {
            "type": "input",
            "block_id": "key",
            "label": {"type": "plain_text", "text": "Write-only API key"},
            "element": {"type": "plain_text_input", "action_id": "key", "max_length": 60},
        },
        {
            "type": "input",
            "block_id": "dmarc",
            "label": {"type": "plain_text", "text": "DMARC policy"},
            "element": {
                "type": "radio_buttons",
                "action_id": "policy",
                "options": [
                    {"text": {"type": "plain_text", "text": "Observe"}, "value": "none"},
                    {"text": {"type": "plain_text", "text": "Reject"}, "value": "reject"},
                ],
                "initial_option": {"text": {"type": "plain_text", "text": "Observe"}, "value": "none"},
            },
        },
    ],
}

BUTTONS = [
    {
        "type": "actions",
        "elements": [
            {"type": "button", "action_id": "check", "text": {"type": "plain_text", "text": "Check now"}, "value": "d1"}
        ],
    }
]


@pytest.fixture
def submissions(app: AsyncApp) -> list[dict]:
    """The states of the modal that `create` opens, as they are submitted. A key without a slash is refused."""
    seen: list[dict] = []

    @app.command("/engage-domain")
    async def command(ack, body, client):
        await ack()
        await client.views_open(trigger_id=body["trigger_id"], view=MODAL)

    @app.view("create")
    async def submit(ack, view):
        values = view["state"]["values"]
        seen.append(view)
        if "/" not in values["key"]["key"]["value"]:
            await ack(response_action="errors", errors={"key": "Expected a slash."})
        else:
            await ack()

    return seen


async def test_a_command_is_answered_to_the_asker_alone(app: AsyncApp, workspace: Workspace):
    @app.command("/engage-domain")
    async def command(ack, body, respond):
        await ack()
        await respond(f"{body['user_name']} in {body['channel_name']} typed {body['text']}")

    outcome = await workspace.command("status mail.example.com", as_="ivan")
    answer = await workspace.message("typed", as_="ivan")

    assert outcome == {"ok": True, "error": None}
    assert answer["text"] == "ivan in it-dns typed status mail.example.com"
    assert answer["ephemeral"]
    assert await workspace.messages(as_="alex") == []


async def test_an_ack_may_carry_the_answer(app: AsyncApp, workspace: Workspace):
    @app.command("/engage-domain")
    async def command(ack):
        await ack(text="here", response_type="ephemeral")

    await workspace.command("help")

    assert [each["text"] for each in await workspace.messages()] == ["here"]


async def test_a_response_url_works_five_times(app: AsyncApp, workspace: Workspace):
    answers = []

    @app.command("/engage-domain")
    async def command(ack, respond):
        await ack()
        answers.extend([(await respond(f"answer {number}")).status_code for number in range(6)])

    await workspace.command("help")
    await workspace.eventually(lambda: len(answers) == 6)

    assert answers == [200, 200, 200, 200, 200, 404]
    assert len(await workspace.messages()) == 5


async def test_without_an_ack_the_asker_reads_of_a_time_out(
    app: AsyncApp, workspace: Workspace, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr("sandbox.slack.socket_mode.ACK_SECONDS", 0.2)

    @app.command("/engage-domain")
    async def command():
        """Acknowledge nothing."""

    outcome = await workspace.command("help")

    assert outcome["error"] == "operation_timeout"
    (message,) = await workspace.messages()
    assert message["text"] == '/engage-domain failed with the error "operation_timeout"'


async def test_without_an_app_the_asker_reads_that_it_is_not_there(workspace: Workspace):
    outcome = await workspace.command("help")

    assert outcome["error"] == "dispatch_failed"
    (message,) = await workspace.messages()
    assert message["ephemeral"]


async def test_commands_do_not_run_in_threads(workspace: Workspace):
    await workspace.say("hello", as_="ivan")
    (message,) = await workspace.messages()

    outcome = await workspace.post(
        "command", user="ivan", channel="it-dns", text="/engage-domain help", thread_ts=message["ts"]
    )

    assert outcome["error"] == "not_supported_in_threads"


async def test_a_modal_is_submitted_with_its_values(workspace: Workspace, submissions: list):
    await workspace.command("create mail.example.com")
    outcome = await workspace.submit({"key": "1234/abcd", "dmarc": "reject"})

    (view,) = submissions
    values = view["state"]["values"]
    assert outcome["ok"]
    assert values["domain"]["name"] == {"type": "plain_text_input", "value": "mail.example.com"}
    assert values["key"]["key"]["value"] == "1234/abcd"
    assert values["dmarc"]["policy"]["selected_option"]["value"] == "reject"
    assert view["private_metadata"] == "kept"
    assert (await workspace.state())["view"] is None


@pytest.mark.usefixtures("submissions")
async def test_a_refused_modal_stays_open_with_the_error_and_the_input(workspace: Workspace):
    await workspace.command("create")
    outcome = await workspace.submit({"key": "no-slash"})

    view = await workspace.view()
    assert outcome == {"ok": False, "error": "errors", "errors": {"key": "Expected a slash."}}
    assert view["errors"] == {"key": "Expected a slash."}
    assert view["entered"]["key"]["key"] == "no-slash"


async def test_slack_itself_refuses_empty_fields(workspace: Workspace, submissions: list):
    await workspace.command("create")
    outcome = await workspace.submit({"key": ""})

    assert outcome["error"] == "validation"
    assert list(outcome["errors"]) == ["key"]
    assert submissions == []


async def test_an_updated_modal_keeps_what_was_entered(app: AsyncApp, workspace: Workspace):
    @app.command("/engage-domain")
    async def command(ack, body, client):
        await ack()
        await client.views_open(trigger_id=body["trigger_id"], view=MODAL)

    @app.view("create")
    async def submit(ack):
        advice = {"type": "section", "block_id": "advice", "text": {"type": "plain_text", "text": "An apex"}}
        await ack(response_action="update", view=MODAL | {"blocks": [*MODAL["blocks"], advice]})

    await workspace.command("create")
    await workspace.submit({"domain": "example.com", "key": "1/2"})

    view = await workspace.view()
    assert view["blocks"][-1]["block_id"] == "advice"
    assert view["entered"]["domain"]["name"] == "example.com"


async def test_a_trigger_expires_and_serves_once(app: AsyncApp, workspace: Workspace, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr("sandbox.slack.tickets.TRIGGER_SECONDS", 0.1)
    codes = []

    @app.command("/engage-domain")
    async def command(ack, body, client):
        await ack()
        if body["text"] == "late":
            await asyncio.sleep(0.15)
        for _ in range(2):
            try:
                await client.views_open(trigger_id=body["trigger_id"], view=MODAL)
            except SlackApiError as error:
                codes.append(error.response["error"])

    await workspace.command("soon")
    await workspace.command("late")
    await workspace.eventually(lambda: len(codes) == 3)

    assert codes == ["exchanged_trigger_id", "expired_trigger_id", "expired_trigger_id"]


async def test_a_button_tells_its_value_and_its_message(app: AsyncApp, workspace: Workspace):
    clicks = []

    @app.action("check")
    async def click(ack, body, respond):
        await ack()
        clicks.append(body)
        await respond(text="checked", replace_original=False)

    card = await app.client.chat_postMessage(channel="C00ITDNS", text="card", blocks=BUTTONS)
    message = await workspace.message("card", as_="ivan")
    outcome = await workspace.click("Check now", message, as_="ivan")
    answer = await workspace.message("checked", as_="ivan")

    (body,) = clicks
    assert outcome["ok"]
    assert body["user"]["id"] == "U00IVAN"
    assert body["actions"][0]["value"] == "d1"
    assert body["message"]["ts"] == body["container"]["message_ts"] == card["ts"]
    assert answer["ephemeral"]


async def test_an_ephemeral_message_is_replaced_through_its_buttons_response_url(app: AsyncApp, workspace: Workspace):
    @app.command("/engage-domain")
    async def command(ack, respond):
        await ack()
        await respond(text="Stop it?", blocks=BUTTONS)

    @app.action("check")
    async def click(ack, body, respond):
        await ack()
        assert "message" not in body
        await respond(text="Stopped", replace_original=True)

    await workspace.command("cancel")
    await workspace.click("check", await workspace.message("Stop it?"))
    await workspace.message("Stopped")

    assert len(await workspace.messages()) == 1


async def test_the_app_home_is_published_when_somebody_opens_it(app: AsyncApp, workspace: Workspace):
    chosen = []

    @app.event("app_home_opened")
    async def opened(event, client):
        select = {
            "type": "static_select",
            "action_id": "filter",
            "options": [{"text": {"type": "plain_text", "text": "All"}, "value": "all"}],
        }
        view = {"type": "home", "blocks": [{"type": "actions", "elements": [select]}]}
        await client.views_publish(user_id=event["user"], view=view)

    @app.action("filter")
    async def pick(ack, action, body):
        await ack()
        chosen.append((action["selected_option"]["value"], body["view"]["type"]))

    await workspace.open_home()
    await workspace.eventually(lambda: _home(workspace))
    await workspace.click("filter", value="all")

    assert chosen == [("all", "home")]


async def _home(workspace: Workspace) -> dict | None:
    return (await workspace.state())["home"]


async def test_an_event_that_is_not_acknowledged_comes_again(
    app: AsyncApp, workspace: Workspace, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr("sandbox.slack.socket_mode.ACK_SECONDS", 0.2)
    seen = []

    @app.middleware
    async def lose_the_first(body, next_):
        seen.append(body["event"]["type"])
        if len(seen) == 1:
            await asyncio.sleep(0.3)
        await next_()

    @app.event("app_home_opened")
    async def opened():
        """Nothing to do."""

    await workspace.open_home()

    await workspace.eventually(lambda: len(seen) == 2)


async def test_the_app_comes_back_when_it_is_told_to_reconnect(app: AsyncApp, workspace: Workspace):
    @app.command("/engage-domain")
    async def command(ack):
        await ack(text="still here")

    gone = await workspace.post("disconnect")

    await workspace.eventually(lambda: _answers(workspace))
    assert gone["connections"] == 1


async def _answers(workspace: Workspace) -> bool:
    return bool((await workspace.command("help"))["ok"])


async def test_the_bot_may_update_an_open_modal_and_lay_another_on_it(app: AsyncApp, workspace: Workspace):
    answers = {}

    @app.command("/engage-domain")
    async def command(ack, body, client):
        await ack()
        opened = (await client.views_open(trigger_id=body["trigger_id"], view=MODAL))["view"]
        await client.views_update(view_id=opened["id"], view=MODAL | {"blocks": [*MODAL["blocks"], *BUTTONS]})
        try:
            await client.views_update(view_id=opened["id"], hash=opened["hash"], view=MODAL)
        except SlackApiError as error:
            answers["stale"] = error.response["error"]

    @app.action("check")
    async def click(ack, body, client):
        await ack()
        pushed = await client.views_push(trigger_id=body["trigger_id"], view=MODAL | {"callback_id": "second"})
        answers["root"] = pushed["view"]["root_view_id"] == body["view"]["id"]

    await workspace.command("create")
    await workspace.eventually(lambda: "stale" in answers)
    await workspace.click("Check now")
    await workspace.eventually(lambda: "root" in answers)
    above = (await workspace.view())["callback_id"]
    await workspace.close_modal()

    assert answers == {"stale": "hash_conflict", "root": True}
    assert above == "second"
    assert (await workspace.view())["callback_id"] == "create"
