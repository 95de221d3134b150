import asyncio
import re
from dataclasses import replace
from datetime import timedelta

import pytest
import sqlalchemy as sa

from core.notices import AlertOffline, AlertResolved, DeployRecordsReady, EvidenceFile, Resolution, Subject
from core.sending_domain import Actor
from storage import domains, outbox
from storage.lanes import lane_of
from storage.tables import OUTBOX
from tests.storage.samples import NOW, TEAM, a_domain, card, message, reply

LEASE = timedelta(minutes=1)
ONE, TWO = a_domain("one.example.com"), a_domain("two.example.com")


@pytest.fixture
async def database(database):
    async with database.transaction() as session:
        await domains.add(session, ONE)
        await domains.add(session, TWO)
    return database


async def append(database, *notices, now=NOW, cause=""):
    async with database.transaction() as session:
        await outbox.append(session, TEAM, notices, now, cause)


async def claim(database, now=NOW, limit=10):
    async with database.transaction() as session:
        return await outbox.claim(session, now, LEASE, limit)


async def sent(database, row):
    async with database.transaction() as session:
        await outbox.mark_sent(session, row.id, NOW)


async def depth(database):
    async with database.reading() as session:
        return await outbox.depth(session)


async def last_error(database, row):
    async with database.reading() as session:
        return await session.scalar(sa.select(OUTBOX.c.last_error).where(OUTBOX.c.id == row.id))


def about_all(incident_id="offline-1"):
    return AlertOffline(
        subject=Subject.of(ONE), incident_id=incident_id, since_at=NOW, asker=Actor("U1"), error="timeout", n=2
    )


def resolved(incident_id):
    return AlertResolved(
        subject=Subject.of(TWO), incident_id=incident_id, opened_at=NOW, resolved_at=NOW, how=Resolution.FIXED
    )


async def test_a_claimed_row_carries_everything_about_its_notice(database):
    notice = reply(ONE)
    await append(database, notice)

    (row,) = await claim(database)

    assert row == outbox.Claimed(row.id, TEAM, ONE.id, f"{ONE.id}:it", notice, 0, {}, NOW)


async def test_a_claimed_row_names_what_caused_it_and_a_card_keeps_its_first_cause(database):
    await append(database, card(ONE), cause="request:1a2b3c4d")
    await append(database, card(ONE), reply(TWO), cause="check:5e6f7a8b")

    claimed = await claim(database)

    assert [(row.domain_id, row.cause) for row in claimed] == [
        (ONE.id, "request:1a2b3c4d"),
        (TWO.id, "check:5e6f7a8b"),
    ]


async def test_only_the_head_of_a_lane_is_claimed_and_the_next_after_it_was_sent(database):
    first, second, elsewhere = reply(ONE), reply(ONE, NOW + timedelta(hours=1)), reply(TWO)
    await append(database, first, second, elsewhere)

    claimed = await claim(database)
    nothing = await claim(database)
    await sent(database, claimed[0])
    following = await claim(database)

    assert [row.notice for row in claimed] == [first, elsewhere]
    assert nothing == []
    assert [row.notice for row in following] == [second]


async def test_a_whole_lane_comes_out_in_order(database):
    notices = [reply(ONE, NOW + timedelta(hours=hours)) for hours in range(5)]
    await append(database, *notices)

    said = []
    while rows := await claim(database):
        said += [row.notice for row in rows]
        await sent(database, rows[0])

    assert said == notices


async def test_claimers_at_once_never_get_the_same_row_nor_two_of_a_lane(database):
    many = [a_domain(f"{number}.example.com") for number in range(12)]
    async with database.transaction() as session:
        for domain in many:
            await domains.add(session, domain)
        await outbox.append(session, TEAM, [reply(domain) for domain in many for _ in range(2)], NOW)

    batches = await asyncio.gather(*(claim(database, limit=2) for _ in range(8)))
    batches.append(await claim(database, limit=50))

    lanes = [row.lane for batch in batches for row in batch]
    assert len(lanes) == len(set(lanes)) == 12


async def test_the_oldest_lane_goes_first_where_not_all_can(database):
    users = ["U3", "U1", "U2"]
    await append(database, *(message(ONE, user) for user in users))

    claimed = [(await claim(database, limit=1))[0].lane for _ in users]

    assert claimed == ["dm:U3", "dm:U1", "dm:U2"]


