"""Slack is slow, refuses, forgets to answer or is away: nothing is lost or doubled, and lanes keep their order."""

import asyncio
from dataclasses import replace
from datetime import timedelta

import pytest

from bot.adapters.slack import Pacer, SlackMessenger, make_socket
from bot.adapters.slack.calls import Calls
from bot.listeners import make_app
from core.events import Via
from core.sending_domain import DeploymentEvent
from sandbox.slack.app import APP_TOKEN
from storage import outbox
from tests.bot.services.house import TEAM
from tests.fakes.workspace import words
from tests.faults.conftest import ALEX, PLACES

LAST = (DeploymentEvent.CERTIFICATE, DeploymentEvent.ENABLE_IDENTITY, DeploymentEvent.ENABLE_CDN)
DONE = {"queued": 0, "sending": 0, "dead": 0, "parked": 0}


def replies(messages):
    """The first words of each reply in the threads, in their order; files by their name."""
    return [each["text"].split("\n")[0][:40] or "file" for each in messages if each["thread_ts"]]


def cards(messages):
    return [each for each in messages if not each["thread_ts"]]


async def said(street, count):
    """The IT channel as soon as it holds so many replies: files appear a little late. Nothing more may follow."""

    async def look():
        messages = await street.it()
        return len(replies(messages)) >= count and messages

    found = await street.workspace.eventually(look, within=4)
    assert len(replies(found)) == count
    return found


async def test_a_retry_after_is_waited_for_and_the_lane_keeps_its_order(street):
    await street.workspace.fault("chat.postMessage", "ratelimited", seconds=7)
    await street.deploy()

    await street.dispatch(timedelta(seconds=6), every=timedelta(seconds=1))
    too_early = await street.it()
    await street.dispatch(timedelta(seconds=2), every=timedelta(seconds=1))

    settled = await said(street, 3)
    assert cards(too_early) == []
    assert len(cards(settled)) == 1
    assert await street.depth() == DONE


@pytest.mark.parametrize(
    ("method", "kind", "more"),
    [
        ("chat.postMessage", "error", {"error": "internal_error"}),
        ("chat.postMessage", "error", {"error": "service_unavailable"}),
        ("chat.postMessage", "timeout", {"seconds": 0.01}),
        ("chat.postMessage", "accept_then_timeout", {"seconds": 0.01}),
        ("chat.update", "accept_then_timeout", {"seconds": 0.01}),
        ("files.completeUploadExternal", "accept_then_timeout", {"seconds": 0.01}),
        ("*", "error", {"error": "internal_error"}),
        ("*", "slow", {"seconds": 0.1}),
    ],
)
async def test_whatever_slack_does_everything_is_said_once_and_in_order(street, method, kind, more):
    await street.workspace.fault(method, kind, times=2, **more)
    await street.deploy()

    await street.dispatch(timedelta(seconds=40))

    settled = await said(street, 3)
    texts = [each["text"] for each in settled]
    assert len(cards(settled)) == 1
    assert [text.partition(" ")[2][:9] for text in replies(settled)[:2]] == ["7 DNS rec", "records f"]
    assert len(texts) == len(set(texts))
    assert await street.depth() == DONE


async def test_a_post_that_the_client_gave_up_waiting_for_is_found_and_not_repeated(street):
    street.client.timeout = 0.2
    await street.workspace.fault("chat.postMessage", "slow", seconds=0.6)
    await street.deploy()

    await street.dispatch()
    await street.workspace.eventually(street.it)
    await street.dispatch(timedelta(seconds=10))

    assert len(cards(await street.it())) == 1
    assert await street.depth() == DONE


async def test_without_a_way_to_look_there_is_at_most_one_duplicate_of_the_row_in_flight(street):
    await street.workspace.fault("chat.postMessage", "accept_then_timeout", seconds=0.01)
    await street.workspace.fault("conversations.history", "error", error="missing_scope", times=99)
    await street.deploy()

    await street.dispatch(timedelta(seconds=20))

    settled = await said(street, 3)
    assert len(cards(settled)) == 2
    assert await street.depth() == DONE


async def test_an_hour_without_slack_loses_nothing_and_is_not_spent_knocking(street, monkeypatch):
    calls = []
    asked = Calls.call

    async def counting(self, method, **arguments):
        calls.append(method)
        return await asked(self, method, **arguments)

    monkeypatch.setattr(Calls, "call", counting)
    domain = await street.deploy()
    url, street.client.base_url = street.client.base_url, "http://127.0.0.1:9/api/"
    await street.house.onboarding.verify(TEAM, ALEX, domain.id, Via.RECORDS_ADDED, street.house.click())
    street.house.apply_records(domain)
    for _ in range(12):
        await street.house.checking.check_due()
        await street.dispatch(timedelta(minutes=5), every=timedelta(seconds=60))
    while_away = len(calls)

    street.client.base_url = url
    street.house.provisioner.complete("mail.example.com", *LAST)
    await street.house.checking.check_due()
    await street.dispatch(timedelta(minutes=6), every=timedelta(seconds=30))

    settled = await street.it()
    lanes, tries = 3, 20
    assert while_away <= lanes * tries
    assert len(cards(settled)) == 1
    assert "ACTIVE" in cards(settled)[0]["text"]
    assert [any(word in text for text in replies(settled)) for word in ("ACTIVE", "verif")] == [True, True]
    assert len(replies(settled)) == len(set(replies(settled)))
    assert await street.depth() == DONE


