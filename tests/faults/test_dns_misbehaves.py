"""Name servers misbehave: a look ends in time, what is not known is not judged, and afterwards all is as before."""

import time
from dataclasses import replace
from datetime import timedelta

import pytest

from core.events import Via
from core.sending_domain import DomainStatus, VerificationStatus
from tests.bot.services.house import IT, TEAM
from tests.bot.services.test_path import LAST, deployed

pytestmark = pytest.mark.fault

PENDING = (DomainStatus.DEPLOYING, VerificationStatus.PENDING)
VERIFIED = (DomainStatus.DEPLOYING, VerificationStatus.VERIFIED)
ACTIVE = (DomainStatus.ACTIVE, VerificationStatus.VERIFIED)
BAD_NEWS = (
    "alert.failed",
    "alert.temporary",
    "alert.unseen",
    "dm.failed",
    "thread.failed",
    "thread.temporary",
    "thread.changed",
)


@pytest.fixture
async def house(house):
    house.checking = replace(house.checking, looking=replace(house.checking.looking, seconds=2.0))
    return house


async def both(house):
    domain = await house.domain()
    return domain.status, domain.verification


async def looked(house, clock, span):
    """Let `span` pass by and look; return how many seconds the look took."""
    clock.pass_by(span)
    house.nameserver.flush()
    began = time.monotonic()
    await house.tick()
    return time.monotonic() - began


async def awaiting_records(house):
    domain = await deployed(house)
    await house.onboarding.verify(TEAM, IT, domain.id, Via.RECORDS_ADDED, house.click())
    house.apply_records(domain)
    house.said()


@pytest.mark.parametrize(
    ("fault", "server", "meanwhile"),
    [
        ("silent", None, PENDING),
        ("silent", "ns1", PENDING),
        ("delay", None, PENDING),
        ("servfail", None, PENDING),
        ("refused", None, PENDING),
        ("lame", None, PENDING),
        ("tcp-refused", None, PENDING),
        ("garbage", None, PENDING),
        ("wrong-id", None, PENDING),
        ("bogus", None, PENDING),
        ("truncated", None, VERIFIED),
        ("servfail", "resolver", PENDING),
    ],
)
async def test_what_cannot_be_seen_is_neither_right_nor_wrong(house, clock, fault, server, meanwhile):
    await awaiting_records(house)

    house.nameserver.fault(fault, server=server, seconds=30.0 if fault == "delay" else 0.0)
    took = await looked(house, clock, timedelta(minutes=1))
    while_pending = await both(house)
    house.nameserver.heal()
    await looked(house, clock, timedelta(minutes=5))
    healed = await both(house)
    house.provisioner.complete("mail.example.com", *LAST)
    await looked(house, clock, timedelta(minutes=5))
    active = await both(house)
    house.nameserver.fault(fault, server=server, seconds=30.0 if fault == "delay" else 0.0)
    took = max(took, await looked(house, clock, timedelta(hours=1)))
    while_active = await both(house)
    house.nameserver.heal()
    await looked(house, clock, timedelta(hours=1))

    assert (while_pending, healed, active, while_active, await both(house)) == (
        meanwhile,
        VERIFIED,
        ACTIVE,
        ACTIVE,
        ACTIVE,
    )
    assert [kind for kind in house.said() if kind.startswith(BAD_NEWS)] == []
    assert took < 5  # the budget of a look is 2 s, and the control query comes before it


async def test_huge_answers_are_judged_in_time_and_said_in_few_words(house, clock):
    await awaiting_records(house)
    domain = await house.domain()
    spf = domain.record_set.records[0]
    many = ['"' + f"{number:04d}" + "x" * 240 + '"' for number in range(200)]
    house.nameserver.put(spf.name, "TXT", many)
    house.nameserver.put(
        domain.record_set.records[1].name, "TXT", [" ".join('"' + "y" * 255 + '"' for _ in range(200))]
    )

    took = await looked(house, clock, timedelta(minutes=1))

    found = {record.expected.purpose: record.finding for record in (await house.domain()).records}
    assert await both(house) == PENDING
    assert took < 5
    assert all(len(repr(finding.facts)) < 2 * 65_536 for finding in found.values())
    assert house.messenger.said


async def test_records_that_change_in_mid_window_are_announced_and_the_new_ones_count(house, clock):
    await awaiting_records(house)
    before = await house.domain()
    resource = house.provisioner.of("mail.example.com")
    changed = tuple(
        type(record)(record.purpose, record.type, record.name.replace("img.", "img2."), record.value, record.required)
        for record in resource.records
    )
    house.provisioner.hand_out("mail.example.com", changed)

    await looked(house, clock, timedelta(minutes=5))
    meanwhile, after = await both(house), await house.domain()
    house.apply_records(after)
    await looked(house, clock, timedelta(minutes=5))

    said = house.said()
    assert meanwhile == PENDING
    assert after.record_set_version == before.record_set_version + 1
    assert after.window.deadline == clock.now - timedelta(minutes=5) + before.window.length  # a fresh one
    assert [kind for kind in said if kind.startswith("thread.records")] != []
    assert "zone.file" in said
    assert await both(house) == VERIFIED
