"""A house for every test of the services."""

import pytest

from storage.engine import Database
from tests.bot.services.house import Time, living


@pytest.fixture
def clock():
    return Time()


@pytest.fixture
async def house(sqlite_url, clock):
    database = Database.open(sqlite_url)
    async with living(database, clock) as house:
        yield house
    await database.dispose()
