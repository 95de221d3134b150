from dataclasses import replace
from datetime import timedelta

import pytest
from aiohttp import web

from bot.ports import Anchor
from core.errors import (
    AmbiguousError,
    ChannelUnavailable,
    ConfigurationError,
    PermanentError,
    TransientError,
)
from core.notices import (
    QUEUED,
    Active,
    AlertFailed,
    AlertResolved,
    Cancelled,
    CardChanged,
    DeployRecordsReady,
    DmActive,
    EvidenceFile,
    LookResult,
    RecordsSent,
    Resolution,
    Subject,
    ZoneFile,
    ZoneTable,
)
from core.sending_domain import Actor
from core.turns import Turn, TurnKey
from tests.bot.adapters.slack.conftest import NOW
from tests.fakes.domains import ASKER, a_domain, a_pending_domain
from tests.fakes.slack_api import DROP, DROP_BEFORE, IT_CHANNEL, SUPPORT_CHANNEL, refused

DOMAIN = a_pending_domain()
SUBJECT = Subject.of(DOMAIN)
TURN = Turn(TurnKey.NONE)
CARD = CardChanged(subject=SUBJECT)
CANCELLED = Cancelled(subject=SUBJECT, turn=TURN, actor=ASKER)
ACTIVE = Active(subject=SUBJECT, turn=TURN, sweep=timedelta(hours=1))
ZONE_FILE = ZoneFile(subject=SUBJECT, records=DOMAIN.record_set, made_at=NOW)
ALERT = AlertFailed(
    subject=SUBJECT,
    incident_id="i1",
    since_at=NOW,
    asker=ASKER,
    window=timedelta(hours=72),
    deadline_at=NOW,
    n=2,
)
EVIDENCE = EvidenceFile(subject=SUBJECT, incident_id="i1", text="control answered\n")
RESOLVED = AlertResolved(
    subject=SUBJECT,
    incident_id="i1",
    opened_at=NOW - timedelta(hours=2),
    resolved_at=NOW,
    how=Resolution.FIXED,
    about="alert.failed",
)


@pytest.fixture
async def card(deliver, progress):
    """The card, posted by an earlier delivery."""
    posted = (await deliver(CARD, DOMAIN))["card"]
    progress.clear()
    return posted


# The card


async def test_the_first_card_is_posted_to_the_it_channel_with_a_link(api, deliver):
    anchors = await deliver(CARD, DOMAIN)

    card = anchors["card"]
    (posted,) = api.of("chat.postMessage")
    assert (posted["channel"], card.channel) == (IT_CHANNEL, IT_CHANNEL)
    assert card.link == f"https://slack.example/{IT_CHANNEL}/{card.ts}"
    assert "mail.example.com" in posted["text"]
    assert (posted["unfurl_links"], posted["unfurl_media"]) == (False, False)
    assert posted["metadata"] == {
        "event_type": "engage_domain",
        "event_payload": {"outbox_id": 7, "part": "posting:card"},
    }


async def test_a_card_is_edited_in_place_with_new_block_ids(api, deliver, card):
    before = [block["block_id"] for block in api.messages[IT_CHANNEL, card.ts]["blocks"]]

    anchors = await deliver(CARD, DOMAIN, [card])

    after = [block["block_id"] for block in api.messages[IT_CHANNEL, card.ts]["blocks"]]
    assert anchors == {}
    assert len(api.of("chat.postMessage")) == 1
    assert len(set(before + after)) == len(before) + len(after)


async def test_a_card_that_was_deleted_is_posted_afresh(api, deliver, card):
    api.delete(IT_CHANNEL, card.ts)

    anchors = await deliver(CARD, DOMAIN, [card])

    assert anchors["card"].ts != card.ts
    assert (IT_CHANNEL, anchors["card"].ts) in api.messages


async def test_a_card_stays_in_the_channel_where_it_is(api, deliver):
    elsewhere = Anchor("card", "C0OLD", "1.000001")
    api.messages["C0OLD", "1.000001"] = {"ts": "1.000001"}

    await deliver(CARD, DOMAIN, [elsewhere])

    assert api.of("chat.update")[0]["channel"] == "C0OLD"


async def test_a_card_of_a_domain_that_is_gone_is_left_alone(api, deliver):
    assert await deliver(CARD, None) == {}
    assert api.calls == []


