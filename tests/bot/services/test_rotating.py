"""SECRET_KEYS: a new key in front, everything under it, the old key taken out; and a key that was lost."""

from contextlib import asynccontextmanager

import pytest
from cryptography.fernet import Fernet

from bot.doctor import examine_vault
from bot.services.onboarding import EditForm
from bot.services.rotating import Rotating
from core.errors import ConfigurationError
from core.history import What
from core.notices.answers import KeyNeeded
from storage import history
from storage.vault import Vault
from tests.bot.services.house import ADMIN, KEY, TEAM

OLD, NEW, OTHER = (Fernet.generate_key().decode() for _ in range(3))


@pytest.fixture
def rotating(house, clock):
    def under(*keys):
        return Rotating(house.database, Vault(keys), clock, house.durations)

    return under


@asynccontextmanager
async def holding(house, *names):
    """Register domains whose keys lie under OLD."""
    for name in names:
        domain = await house.create(name)
        async with house.database.transaction() as session:
            await Vault([OLD]).put(session, domain.id, KEY)
    yield


async def kept(house, key, name="mail.example.com"):
    async with house.database.reading() as session:
        return await Vault([key]).get(session, (await house.domain(name)).id)


async def test_after_a_rotation_the_old_key_can_be_taken_out(house, rotating):
    async with holding(house, "mail.example.com", "news.example.com"):
        (before,) = await examine_vault(house.database, Vault([NEW, OLD]))

        assert await rotating(NEW, OLD).rotate() == 2

    (after,) = await examine_vault(house.database, Vault([NEW]))
    assert (before.ok, before.detail.split(";")[0]) == (True, "2 of 2 keys held are under an older key")
    assert (after.ok, after.detail) == (True, "2 keys held, all of them under the first key")
    assert await kept(house, NEW) == await kept(house, NEW, "news.example.com") == KEY
    with pytest.raises(ConfigurationError):
        await kept(house, OLD)


async def test_a_key_that_is_missing_is_named_with_what_to_do_and_nothing_is_rotated(house, rotating):
    async with holding(house, "mail.example.com"):
        domain, other = await house.domain(), await house.create("a.example.com")
        async with house.database.transaction() as session:
            await Vault([OTHER]).put(session, other.id, KEY)
            with pytest.raises(ConfigurationError) as caught:
                await Vault([NEW]).check(session)

        with pytest.raises(ConfigurationError):
            await rotating(NEW, OLD).rotate()

    (fault,) = caught.value.faults
    assert fault.startswith("SECRET_KEYS: no key opens the write-only keys of 2 domain(s): a.example.com, mail.example")
    assert "Put the key that was taken out back" in fault
    assert "rotate-keys --erase-lost" in fault
    assert await kept(house, OLD, domain.name) == KEY


async def test_doctor_says_which_domains_cannot_be_read(house):
    async with holding(house, "mail.example.com"):
        (check,) = await examine_vault(house.database, Vault([NEW]))

    assert not check.ok
    assert "mail.example.com" in check.detail


async def test_a_lost_key_is_erased_with_a_line_in_the_history_and_asked_for_again(house, rotating):
    async with holding(house, "mail.example.com"):
        erased = await rotating(NEW).erase_lost()

    assert erased == ["mail.example.com"]
    assert await rotating(NEW).rotate() == 0
    domain = await house.domain()
    async with house.database.reading() as session:
        entries, _ = await history.page(session, domain.id, 0, 1)
    assert (domain.key_held, entries[0].what) == (False, What.KEY_ERASED)
    answer = await house.onboarding.deploy(TEAM, ADMIN, domain.id, house.click())
    assert isinstance(answer, KeyNeeded)
    await house.onboarding.edit(TEAM, ADMIN, domain.id, EditForm(key=KEY), house.click())
    assert (await house.domain()).key_held


async def test_nothing_is_erased_that_can_be_read(house, rotating):
    async with holding(house, "mail.example.com"):
        assert await rotating(NEW, OLD).erase_lost() == []

        assert await kept(house, OLD) == KEY


async def test_a_vault_that_cannot_be_opened_harms_no_domain_and_is_logged_without_a_secret(house, clock, caplog):
    await house.create()
    async with house.database.transaction() as session:
        await Vault([OTHER]).put(session, (await house.domain()).id, KEY)

    await house.tick()

    domain = await house.domain()
    assert domain.provisioner_id is None
    assert domain.next_check_at > clock.now
    assert KEY not in caplog.text
