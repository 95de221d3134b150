"""What goes wrong in Slack is counted by method and kind, and so are connections."""

import pytest

from bot.adapters.slack import make_client, make_socket
from bot.adapters.slack.calls import Calls
from bot.listeners import make_app
from core.errors import ConfigurationError, OutsideError
from tests.fakes.meter import FakeMeter
from tests.fakes.slack_api import DROP, DROP_BEFORE, refused


@pytest.mark.parametrize(
    ("answer", "kind"),
    [
        (refused("ratelimited"), "rate_limited"),
        (refused("service_unavailable"), "unavailable"),
        (refused("fatal_error"), "no_answer"),
        (DROP, "no_answer"),
        (DROP_BEFORE, "no_answer"),
        (refused("not_in_channel"), "channel"),
        (refused("invalid_auth"), "misconfigured"),
        (refused("msg_too_long"), "refused"),
    ],
)
async def test_a_call_that_fails_is_counted_once_by_method_and_kind(api, client, answer, kind):
    meter = FakeMeter()
    api.script["chat.postMessage"] = [answer]

    with pytest.raises((OutsideError, ConfigurationError)):
        await Calls(client, meter).call("chat.postMessage", about="C0IT", channel="C0IT", text="hello")
    await Calls(client, meter).call("chat.postMessage", about="C0IT", channel="C0IT", text="hello")

    assert meter.counted == [("slack_failed", "chat.postMessage", kind)]


async def test_a_server_that_is_not_there_is_counted_as_unavailable():
    meter = FakeMeter()

    with pytest.raises(OutsideError):
        await Calls(make_client("xoxb-1", "http://127.0.0.1:1/api/"), meter).call("auth.test")

    assert meter.counted == [("slack_failed", "auth.test", "unavailable")]


async def test_every_greeting_of_slack_is_a_connection(client):
    meter = FakeMeter()
    handler = make_socket(make_app(client), "xapp-1", client.base_url, meter)

    for kind in ("hello", "slash_commands", "hello"):
        await handler.client.run_message_listeners({"type": kind}, "{}")
    await handler.client.aiohttp_client_session.close()
    handler.client.message_processor.cancel()

    assert meter.counted == [("slack_connected",)] * 2
