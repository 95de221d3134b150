"""The optional port: is the process alive, is it ready, and what does it do, in Prometheus' words."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from bot.observing.health import Health
from bot.observing.meter import PrometheusMeter, version
from bot.observing.server import Observing, serving
from bot.observing.stock import Stock
from bot.ports import NO_METER, Clock, Meter
from storage.engine import Database

__all__ = ["Health", "version", "watching"]


@asynccontextmanager
async def watching(
    database: Database, clock: Clock, host: str, port: int | None
) -> AsyncIterator[tuple[Meter, Health]]:
    """Yield what counts, and what is to be told how the bot is; both are of no effect where no port is wanted."""
    health = Health(database)
    if port is None:
        yield NO_METER, health
        return
    meter = PrometheusMeter(database.dialect)
    async with serving(Observing(health, meter, Stock(database, clock)), host, port):
        yield meter, health
