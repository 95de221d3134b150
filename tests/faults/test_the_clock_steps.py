"""The clock is put back or forth by hours: nothing waits for hours, nothing is looked at hot, no status is wrong."""

import asyncio
from datetime import timedelta

import pytest

from bot.scheduler import Tick, Ticks
from bot.services.dispatching import LONGEST_WISH
from core.errors import TransientError
from core.events import Via
from core.notices.answers import Checking
from core.sending_domain import DomainStatus, VerificationStatus
from storage import domains, outbox
from storage.clock_steps import TOLERANCE, Waits, make_due
from tests.bot.services.house import ADMIN, TEAM
from tests.storage.samples import NOW, a_domain, card, message

HOURS = timedelta(hours=5)
LEASE = timedelta(minutes=5)
WAITS = Waits(LEASE, LONGEST_WISH)


async def pending(house):
    await house.create()
    await house.tick()
    await house.onboarding.deploy(TEAM, ADMIN, "mail.example.com", house.click())
    await house.tick()
    await house.onboarding.verify(TEAM, ADMIN, "mail.example.com", Via.COMMAND, house.click())
    await house.tick()
    return await house.domain()


async def live(house, clock, span, step=timedelta(minutes=1)):
    """Let `span` pass by as it does in a process; return how many checks were made."""
    checks = 0
    for _ in range(span // step):
        clock.pass_by(step)
        await house.housekeeping.tidy()
        checks += await house.tick()
    return checks


async def test_a_domain_checked_by_a_clock_that_was_ahead_is_checked_at_once_and_then_at_its_pace(house, clock):
    await pending(house)
    clock.pass_by(HOURS)
    await house.tick()
    clock.pass_by(-HOURS)

    first = await live(house, clock, timedelta(minutes=1))
    in_half_an_hour = await live(house, clock, timedelta(minutes=30), step=timedelta(minutes=2))

    assert first == 1
    assert 4 <= in_half_an_hour <= 7  # every five minutes


async def test_records_are_verified_while_the_domains_time_stands_still(house, clock):
    domain = await pending(house)
    clock.pass_by(HOURS)
    await house.tick()
    clock.pass_by(-HOURS)
    house.apply_records(domain)
    house.nameserver.flush()

    await live(house, clock, timedelta(minutes=11))

    assert (await house.domain()).verification is VerificationStatus.VERIFIED


async def test_check_now_is_not_refused_while_the_domains_time_stands_still(house, clock):
    await pending(house)
    clock.pass_by(HOURS)
    await house.tick()
    clock.pass_by(-HOURS)

    answer = await house.onboarding.verify(TEAM, ADMIN, "mail.example.com", Via.CHECK_NOW, house.click())

    assert isinstance(answer, Checking)
    assert (await house.domain()).next_check_at == clock.now


async def test_a_domain_created_by_a_clock_that_was_ahead_does_not_wait(house, clock):
    clock.pass_by(HOURS)
    await house.create()
    clock.pass_by(-HOURS)

    await live(house, clock, timedelta(minutes=1))

    assert (await house.domain()).provisioner_id is not None


async def test_a_check_that_raised_while_the_clock_was_ahead_does_not_wait(house, clock, monkeypatch):
    await pending(house)
    clock.pass_by(HOURS)
    with monkeypatch.context() as patched:
        patched.setattr("bot.services.checking.Checking._check", _raising)
        await house.tick()
    clock.pass_by(-HOURS)

    assert await live(house, clock, timedelta(minutes=1)) == 1


async def _raising(*_):
    raise ZeroDivisionError


async def test_hours_forth_the_deadline_stays_and_nothing_fails_before_it(house, clock):
    before = await pending(house)

    clock.pass_by(HOURS)
    await live(house, clock, timedelta(minutes=10))

    after = await house.domain()
    assert after.window == before.window
    assert (after.status, after.verification) == (DomainStatus.DEPLOYING, VerificationStatus.PENDING)


async def test_hours_back_nothing_is_reminded_of_twice_and_no_status_changes(house, clock):
    before = await pending(house)
    clock.pass_by(timedelta(hours=25))
    await house.tick()
    clock.pass_by(-HOURS)
    house.said()

    await live(house, clock, timedelta(minutes=20))

    after = await house.domain()
    assert (after.status, after.verification) == (before.status, before.verification)
    assert after.window.deadline == before.window.deadline
    assert [kind for kind in house.said() if kind.startswith("thread")] == []


async def test_what_could_not_be_said_while_the_clock_was_ahead_is_said_when_it_is_right(house, clock):
    await house.create()
    await house.tick()
    await house.onboarding.deploy(TEAM, ADMIN, "mail.example.com", house.click())
    clock.pass_by(HOURS)
    house.messenger.failures = [TransientError("ratelimited", timedelta(minutes=10)) for _ in range(2)]
    await house.tick()
    unsaid = house.messenger.said
    clock.pass_by(-HOURS)

    await live(house, clock, timedelta(minutes=1))

    assert "card" not in unsaid
    said = [kind for kind in house.messenger.said if kind != "deploy.records"]  # which has a lane of its own
    assert said == ["card", "thread.records_ready", "zone.table", "zone.file"]


@pytest.fixture
async def stored(database):
    """A domain and two lanes of the outbox."""
    domain = a_domain()
    async with database.transaction() as session:
        await domains.add(session, domain)
        await outbox.append(session, "T1", [card(domain), message(domain, "U7")], NOW)
    return domain


async def made_due(database, now=NOW):
    async with database.transaction() as session:
        return await make_due(session, now, WAITS)


async def claimed(database, now=NOW):
    async with database.transaction() as session:
        rows = await outbox.claim(session, now, LEASE, 10)
        return len(rows), len(await domains.claim_due(session, now, LEASE, 10))


@pytest.mark.usefixtures("stored")
async def test_a_lease_that_ends_hours_from_now_is_none(database):
    await claimed(database, NOW + HOURS)

    before = await claimed(database)
    count = await made_due(database)

    assert before == (0, 0)
    assert count == 3
    assert await claimed(database) == (2, 1)


@pytest.mark.usefixtures("stored")
async def test_a_lane_parked_hours_from_now_is_parked_now(database):
    async with database.transaction() as session:
        (row, _) = await outbox.claim(session, NOW, LEASE, 10)
        await outbox.park(session, row.id, "not_in_channel", NOW + HOURS)

    await made_due(database)

    async with database.reading() as session:
        assert [lane.parked_at for lane in await outbox.parked(session)] == [NOW]


@pytest.mark.usefixtures("stored")
async def test_what_waits_as_it_should_goes_on_waiting(database):
    async with database.transaction() as session:
        first, second = await outbox.claim(session, NOW, LEASE, 10)
        await outbox.mark_failed(session, first.id, NOW + LONGEST_WISH, "ratelimited")
        await outbox.mark_failed(session, second.id, NOW + timedelta(minutes=5), "down")
        (domain,) = await domains.claim_due(session, NOW, LEASE, 10)
        await domains.put_off(session, domain.id, NOW + LEASE)

    assert await made_due(database) == 0
    assert await made_due(database, NOW - TOLERANCE) == 0  # another machine's clock may be a little behind
    assert await claimed(database) == (0, 0)


async def test_ticks_go_on_although_the_scheduler_waits_for_hours():
    runs = {"check": 0, "dispatch": 0, "housekeeping": 0}

    def tick(name):
        async def work():
            runs[name] += 1
            return 0

        return Tick(name, work)

    check, dispatch, housekeeping = (tick(name) for name in runs)
    ticks = Ticks(check, dispatch, housekeeping, interval=timedelta(seconds=0.05))
    ticks.start()
    for job in ticks._scheduler.get_jobs():
        job.modify(next_run_time=job.next_run_time + HOURS)  # as it stands once the clock has been put back
    await asyncio.sleep(0.5)
    await ticks.stop()

    assert 3 <= runs["check"] <= 6  # every second interval, and no more often
    assert 3 <= runs["dispatch"] <= 6
