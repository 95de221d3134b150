"""A record that is right and leads nowhere: our own side's business, which blames and completes nothing."""

from dataclasses import replace
from datetime import timedelta

from core.events import Via
from core.findings import BlockedOn, Code
from core.records import Purpose
from core.sending_domain import VerificationStatus
from core.turns import TurnKey
from tests.bot.services.house import ADMIN, TEAM
from tests.fakes.provisioner import records_for

NAME = "mail.example.com"
NOWHERE = "click.nowhere.example"


def click_of(domain):
    return next(each for each in domain.records if each.expected.purpose is Purpose.CLICK_TRACKING)


async def verifying(house, target):
    """Publish the records of a domain whose clicks are to go to `target`, and begin to verify."""
    await house.create()
    await house.tick()
    house.provisioner.records_on_deploy = False
    await house.onboarding.deploy(TEAM, ADMIN, NAME, house.click())
    wanted = [
        replace(record, value=target) if record.purpose is Purpose.CLICK_TRACKING else record
        for record in records_for(NAME)
    ]
    house.provisioner.hand_out(NAME, wanted)
    await house.tick()
    domain = await house.domain()
    house.apply_records(domain)
    await house.onboarding.verify(TEAM, ADMIN, domain.id, Via.COMMAND, house.click())
    await house.tick()
    return await house.domain()


async def test_targets_that_resolve_keep_nothing_from_being_verified(house):
    domain = await verifying(house, "click.engage.example")

    assert domain.verification is VerificationStatus.VERIFIED


async def test_a_dead_target_is_told_as_ours_and_verified_once_it_lives(house, clock):
    domain = await verifying(house, NOWHERE)
    finding = click_of(domain).finding

    house.nameserver.put(NOWHERE, "A", ["192.0.2.1"])
    house.nameserver.flush()
    clock.pass_by(timedelta(minutes=5))
    await house.tick()

    mended = await house.domain()
    assert (finding.code, finding.blocked_on) == (Code.TARGET_BROKEN, BlockedOn.US)
    assert domain.verification is VerificationStatus.PENDING
    assert domain.turn == TurnKey.US
    assert mended.verification is VerificationStatus.VERIFIED


async def test_a_target_that_dies_later_costs_nobody_anything(house, clock):
    house.nameserver.put(NOWHERE, "A", ["192.0.2.1"])
    domain = await verifying(house, NOWHERE)

    house.nameserver.delete(NOWHERE)
    for _ in range(3):
        house.nameserver.flush()
        clock.pass_by(timedelta(hours=1))
        await house.tick()

    later = await house.domain()
    assert domain.verification is later.verification is VerificationStatus.VERIFIED
    assert click_of(later).status is VerificationStatus.VERIFIED
    assert "thread.temporary" not in house.said()


async def test_whoever_checks_the_records_is_told_the_same(house):
    domain = await verifying(house, NOWHERE)

    checkup, _ = await house.checking.looking.check_up(NAME, domain.record_set)

    codes = {row.purpose: row.code for row in checkup.rows}
    assert codes[Purpose.CLICK_TRACKING] == Code.TARGET_BROKEN
    assert codes[Purpose.IMAGE_HOSTING] == Code.OK
    assert checkup.blocked_on is BlockedOn.US
