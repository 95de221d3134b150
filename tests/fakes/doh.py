"""A resolver behind HTTP on loopback (RFC 8484): what is posted is put to a resolver over UDP or TCP."""

import asyncio
import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

import dns.asyncquery
import dns.message
import uvicorn
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

MEDIA_TYPE = "application/dns-message"


@dataclass(slots=True)
class Doh:
    """The stand-in. `answers` are given in the place of the next true ones; None never comes."""

    resolver: tuple[str, int]
    url: str = ""
    asked: list[Request] = field(default_factory=list)
    packets: list[bytes] = field(default_factory=list)
    answers: list[Response | None] = field(default_factory=list)

    async def answer(self, request: Request) -> Response:
        """Answer one POST."""
        self.asked.append(request)
        packet = await request.body()
        self.packets.append(packet)
        if self.answers:
            given = self.answers.pop(0)
            if given is None:
                await asyncio.sleep(3)
            return given or Response(status_code=504)
        query = dns.message.from_wire(packet)
        reply, _ = await dns.asyncquery.udp_with_fallback(query, *self.resolver[:1], port=self.resolver[1], timeout=2)
        return Response(reply.to_wire(), media_type=MEDIA_TYPE)


@asynccontextmanager
async def running(resolver: tuple[str, int]) -> AsyncIterator[Doh]:
    """Serve at `url` while the context lasts."""
    doh = Doh(resolver)
    app = Starlette(routes=[Route("/dns-query", doh.answer, methods=["POST"])])
    listening = socket.create_server(("127.0.0.1", 0))
    doh.url = f"http://127.0.0.1:{listening.getsockname()[1]}/dns-query"
    config = uvicorn.Config(app, log_config=None, lifespan="off", timeout_graceful_shutdown=1)
    server = uvicorn.Server(config)
    serving = asyncio.create_task(server.serve(sockets=[listening]))
    while not server.started:  # noqa: ASYNC110 -- uvicorn tells by nothing else
        await asyncio.sleep(0.01)
    try:
        yield doh
    finally:
        server.should_exit = True
        await serving
        listening.close()
