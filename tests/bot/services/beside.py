"""Another process beside a house: the same world – DNS, Engage, clock, keys – over a connection of its own."""

from dataclasses import replace

from storage.engine import Database
from tests.bot.services.house import House
from tests.fakes.messenger import FakeMessenger


def beside(house: House, database: Database, messenger: FakeMessenger | None = None) -> House:
    """Return a house that shares nothing with `house` but the world; `database` may be the same one or a copy."""
    speaks = messenger or FakeMessenger()
    checking = house.checking
    return replace(
        house,
        database=database,
        messenger=speaks,
        onboarding=replace(house.onboarding, database=database),
        queries=replace(house.queries, database=database),
        checking=replace(
            checking,
            database=database,
            provisioning=replace(checking.provisioning, database=database),
            vantage=replace(checking.vantage, database=database, _known_online=False),
        ),
        answering=replace(house.answering, database=database),
        dispatching=replace(house.dispatching, database=database, messenger=speaks),
        housekeeping=replace(house.housekeeping, database=database),
    )