async def test_a_card_goes_without_a_link_rather_than_not_at_all(api, deliver):
    api.script["chat.getPermalink"] = [refused("message_not_found")] * 2

    anchors = await deliver(CARD, DOMAIN)

    assert anchors["card"].link is None


async def test_blocks_that_slack_refuses_are_left_out(api, deliver):
    api.script["chat.postMessage"] = [refused("invalid_blocks")]

    await deliver(CARD, DOMAIN)

    assert "blocks" not in api.of("chat.postMessage")[-1]
    assert len(api.messages) == 1


# The thread


async def test_a_reply_goes_into_the_cards_thread(api, deliver, card):
    anchors = await deliver(CANCELLED, DOMAIN, [card])

    reply = api.of("chat.postMessage")[-1]
    assert anchors == {}
    assert reply["thread_ts"] == card.ts
    assert "reply_broadcast" not in reply


async def test_only_what_concerns_the_whole_channel_is_broadcast(api, deliver, card):
    await deliver(ACTIVE, DOMAIN, [card])

    assert api.of("chat.postMessage")[-1]["reply_broadcast"] is True


async def test_a_reply_without_a_card_posts_the_card_first(api, deliver):
    anchors = await deliver(CANCELLED, DOMAIN)

    assert api.of("chat.postMessage")[-1]["thread_ts"] == anchors["card"].ts


async def test_a_reply_to_a_deleted_card_is_taken_back_and_said_under_a_fresh_one(api, deliver, card):
    api.delete(IT_CHANNEL, card.ts)

    anchors = await deliver(CANCELLED, DOMAIN, [card])

    fresh = anchors["card"].ts
    assert fresh != card.ts
    assert sorted(message.get("thread_ts", "top") for message in api.messages.values()) == [fresh, "top"]
    assert len(api.of("chat.delete")) == 1


async def test_a_broadcast_to_a_thread_that_slack_does_not_find_gets_a_fresh_card(api, deliver, card):
    api.script["chat.postMessage"] = [refused("thread_not_found")]

    anchors = await deliver(ACTIVE, DOMAIN, [card])

    assert api.of("chat.postMessage")[-1]["thread_ts"] == anchors["card"].ts != card.ts


async def test_a_retry_goes_on_under_the_fresh_card_that_an_earlier_attempt_posted(api, deliver, card):
    api.delete(IT_CHANNEL, card.ts)
    api.script["chat.postMessage"] = [None, None, web.Response(status=429, headers={"Retry-After": "3"})]
    with pytest.raises(TransientError):
        await deliver(CANCELLED, DOMAIN, [card])

    anchors = await deliver(CANCELLED, DOMAIN, [card], attempts=1)

    tops = [ts for (_, ts), message in api.messages.items() if "thread_ts" not in message]
    assert tops == [anchors["card"].ts]


async def test_the_table_of_records_is_a_reply(api, deliver, card):
    await deliver(ZoneTable(subject=SUBJECT, records=DOMAIN.record_set), DOMAIN, [card])

    reply = api.of("chat.postMessage")[-1]
    assert reply["thread_ts"] == card.ts
    assert "table" in [block["type"] for block in reply["blocks"]]


# Files


async def test_the_zone_file_is_a_snippet_in_the_thread_and_the_card_links_to_it(api, deliver, card):
    anchors = await deliver(ZONE_FILE, DOMAIN, [card])

    (file,) = api.files.values()
    (ticket,) = api.of("files.getUploadURLExternal")
    (shared,) = api.of("files.completeUploadExternal")
    assert (file["channels"], file["thread_ts"]) == ([IT_CHANNEL], card.ts)
    assert (ticket["snippet_type"], "alt_txt" in ticket) == ("text", False)
    assert int(ticket["length"]) == len(file["content"])
    assert b"v=spf1 include:amazonses.com ~all" in file["content"]
    assert shared["initial_comment"]
    assert anchors["zone_file"].link == file["permalink"]
    assert file["permalink"] in str(api.messages[IT_CHANNEL, card.ts]["blocks"])


async def test_the_file_id_is_saved_before_the_file_is_shared(api, deliver, card, progress):
    api.script["files.completeUploadExternal"] = [DROP_BEFORE]

    with pytest.raises(AmbiguousError):
        await deliver(ZONE_FILE, DOMAIN, [card])

    assert progress["file_id"] == "F0"


@pytest.fixture
def soon(monkeypatch):
    """Wait no more than moments for a file to be shared."""
    monkeypatch.setattr("bot.adapters.slack.files.SHARING", (0.01, 0.01))


