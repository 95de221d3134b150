"""Files: three steps, and a share that comes later than one thinks."""

import httpx
import pytest
from slack_sdk.errors import SlackApiError
from slack_sdk.web.async_client import AsyncWebClient

from sandbox.slack.people import GENERAL_CHANNEL, IT_CHANNEL
from tests.fakes.workspace import Workspace

ZONE_FILE = 'mail.example.com. 300 IN TXT "v=spf1 ~all"\n'


async def upload(client: AsyncWebClient, **more):
    return await client.files_upload_v2(
        filename="mail.example.com.zone.txt",
        content=ZONE_FILE,
        title="Zone file mail.example.com",
        snippet_type="text",
        **more,
    )


async def test_a_snippet_appears_in_the_thread_after_the_answer(client: AsyncWebClient, workspace: Workspace):
    card = await client.chat_postMessage(channel=IT_CHANNEL, text="card")

    answer = await upload(client, channel=IT_CHANNEL, thread_ts=card["ts"], initial_comment="Import it.")
    before = answer["file"]["shares"]
    message = await workspace.message("Import it.")
    after = (await client.files_info(file=answer["file"]["id"]))["file"]

    assert before == {}
    assert message["thread_ts"] == card["ts"]
    assert message["files"][0]["content"] == ZONE_FILE
    assert after["shares"]["public"][IT_CHANNEL][0]["ts"] == message["ts"]
    assert after["mode"] == "snippet"


async def test_its_bytes_can_be_read_back(client: AsyncWebClient, base_url: str):
    answer = await upload(client, channel=IT_CHANNEL)

    async with httpx.AsyncClient(trust_env=False) as browser:
        found = await browser.get(f"{base_url}/files/{answer['file']['id']}?download=1")

    assert found.text == ZONE_FILE
    assert found.headers["content-disposition"] == 'attachment; filename="mail.example.com.zone.txt"'


async def test_an_alt_text_silently_prevents_the_share(
    client: AsyncWebClient, workspace: Workspace, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr("sandbox.slack.web_api.files.SHARE_DELAY", 0)

    answer = await upload(client, channel=IT_CHANNEL, alt_txt="a zone file")
    await client.chat_postMessage(channel=IT_CHANNEL, text="later")

    assert answer["ok"]
    assert [each["text"] for each in await workspace.messages()] == ["later"]


async def test_a_file_cannot_be_shared_where_the_bot_is_not(client: AsyncWebClient):
    with pytest.raises(SlackApiError) as error:
        await upload(client, channel=GENERAL_CHANNEL)

    assert error.value.response["error"] == "not_in_channel"


async def test_an_upload_is_completed_once(client: AsyncWebClient):
    answer = await upload(client, channel=IT_CHANNEL)

    with pytest.raises(SlackApiError) as error:
        await client.files_completeUploadExternal(
            files=[{"id": answer["file"]["id"], "title": "again"}], channel_id=IT_CHANNEL
        )

    assert error.value.response["error"] == "file_not_found"
