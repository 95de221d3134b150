"""Seventy-two hours at their real durations: every poll that falls due is made, on real DNS packets.

Nothing is told what time it is but by the frozen clock: the loop moves it to whatever the rows say is due next.
"""

import contextlib
import logging
import sqlite3
from datetime import UTC, datetime, timedelta

import freezegun
import pytest
import structlog

from bot.clock import utcnow
from core.events import Via
from core.records import Purpose
from core.sending_domain import DeploymentEvent, DomainStatus, VerificationStatus
from storage.engine import Database
from tests.bot.services.house import ADMIN, TEAM, living

BEGIN = datetime(2026, 11, 23, 9, 0, tzinfo=UTC)
LAST = (DeploymentEvent.CERTIFICATE, DeploymentEvent.ENABLE_IDENTITY, DeploymentEvent.ENABLE_CDN)


@pytest.fixture
def quiet():
    """A thousand checks need not be told one by one."""
    before = structlog.get_config()
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.WARNING))
    yield
    structlog.configure(**before)


@pytest.fixture
def clock(quiet):  # noqa: ARG001 -- for its effect
    with freezegun.freeze_time(BEGIN, real_asyncio=True) as frozen:
        yield frozen


@pytest.fixture
async def house(sqlite_url, clock):  # noqa: ARG001 -- freezes time
    database = Database.open(sqlite_url)
    async with living(database, utcnow) as house:
        yield house
    await database.dispose()


class Rows:
    """The database as anybody could read it, from outside."""

    def __init__(self, database):
        self.connection = sqlite3.connect(database.url.database)

    def next_due(self, name):
        (text,) = self.connection.execute("SELECT next_check_at FROM domains WHERE name = ?", (name,)).fetchone()
        return datetime.fromisoformat(text).replace(tzinfo=UTC) if text else None

    def to_say(self):
        return self.connection.execute("SELECT count(*) FROM outbox WHERE state = 'queued'").fetchone()[0]


async def live_until(house, clock, moment, name="mail.example.com"):
    """Go from one due moment to the next; return how many ticks found something to do."""
    ticks = 0
    rows = Rows(house.database)
    with contextlib.closing(rows.connection):
        while (due := rows.next_due(name)) is not None and due <= moment:
            clock.move_to(max(due, utcnow()))
            assert await house.checking.check_due() == 1, "a check that is due must be made, and must not stay due"
            if rows.to_say():
                await house.dispatching.dispatch_due()
            ticks += 1
    clock.move_to(moment)
    return ticks


async def test_seventy_two_hours_without_one_record_end_in_failure(house, clock):
    await house.create()
    await house.tick()
    await house.onboarding.deploy(TEAM, ADMIN, "mail.example.com", house.click())
    await house.tick()
    domain = await house.domain()
    house.apply_records(domain, without=(Purpose.DKIM,))
    await house.onboarding.verify(TEAM, ADMIN, domain.id, Via.COMMAND, house.click())
    opened = utcnow()
    house.said()

    before = await live_until(house, clock, opened + timedelta(hours=71, minutes=59))
    still_pending = await house.domain()
    reminders = [each.notice.left for each in house.messenger.deliveries if each.notice.kind == "thread.reminder"]
    await live_until(house, clock, opened + timedelta(hours=72, minutes=1))
    failed = await house.domain()

    polls = 15 + (72 * 60 - 15) // 5
    assert polls - 5 <= before <= polls + 10, "a minute's poll for 15 minutes, then every five minutes"
    assert still_pending.verification is VerificationStatus.PENDING
    assert still_pending.window.deadline == opened + timedelta(hours=72)
    assert reminders == [timedelta(hours=48), timedelta(hours=24), timedelta(hours=6)]
    assert (failed.status, failed.verification) == (DomainStatus.SUSPENDED, VerificationStatus.FAILURE)
    assert house.said().count("thread.failed") == 1


async def test_records_added_in_the_last_hour_make_the_domain_active(house, clock):
    await house.create()
    await house.tick()
    await house.onboarding.deploy(TEAM, ADMIN, "mail.example.com", house.click())
    await house.tick()
    domain = await house.domain()
    await house.onboarding.verify(TEAM, ADMIN, domain.id, Via.COMMAND, house.click())
    opened = utcnow()
    clock.move_to(opened + timedelta(hours=71))
    await house.tick()

    house.apply_records(domain)
    house.provisioner.complete("mail.example.com", *LAST)
    await live_until(house, clock, opened + timedelta(hours=71, minutes=6))

    active = await house.domain()
    assert (active.status, active.verification) == (DomainStatus.ACTIVE, VerificationStatus.VERIFIED)
