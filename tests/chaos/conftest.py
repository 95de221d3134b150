"""One nursery and one besieged sandbox on SQLite for the whole run, and a table for whoever runs it."""

import sys

import pytest
import pytest_asyncio

from tests.chaos.lives import open_nursery
from tests.chaos.siege import besieged
from tests.chaos.tally import table


def pytest_collection_modifyitems(items):
    """Have every test run in the loop in which the sandbox was started."""
    for item in items:
        if "tests/chaos" in str(item.path):
            item.add_marker(pytest.mark.asyncio(loop_scope="session"), append=False)
            item.add_marker(pytest.mark.timeout(0))


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def nursery():
    async with open_nursery() as nursery:
        yield nursery


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def sandbox_on_sqlite(tmp_path_factory, nursery):
    async with besieged(tmp_path_factory.mktemp("siege"), nursery) as siege:
        yield siege


@pytest_asyncio.fixture(loop_scope="session")
async def siege(sandbox_on_sqlite):
    """The sandbox, with counters at nought and everybody behaving."""
    await sandbox_on_sqlite.heal()
    sandbox_on_sqlite.forget()
    return sandbox_on_sqlite


@pytest.fixture
def report(capsys):
    """Print the closing table, whatever pytest hides."""

    def run(title, siege, tally):
        with capsys.disabled():
            sys.stdout.write(table(title, siege, tally) + "\n")

    return run