@pytest.mark.usefixtures("soon")
@pytest.mark.parametrize("breaks", [DROP, DROP_BEFORE])
async def test_a_file_is_shared_once_whatever_the_first_attempt_came_to(api, deliver, card, breaks):
    api.script["files.completeUploadExternal"] = [breaks]
    with pytest.raises(AmbiguousError):
        await deliver(ZONE_FILE, DOMAIN, [card])

    anchors = await deliver(ZONE_FILE, DOMAIN, [card], attempts=1)

    assert len(api.of("files.completeUploadExternal")) == 1
    assert len(api.files) == 1
    assert anchors["zone_file"].link == api.files["F0"]["permalink"]


async def test_a_file_that_slack_has_forgotten_is_uploaded_again(api, deliver, card, progress):
    progress["file_id"] = "F9"

    await deliver(ZONE_FILE, DOMAIN, [card], attempts=1)

    assert list(api.files) == ["F0"]


@pytest.mark.usefixtures("soon")
async def test_a_file_that_is_completed_but_not_yet_shared_is_waited_for(api, deliver, card, progress):
    progress["file_id"] = "F0"
    api.files["F0"] = {"id": "F0"}
    api.script["files.info"] = [{"ok": True, "file": {"id": "F0"}}]
    api.files["F0"]["channels"] = [IT_CHANNEL]

    await deliver(ZONE_FILE, DOMAIN, [card], attempts=1)

    assert api.methods.count("files.info") == 2
    assert api.of("files.completeUploadExternal") == []


@pytest.mark.usefixtures("soon")
async def test_a_file_that_can_be_completed_no_more_is_uploaded_again(api, deliver, card, progress):
    progress["file_id"] = "F0"
    api.files["F0"] = {"id": "F0"}
    api.script["files.completeUploadExternal"] = [refused("file_not_found")]

    await deliver(ZONE_FILE, DOMAIN, [card], attempts=1)

    assert api.files["F1"]["channels"] == [IT_CHANNEL]


async def test_a_link_that_cannot_be_had_does_not_share_the_file_twice(api, deliver, card):
    api.script["files.info"] = [refused("internal_error")]

    anchors = await deliver(ZONE_FILE, DOMAIN, [card])

    assert anchors["zone_file"].link is None
    assert len(api.of("files.completeUploadExternal")) == 1


async def test_records_are_sent_by_dm(api, deliver):
    notice = RecordsSent(subject=SUBJECT, to=Actor("U0IT"), records=DOMAIN.record_set, made_at=NOW)

    assert await deliver(notice, DOMAIN) == {}
    assert api.files["F0"]["channels"] == ["D0IT"]


# Alerts


async def test_an_alert_goes_to_support_and_anchors_what_follows(api, deliver, card):
    anchors = await deliver(ALERT, DOMAIN, [card])

    alert = api.of("chat.postMessage")[-1]
    assert alert["channel"] == SUPPORT_CHANNEL
    assert card.link in str(alert["blocks"])
    assert "alert:i1" in anchors


async def test_an_alert_looks_for_the_link_that_the_card_lacks(api, deliver, card):
    anchors = await deliver(ALERT, DOMAIN, [replace(card, link=None)])

    assert anchors["card"].link == card.link
    assert card.link in str(api.of("chat.postMessage")[-1]["blocks"])


async def test_what_follows_an_alert_is_threaded_under_it(api, deliver, progress):
    first = (await deliver(ALERT, DOMAIN))["alert:i1"]
    progress.clear()

    await deliver(ALERT, DOMAIN, [first], outbox_id=8)
    progress.clear()
    await deliver(EVIDENCE, DOMAIN, [first], outbox_id=9)

    assert api.of("chat.postMessage")[-1]["thread_ts"] == first.ts
    assert api.files["F0"]["thread_ts"] == first.ts
    assert api.files["F0"]["content"] == b"control answered\n"


async def test_a_resolved_alert_is_edited_and_answered(api, deliver, progress):
    first = (await deliver(ALERT, DOMAIN))["alert:i1"]
    progress.clear()

    await deliver(RESOLVED, DOMAIN, [first], outbox_id=8)

    edited = api.messages[SUPPORT_CHANNEL, first.ts]
    assert edited["text"].startswith("Resolved: Verification failed: mail.example.com")
    assert "actions" not in [block["type"] for block in edited["blocks"]]
    assert api.of("chat.postMessage")[-1]["thread_ts"] == first.ts