async def test_a_failed_row_holds_up_its_lane_until_it_is_tried_again(database):
    await append(database, reply(ONE), message(ONE))
    row, *_ = await claim(database)
    retry_at = NOW + timedelta(seconds=30)

    async with database.transaction() as session:
        await outbox.mark_failed(session, row.id, retry_at, "ratelimited")

    assert await claim(database) == []
    (again,) = [each for each in await claim(database, retry_at) if each.id == row.id]
    assert again.attempts == 1
    assert await last_error(database, row) == "ratelimited"


async def test_a_dead_row_lets_its_lane_go_on(database):
    await append(database, reply(ONE), reply(ONE, NOW + timedelta(hours=1)))
    (row,) = await claim(database)

    async with database.transaction() as session:
        await outbox.mark_dead(session, row.id, "invalid_blocks\x00")

    (following,) = await claim(database)
    assert following.id > row.id
    assert await last_error(database, row) == "invalid_blocks\N{REPLACEMENT CHARACTER}"


async def test_a_row_whose_dispatcher_died_is_claimed_again_and_counts_the_attempt(database):
    await append(database, reply(ONE))
    (row,) = await claim(database)
    async with database.transaction() as session:
        await outbox.note_progress(session, row.id, {"file_id": "F1"})
        await outbox.note_progress(session, row.id, {"sent_ts": "1.2"})

    too_early = await claim(database, NOW + LEASE - timedelta(seconds=1))
    (again,) = await claim(database, NOW + LEASE)

    assert too_early == []
    assert (again.id, again.attempts, again.progress) == (row.id, 1, {"file_id": "F1", "sent_ts": "1.2"})


async def test_a_parked_lane_waits_and_others_do_not(database):
    await append(database, reply(ONE), reply(TWO))
    row, other = await claim(database)
    async with database.transaction() as session:
        await outbox.park(session, row.id, "not_in_channel", NOW)
    await sent(database, other)
    await append(database, reply(TWO))

    later = await claim(database, NOW + timedelta(days=1))

    assert [each.lane for each in later] == [f"{TWO.id}:it"]
    async with database.reading() as session:
        assert await outbox.parked(session) == [outbox.ParkedLane(TEAM, f"{ONE.id}:it", "not_in_channel", NOW)]


async def test_a_lane_is_parked_once_however_often_its_channel_refuses(database):
    await append(database, reply(ONE))
    (row,) = await claim(database)

    async with database.transaction() as session:
        await outbox.park(session, row.id, "not_in_channel", NOW)
        await outbox.park(session, row.id, "is_archived", NOW + LEASE)

    async with database.reading() as session:
        (lane,) = await outbox.parked(session)
    assert (lane.reason, lane.parked_at) == ("is_archived", NOW + LEASE)


async def test_a_replayed_lane_goes_on_where_it_stopped(database):
    await append(database, reply(ONE))
    (row,) = await claim(database)
    async with database.transaction() as session:
        await outbox.park(session, row.id, "not_in_channel", NOW)

    async with database.transaction() as session:
        other = await outbox.replay(session, f"{TWO.id}:it", NOW)
        opened = await outbox.replay(session, row.lane, NOW)

    assert (other, opened) == (0, 1)
    (again,) = await claim(database)
    assert (again.id, again.attempts) == (row.id, 1)


async def test_dead_rows_stay_dead_unless_they_are_asked_for(database):
    await append(database, reply(ONE))
    (row,) = await claim(database)
    async with database.transaction() as session:
        await outbox.mark_dead(session, row.id, "broken")

    async with database.transaction() as session:
        without = await outbox.replay(session, None, NOW)
        with_dead = await outbox.replay(session, None, NOW, dead=True)

    assert (without, with_dead) == (0, 1)
    (again,) = await claim(database)
    assert (again.id, again.attempts) == (row.id, 1)


@pytest.mark.parametrize("spoil", [{"kind": "thread.invented"}, {"payload": {"subject": 1}}])
async def test_a_row_that_cannot_be_read_dies_alone_and_says_why(database, spoil):
    await append(database, reply(ONE), reply(TWO))
    async with database.transaction() as session:
        await session.execute(sa.update(OUTBOX).where(OUTBOX.c.domain_id == ONE.id).values(**spoil))

    rows = await claim(database)

    assert [row.domain_id for row in rows] == [TWO.id]
    assert (await depth(database))["dead"] == 1
    async with database.reading() as session:
        error = await session.scalar(sa.select(OUTBOX.c.last_error).where(OUTBOX.c.state == "dead"))
    assert re.search(r"thread\.invented|Online", error)


