"""Whose turn it is, in every view of one domain, as its name servers and caches really answer."""

import json
from datetime import timedelta

import pytest

from bot.messages import details_modal, render_answer, render_card, render_notice
from core.access import Role
from core.durations import Durations
from core.events import Via
from core.filters import Filter
from core.notices import ThreadNotice
from core.sending_domain import Language, VerificationStatus
from core.turns import turn_of
from storage.engine import Database
from tests.bot.messages.samples import CTX
from tests.bot.services.house import ADMIN, TEAM, living

NAME = "mail.example.com"
IT_ROLE = frozenset({Role.IT})
LIMIT = timedelta(minutes=30)


@pytest.fixture
async def house(sqlite_url, clock):
    database = Database.open(sqlite_url)
    async with living(database, clock, Durations(disagree_after=LIMIT)) as house:
        yield house
    await database.dispose()


async def slipped(house, slip):
    """Publish the records of a domain with one slip, and begin to verify."""
    await house.create()
    await house.tick()
    await house.onboarding.deploy(TEAM, ADMIN, NAME, house.click())
    await house.tick()
    domain = await house.domain()
    house.apply_records(domain)
    if slip:
        house.nameserver.slip(slip, NAME)
    await house.onboarding.verify(TEAM, ADMIN, domain.id, Via.COMMAND, house.click())
    await house.tick()


async def views(house):
    """Return what card, thread, `status`, details and `list` say now."""
    domain = await house.domain()
    status = await house.queries.status(TEAM, NAME, IT_ROLE)
    details = await house.queries.details(TEAM, NAME, IT_ROLE)
    listed = await house.queries.list(TEAM, Filter.ALL, 1, IT_ROLE)
    replies = [each.notice for each in house.messenger.deliveries if isinstance(each.notice, ThreadNotice)]
    return {
        "card": render_card(domain, turn_of(domain, house.durations, house.clock()), CTX).text,
        "thread": render_notice(replies[-1], CTX).text,
        "status": render_answer(status, Language.EN, CTX).text,
        "details": json.dumps(details_modal(Language.EN, details, CTX)),
        "list": render_answer(listed, Language.EN, CTX).text,
    }


def silent(seen, words):
    return [view for view, text in seen.items() if words not in text]


async def test_waiting_for_caches_is_bounded_by_what_they_remember(house, clock):
    await slipped(house, "cached-nothing")

    seen = await views(house)

    latest = (clock.now + timedelta(seconds=120)).strftime("%Y-%m-%d %H:%M UTC")
    assert silent(seen, "Waiting for propagation.") == []
    assert silent(seen, f"caches catch up by {latest}") == ["details"]
    assert silent(seen, f"will see it by {latest}") == ["details", "list"]


async def test_name_servers_that_go_on_disagreeing_become_the_providers_turn(house, clock):
    await slipped(house, "second-behind")
    first = await views(house)

    clock.pass_by(LIMIT)
    await house.tick()

    lasting = await views(house)
    assert silent(first, "Waiting for propagation.") == []
    assert silent(lasting, "Waiting for the DNS provider.") == []
    assert silent(lasting, "example.com gives no usable answer") == ["details"]


async def test_a_bot_that_cannot_ask_waits_for_nobody_else(house, clock):
    await slipped(house, "truncate-dkim")
    before = await views(house)

    house.nameserver.fault("silent", "resolver")
    for _ in range(2):
        clock.pass_by(house.durations.offline_after)
        await house.tick()

    offline = await views(house)
    assert silent(before, "Waiting for IT.") == []
    assert silent(offline, "Waiting for us.") == []
    assert silent(offline, "nothing is judged for now") == []
    assert "Waiting for IT." not in "".join(offline.values())


async def test_what_we_see_and_what_engage_says_stand_side_by_side(house):
    await slipped(house, None)

    seen = await views(house)

    domain = await house.domain()
    assert domain.verification is VerificationStatus.VERIFIED
    for view in ("card", "status"):
        assert f"Your DNS: correct since {domain.verified_at:%Y-%m-%d %H:%M} UTC." in seen[view]
        assert "Engage: PENDING, asked " in seen[view]
    assert silent(seen, "Waiting for Engage.") == []


async def test_engages_word_stands_beside_records_that_are_not_right_yet(house):
    await slipped(house, "truncate-dkim")

    status = (await views(house))["status"]

    assert "Engage: PENDING, asked " in status
    assert "Your DNS: correct since" not in status
    assert "Cut off at" in status
