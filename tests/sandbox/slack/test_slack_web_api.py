"""The Web API, as the real slack_sdk speaks it."""

import httpx
import pytest
from slack_sdk.errors import SlackApiError
from slack_sdk.models.blocks import ActionsBlock, ButtonElement, HeaderBlock, SectionBlock
from slack_sdk.web.async_client import AsyncWebClient

from sandbox.slack.people import ADMIN_USERGROUP, GENERAL_CHANNEL, IT_CHANNEL, SUPPORT_CHANNEL
from tests.fakes.workspace import Workspace


async def refused(call) -> dict:
    with pytest.raises(SlackApiError) as error:
        await call
    return error.value.response.data


async def test_the_token_is_checked_and_its_scopes_are_told(client: AsyncWebClient, base_url: str):
    answer = await client.auth_test()
    stranger = AsyncWebClient("xoxb-other", base_url=f"{base_url}/api/")

    refusal = await refused(stranger.auth_test())

    assert answer["user_id"] == "U00ENGAGE"
    assert "chat:write" in answer.headers["x-oauth-scopes"].split(",")
    assert refusal["error"] == "invalid_auth"


async def test_an_unknown_method_fails_loudly(client: AsyncWebClient, caplog: pytest.LogCaptureFixture):
    refusal = await refused(client.api_call("chat.scheduleMessage"))

    assert refusal["error"] == "unknown_method"
    assert "chat.scheduleMessage" in caplog.text


async def test_the_apps_token_opens_connections_and_nothing_else(client: AsyncWebClient, app_client: AsyncWebClient):
    url = (await app_client.apps_connections_open(app_token=app_client.token))["url"]

    assert url.startswith("ws://127.0.0.1:")
    assert (await refused(app_client.auth_test()))["error"] == "not_allowed_token_type"
    assert (await refused(client.apps_connections_open(app_token=client.token)))["error"] == "not_allowed_token_type"


async def test_a_message_is_posted_edited_and_deleted(client: AsyncWebClient, workspace: Workspace):
    blocks = [HeaderBlock(text="mail.example.com"), SectionBlock(text="*Pending*")]
    posted = await client.chat_postMessage(channel=IT_CHANNEL, text="Pending", blocks=blocks)

    await client.chat_update(channel=IT_CHANNEL, ts=posted["ts"], text="Verified", blocks=[HeaderBlock(text="Done")])
    (edited,) = await workspace.messages()
    await client.chat_delete(channel=IT_CHANNEL, ts=posted["ts"])

    assert edited["text"] == "Verified"
    assert edited["blocks"][0]["text"]["text"] == "Done"
    assert edited["edited"]
    assert await workspace.messages() == []


async def test_every_post_needs_its_text(client: AsyncWebClient):
    refusal = await refused(
        client.api_call("chat.postMessage", json={"channel": IT_CHANNEL, "blocks": [{"type": "divider"}]})
    )

    assert refusal["error"] == "no_text"


async def test_a_reply_to_a_deleted_parent_lands_at_the_top_level_without_an_error(client: AsyncWebClient):
    parent = await client.chat_postMessage(channel=IT_CHANNEL, text="card")
    reply = await client.chat_postMessage(channel=IT_CHANNEL, text="reply", thread_ts=parent["ts"])
    await client.chat_delete(channel=IT_CHANNEL, ts=parent["ts"])

    stray = await client.chat_postMessage(channel=IT_CHANNEL, text="stray", thread_ts=parent["ts"])

    assert reply["message"]["thread_ts"] == parent["ts"]
    assert "thread_ts" not in stray["message"]


async def test_a_broadcast_reply_is_in_the_thread_and_in_the_channel(client: AsyncWebClient):
    parent = await client.chat_postMessage(channel=IT_CHANNEL, text="card")
    await client.chat_postMessage(channel=IT_CHANNEL, text="quiet", thread_ts=parent["ts"])
    await client.chat_postMessage(channel=IT_CHANNEL, text="loud", thread_ts=parent["ts"], reply_broadcast=True)

    history = await client.conversations_history(channel=IT_CHANNEL)
    thread = await client.conversations_replies(channel=IT_CHANNEL, ts=parent["ts"])

    assert [each["text"] for each in history["messages"]] == ["loud", "card"]
    assert [each["text"] for each in thread["messages"]] == ["card", "quiet", "loud"]


@pytest.mark.parametrize(
    ("method", "arguments", "error"),
    [
        ("chat.postMessage", {"channel": GENERAL_CHANNEL, "text": "x"}, "not_in_channel"),
        ("chat.postMessage", {"channel": "C00NOWHERE", "text": "x"}, "channel_not_found"),
        ("chat.update", {"channel": IT_CHANNEL, "ts": "1.000000", "text": "x"}, "message_not_found"),
        ("chat.delete", {"channel": IT_CHANNEL, "ts": "1.000000"}, "message_not_found"),
        ("chat.getPermalink", {"channel": IT_CHANNEL, "message_ts": "1.000000"}, "message_not_found"),
        ("chat.postEphemeral", {"channel": IT_CHANNEL, "user": "U00SUMI", "text": "x"}, "user_not_in_channel"),
        ("conversations.replies", {"channel": IT_CHANNEL, "ts": "1.000000"}, "thread_not_found"),
        ("conversations.open", {"users": "U00ENGAGE"}, "cannot_dm_bot"),
        ("users.info", {"user": "U00NOBODY"}, "user_not_found"),
        ("usergroups.users.list", {"usergroup": "S00NOBODY"}, "no_such_subteam"),
        ("views.open", {"trigger_id": "1.2.x", "view": {}}, "invalid_trigger_id"),
        ("files.info", {"file": "F00NOWHERE"}, "file_not_found"),
    ],
)
async def test_what_is_not_there_is_refused_in_slacks_words(client: AsyncWebClient, method, arguments, error):
    refusal = await refused(client.api_call(method, json=arguments))

    assert refusal["error"] == error


