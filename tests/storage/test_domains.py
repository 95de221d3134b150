import asyncio
from dataclasses import replace
from datetime import timedelta, timezone

import pytest
import sqlalchemy as sa
from hypothesis import HealthCheck, given, settings

from core.errors import ConflictError, DomainExists
from core.filters import DomainFilter
from core.history import HistoryEntry, What
from core.sending_domain import Actor, DomainStatus, VerificationStatus, Wanted, Window
from storage import domains, history, outbox
from storage.engine import Database
from storage.tables import DOMAINS
from tests.storage.samples import NOW, TEAM, a_domain, any_domain, card

LEASE = timedelta(minutes=1)


async def keep(database, *kept):
    async with database.transaction() as session:
        for domain in kept:
            await domains.add(session, domain)


async def stored(database, domain):
    async with database.reading() as session:
        return await domains.get(session, domain.id)


async def claim(database, now=NOW, limit=10):
    async with database.transaction() as session:
        return await domains.claim_due(session, now, LEASE, limit)


async def test_a_kept_domain_is_found_by_id_and_by_name(database):
    domain = a_domain()

    await keep(database, domain)

    async with database.reading() as session:
        assert await domains.get(session, domain.id) == domain
        assert await domains.find(session, TEAM, domain.name) == domain
        assert await domains.find(session, "T2", domain.name) is None
        assert await domains.find(session, TEAM, "other.example.com") is None
        assert await domains.get(session, "nowhere") is None


@given(any_domain())
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=15)
def test_any_domain_survives_the_database(database_url, domain):
    async def there_and_back():
        database = Database.open(database_url)
        try:
            async with database.transaction() as session:
                await session.execute(sa.delete(DOMAINS))
                await domains.add(session, domain)
            return await stored(database, domain)
        finally:
            await database.dispose()

    assert asyncio.run(there_and_back()) == domain


@given(any_domain(), any_domain())
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=15)
def test_saving_only_what_differs_leaves_what_saving_everything_would(database_url, before, after):
    async def changed():
        database = Database.open(database_url)
        first, second = (replace(each, id=before.id, version=1) for each in (before, after))
        try:
            async with database.transaction() as session:
                await session.execute(sa.delete(DOMAINS))
                await domains.add(session, first)
                saved = await domains.save(session, second, first)
            return saved, await stored(database, first)
        finally:
            await database.dispose()

    saved, read = asyncio.run(changed())

    assert read == saved == replace(after, id=before.id, version=2)


async def test_moments_come_back_aware_and_in_utc(database):
    window = Window("w1", NOW, NOW + timedelta(hours=72), reminders_sent=1)
    await keep(database, a_domain(window=window))

    read = await stored(database, a_domain())

    assert read.window == window
    assert read.created_at.utcoffset() == timedelta(0)
    assert read.window.deadline.utcoffset() == timedelta(0)


async def test_moments_of_other_zones_stay_the_same_moment(database):
    there = NOW.astimezone(timezone(timedelta(hours=9)))

    await keep(database, a_domain(created_at=there))

    assert await stored(database, a_domain()) == a_domain(created_at=NOW)


async def test_naive_moments_are_refused(database):
    with pytest.raises(sa.exc.StatementError, match="naive datetime"):
        await keep(database, a_domain(next_check_at=NOW.replace(tzinfo=None)))


async def test_a_live_name_is_unique_within_the_provisioner_account(database):
    await keep(database, a_domain())

    with pytest.raises(DomainExists, match=r"mail\.example\.com"):
        await keep(database, a_domain(id="second", team_id="T2"))

    assert await stored(database, a_domain(id="second")) is None


async def test_a_removed_name_and_another_account_are_free(database):
    await keep(database, a_domain(removed_at=NOW))

    second = a_domain(id="second")
    third = a_domain(id="third", provisioner="Other", created_at=NOW + timedelta(days=1))
    await keep(database, third, second)

    async with database.reading() as session:
        assert await domains.find(session, TEAM, "mail.example.com") == third