async def test_card_edits_coalesce_while_slack_is_away(street, monkeypatch):
    domain = await street.deploy()
    await street.dispatch()
    edits = []
    asked = Calls.call

    async def counting(self, method, **arguments):
        edits.extend([method] if method == "chat.update" else [])
        return await asked(self, method, **arguments)

    monkeypatch.setattr(Calls, "call", counting)
    await street.house.onboarding.verify(TEAM, ALEX, domain.id, Via.COMMAND, street.house.click())
    for record in domain.record_set:
        street.house.apply_records(domain, without=tuple(each.purpose for each in domain.record_set if each != record))
        street.clock.pass_by(timedelta(minutes=5))
        await street.house.checking.check_due()
    await street.dispatch()

    assert len(edits) == 1
    assert await street.depth() == DONE


async def test_one_channel_that_is_told_to_slow_down_holds_up_no_other(street):
    await street.workspace.fault("chat.postMessage", "ratelimited", seconds=60, times=50, channel="C00ITDNS")
    await street.deploy()

    await street.fail()

    assert cards(await street.it()) == []
    assert [each["text"].split("\n")[0] for each in cards(await street.support())] == [
        "Verification failed: mail.example.com"
    ]
    assert any("mail.example.com" in text for text in await street.direct("alex"))


async def test_under_a_deleted_card_a_new_one_is_posted_and_carries_on(street):
    domain = await street.deploy()
    await street.dispatch()
    (old,) = cards(await said(street, 3))
    await street.workspace.post("delete_message", channel=old["channel"], ts=old["ts"])

    await street.house.onboarding.verify(TEAM, ALEX, domain.id, Via.COMMAND, street.house.click())
    await street.house.tick()
    await street.dispatch()

    (new,) = [each for each in cards(await street.it()) if each["ts"] != old["ts"] and each["text"]]
    assert any(each["thread_ts"] == new["ts"] for each in await street.it())
    assert await street.depth() == DONE


async def test_posts_to_one_channel_keep_their_distance_and_to_another_they_do_not_wait(street):
    waits, now = [], [0.0]

    async def sleep(seconds):
        waits.append(round(seconds, 3))
        now[0] += seconds

    pacer = Pacer(timedelta(seconds=1), monotonic=lambda: now[0], sleep=sleep)
    messenger = SlackMessenger(street.client, PLACES, street.house.durations, street.clock, pacer)
    street.house.dispatching = replace(street.house.dispatching, messenger=messenger)
    await street.deploy()

    await street.dispatch()

    await said(street, 3)
    assert waits == [
        1.0,
        1.0,
        1.0,
    ]  # the card, then two replies, then the edit that links the file; the DM waits for none


async def test_a_resolved_alert_keeps_its_rows(street):
    domain = await street.deploy()
    await street.fail()
    (alert,) = cards(await street.support())

    await street.house.onboarding.verify(TEAM, ALEX, domain.id, Via.RETRY, street.house.click())
    await street.house.tick()

    (resolved,) = cards(await street.support())
    rows = [block for block in alert["blocks"][1:] if block["type"] != "actions"]
    assert resolved["text"].startswith("Resolved: Verification failed: mail.example.com")
    assert len(rows) > 5
    assert [words(block) for block in resolved["blocks"][2:]] == [words(block) for block in rows]
    assert not [block for block in resolved["blocks"] if block["type"] == "actions"]


async def test_a_resolution_makes_do_without_an_alert_that_is_no_longer_kept(street):
    domain = await street.deploy()
    await street.fail()
    async with street.house.database.transaction() as session:
        await outbox.forget_before(session, street.clock.now + timedelta(hours=1))

    await street.house.onboarding.verify(TEAM, ALEX, domain.id, Via.RETRY, street.house.click())
    await street.house.tick()

    (resolved,) = cards(await street.support())
    assert resolved["text"].startswith("Resolved: Verification failed: mail.example.com")
    assert await street.depth() == DONE


async def test_a_socket_that_is_closed_is_opened_again_and_commands_are_answered(street, slack_url):
    answered = asyncio.Event()
    app = make_app(street.client)

    @app.command("/engage-domain")
    async def answer(ack):
        await ack("here")
        answered.set()

    handler = make_socket(app, APP_TOKEN, f"{slack_url}/api/")
    await handler.connect_async()
    try:
        for _ in range(2):
            gone = await street.workspace.post("disconnect")
            await street.workspace.eventually(lambda: _connected(street))
            answered.clear()
            await street.workspace.command("status", "#general")
            await asyncio.wait_for(answered.wait(), 5)
            assert gone["connections"] >= 1
    finally:
        await handler.close_async()


async def _connected(street):
    return (await street.workspace.state())["connected"]