async def test_what_follows_a_deleted_alert_takes_its_place(api, deliver, progress):
    first = (await deliver(ALERT, DOMAIN))["alert:i1"]
    api.delete(SUPPORT_CHANNEL, first.ts)
    progress.clear()

    anchors = await deliver(RESOLVED, DOMAIN, [first], outbox_id=8)

    assert (SUPPORT_CHANNEL, anchors["alert:i1"].ts) in api.messages


async def test_what_follows_an_alert_that_never_was_is_said_all_the_same(api, deliver, progress):
    await deliver(RESOLVED, DOMAIN)
    progress.clear()
    await deliver(EVIDENCE, DOMAIN)

    assert api.of("chat.postMessage")[-1]["channel"] == SUPPORT_CHANNEL
    assert api.files["F0"]["channels"] == [SUPPORT_CHANNEL]


# One person


async def test_the_asker_is_told_by_dm(api, deliver, card):
    await deliver(DmActive(subject=SUBJECT, to=ASKER, duration=timedelta(days=1)), DOMAIN, [card])

    assert api.of("chat.postMessage")[-1]["channel"] == "D0ADMIN"


async def test_a_result_is_whispered_where_the_question_was_put(api, deliver):
    to = Actor("U0IT", channel=IT_CHANNEL, thread_ts="1.5")

    await deliver(LookResult(subject=SUBJECT, to=to, checked_at=NOW, turn=TURN), DOMAIN)

    (whispered,) = api.of("chat.postEphemeral")
    assert (whispered["channel"], whispered["user"], whispered["thread_ts"]) == (IT_CHANNEL, "U0IT", "1.5")


@pytest.mark.parametrize("word", ["not_in_channel", "channel_not_found", "user_not_in_channel"])
async def test_what_cannot_be_whispered_goes_by_dm(api, deliver, word):
    api.script["chat.postEphemeral"] = [refused(word)]

    await deliver(DeployRecordsReady(subject=SUBJECT, to=ASKER, n=3), DOMAIN)

    assert api.of("chat.postMessage")[-1]["channel"] == "D0ADMIN"


async def test_a_question_from_the_home_is_answered_by_dm(api, deliver):
    await deliver(DeployRecordsReady(subject=SUBJECT, to=Actor("U0ADMIN"), n=3), DOMAIN)

    assert "chat.postEphemeral" not in api.methods
    assert api.of("chat.postMessage")[-1]["channel"] == "D0ADMIN"


# Nothing missing, at most one duplicate


async def test_a_message_that_got_through_before_a_time_out_is_found_and_not_repeated(api, deliver, card):
    api.script["chat.postMessage"] = [DROP]
    with pytest.raises(AmbiguousError):
        await deliver(CANCELLED, DOMAIN, [card], outbox_id=8)

    await deliver(CANCELLED, DOMAIN, [card], outbox_id=8, attempts=1)

    assert len(api.messages) == 2


async def test_a_card_that_got_through_before_a_time_out_becomes_the_anchor(api, deliver):
    api.script["chat.postMessage"] = [DROP]
    with pytest.raises(AmbiguousError):
        await deliver(CARD, DOMAIN)

    anchors = await deliver(CARD, DOMAIN, attempts=1)

    assert [ts for _, ts in api.messages] == [anchors["card"].ts]


async def test_a_message_that_did_not_get_through_is_said_again(api, deliver, card):
    api.script["chat.postMessage"] = [DROP_BEFORE]
    with pytest.raises(AmbiguousError):
        await deliver(CANCELLED, DOMAIN, [card], outbox_id=8)

    await deliver(CANCELLED, DOMAIN, [card], outbox_id=8, attempts=1)

    assert len(api.messages) == 2


async def test_an_edited_parent_is_not_taken_for_the_reply_that_did_not_get_through(api, deliver, progress):
    first = (await deliver(ALERT, DOMAIN))["alert:i1"]
    progress.clear()
    api.script["chat.postMessage"] = [DROP_BEFORE]
    with pytest.raises(AmbiguousError):
        await deliver(RESOLVED, DOMAIN, [first], outbox_id=8)

    await deliver(RESOLVED, DOMAIN, [first], outbox_id=8, attempts=1)

    assert [message.get("thread_ts") for message in api.messages.values()] == [None, first.ts]


