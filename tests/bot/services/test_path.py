"""The whole path through the services: from create to ACTIVE, to Failure, and back."""

from datetime import timedelta

import pytest

from core.events import Via
from core.records import Purpose
from core.sending_domain import DeploymentEvent, DomainStatus, VerificationStatus
from tests.bot.services.house import ADMIN, IT, TEAM

LAST = (DeploymentEvent.CERTIFICATE, DeploymentEvent.ENABLE_IDENTITY, DeploymentEvent.ENABLE_CDN)


async def deployed(house):
    await house.create()
    await house.tick()
    await house.onboarding.deploy(TEAM, ADMIN, "mail.example.com", house.click())
    await house.tick()
    return await house.domain()


async def test_a_new_domain_is_made_at_the_provisioner_by_the_next_tick(house):
    domain = await house.create()

    await house.tick()

    made = await house.domain()
    assert (domain.status, domain.verification) == (DomainStatus.SUSPENDED, VerificationStatus.NOT_STARTED)
    assert made.provisioner_id == house.provisioner.of("mail.example.com").id
    assert house.wakes


async def test_deploy_posts_the_card_first_and_the_zone_file_when_records_exist(house):
    domain = await deployed(house)

    said = house.said()
    # What is whispered to the asker goes in a lane of its own.
    assert said.index("card") < said.index("thread.records_ready")
    assert said.index("thread.records_ready") < said.index("zone.table") < said.index("zone.file")
    assert "deploy.records" in said
    assert domain.status is DomainStatus.DEPLOYING
    assert len(domain.records) == 7


async def test_right_records_and_six_events_make_the_domain_active(house, clock):
    domain = await deployed(house)
    house.said()
    await house.onboarding.verify(TEAM, IT, domain.id, Via.RECORDS_ADDED, house.click())
    await house.tick()
    pending = await house.domain()

    house.apply_records(domain)
    clock.pass_by(timedelta(minutes=5))
    await house.tick()
    verified = await house.domain()
    house.provisioner.complete("mail.example.com", *LAST)
    clock.pass_by(timedelta(minutes=5))
    await house.tick()
    active = await house.domain()

    assert pending.verification is VerificationStatus.PENDING
    assert (verified.status, verified.verification) == (DomainStatus.DEPLOYING, VerificationStatus.VERIFIED)
    assert (active.status, active.verification) == (DomainStatus.ACTIVE, VerificationStatus.VERIFIED)
    said = house.said()
    assert [kind for kind in said if kind.startswith(("thread", "alert"))] == [
        "thread.started",
        "thread.all_verified",
        "thread.active",
    ]
    assert said.count("dm.active") == 1


async def test_a_window_without_records_ends_in_failure_and_support_is_told_what_is_wrong(house, clock):
    domain = await deployed(house)
    await house.onboarding.verify(TEAM, ADMIN, domain.id, Via.COMMAND, house.click())
    house.apply_records(domain, without=(Purpose.DKIM,))
    house.nameserver.slip("wrong-mx", "mail.example.com")
    await house.tick()
    house.said()

    for hours in (24, 24, 18, 7):
        clock.pass_by(timedelta(hours=hours))
        await house.tick()

    failed = await house.domain()
    assert (failed.status, failed.verification) == (DomainStatus.SUSPENDED, VerificationStatus.FAILURE)
    alert = next(each.notice for each in house.messenger.deliveries if each.notice.kind == "alert.failed")
    assert {row.expected.purpose for row in alert.rows} >= {Purpose.DKIM, Purpose.MX}
    assert alert.n == 2
    said = house.said()
    assert said.count("thread.reminder") == 3
    assert said.count("thread.failed") == 1
    assert said.count("dm.failed") == 1


async def test_verify_after_failure_opens_a_fresh_window_and_resolves_the_alert(house, clock):
    domain = await deployed(house)
    await house.onboarding.verify(TEAM, ADMIN, domain.id, Via.COMMAND, house.click())
    for hours in (24, 24, 18, 7):
        clock.pass_by(timedelta(hours=hours))
        await house.tick()
    house.said()

    await house.onboarding.verify(TEAM, ADMIN, domain.id, Via.RETRY, house.click())
    await house.tick()

    again = await house.domain()
    assert again.verification is VerificationStatus.PENDING
    assert again.window.deadline == clock.now + timedelta(hours=72)
    assert {"thread.restarted", "alert.resolved"} <= set(house.said())


async def test_a_silent_name_server_worsens_nothing(house, clock):
    domain = await deployed(house)
    await house.onboarding.verify(TEAM, ADMIN, domain.id, Via.COMMAND, house.click())
    house.apply_records(domain)
    await house.tick()
    house.provisioner.complete("mail.example.com", *LAST)
    clock.pass_by(timedelta(minutes=5))
    await house.tick()
    house.nameserver.fault("silent")

    for _ in range(4):
        clock.pass_by(timedelta(hours=1))
        await house.tick()

    still = await house.domain()
    assert (still.status, still.verification) == (DomainStatus.ACTIVE, VerificationStatus.VERIFIED)


async def test_a_record_taken_away_from_an_active_domain_is_a_temporary_failure_until_it_is_mended(house, clock):
    domain = await deployed(house)
    await house.onboarding.verify(TEAM, ADMIN, domain.id, Via.COMMAND, house.click())
    house.apply_records(domain)
    await house.tick()
    house.provisioner.complete("mail.example.com", *LAST)
    clock.pass_by(timedelta(minutes=5))
    await house.tick()
    house.said()

    house.nameserver.delete("click.mail.example.com")
    clock.pass_by(timedelta(hours=1))
    await house.tick()
    once = await house.domain()
    clock.pass_by(timedelta(minutes=5))
    await house.tick()
    twice = await house.domain()
    house.apply_records(domain)
    house.nameserver.flush()
    clock.pass_by(timedelta(minutes=5))
    await house.tick()
    mended = await house.domain()

    assert once.verification is VerificationStatus.VERIFIED
    assert (twice.status, twice.verification) == (DomainStatus.ACTIVE, VerificationStatus.TEMPORARY_FAILURE)
    assert mended.verification is VerificationStatus.VERIFIED
    said = house.said()
    assert [kind for kind in said if kind.startswith("thread")] == ["thread.temporary", "thread.recovered"]
    assert [kind for kind in said if kind.startswith("alert")] == [
        "alert.temporary",
        "alert.evidence",
        "alert.resolved",
    ]


@pytest.mark.parametrize("times", [1, 2])
async def test_a_repeated_click_starts_nothing_twice(house, times):
    await house.create()
    await house.tick()
    click = house.click()

    answers = [await house.onboarding.deploy(TEAM, ADMIN, "mail.example.com", click) for _ in range(times)]
    await house.tick()

    assert type(answers[-1]).__name__ == ("DeployStarted" if times == 1 else "DeployRunning")
    assert [call for call in house.provisioner.calls if call[0] == "deploy"] == [
        ("deploy", house.provisioner.of("mail.example.com").id)
    ]
