"""What stands beside a CNAME keeps a domain from being verified, through as many looks as it stands there."""

from datetime import timedelta

from core.events import Via
from core.findings import Code
from core.records import Purpose
from core.sending_domain import VerificationStatus
from tests.bot.services.house import ADMIN, TEAM

NAME = "mail.example.com"
CLICK = f"click.{NAME}"


async def waiting_for_dkim(house):
    """Let everything be right but DKIM, which is missing, and an old MX that stands beside the click CNAME."""
    await house.create()
    await house.tick()
    await house.onboarding.deploy(TEAM, ADMIN, NAME, house.click())
    await house.tick()
    domain = await house.domain()
    house.apply_records(domain, without=(Purpose.DKIM,))
    house.nameserver.put(CLICK, "MX", ["10 mx.example.net."])
    await house.onboarding.verify(TEAM, ADMIN, domain.id, Via.COMMAND, house.click())
    await house.tick()
    return domain


def of(domain, purpose):
    return next(record for record in domain.records if record.expected.purpose is purpose)


async def looked_again(house, clock):
    before = (await house.domain()).last_check_at
    for _ in range(48):
        clock.pass_by(timedelta(minutes=30))
        await house.tick()
        domain = await house.domain()
        if domain.last_check_at != before:
            return domain
    raise AssertionError("nobody looks again")


async def test_a_conflict_at_a_verified_cname_is_not_forgotten_by_the_second_look(house, clock):
    domain = await waiting_for_dkim(house)
    first_day = of(await house.domain(), Purpose.CLICK_TRACKING)
    house.apply_records(domain)
    house.nameserver.put(CLICK, "MX", ["10 mx.example.net."])

    suspected = await looked_again(house, clock)
    lost = await looked_again(house, clock)

    assert first_day.status is VerificationStatus.VERIFIED
    assert of(suspected, Purpose.CLICK_TRACKING).bad_look == suspected.last_look_id
    assert of(lost, Purpose.CLICK_TRACKING).finding.facts["underlying"] == Code.CNAME_CONFLICT
    assert lost.verification is not VerificationStatus.VERIFIED


async def test_a_conflict_that_is_mended_is_verified_by_the_next_look(house, clock):
    domain = await waiting_for_dkim(house)
    house.apply_records(domain)
    await looked_again(house, clock)
    house.nameserver.delete(CLICK, "MX")

    mended = await looked_again(house, clock)

    assert mended.verification is VerificationStatus.VERIFIED
