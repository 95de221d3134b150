import hashlib
import logging
from pathlib import Path

import pytest
import sqlalchemy as sa
from cryptography.fernet import Fernet

from core.errors import ConfigurationError
from storage import domains
from storage.engine import Database
from storage.tables import METADATA, SECRETS
from storage.vault import Vault, key_id
from tests.storage.samples import TEAM, a_domain

SECRET = "8/write-only-0123456789abcdef"


@pytest.fixture
def key():
    return Fernet.generate_key().decode()


@pytest.fixture
async def domain(database):
    async with database.transaction() as session:
        return await domains.add(session, a_domain())


async def put(database, vault, domain, secret=SECRET):
    async with database.transaction() as session:
        await vault.put(session, domain.id, secret)


async def get(database, vault, domain):
    async with database.reading() as session:
        return await vault.get(session, domain.id)


async def test_a_secret_comes_back_until_it_is_erased(database, domain, key):
    vault = Vault([key])
    await put(database, vault, domain)

    kept = await get(database, vault, domain)
    async with database.transaction() as session:
        await vault.erase(session, domain.id)
        await vault.erase(session, domain.id)

    assert kept == SECRET
    assert await get(database, vault, domain) is None


async def test_a_new_secret_replaces_the_old_one(database, domain, key):
    vault = Vault([key])
    await put(database, vault, domain)

    await put(database, vault, domain, "another")

    assert await get(database, vault, domain) == "another"


async def test_rotation_makes_old_keys_dispensable(database, domain, key):
    await put(database, Vault([key]), domain)
    new = Fernet.generate_key().decode()

    async with database.transaction() as session:
        rotated = await Vault([new, key]).rotate(session)

    assert rotated == 1
    assert await get(database, Vault([new]), domain) == SECRET


async def test_a_secret_that_no_key_opens_is_a_configuration_error(database, domain, key):
    await put(database, Vault([key]), domain)
    stranger = Vault([Fernet.generate_key().decode()])

    with pytest.raises(ConfigurationError, match="SECRET_KEYS: no key opens"):
        await get(database, stranger, domain)
    with pytest.raises(ConfigurationError, match="SECRET_KEYS: no key opens"):
        async with database.transaction() as session:
            await stranger.rotate(session)


async def test_a_secret_belongs_to_its_domain_s_team(database, domain, key):
    await put(database, Vault([key]), domain)

    async with database.reading() as session:
        assert await session.scalar(sa.select(SECRETS.c.team_id)) == TEAM


@pytest.mark.parametrize("bad", ["", "too-short", "ü" * 44, "A" * 44])
def test_bad_keys_are_all_named_by_number_and_never_shown(bad, key):
    with pytest.raises(ConfigurationError) as caught:
        Vault([bad, key, bad])

    assert [fault.split(" is ")[0] for fault in caught.value.faults] == ["SECRET_KEYS: key 1", "SECRET_KEYS: key 3"]
    assert not bad or bad not in str(caught.value)


def test_no_keys_at_all_are_a_configuration_error():
    with pytest.raises(ConfigurationError, match="at least one key"):
        Vault([])


def test_a_vault_shows_nothing(key):
    vault = Vault([key])

    assert key not in repr(vault) + str(vars(vault))


def test_a_secret_is_referred_to_by_the_head_of_its_hash():
    assert key_id(SECRET) == hashlib.sha256(SECRET.encode()).hexdigest()[:8]


async def test_a_secret_is_nowhere_in_the_file_even_after_it_was_erased(sqlite_url, key, caplog):
    caplog.set_level(logging.DEBUG)
    database, vault = Database.open(sqlite_url), Vault([key])
    async with database.transaction() as session:
        await domains.add(session, a_domain())
        await vault.put(session, a_domain().id, SECRET)
        token = await session.scalar(sa.select(SECRETS.c.token))
    kept = _octets(sqlite_url)
    async with database.transaction() as session:
        await vault.erase(session, a_domain().id)
    await database.dispose()

    assert token.encode() in kept
    assert SECRET.encode() not in kept
    assert token.encode() not in _octets(sqlite_url)
    assert SECRET not in caplog.text


def _octets(url):
    path = Path(url.removeprefix("sqlite:///"))
    return b"".join(file.read_bytes() for file in path.parent.glob(f"{path.name}*"))


@pytest.mark.postgres
async def test_a_secret_is_nowhere_in_a_dump(postgres_url, key):
    database, vault = Database.open(postgres_url), Vault([key])
    async with database.transaction() as session:
        await domains.add(session, a_domain())
        await vault.put(session, a_domain().id, SECRET)
    async with database.reading() as session:
        tables = [str((await session.execute(sa.select(table))).all()) for table in METADATA.sorted_tables]
    await database.dispose()

    dump = "".join(tables)
    assert "gAAAA" in dump
    assert SECRET not in dump
    assert key not in dump
