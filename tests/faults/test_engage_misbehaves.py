"""The Engage API is down, slow, forgetful or lies: nothing is made twice, no status is wrong, the path completes."""

import asyncio
import time
from dataclasses import replace
from datetime import timedelta

import pytest

from bot.adapters.engage import EngageProvisioner
from bot.clock import utcnow
from bot.services.provisioning import Provisioning
from core.events import Via
from core.sending_domain import DomainStatus, VerificationStatus
from tests.bot.services.house import ADMIN, TEAM
from tests.fakes.engage_stand_in import API_KEY, running_stand_in

pytestmark = pytest.mark.fault

NEW = (DomainStatus.SUSPENDED, VerificationStatus.NOT_STARTED)
DEPLOYING = (DomainStatus.DEPLOYING, VerificationStatus.NOT_STARTED)
PENDING = (DomainStatus.DEPLOYING, VerificationStatus.PENDING)
ACTIVE = (DomainStatus.ACTIVE, VerificationStatus.VERIFIED)
MODES = ["down", "slow", "rate_limited", "unauthorized", "lost_answer", "odd_types", "odd_words"]


@pytest.fixture
async def engage():
    async with running_stand_in() as stand_in:
        yield stand_in


@pytest.fixture
async def house(house, engage, clock):
    """The house with the real adapter of Engage, which gives up soon."""
    limits = {"patience": timedelta(seconds=0.3), "time_limit": timedelta(seconds=0.3)}
    provisioner = EngageProvisioner(engage.url, API_KEY, clock=clock, **limits)
    provisioning = Provisioning(house.database, house.vault, provisioner, house.checking.new_id)
    house.checking = replace(house.checking, provisioning=provisioning)
    yield house
    await provisioner.aclose()


async def both(house):
    domain = await house.domain()
    return domain.status, domain.verification


async def checked(house, clock):
    """Check when that is due; return how many seconds it took."""
    clock.pass_by(timedelta(minutes=5))
    began = time.monotonic()
    await house.tick()
    return time.monotonic() - began


@pytest.mark.parametrize("mode", MODES)
async def test_whatever_the_api_does_the_domain_waits_and_then_goes_on(house, clock, engage, mode):
    async def trouble():
        await engage.knob("faults", mode=mode, seconds=1.0)
        return await checked(house, clock)

    async def mended(there):
        await engage.knob("faults", mode="ok")
        for _ in range(20):
            await checked(house, clock)
            if there(await house.domain()):
                return await house.domain()
            await asyncio.sleep(0.05)  # the stand-in makes records and completes events in its own time
        raise AssertionError(f"not in time: {await house.domain()}")

    seen = []
    await house.create()
    longest = [await trouble()]
    seen.append(await both(house))
    await mended(lambda domain: domain.provisioner_id)
    await house.onboarding.deploy(TEAM, ADMIN, "mail.example.com", house.click())
    longest.append(await trouble())
    seen.append(await both(house))
    domain = await mended(lambda domain: domain.records)
    await house.onboarding.verify(TEAM, ADMIN, domain.id, Via.COMMAND, house.click())
    longest.append(await trouble())
    seen.append(await both(house))
    house.apply_records(domain)
    house.nameserver.flush()
    made = engage.engine.records(_only(engage), utcnow())
    engage.dns.published = frozenset(str(record["purpose"]) for record in made)
    await mended(lambda domain: domain.status is DomainStatus.ACTIVE)

    assert seen == [NEW, DEPLOYING, PENDING]
    assert max(longest) < 8
    assert [kind for kind in house.messenger.said if kind in {"alert.provisioning", "thread.failed", "dm.failed"}] == []
    assert await both(house) == ACTIVE


def _only(engage):
    (domain,) = engage.engine.shelf
    return domain
