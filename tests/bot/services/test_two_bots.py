"""Two bots on one PostgreSQL: both work, nothing is said twice, and order holds in every lane."""

import asyncio
from collections import Counter, defaultdict
from datetime import timedelta

import pytest
import sqlalchemy as sa

from bot.services import dispatching
from bot.services.checking import CheckLimits
from core.events import Via
from core.sending_domain import DeploymentEvent, DomainStatus
from storage.engine import Database
from storage.tables import OUTBOX, Sending
from tests.bot.services.beside import beside
from tests.bot.services.house import ADMIN, IT, TEAM, living
from tests.fakes.messenger import FakeMessenger

NAMES = [f"m{number}.example.com" for number in range(4)]
LAST = (DeploymentEvent.CERTIFICATE, DeploymentEvent.ENABLE_IDENTITY, DeploymentEvent.ENABLE_CDN)


class Speaker(FakeMessenger):
    """Takes a moment to say something; both write down in one list what was said, in the order of its being said."""

    def __init__(self, name, said):
        super().__init__()
        self.name = name
        self.together = said

    async def deliver(self, delivery, save_progress):
        await asyncio.sleep(0.002)
        self.together.append((self.name, delivery.outbox_id))
        return await super().deliver(delivery, save_progress)


@pytest.fixture
def said():
    return []


@pytest.fixture
async def bots(postgres_url, clock, said, monkeypatch):
    monkeypatch.setattr(dispatching, "_BATCH", 2)
    databases = [Database.open(postgres_url) for _ in range(2)]
    async with living(databases[0], clock) as house:
        both = [beside(house, database, Speaker(name, said)) for name, database in zip("ab", databases, strict=True)]
        for bot in both:
            object.__setattr__(bot.checking, "limits", CheckLimits(batch=2))
        yield both
    for database in databases:
        await database.dispose()


async def both_tick(bots, times=3):
    """Have both bots do all their work at the same time, as their schedulers would."""
    for turn in range(times):
        work = [act for bot in bots for act in (bot.checking.check_due, bot.dispatching.dispatch_due)]
        await asyncio.gather(*(act() for act in (work if turn % 2 else reversed(work))))


async def rows(bots):
    async with bots[0].database.reading() as session:
        return (await session.execute(sa.select(OUTBOX).order_by(OUTBOX.c.id))).all()


@pytest.mark.postgres
async def test_two_bots_on_one_database_bring_domains_to_life_and_say_everything_once(bots, clock, said):
    one, other = bots
    await asyncio.gather(*(bots[number % 2].create(name) for number, name in enumerate(NAMES)))
    await both_tick(bots)
    for name in NAMES:
        # Slack delivers a click again when its acknowledgement was lost, perhaps to the other process.
        click = one.click()
        await asyncio.gather(*(bot.onboarding.deploy(TEAM, ADMIN, name, click) for bot in bots))
    await both_tick(bots)
    for name in NAMES:
        one.apply_records(await one.domain(name))
        click = one.click()
        await asyncio.gather(*(bot.onboarding.verify(TEAM, IT, name, Via.RECORDS_ADDED, click) for bot in bots))
    await both_tick(bots)
    for name in NAMES:
        one.provisioner.complete(name, *LAST)
    clock.pass_by(timedelta(minutes=5))
    await both_tick(bots)

    assert [(await one.domain(name)).status for name in NAMES] == [DomainStatus.ACTIVE] * len(NAMES)
    written = await rows(bots)
    assert {row.state for row in written} == {Sending.SENT}
    assert sorted(row_id for _, row_id in said) == [row.id for row in written]
    lanes = {row.id: row.lane for row in written}
    by_lane = defaultdict(list)
    for _, row_id in said:
        by_lane[lanes[row_id]].append(row_id)
    assert all(ids == sorted(ids) for ids in by_lane.values())
    assert set(Counter(name for name, _ in said)) == {"a", "b"}
    announced = Counter(row.kind for row in written)
    assert (announced["thread.started"], announced["thread.active"], announced["zone.file"]) == (4, 4, 4)
    assert len(other.provisioner.resources) == len(NAMES)


@pytest.mark.postgres
async def test_what_a_bot_that_died_was_saying_is_said_by_the_other_after_its_lease(bots, clock, said):
    one, other = bots
    await one.create(NAMES[0])
    await one.onboarding.deploy(TEAM, ADMIN, NAMES[0], one.click())
    dying = await one.dispatching._claim()

    await other.dispatching.dispatch_due()
    at_once = list(said)
    clock.pass_by(one.dispatching.lease)
    await other.dispatching.dispatch_due()

    assert len(dying) == 1
    assert at_once == []
    assert said == [("b", dying[0].id)]
