"""Domains whose name servers are silent take their time, and nobody else's."""

import asyncio
from dataclasses import replace
from datetime import timedelta

import pytest

from bot.services.checking import CheckLimits
from core.events import Via
from core.findings import Code
from core.observations import Answer, Evidence, Question, Server, Silence, Unknown, Zone
from core.sending_domain import VerificationStatus
from tests.bot.services.house import ADMIN, START, TEAM

SILENT = [f"mail.silent{number}.example" for number in range(4)]
SERVER = Server("ns.example", "192.0.2.1")
GOOD = "mail.example.com"


class SilentInPart:
    """Looks for all domains but the silent ones; for those it waits until it is told that nobody answers."""

    def __init__(self, observer) -> None:
        self._observer = observer
        self.over = asyncio.Event()
        self.gone = True
        self.waiting = 0
        self.good_looks = 0

    async def control(self):
        return await self._observer.control()

    async def observe(self, case):
        if not self.gone or case.domain not in SILENT:
            self.good_looks += 1
            return await self._observer.observe(case)
        self.waiting += 1
        await self.over.wait()
        questions = [Question(record.name, record.type) for record in case.records]
        return Evidence(
            tuple(Answer(question, SERVER, Unknown(Silence.TIMEOUT), START) for question in questions),
            tuple(Zone(question.name, "example", (SERVER,)) for question in questions),
        )


async def verifying(house, name):
    await house.create(name)
    await house.tick()
    await house.onboarding.deploy(TEAM, ADMIN, name, house.click())
    await house.tick()
    domain = await house.domain(name)
    await house.onboarding.verify(TEAM, ADMIN, domain.id, Via.COMMAND, house.click())


@pytest.fixture
def observer(house):
    """What the house looks with, two domains at once."""
    observer = SilentInPart(house.checking.looking.observer)
    limits = CheckLimits(at_once=2)
    house.checking = replace(house.checking, limits=limits, looking=replace(house.checking.looking, observer=observer))
    observer.over.set()
    return observer


async def all_looked_at(house, observer):
    """Check what is due; nobody answers for the silent ones until the other one has been looked at."""
    observer.over.clear()
    observer.waiting = observer.good_looks = 0
    checking = asyncio.create_task(house.checking.check_due())
    async with asyncio.timeout(20):
        while observer.waiting < len(SILENT) or not observer.good_looks:  # noqa: ASYNC110 -- nothing else tells
            await asyncio.sleep(0.01)
    observer.over.set()
    return await checking


async def test_domains_known_to_be_silent_keep_no_other_of_the_batch_waiting(house, observer, clock):
    for name in [*SILENT, GOOD]:
        await verifying(house, name)
    await house.tick()
    codes = {record.finding.code for name in SILENT for record in (await house.domain(name)).required}
    clock.pass_by(timedelta(minutes=30))

    checked = await all_looked_at(house, observer)

    assert codes == {Code.NS_UNREACHABLE}
    assert checked == len(SILENT) + 1


async def test_verified_domains_whose_provider_went_dark_keep_nobody_waiting_either(house, observer, clock):
    observer.gone = False
    for name in [*SILENT, GOOD]:
        await verifying(house, name)
        house.apply_records(await house.domain(name))
    await house.tick()
    observer.gone = True
    clock.pass_by(timedelta(hours=1))
    await house.tick()
    records = [record for name in SILENT for record in (await house.domain(name)).required]
    clock.pass_by(timedelta(hours=1))

    checked = await all_looked_at(house, observer)

    assert {(record.status, record.finding.code) for record in records} == {(VerificationStatus.VERIFIED, Code.OK)}
    assert checked == len(SILENT) + 1
