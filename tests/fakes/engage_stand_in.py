"""The stand-in Engage API on a real socket, inside the test's event loop."""

import contextlib
import socket
from collections.abc import AsyncIterator, Iterable
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

import httpx
import uvicorn

from sandbox.engage.app import engage_app
from sandbox.engage.deployment import Engine, Speed
from sandbox.engage.domains import Shelf
from sandbox.engage.records import Record

API_KEY = "1/engage-api-key-of-the-tests"
AT_ONCE = Speed(
    records_after=timedelta(0),
    event_every=timedelta(0),
    look_every=timedelta(milliseconds=20),
    gives_up_after=timedelta(hours=72),
)


class Dns:
    """What is published, as a set of purposes; None while the name server is silent."""

    def __init__(self) -> None:
        self.published: frozenset[str] | None = frozenset()

    async def seen(self, records: Iterable[Record]) -> frozenset[str] | None:
        purposes = {str(record["purpose"]) for record in records}
        return None if self.published is None else self.published & purposes


@dataclass
class StandIn:
    """A running stand-in: its address, its knobs, and what it thinks is in the DNS."""

    url: str
    engine: Engine
    dns: Dns
    client: httpx.AsyncClient = field(repr=False)

    async def knob(self, name: str, **body: Any) -> dict[str, Any]:
        response = await self.client.post(f"/_sandbox/{name}", json=body)
        assert response.status_code == 200, response.text
        return response.json()

    async def call(self, method: str, path: str, attributes: dict[str, Any] | None = None) -> httpx.Response:
        """Call the API as anybody with the key might."""
        headers = {"Authorization": f"TD1 {API_KEY}", "Content-Type": "application/vnd.api+json"}
        body = None if attributes is None else {"data": {"type": "emailDomains", "attributes": attributes}}
        return await self.client.request(method, f"/api/email_domains{path}", json=body, headers=headers)


@contextlib.asynccontextmanager
async def running_stand_in(speed: Speed = AT_ONCE) -> AsyncIterator[StandIn]:
    """Run a stand-in on a free port for as long as the block lasts."""
    listener = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
    listener.bind(("127.0.0.1", 0))
    port = listener.getsockname()[1]
    dns = Dns()
    engine = Engine(Shelf(), dns, speed)
    config = uvicorn.Config(engage_app(engine, API_KEY, port), log_level="warning", access_log=False)
    config.load()
    server = uvicorn.Server(config)
    # Without its `serve` and `shutdown`, which wait in steps of 0.1 s and take the signals away from pytest.
    server.lifespan = config.lifespan_class(config)
    await server.startup(sockets=[listener])
    url = f"http://127.0.0.1:{port}"
    try:
        async with httpx.AsyncClient(base_url=url, trust_env=False, verify=False) as client:
            yield StandIn(url, engine, dns, client)
    finally:
        for listening in server.servers:
            listening.close()
        for connection in list(server.server_state.connections):
            connection.shutdown()
        await server.lifespan.shutdown()