async def test_a_refused_name_leaves_the_transaction_usable(database):
    await keep(database, a_domain())

    async with database.transaction() as session:
        with pytest.raises(DomainExists):
            await domains.add(session, a_domain(id="second"))
        await domains.add(session, a_domain("other.example.com"))

    assert await stored(database, a_domain("other.example.com")) is not None


async def test_two_who_create_one_name_at_once_make_one_domain(database):
    tries = [keep(database, a_domain(id=f"try-{number}")) for number in range(8)]

    results = await asyncio.gather(*tries, return_exceptions=True)

    assert [result for result in results if result is None] == [None]
    assert all(isinstance(result, DomainExists) for result in results if result is not None)


async def test_saving_counts_the_version_and_returns_what_is_stored(database):
    await keep(database, a_domain())

    async with database.transaction() as session:
        saved = await domains.save(session, a_domain(status=DomainStatus.DEPLOYING))

    assert saved == a_domain(status=DomainStatus.DEPLOYING, version=1)
    assert await stored(database, saved) == saved


async def test_a_lost_compare_and_set_raises_and_changes_nothing(database):
    await keep(database, a_domain())
    async with database.transaction() as session:
        first = await domains.save(session, a_domain(verdict_word="first"))

    with pytest.raises(ConflictError):
        async with database.transaction() as session:
            await domains.save(session, a_domain(verdict_word="second"))

    assert await stored(database, first) == first


async def test_several_are_saved_at_once_each_with_what_differs_and_unleased(database):
    before = [a_domain(id=f"d{number}", name=f"{number}.example.com", next_check_at=NOW) for number in range(4)]
    await keep(database, *before)
    claimed = sorted(await claim(database), key=lambda domain: domain.id)
    async with database.transaction() as session:
        overtaken = await domains.save(session, replace(claimed[0], verdict_word="command"))
    later = [replace(domain, next_check_at=NOW + LEASE) for domain in claimed]
    later[3] = replace(later[3], verdict_word="told", record_set_version=7)

    async with database.transaction() as session:
        saved = await domains.save_all(session, list(zip(later, claimed, strict=True)))

    assert saved == {"d1", "d2", "d3"}
    assert await stored(database, overtaken) == overtaken
    assert [await stored(database, domain) for domain in later[1:]] == [
        replace(domain, version=1) for domain in later[1:]
    ]
    assert len(await claim(database, NOW + LEASE)) == 4


async def test_forty_concurrent_read_modify_writes_lose_nothing(database):
    await keep(database, a_domain())

    async def one_more():
        while True:
            try:
                async with database.transaction() as session:
                    domain = await domains.get(session, a_domain().id)
                    await domains.save(session, replace(domain, record_set_version=domain.record_set_version + 1))
            except ConflictError:
                continue
            return

    await asyncio.gather(*(one_more() for _ in range(40)))

    read = await stored(database, a_domain())
    assert (read.record_set_version, read.version) == (40, 40)


async def test_forty_writers_in_two_processes_lose_nothing_on_sqlite(sqlite_url):
    first, second = Database.open(sqlite_url), Database.open(sqlite_url)
    await keep(first, a_domain())

    async def one_more(database):
        async with database.transaction() as session:
            domain = await domains.get(session, a_domain().id)
            await domains.save(session, domain)

    await asyncio.gather(*(one_more(database) for _ in range(20) for database in (first, second)))

    assert (await stored(first, a_domain())).version == 40
    await first.dispose()
    await second.dispose()


async def test_what_is_due_is_claimed_oldest_first_and_once(database):
    late, later = (a_domain(f"{n}.example.com", next_check_at=NOW - timedelta(minutes=n)) for n in (2, 1))
    future = a_domain("future.example.com", next_check_at=NOW + timedelta(seconds=1))
    never = a_domain("never.example.com", next_check_at=None)
    await keep(database, later, never, future, late)

    assert await claim(database) == [late, later]
    assert await claim(database) == []


async def test_whoever_has_waited_longest_is_claimed_first_where_not_all_can_be(database):
    minutes = {"b": 1, "a": 3, "c": 2}
    await keep(
        database, *(a_domain(f"{n}.example.com", next_check_at=NOW - timedelta(minutes=m)) for n, m in minutes.items())
    )

    claimed = [(await claim(database, limit=1))[0].name[0] for _ in minutes]

    assert claimed == ["a", "c", "b"]


