"""The workspace as a process of its own, and what it says about its neighbours and scopes."""

import asyncio
import sys

import httpx
import pytest
from slack_sdk.errors import SlackApiError
from slack_sdk.web.async_client import AsyncWebClient

from sandbox.slack.neighbours import Neighbours
from tests.fakes.workspace import Workspace


async def test_it_starts_alone_and_prints_its_address():
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "sandbox", "slack", "--port", "0"),
        *("--bot-token", "xoxb-mine", "--scopes", "commands,users:read", "--speed-note", "Hours are seconds."),
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.DEVNULL,
    )
    assert process.stdout
    url = (await process.stdout.readline()).decode().split()[-1]

    client = AsyncWebClient("xoxb-mine", base_url=f"{url}api/", timeout=5)
    for _ in range(100):
        try:
            scopes = (await client.auth_test()).headers["x-oauth-scopes"]
            break
        except OSError:
            await asyncio.sleep(0.05)
    with pytest.raises(SlackApiError) as error:
        await client.chat_postMessage(channel="C00ITDNS", text="x")
    async with httpx.AsyncClient(trust_env=False, verify=False) as browser:
        notes = (await browser.get(f"{url}sandbox/notes")).json()
    process.terminate()
    await process.wait()

    assert url.startswith("http://127.0.0.1:")
    assert scopes == "commands,users:read"
    assert error.value.response["error"] == "missing_scope"
    assert error.value.response["needed"] == "chat:write"
    assert notes == {"notes": ["Hours are seconds."], "neighbours": []}


async def test_a_panel_without_its_neighbour_says_so(workspace: Workspace):
    async with httpx.AsyncClient(base_url=workspace.base_url, trust_env=False, verify=False) as browser:
        answer = await browser.post("/sandbox/neighbours/apply", json={"text": "x"})

    assert answer.status_code == 404
    assert "not running" in answer.json()["error"]


def test_neighbours_are_on_loopback_only():
    with pytest.raises(SystemExit, match="loopback"):
        Neighbours(engage="https://engage.example")