async def test_archived_channels_and_messages_of_others_are_left_alone(client: AsyncWebClient, workspace: Workspace):
    await workspace.say("good morning", as_="ivan")
    (message,) = await workspace.messages()

    not_ours = await refused(client.chat_update(channel=IT_CHANNEL, ts=message["ts"], text="x"))
    await workspace.post("channel", channel="#it-dns", archived=True)
    archived = await refused(client.chat_postMessage(channel=IT_CHANNEL, text="x"))

    assert not_ours["error"] == "cant_update_message"
    assert archived["error"] == "is_archived"


async def test_a_private_channel_without_the_bot_does_not_exist(client: AsyncWebClient, workspace: Workspace):
    await workspace.post("channel", channel="#support", bot_is_member=False)

    refusal = await refused(client.conversations_info(channel=SUPPORT_CHANNEL))

    assert refusal["error"] == "channel_not_found"


async def test_members_come_page_by_page(client: AsyncWebClient):
    pages = [page["members"] async for page in await client.conversations_members(channel=IT_CHANNEL, limit=3)]

    assert [len(page) for page in pages] == [3, 1]
    assert "U00IVAN" in pages[0]


async def test_people_are_described(client: AsyncWebClient):
    aiko = (await client.users_info(user="U00AIKO", include_locale=True))["user"]
    guest = (await client.users_info(user="U00GUS"))["user"]
    admins = await client.usergroups_users_list(usergroup=ADMIN_USERGROUP)

    assert aiko["locale"] == "ja-JP"
    assert guest["is_restricted"]
    assert "locale" not in guest
    assert admins["users"] == ["U00ALEX", "U00AIKO"]


async def test_an_ephemeral_message_is_seen_by_one_person(client: AsyncWebClient, workspace: Workspace):
    await client.chat_postEphemeral(channel=IT_CHANNEL, user="U00IVAN", text="for you")

    assert [each["text"] for each in await workspace.messages(as_="ivan")] == ["for you"]
    assert await workspace.messages(as_="alex") == []
    assert (await client.conversations_history(channel=IT_CHANNEL))["messages"] == []


async def test_metadata_is_given_back_on_request(client: AsyncWebClient):
    metadata = {"event_type": "outbox", "event_payload": {"id": 7}}
    await client.chat_postMessage(channel=IT_CHANNEL, text="x", metadata=metadata)

    bare = await client.conversations_history(channel=IT_CHANNEL)
    full = await client.conversations_history(channel=IT_CHANNEL, include_all_metadata=True)

    assert "metadata" not in bare["messages"][0]
    assert full["messages"][0]["metadata"] == metadata


async def test_a_permalink_leads_to_the_page(client: AsyncWebClient):
    parent = await client.chat_postMessage(channel=IT_CHANNEL, text="card")
    reply = await client.chat_postMessage(channel=IT_CHANNEL, text="reply", thread_ts=parent["ts"])

    link = (await client.chat_getPermalink(channel=IT_CHANNEL, message_ts=reply["ts"]))["permalink"]

    assert f"/archives/{IT_CHANNEL}/p" in link
    assert f"thread_ts={parent['ts']}" in link
    async with httpx.AsyncClient(trust_env=False) as browser:
        page = await browser.get(link)
    assert "text/html" in page.headers["content-type"]


async def test_direct_messages_go_to_one_person(client: AsyncWebClient, workspace: Workspace):
    channel = (await client.conversations_open(users="U00ALEX"))["channel"]["id"]
    await client.chat_postMessage(channel=channel, text="ACTIVE")
    await client.chat_postMessage(channel="U00ALEX", text="again")

    assert [each["text"] for each in await workspace.direct_messages("alex")] == ["ACTIVE", "again"]
    assert await workspace.messages(channel, as_="ivan") == []


async def test_buttons_that_slack_would_refuse_are_refused_with_all_the_reasons(client: AsyncWebClient):
    blocks = [
        {"type": "header", "text": {"type": "plain_text", "text": "x" * 151}},
        ActionsBlock(
            elements=[ButtonElement(text="ok", action_id="same"), ButtonElement(text="ok", action_id="same")]
        ).to_dict(),
        {"type": "section", "text": {"type": "mrkdwn", "text": ""}},
    ]

    refusal = await refused(client.chat_postMessage(channel=IT_CHANNEL, text="x", blocks=blocks))

    assert refusal["error"] == "invalid_blocks"
    assert len(refusal["errors"]) == 2
    assert "/blocks/0/text/text" in refusal["errors"][0]
    assert "/blocks/2/text/text" in refusal["errors"][1]
