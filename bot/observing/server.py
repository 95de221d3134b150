"""HTTP for those who watch over the bot: `/healthz`, `/readyz` and `/metrics`, and nothing else.

There is no login: listen on loopback or in a network of your own. Nothing here changes anything, and nothing
that is answered names a domain, a person or a secret.
"""

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import structlog
from aiohttp import web
from prometheus_client import generate_latest
from prometheus_client.exposition import CONTENT_TYPE_LATEST

from bot.clock import stopwatch
from bot.observing.health import Health
from bot.observing.meter import PrometheusMeter, version
from bot.observing.stock import Stock
from core.errors import ConfigurationError

log = structlog.get_logger(__name__)


class Observing:
    """The three answers."""

    def __init__(self, health: Health, meter: PrometheusMeter, stock: Stock) -> None:
        self._health = health
        self._meter = meter
        self._stock = stock
        self._up = stopwatch()
        self._was_ready: bool | None = None
        self._turn = asyncio.Lock()
        meter.registry.register(stock)

    async def healthz(self, _: web.Request) -> web.Response:
        """Say that the process lives; that this is said at all proves that its loop turns."""
        return _json(200, {"status": "alive", "version": version(), "up_seconds": round(self._up().total_seconds())})

    async def readyz(self, _: web.Request) -> web.Response:
        """Say 200, or 503 with every reason."""
        async with self._turn:
            reasons = await self._health.reasons()
        ready = not reasons
        if ready != self._was_ready:
            tell = log.info if ready or self._was_ready is None else log.warning
            tell("bot.ready" if ready else "bot.not_ready", reasons=reasons)
            self._was_ready = ready
        return _json(200 if ready else 503, {"status": "ready" if ready else "not ready", "reasons": reasons})

    async def metrics(self, _: web.Request) -> web.Response:
        """Say what has been counted."""
        await self._stock.count()
        return web.Response(body=generate_latest(self._meter.registry), headers={"Content-Type": CONTENT_TYPE_LATEST})


@asynccontextmanager
async def serving(observing: Observing, host: str, port: int) -> AsyncIterator[int]:
    """Listen while the context lasts; yield the port. Raises `ConfigurationError` where it cannot be had."""
    app = web.Application()
    app.router.add_get("/healthz", observing.healthz)
    app.router.add_get("/readyz", observing.readyz)
    app.router.add_get("/metrics", observing.metrics)
    app.on_response_prepare.append(_say_little)
    runner = web.AppRunner(app, access_log=None, handle_signals=False, shutdown_timeout=1.0)
    await runner.setup()
    try:
        try:
            await web.TCPSite(runner, host, port).start()
        except OSError as error:
            why = error.strerror or type(error).__name__
            raise ConfigurationError([f"HTTP_PORT: cannot listen on {host}, port {port}: {why}"]) from error
        bound = int(runner.addresses[0][1])
        log.info("http.listening", host=host, port=bound)
        yield bound
    finally:
        await runner.cleanup()


async def _say_little(_: web.Request, response: web.StreamResponse) -> None:
    response.headers["Server"] = "engage-domain"
    response.headers["Cache-Control"] = "no-store"


def _json(status: int, document: dict[str, object]) -> web.Response:
    return web.Response(status=status, text=json.dumps(document) + "\n", content_type="application/json")