async def test_a_queued_card_is_not_queued_again(database):
    await append(database, card(ONE), reply(ONE), card(TWO))

    await append(database, card(ONE), reply(ONE))

    assert (await depth(database))["queued"] == 4


async def test_a_card_that_is_being_sent_is_queued_again_because_it_may_show_an_old_state(database):
    await append(database, card(ONE))
    (row,) = await claim(database)

    await append(database, card(ONE))
    await append(database, card(ONE))

    assert (await depth(database)) == {"queued": 1, "sending": 1, "dead": 0, "parked": 0}
    await sent(database, row)
    assert len(await claim(database)) == 1


@pytest.mark.postgres
async def test_a_card_is_not_claimed_while_a_change_it_must_show_is_being_written(postgres_url):
    from storage.engine import Database

    database = Database.open(postgres_url)
    async with database.transaction() as session:
        await domains.add(session, ONE)
        await outbox.append(session, TEAM, [card(ONE)], NOW)

    async with database.transaction() as session:
        await outbox.append(session, TEAM, [card(ONE)], NOW)
        meanwhile = await claim(database)
    afterwards = await claim(database)
    await database.dispose()

    assert meanwhile == []
    assert len(afterwards) == 1


async def test_depth_counts_what_waits(database):
    await append(database, reply(ONE), reply(ONE), reply(TWO), message(ONE))
    first, second, third = await claim(database)
    async with database.transaction() as session:
        await outbox.park(session, first.id, "is_archived", NOW)
        await outbox.mark_dead(session, second.id, "broken")
    await sent(database, third)

    assert await depth(database) == {"queued": 2, "sending": 0, "dead": 1, "parked": 1}


async def test_what_was_said_long_ago_is_forgotten_and_nothing_else(database):
    await append(database, reply(ONE), reply(TWO), message(ONE), reply(ONE))
    first, second, third = await claim(database)
    async with database.transaction() as session:
        await outbox.mark_sent(session, first.id, NOW)
        await outbox.mark_sent(session, second.id, NOW + LEASE)
        await outbox.mark_dead(session, third.id, "broken")

    async with database.transaction() as session:
        await outbox.forget_before(session, NOW + LEASE)

    async with database.reading() as session:
        left = set(await session.scalars(sa.select(OUTBOX.c.id)))
    assert left == {second.id, third.id, third.id + 1}


async def test_numbers_of_forgotten_rows_are_not_used_again(database):
    await append(database, reply(ONE))
    (old,) = await claim(database)
    await sent(database, old)
    async with database.transaction() as session:
        await outbox.forget_before(session, NOW + LEASE)

    await append(database, reply(ONE))

    (new,) = await claim(database)
    assert new.id > old.id


async def test_state_and_outbox_fall_together(database):
    async def half_way():
        async with database.transaction() as session:
            await domains.save(session, replace(ONE, verdict_word="changed"))
            await outbox.append(session, TEAM, [reply(ONE)], NOW)
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        await half_way()

    async with database.reading() as session:
        assert await domains.get(session, ONE.id) == ONE
    assert await depth(database) == {"queued": 0, "sending": 0, "dead": 0, "parked": 0}


@pytest.mark.parametrize(
    ("notice", "lane"),
    [
        (card(ONE), f"{ONE.id}:it"),
        (reply(ONE), f"{ONE.id}:it"),
        (message(ONE, "U7"), "dm:U7"),
        (DeployRecordsReady(subject=Subject.of(ONE), to=Actor("U7"), n=6), "asker:U7"),
        (resolved("i1"), f"{TWO.id}:support"),
        (EvidenceFile(subject=Subject.of(TWO), incident_id="i1", text="dig"), f"{TWO.id}:support"),
        (about_all(), "team:T1:support"),
        (resolved("offline-1"), "team:T1:support"),
    ],
    ids=lambda value: value if isinstance(value, str) else value.kind,
)
def test_what_must_be_said_in_order_stands_in_one_lane(notice, lane):
    assert lane_of(notice, TEAM) == lane
