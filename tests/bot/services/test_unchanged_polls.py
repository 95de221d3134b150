"""What a poll costs that finds nothing new. Counted, not timed: `make bench-polls` has the figures."""

from collections import Counter
from dataclasses import replace
from datetime import timedelta

import pytest
import sqlalchemy as sa
import structlog

from bot.adapters.dns import exchange
from bot.ports import NoMeter
from bot.services.course import Course
from bot.services.onboarding import EditForm
from core.events import Via
from core.sending_domain import DmarcPolicy, Language
from storage import domains
from storage.tables import DOMAINS
from tests.bot.services.house import ADMIN, IT, TEAM

NAMES = tuple(f"mail{number}.example.com" for number in range(3))
"""Domains that wait for the same IT team."""


REFUSING_ONE = f"""
CREATE TRIGGER refusing BEFORE UPDATE ON {DOMAINS.name} WHEN NEW.name = '{NAMES[0]}' AND NEW.version > OLD.version
BEGIN SELECT RAISE(ABORT, 'this row cannot be written'); END
"""


class Counting(NoMeter):
    """Counts how checks came to their end."""

    def __init__(self) -> None:
        self.checks = Counter()

    def checked(self, outcome):
        self.checks[outcome] += 1


@pytest.fixture
async def waiting(house, clock):
    """The house, with every domain waiting for records, looked at in full, and past the burst."""
    for name in NAMES:
        await house.create(name)
    await house.tick()
    for name in NAMES:
        domain = await house.domain(name)
        await house.onboarding.deploy(TEAM, ADMIN, domain.id, house.click())
    await house.tick()
    for name in NAMES:
        domain = await house.domain(name)
        await house.onboarding.verify(TEAM, IT, domain.id, Via.COMMAND, house.click())
    for _ in range(6):
        clock.pass_by(timedelta(minutes=5))
        await house.tick()
    house.said()
    clock.pass_by(timedelta(minutes=5))
    return house


@pytest.fixture
def statements(waiting):
    """What is executed in the database."""
    seen = []

    def note(_conn, _cursor, statement, *_more):
        seen.append(statement.split()[0])

    engine = waiting.database.engine.sync_engine
    sa.event.listen(engine, "before_cursor_execute", note)
    yield seen
    sa.event.remove(engine, "before_cursor_execute", note)


async def test_polls_that_find_nothing_new_are_written_down_together(waiting, statements):
    checked = await waiting.checking.check_due()

    assert checked == len(NAMES)
    assert statements == ["BEGIN", "WITH", "BEGIN", "SELECT", "UPDATE"]  # the claim, and all that came of it


async def test_each_is_looked_at_again_in_its_time_and_nobody_hears_of_it(waiting, clock):
    before = [await waiting.domain(name) for name in NAMES]

    await waiting.tick()

    after = [await waiting.domain(name) for name in NAMES]
    assert {domain.next_check_at for domain in after} == {clock() + timedelta(minutes=5)}
    assert {domain.last_check_at for domain in after} == {clock()}
    assert [domain.version for domain in after] == [domain.version + 1 for domain in before]
    assert waiting.said() == []


async def test_a_command_that_lands_in_the_middle_wins_and_the_others_are_written_down(waiting, monkeypatch, clock):
    form = EditForm(None, DmarcPolicy.REJECT, Language.EN)
    asked = waiting.provisioner.get

    async def interrupted(provisioner_id):
        if provisioner_id == (await waiting.domain(NAMES[0])).provisioner_id:
            await waiting.onboarding.edit(TEAM, ADMIN, NAMES[0], form, waiting.click())
        return await asked(provisioner_id)

    monkeypatch.setattr(waiting.provisioner, "get", interrupted)
    waiting.checking = replace(waiting.checking, meter=(counting := Counting()))

    with structlog.testing.capture_logs(processors=[structlog.contextvars.merge_contextvars]) as lines:
        await waiting.checking.check_due()

    edited, *others = [await waiting.domain(name) for name in NAMES]
    assert edited.dmarc_policy is DmarcPolicy.REJECT
    assert edited.last_check_at < clock()
    assert {domain.last_check_at for domain in others} == {clock()}
    ends = [(line["domain"], line["event"]) for line in lines if line["event"] in ("check.saved", "check.lost_race")]
    assert ends == [(NAMES[0], "check.lost_race"), *((name, "check.saved") for name in NAMES[1:])]
    assert counting.checks == {"lost_race": 1, "saved": 2}


async def test_a_glance_understands_each_answer_once_and_asks_the_core_twice(waiting, monkeypatch):
    calls = {"answers": 0, "rounds": 0}

    def counted(key, function):
        def wrapper(*args, **kwargs):
            calls[key] += 1
            return function(*args, **kwargs)

        return wrapper

    monkeypatch.setattr(exchange, "read_reply", counted("answers", exchange.read_reply))
    means = waiting.checking.looking.observer._means
    monkeypatch.setattr(
        waiting.checking.looking.observer,
        "_means",
        replace(means, next_questions=counted("rounds", means.next_questions)),
    )
    domain = await waiting.domain(NAMES[0])

    await waiting.checking.looking.look(domain)

    bad = sum(tracked.finding.bad for tracked in domain.required)
    assert calls == {"answers": bad, "rounds": 2}


async def test_one_that_cannot_be_written_down_stops_no_other(waiting, clock):
    waiting.checking = replace(waiting.checking, meter=(counting := Counting()))
    async with waiting.database.transaction() as session:
        await session.execute(sa.text(REFUSING_ONE))

    with structlog.testing.capture_logs(processors=[structlog.contextvars.merge_contextvars]) as lines:
        await waiting.checking.check_due()

    refused, *others = [await waiting.domain(name) for name in NAMES]
    assert refused.last_check_at < clock()
    assert refused.next_check_at == clock() + timedelta(minutes=5)
    assert {domain.last_check_at for domain in others} == {clock()}
    assert [line["domain"] for line in lines if line["event"] == "check.failed"] == [NAMES[0]]
    assert [line["count"] for line in lines if line["event"] == "check.not_together"] == [len(NAMES)]
    assert counting.checks == {"failed": 1, "saved": 2}


async def test_what_comes_of_one_alone_cannot_be_worked_out_and_the_others_are_saved(waiting, monkeypatch, clock):
    worked_out = Course.outcome

    def broken(course, now):
        if course.domain.name == NAMES[1]:
            raise RuntimeError("boom")
        return worked_out(course, now)

    monkeypatch.setattr(Course, "outcome", broken)

    await waiting.checking.check_due()

    assert {(await waiting.domain(name)).last_check_at for name in NAMES} == {clock()}


async def test_polls_that_cannot_be_written_down_are_put_off_and_told_one_by_one(waiting, monkeypatch, clock):
    async def broken(_session, *_more):
        raise RuntimeError("boom")

    monkeypatch.setattr(domains, "save_all", broken)
    monkeypatch.setattr(domains, "save", broken)

    with structlog.testing.capture_logs(processors=[structlog.contextvars.merge_contextvars]) as lines:
        await waiting.checking.check_due()

    failed = [line for line in lines if line["event"] == "check.failed"]
    assert {line["domain"] for line in failed} == set(NAMES)
    assert len({line["check"] for line in failed}) == len(NAMES)
    assert {(await waiting.domain(name)).next_check_at for name in NAMES} == {clock() + timedelta(minutes=5)}
