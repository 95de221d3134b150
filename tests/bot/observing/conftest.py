"""The port, served in process, and a client for it."""

from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import timedelta

import httpx
import pytest

from bot.observing.health import Health
from bot.observing.meter import PrometheusMeter
from bot.observing.server import Observing, serving
from bot.observing.stock import Stock
from bot.scheduler import Pulse
from sandbox.up.processes import free_ports
from tests.bot.services.house import Time


async def connected():
    return True


@dataclass
class Port:
    """The three answers, and what they are about."""

    client: httpx.AsyncClient
    health: Health
    meter: PrometheusMeter
    clock: Time

    async def metrics(self):
        """Return the samples as a mapping from the text before the value to the value."""
        answer = await self.client.get("/metrics")
        assert answer.status_code == 200
        lines = [line for line in answer.text.splitlines() if not line.startswith("#")]
        return {name: float(value) for name, _, value in (line.rpartition(" ") for line in lines)}


@asynccontextmanager
async def a_port(database, *, kept=timedelta()):
    """Serve the port for a bot that is ready."""
    clock, meter = Time(), PrometheusMeter(database.dialect)
    health = Health(database, connected, lambda: {"check": Pulse()})
    number = free_ports(1)
    async with (
        serving(Observing(health, meter, Stock(database, clock, kept)), "127.0.0.1", number),
        httpx.AsyncClient(base_url=f"http://127.0.0.1:{number}", trust_env=False) as client,
    ):
        yield Port(client, health, meter, clock)


@pytest.fixture
async def port(database):
    async with a_port(database) as port:
        yield port