async def test_a_claim_takes_no_more_than_its_limit(database):
    await keep(database, *(a_domain(f"{n}.example.com") for n in range(5)))

    sizes = [len(await claim(database, limit=2)) for _ in range(4)]

    assert sizes == [2, 2, 1, 0]


async def test_claimers_at_once_never_get_the_same_domain(database):
    await keep(database, *(a_domain(f"{n}.example.com") for n in range(30)))

    batches = await asyncio.gather(*(claim(database, limit=4) for _ in range(12)))

    claimed = [domain.id for batch in batches for domain in batch]
    assert len(claimed) == len(set(claimed))
    claimed += [domain.id for domain in await claim(database, limit=30)]
    assert len(set(claimed)) == 30


async def test_an_expired_lease_is_claimed_again(database):
    await keep(database, a_domain())
    await claim(database)

    too_early = await claim(database, NOW + LEASE - timedelta(seconds=1))
    again = await claim(database, NOW + LEASE)

    assert too_early == []
    assert again == [a_domain()]


async def test_a_save_ends_the_lease_and_the_lessee_loses_the_race(database):
    await keep(database, a_domain())
    (leased,) = await claim(database)

    async with database.transaction() as session:
        command = await domains.save(session, a_domain(wanted=Wanted.DEPLOYED))

    assert await claim(database) == [command]
    with pytest.raises(ConflictError):
        async with database.transaction() as session:
            await domains.save(session, leased)


async def test_a_released_domain_can_be_claimed_at_once_and_is_unchanged(database):
    await keep(database, a_domain())
    await claim(database)

    async with database.transaction() as session:
        await domains.release(session, a_domain().id)

    assert await claim(database) == [a_domain()]


async def test_a_domain_that_was_put_off_is_left_alone_until_then(database):
    await keep(database, a_domain())
    await claim(database)
    until = NOW + timedelta(minutes=5)

    async with database.transaction() as session:
        await domains.put_off(session, a_domain().id, until)

    assert await claim(database, NOW + LEASE) == []
    assert await claim(database, until) == [a_domain(next_check_at=until)]


async def test_putting_off_does_not_undo_a_command_that_came_in_between(database):
    await keep(database, a_domain())
    (leased,) = await claim(database)
    async with database.transaction() as session:
        command = await domains.save(session, a_domain(wanted=Wanted.DEPLOYED))

    async with database.transaction() as session:
        await domains.put_off(session, leased.id, NOW + timedelta(hours=1))

    assert await claim(database) == [command]


async def test_a_row_that_cannot_be_read_does_not_keep_others_waiting(database, caplog):
    await keep(database, a_domain("spoiled.example.com"), a_domain())
    spoil = sa.update(DOMAINS).where(DOMAINS.c.name == "spoiled.example.com").values(records=[{"broken": 1}])
    async with database.transaction() as session:
        await session.execute(spoil)

    assert await claim(database) == [a_domain()]
    assert "id-spoiled.example.com cannot be read" in caplog.text


async def test_pages_show_live_domains_newest_first(database):
    kept = [a_domain(f"{n}.example.com", created_at=NOW + timedelta(minutes=n)) for n in range(5)]
    removed = a_domain("removed.example.com", removed_at=NOW)
    foreign = a_domain("foreign.example.com", team_id="T2")
    await keep(database, *kept, removed, foreign)

    async with database.reading() as session:
        first, total = await domains.page(session, TEAM, None, 0, 2)
        last, _ = await domains.page(session, TEAM, DomainFilter(), 4, 2)

    assert total == 5
    assert first == [kept[4], kept[3]]
    assert last == [kept[0]]


