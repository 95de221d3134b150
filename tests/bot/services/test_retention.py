"""How long a write-only key is kept: until nobody needs it, and not an octet of it longer."""

from datetime import timedelta
from pathlib import Path

import pytest
import sqlalchemy as sa

from bot.services.onboarding import EditForm
from core.errors import TransientError
from core.history import What
from core.notices.answers import KeyNeeded
from core.sending_domain import DeploymentEvent
from storage import history
from storage.tables import SECRETS
from tests.bot.services.house import ADMIN, KEY, TEAM

DAY = timedelta(days=1)
OTHER_KEY = "77/" + "89abcdef" * 5
NAME = "mail.example.com"


async def secret_event_completed(house, _):
    """`deploy` is accepted, and the provisioner confirms that it has stored the key."""
    await house.tick()
    await house.onboarding.deploy(TEAM, ADMIN, NAME, house.click())
    await house.tick()


async def cancelled_before_deploying(house, _):
    """*Stop setup* where nothing runs yet (S0)."""
    await house.tick()
    await house.onboarding.cancel(TEAM, ADMIN, NAME, house.click())


async def cancelled_while_waiting_for_records(house, _):
    """*Stop setup* where the provisioner has not made the records yet (D0)."""
    house.provisioner.records_on_deploy = False
    await house.tick()
    await house.onboarding.deploy(TEAM, ADMIN, NAME, house.click())
    await house.tick()
    await house.onboarding.cancel(TEAM, ADMIN, NAME, house.click())


async def removed(house, _):
    """`remove`, whether or not the provisioner can be reached just now."""
    await house.tick()
    house.provisioner.fail(TransientError("Engage is down"))
    await house.onboarding.remove(TEAM, ADMIN, NAME, house.click())


async def never_deployed(house, clock):
    """Nobody deployed for thirty days."""
    for _ in range(31):
        await house.tick()
        clock.pass_by(DAY)
    await house.tick()


ERASING = (
    secret_event_completed,
    cancelled_before_deploying,
    cancelled_while_waiting_for_records,
    removed,
    never_deployed,
)


async def token(house):
    async with house.database.reading() as session:
        return await session.scalar(sa.select(SECRETS.c.token))


def octets(url):
    path = Path(url.removeprefix("sqlite:///"))
    return b"".join(file.read_bytes() for file in path.parent.glob(f"{path.name}*"))


@pytest.mark.parametrize("happens", ERASING, ids=lambda scenario: scenario.__name__)
async def test_the_key_is_erased_and_leaves_nothing_in_the_files_of_the_running_database(
    house, clock, sqlite_url, happens
):
    domain = await house.create()
    kept = await token(house)
    before = octets(sqlite_url)

    await happens(house, clock)
    await house.housekeeping.tidy()

    assert kept.encode() in before
    assert await token(house) is None
    assert kept.encode() not in octets(sqlite_url)
    assert kept[20:60].encode() not in octets(sqlite_url)
    async with house.database.reading() as session:
        entries, _ = await history.page(session, domain.id, 0, 100)
    assert [entry.what for entry in entries].count(What.KEY_ERASED) == 1


async def test_the_key_is_kept_until_its_time_has_come(house, clock):
    await house.create()
    await house.tick()

    clock.pass_by(30 * DAY - timedelta(minutes=1))
    await house.tick()
    almost = await token(house)
    clock.pass_by(timedelta(minutes=2))
    await house.tick()

    assert almost is not None
    assert await token(house) is None


async def test_an_erased_key_is_asked_for_again_by_deploy_and_erased_again_when_it_is_stored(house, clock):
    await house.create()
    await cancelled_before_deploying(house, clock)

    asked = await house.onboarding.deploy(TEAM, ADMIN, NAME, house.click())
    await house.onboarding.deploy(TEAM, ADMIN, NAME, house.click(), new_key=OTHER_KEY)
    held = await token(house)
    await house.tick()

    assert isinstance(asked, KeyNeeded)
    assert held is not None
    assert house.provisioner.of(NAME).write_only_key == OTHER_KEY
    assert await token(house) is None


async def test_a_key_that_was_replaced_leaves_nothing_behind(house, sqlite_url):
    domain = await house.create()
    first = await token(house)

    await house.onboarding.edit(TEAM, ADMIN, domain.id, EditForm(key=OTHER_KEY), house.click())
    await house.housekeeping.tidy()

    assert first.encode() not in octets(sqlite_url)
    async with house.database.reading() as session:
        assert await house.vault.get(session, domain.id) == OTHER_KEY


async def test_the_key_stays_while_the_provisioner_has_not_confirmed_that_it_stored_it(house, clock):
    house.provisioner.records_on_deploy = False
    await house.create()
    await house.tick()
    await house.onboarding.deploy(TEAM, ADMIN, NAME, house.click())
    await house.tick()
    waiting = await token(house)

    house.provisioner.complete(NAME, DeploymentEvent.SECRET)
    clock.pass_by(timedelta(minutes=1))
    await house.tick()

    assert waiting is not None
    assert house.provisioner.of(NAME).write_only_key == KEY
    assert await token(house) is None