async def test_a_fresh_card_is_not_taken_for_the_reply_under_it(api, deliver):
    api.script["chat.postMessage"] = [None, DROP_BEFORE]
    with pytest.raises(AmbiguousError):
        await deliver(CANCELLED, DOMAIN)

    anchors = await deliver(CANCELLED, DOMAIN, attempts=1)

    assert [message.get("thread_ts") for message in api.messages.values()] == [None, anchors["card"].ts]


async def test_a_reply_is_found_at_the_end_of_a_long_thread(api, deliver, card):
    api.script["chat.postMessage"] = [DROP]
    with pytest.raises(AmbiguousError):
        await deliver(CANCELLED, DOMAIN, [card], outbox_id=8)
    page = {"ok": True, "messages": [{"ts": "1"}], "response_metadata": {"next_cursor": "more"}}
    api.script["conversations.replies"] = [page]

    await deliver(CANCELLED, DOMAIN, [card], outbox_id=8, attempts=1)

    assert len(api.messages) == 2
    assert [call.get("cursor") for call in api.of("conversations.replies")] == [None, "more"]


async def test_without_the_history_scopes_it_is_said_again(api, deliver, card):
    api.script["chat.postMessage"] = [DROP]
    with pytest.raises(AmbiguousError):
        await deliver(CANCELLED, DOMAIN, [card], outbox_id=8)
    api.script["conversations.replies"] = [refused("missing_scope", needed="channels:history")]

    await deliver(CANCELLED, DOMAIN, [card], outbox_id=8, attempts=1)

    assert len(api.messages) == 3


async def test_the_first_attempt_looks_nothing_up(api, deliver, card):
    await deliver(CANCELLED, DOMAIN, [card])

    assert "conversations.replies" not in api.methods


async def test_nothing_is_retried_behind_our_back(api, deliver):
    api.script["chat.postMessage"] = [DROP, DROP, DROP]

    with pytest.raises(AmbiguousError):
        await deliver(CARD, DOMAIN)

    assert len(api.of("chat.postMessage")) == 1


# Errors


async def test_a_rate_limit_says_how_long_to_wait(api, deliver):
    api.script["chat.postMessage"] = [
        web.json_response(refused("ratelimited"), status=429, headers={"Retry-After": "30"})
    ]

    with pytest.raises(TransientError) as caught:
        await deliver(CARD, DOMAIN)

    assert caught.value.retry_after == timedelta(seconds=30)
    assert not isinstance(caught.value, AmbiguousError)


@pytest.mark.parametrize("word", ["not_in_channel", "channel_not_found", "is_archived"])
async def test_a_channel_that_cannot_be_posted_to_is_named(api, deliver, word):
    api.script["chat.postMessage"] = [refused(word)]

    with pytest.raises(ChannelUnavailable) as caught:
        await deliver(CARD, DOMAIN)

    assert (caught.value.channel, caught.value.reason) == (IT_CHANNEL, word)


@pytest.mark.parametrize("word", ["invalid_auth", "token_revoked", "missing_scope"])
async def test_a_refused_token_is_the_operators_business(api, deliver, word):
    api.script["chat.postMessage"] = [refused(word, needed="chat:write")]

    with pytest.raises(ConfigurationError, match=word):
        await deliver(CARD, DOMAIN)


async def test_what_slack_will_never_take_is_permanent(api, deliver):
    api.script["chat.postMessage"] = [refused("msg_too_long")]

    with pytest.raises(PermanentError, match="msg_too_long"):
        await deliver(CARD, DOMAIN)


@pytest.mark.parametrize(
    "answer",
    [
        refused("internal_error"),
        refused("fatal_error"),
        web.Response(status=503, text="<html>", content_type="text/html"),
    ],
)
async def test_a_failure_inside_slack_leaves_it_open_whether_the_message_got_through(api, deliver, answer):
    api.script["chat.postMessage"] = [answer]

    with pytest.raises(AmbiguousError):
        await deliver(CARD, DOMAIN)


async def test_a_refused_connection_was_never_accepted(messenger, client):
    from bot.ports import Delivery

    client.base_url = "http://127.0.0.1:9/api/"

    async def save(_):
        pass

    with pytest.raises(TransientError) as caught:
        await messenger.deliver(Delivery(1, CARD, a_domain(), {}), save)

    assert not isinstance(caught.value, AmbiguousError)


def test_every_place_is_served(messenger):
    for kind in QUEUED:
        assert callable(messenger._where(kind))