@pytest.mark.parametrize(
    ("chosen", "expected"),
    [
        (DomainFilter(statuses=frozenset({"ACTIVE"})), {"a.example.com"}),
        (DomainFilter(verifications=frozenset({"Failure", "Not Started"})), {"s.example.com", "f.example.com"}),
        (DomainFilter(frozenset({"SUSPENDED"}), frozenset({"Failure"})), {"f.example.com"}),
        (DomainFilter(turns=frozenset({"turn.us", "turn.none"})), {"a.example.com"}),
        (DomainFilter(statuses=frozenset()), set()),
    ],
)
async def test_pages_can_be_filtered_by_both_statuses_and_by_turn(database, chosen, expected):
    await keep(
        database,
        a_domain(
            "a.example.com", status=DomainStatus.ACTIVE, verification=VerificationStatus.VERIFIED, turn="turn.none"
        ),
        a_domain("s.example.com", turn="turn.it_add"),
        a_domain("f.example.com", verification=VerificationStatus.FAILURE),
    )

    async with database.reading() as session:
        found, total = await domains.page(session, TEAM, chosen, 0, 10)

    assert {domain.name for domain in found} == expected
    assert total == len(expected)


async def test_recent_names_are_those_created_or_acted_on_last(database):
    mine = a_domain("mine.example.com", created_at=NOW - timedelta(days=3))
    theirs = a_domain("theirs.example.com", asker=Actor("U2"))
    touched = a_domain("touched.example.com", asker=Actor("U2"), created_at=NOW - timedelta(days=9))
    gone = a_domain("gone.example.com", removed_at=NOW)
    await keep(database, mine, theirs, touched, gone)
    async with database.transaction() as session:
        lines = [HistoryEntry(NOW - timedelta(days=days), "U1", What.RECORDS_ADDED) for days in (8, 1)]
        await history.append(session, touched.id, lines)

    async with database.reading() as session:
        assert await domains.recent_for(session, TEAM, "U1") == ["touched.example.com", "mine.example.com"]
        assert await domains.recent_for(session, TEAM, "U1", limit=1) == ["touched.example.com"]
        assert await domains.recent_for(session, TEAM, "U3") == []


async def test_names_are_those_of_live_domains(database):
    await keep(
        database, a_domain("b.example.com"), a_domain("a.example.com"), a_domain("c.example.com", removed_at=NOW)
    )

    async with database.reading() as session:
        assert await domains.names(session, TEAM) == ["a.example.com", "b.example.com"]


async def test_waiting_are_live_domains_whose_records_are_judged(database):
    await keep(
        database,
        a_domain("pending.example.com", verification=VerificationStatus.PENDING),
        a_domain("active.example.com", status=DomainStatus.ACTIVE, verification=VerificationStatus.VERIFIED),
        a_domain("failed.example.com", verification=VerificationStatus.FAILURE),
        a_domain("new.example.com"),
        a_domain("gone.example.com", verification=VerificationStatus.PENDING, removed_at=NOW),
        a_domain("going.example.com", verification=VerificationStatus.PENDING, wanted=Wanted.REMOVED),
    )

    async with database.reading() as session:
        assert await domains.count_waiting(session) == 2


async def test_nothing_of_the_daily_work_walks_through_a_whole_table(sqlite_url):
    database = Database.open(sqlite_url)
    spied = []

    def spy(_connection, _cursor, statement, parameters, _context, _many):
        spied.append((statement, parameters))

    sa.event.listen(database.engine.sync_engine, "before_cursor_execute", spy)
    await keep(database, a_domain())
    async with database.transaction() as session:
        (claimed,) = await domains.claim_due(session, NOW, LEASE, 10)
        await domains.save(session, claimed)
        await outbox.append(session, TEAM, [card(claimed)], NOW)
        await outbox.claim(session, NOW, LEASE, 10)
        await outbox.forget_before(session, NOW)

    plan = []
    async with database.reading() as session:
        connection = await session.connection()
        for statement, parameters in [each for each in spied if each[0].startswith(("WITH", "UPDATE", "DELETE"))]:
            steps = await connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {statement}", parameters)
            plan += [step[3] for step in steps]
    await database.dispose()
    walks = {step for step in plan if step.startswith("SCAN") and "USING INDEX" not in step}
    assert len(plan) > 8
    assert walks <= {"SCAN due", "SCAN heads"}
