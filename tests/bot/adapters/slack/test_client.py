import logging
from datetime import timedelta

import pytest
from slack_bolt.async_app import AsyncApp, AsyncBoltRequest

from bot.adapters.slack import Pacer, make_client, quiet_vendor_loggers


@pytest.mark.parametrize(
    "url",
    ["http://127.0.0.1:8080/api/", "http://localhost/api/", "http://[::1]:1/api/", "http://127.9.9.9/"],
)
def test_loopback_needs_no_proxy(monkeypatch, url):
    monkeypatch.setenv("HTTP_PROXY", "http://proxy.example:3128")
    monkeypatch.setenv("HTTPS_PROXY", "http://proxy.example:3128")

    assert make_client("xoxb-1", url).proxy is None


def test_the_world_is_reached_through_the_proxy(monkeypatch):
    monkeypatch.setenv("HTTPS_PROXY", "http://proxy.example:3128")

    assert make_client("xoxb-1", "https://slack.com/api/").proxy == "http://proxy.example:3128"


def test_the_sdk_retries_nothing_by_itself():
    assert make_client("xoxb-1", "https://slack.com/api/").retry_handlers == []


@pytest.fixture
def debugging(caplog):
    """Everything at DEBUG, as an operator may set it; put back afterwards."""
    names = [name for name in logging.root.manager.loggerDict if name.startswith(("slack_", "slack"))]
    before = {name: logging.getLogger(name).level for name in names}
    caplog.set_level(logging.DEBUG)
    logging.getLogger("slack_bolt").setLevel(logging.NOTSET)
    logging.getLogger("slack_sdk").setLevel(logging.NOTSET)
    yield caplog
    for name, level in before.items():
        logging.getLogger(name).setLevel(level)


async def test_vendors_print_no_payload_at_debug(debugging, api):
    client = make_client("xoxb-1", f"{api.url}/api/")
    app = AsyncApp(client=client, signing_secret="secret")
    quiet_vendor_loggers()

    await client.views_open(trigger_id="t", view={"type": "modal", "private_metadata": "1/abcdef-the-key"})
    await app.async_dispatch(AsyncBoltRequest(mode="socket_mode", body={"type": "view_submission", "key": "the-key"}))

    vendors = [record for record in debugging.records if record.name.startswith("slack")]
    assert all(record.levelno >= logging.INFO for record in vendors)
    assert "1/abcdef-the-key" not in debugging.text


async def test_the_body_of_a_badly_signed_request_is_not_logged(debugging, api):
    app = AsyncApp(client=make_client("xoxb-1", f"{api.url}/api/"), signing_secret="secret")
    quiet_vendor_loggers()
    headers = {"X-Slack-Signature": "v0=wrong", "X-Slack-Request-Timestamp": "1"}

    response = await app.async_dispatch(AsyncBoltRequest(body="text=the-key", headers=headers))

    assert response.status == 401
    assert "the-key" not in debugging.text


def test_quieting_twice_is_quieting_once():
    quiet_vendor_loggers()
    before = list(logging.getLogger("slack_bolt.RequestVerification").filters)

    quiet_vendor_loggers()

    assert logging.getLogger("slack_bolt.RequestVerification").filters == before


async def test_posts_to_one_channel_keep_their_distance():
    now, slept = 100.0, []

    async def sleep(seconds):
        slept.append(round(seconds, 3))

    pacer = Pacer(timedelta(seconds=1), lambda: now, sleep)
    for channel in ("C1", "C1", "C2", "C1"):
        await pacer.turn(channel)
    now += 2.5
    await pacer.turn("C1")
    now += 10
    await pacer.turn("C1")

    assert slept == [1.0, 2.0, 0.5]
