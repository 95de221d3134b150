import pytest

from bot.adapters.slack import SlackSurface
from bot.messages.message import Message
from tests.fakes.slack_api import IT_CHANNEL, refused

HELLO = Message("Hello.", [{"type": "divider"}])


@pytest.fixture
def surface(client):
    return SlackSurface(client)


async def test_an_answer_goes_by_the_response_url(api, surface):
    await surface.answer(HELLO, user_id="U0IT", channel=IT_CHANNEL, response_url=f"{api.url}/webhook")

    ((method, sent),) = api.calls
    assert method == "response_url"
    assert (sent["text"], sent["response_type"], sent["replace_original"]) == ("Hello.", "ephemeral", False)
    assert [block["type"] for block in sent["blocks"]] == ["divider"]


async def test_an_answer_can_take_the_place_of_what_was_clicked(api, surface):
    await surface.answer(HELLO, user_id="U0IT", response_url=f"{api.url}/webhook", replace=True)

    assert api.of("response_url")[0]["replace_original"] is True


async def test_an_answer_to_a_click_in_a_thread_stays_there(api, surface):
    await surface.answer(HELLO, user_id="U0IT", thread_ts="1.5", response_url=f"{api.url}/webhook")

    assert api.of("response_url")[0]["thread_ts"] == "1.5"


async def test_a_response_url_that_is_used_up_is_replaced_by_a_whisper(api, surface):
    api.webhook_status = 404

    await surface.answer(HELLO, user_id="U0IT", channel=IT_CHANNEL, thread_ts="1.5", response_url=f"{api.url}/webhook")

    (whispered,) = api.of("chat.postEphemeral")
    assert (whispered["user"], whispered["channel"], whispered["thread_ts"]) == ("U0IT", IT_CHANNEL, "1.5")


async def test_where_the_bot_is_no_member_the_answer_goes_by_dm(api, surface):
    api.script["chat.postEphemeral"] = [refused("not_in_channel")]

    await surface.answer(HELLO, user_id="U0IT", channel="C0FOREIGN")

    assert api.of("chat.postMessage")[0]["channel"] == "D0IT"


async def test_without_a_channel_the_answer_goes_by_dm(api, surface):
    await surface.answer(HELLO, user_id="U0IT")

    assert api.of("chat.postMessage")[0]["channel"] == "D0IT"


async def test_a_proxy_for_the_world_is_not_asked_for_loopback(api, surface, monkeypatch):
    monkeypatch.setenv("HTTP_PROXY", "http://127.0.0.1:9")

    await surface.answer(HELLO, user_id="U0IT", response_url=f"{api.url}/webhook")

    assert api.methods == ["response_url"]


@pytest.mark.parametrize("way", [{"response_url": "http://127.0.0.1:9/x"}, {"channel": IT_CHANNEL}, {}])
async def test_nothing_is_said_without_a_text(api, surface, way):
    with pytest.raises(ValueError, match="needs a text"):
        await surface.answer(Message(" ", HELLO.blocks), user_id="U0IT", **way)

    assert not {"chat.postMessage", "chat.postEphemeral", "response_url"} & set(api.methods)


@pytest.mark.parametrize(("act", "method"), [("open_view", "views.open"), ("push_view", "views.push")])
async def test_modals_are_opened_with_the_trigger(api, surface, act, method):
    await getattr(surface, act)("trigger", {"type": "modal"})

    assert api.of(method) == [{"trigger_id": "trigger", "view": {"type": "modal"}}]


async def test_the_home_is_published_for_its_viewer(api, surface):
    await surface.publish_home("U0IT", {"type": "home", "blocks": []})

    assert api.of("views.publish") == [{"user_id": "U0IT", "view": {"type": "home", "blocks": []}}]


async def test_a_text_without_its_blocks_makes_no_links_and_no_formatting(api, surface):
    await surface.answer(HELLO, user_id="U0IT", response_url=f"{api.url}/webhook")
    await surface.answer(HELLO, user_id="U0IT", channel=IT_CHANNEL)
    await surface.answer(HELLO, user_id="U0IT")

    (responded,), (whispered,), (posted,) = (
        api.of(method) for method in ("response_url", "chat.postEphemeral", "chat.postMessage")
    )
    assert (responded["parse"], responded["mrkdwn"]) == ("none", False)
    assert whispered["parse"] == "none"
    assert (posted["parse"], posted["mrkdwn"]) == ("none", False)


@pytest.mark.parametrize("status", [429, 500, 404])
async def test_an_answer_that_the_response_url_refuses_is_whispered(api, surface, status):
    api.webhook_status = status

    await surface.answer(HELLO, user_id="U0IT", channel=IT_CHANNEL, response_url=f"{api.url}/webhook")

    assert len(api.of("chat.postEphemeral")) == 1


async def test_a_modal_that_is_open_is_replaced(api, surface):
    api.script["views.update"] = [{"ok": True}]

    await surface.update_view("V1", {"type": "modal"})

    ((method, sent),) = api.calls
    assert (method, sent["view_id"], sent["view"]) == ("views.update", "V1", {"type": "modal"})
