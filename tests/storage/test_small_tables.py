import asyncio
from datetime import timedelta

import pytest

from bot.ports import Anchor
from core.history import BOT, HistoryEntry, What
from storage import anchors, clicks, domains, history, vantage
from storage.anchors import StoredAnchor
from storage.tables import METADATA
from storage.vantage import VantageState
from tests.storage.samples import NOW, TEAM, a_domain


@pytest.fixture
async def domain(database):
    async with database.transaction() as session:
        return await domains.add(session, a_domain())


async def test_history_is_shown_newest_first_in_pages(database, domain):
    lines = [HistoryEntry(NOW, "U1", What.CREATED), HistoryEntry(NOW, BOT, What.EVENT, {"event": "SECRET"})]
    later = HistoryEntry(NOW + timedelta(hours=1), "Engage", What.RECORDS_READY, {"n": "6"})
    async with database.transaction() as session:
        await history.append(session, domain.id, lines)
        await history.append(session, domain.id, [later])

    async with database.reading() as session:
        assert await history.page(session, domain.id, 0, 2) == ([later, lines[1]], 3)
        assert await history.page(session, domain.id, 2, 2) == ([lines[0]], 3)
        assert await history.page(session, "other", 0, 2) == ([], 0)


def test_history_can_only_be_added_to():
    assert {name for name in vars(history) if callable(getattr(history, name)) and name.islower()} <= {
        "append",
        "page",
        "team_of",
    }


async def test_anchors_are_kept_by_name_and_replaced(database, domain):
    card, alert = StoredAnchor("card", "C1", "1.1"), StoredAnchor("alert:i1", "C2", "2.2", "https://x/p2")
    async with database.transaction() as session:
        await anchors.put(session, domain.id, [card, alert])

    moved = StoredAnchor("card", "C1", "9.9", "https://x/p9")
    async with database.transaction() as session:
        await anchors.put(session, domain.id, [moved])

    async with database.reading() as session:
        assert await anchors.get(session, domain.id) == {"card": moved, "alert:i1": alert}
        assert await anchors.get(session, "other") == {}


async def test_a_stored_anchor_says_the_same_as_the_port_s(database, domain):
    async with database.transaction() as session:
        await anchors.put(session, domain.id, [StoredAnchor("card", "C1", "1.1", "https://x")])
        stored = (await anchors.get(session, domain.id))["card"]

    assert Anchor(stored.name, stored.channel, stored.ts, stored.link) == Anchor("card", "C1", "1.1", "https://x")


async def test_a_click_counts_once_in_each_team(database):
    async with database.transaction() as session:
        first = await clicks.first_time(session, TEAM, "c1", NOW)
        again = await clicks.first_time(session, TEAM, "c1", NOW)
        elsewhere = await clicks.first_time(session, "T2", "c1", NOW)

    assert (first, again, elsewhere) == (True, False, True)


async def test_of_the_same_click_delivered_at_once_one_counts(database):
    async def click():
        async with database.transaction() as session:
            return await clicks.first_time(session, TEAM, "c1", NOW)

    assert sorted(await asyncio.gather(*(click() for _ in range(6)))) == [False] * 5 + [True]


async def test_a_click_of_a_failed_transaction_may_come_again(database):
    async def half_way():
        async with database.transaction() as session:
            await clicks.first_time(session, TEAM, "c1", NOW)
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        await half_way()

    async with database.transaction() as session:
        assert await clicks.first_time(session, TEAM, "c1", NOW)


async def test_old_clicks_are_forgotten(database):
    async with database.transaction() as session:
        await clicks.first_time(session, TEAM, "old", NOW)
        await clicks.first_time(session, TEAM, "new", NOW + timedelta(days=1))
        await clicks.forget_before(session, NOW + timedelta(days=1))

    async with database.transaction() as session:
        assert await clicks.first_time(session, TEAM, "old", NOW)
        assert not await clicks.first_time(session, TEAM, "new", NOW)


async def test_the_vantage_is_online_until_told_otherwise(database, domain):
    offline = VantageState(offline_since=NOW, error="timeout", incident_id="offline-1", told=True, domain_id=domain.id)
    async with database.transaction() as session:
        before = await vantage.get(session)
        await vantage.put(session, offline)

    async with database.reading() as session:
        during = await vantage.get(session)
    async with database.transaction() as session:
        await vantage.put(session, VantageState())
        after = await vantage.get(session)

    assert (before, during, after) == (VantageState(), offline, VantageState())


def test_every_row_carries_its_team_but_the_one_about_the_bot_itself():
    without = {table.name for table in METADATA.sorted_tables if "team_id" not in table.c}

    assert without == {"vantage"}
