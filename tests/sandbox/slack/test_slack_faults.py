"""Faults on demand: what the bot must live with."""

import asyncio

import httpx
import pytest
from slack_sdk.errors import SlackApiError
from slack_sdk.web.async_client import AsyncWebClient

from sandbox.slack.people import IT_CHANNEL, SUPPORT_CHANNEL
from tests.fakes.workspace import Workspace


async def test_rate_limits_name_the_seconds_to_wait(client: AsyncWebClient, workspace: Workspace):
    await workspace.fault("chat.postMessage", "ratelimited", seconds=7)

    with pytest.raises(SlackApiError) as error:
        await client.chat_postMessage(channel=IT_CHANNEL, text="x")
    await client.chat_postMessage(channel=IT_CHANNEL, text="y")

    assert error.value.response.status_code == 429
    assert error.value.response.headers["Retry-After"] == "7"
    assert [each["text"] for each in await workspace.messages()] == ["y"]


async def test_a_fault_may_concern_one_channel_and_come_several_times(client: AsyncWebClient, workspace: Workspace):
    await workspace.fault("chat.postMessage", "error", error="internal_error", times=2, channel=SUPPORT_CHANNEL)

    await client.chat_postMessage(channel=IT_CHANNEL, text="x")
    codes = []
    for _ in range(2):
        with pytest.raises(SlackApiError) as error:
            await client.chat_postMessage(channel=SUPPORT_CHANNEL, text="y")
        codes.append(error.value.response["error"])

    assert codes == ["internal_error", "internal_error"]
    assert (await client.chat_postMessage(channel=SUPPORT_CHANNEL, text="z"))["ok"]


@pytest.mark.parametrize(("kind", "posted"), [("timeout", 0), ("accept_then_timeout", 1)])
async def test_an_answer_that_never_comes_tells_nothing_about_the_post(
    client: AsyncWebClient, workspace: Workspace, kind: str, posted: int
):
    await workspace.fault("chat.postMessage", kind, seconds=0.5)
    client.timeout = 0.2

    with pytest.raises(asyncio.TimeoutError):
        await client.chat_postMessage(channel=IT_CHANNEL, text="x")

    assert len(await workspace.messages()) == posted


async def test_faults_can_be_forgotten(client: AsyncWebClient, workspace: Workspace):
    await workspace.fault("*", "error", times=99)

    await workspace.post("faults", clear=True)

    assert (await client.auth_test())["ok"]


async def test_an_answer_held_back_can_be_seen_to_be(client: AsyncWebClient, workspace: Workspace):
    await workspace.fault("chat.postMessage", "accept_then_timeout", seconds=0.3)
    before = await workspace.post("faults")

    posting = asyncio.create_task(client.chat_postMessage(channel=IT_CHANNEL, text="x"))
    held = await workspace.eventually(lambda: _held(workspace), 5)
    posted = await workspace.messages()
    with pytest.raises(SlackApiError):
        await posting

    assert (before["waiting"], before["held"]) == (1, [])
    assert held == ["chat.postMessage"]
    assert [each["text"] for each in posted] == ["x"]


async def _held(workspace: Workspace) -> list[str]:
    return (await workspace.post("faults"))["held"]


@pytest.mark.parametrize(("kind", "status"), [("error", 500), ("timeout", 504), ("ratelimited", 429)])
async def test_an_upload_may_go_wrong_too(client: AsyncWebClient, workspace: Workspace, kind: str, status: int):
    await workspace.fault("upload", kind, seconds=0.1)
    ticket = await client.files_getUploadURLExternal(filename="a.txt", length=1, snippet_type="text")

    async with httpx.AsyncClient(trust_env=False) as http:
        first = await http.post(ticket["upload_url"], content=b"x")
        second = await http.post(ticket["upload_url"], content=b"x")

    assert (first.status_code, second.status_code) == (status, 200)
