"""The application: API, knobs, and the guard before both."""

import asyncio
import contextlib
from collections.abc import AsyncIterator

from starlette.applications import Starlette
from starlette.datastructures import Headers
from starlette.middleware import Middleware
from starlette.responses import JSONResponse
from starlette.types import ASGIApp, Receive, Scope, Send

from sandbox.engage.api import api_routes
from sandbox.engage.deployment import Engine
from sandbox.engage.knobs import knob_routes


def engage_app(engine: Engine, api_key: str, port: int) -> Starlette:
    """Return the ASGI app. `port` is where it listens, for the Host header; its lifespan drives the deployments."""

    @contextlib.asynccontextmanager
    async def lifespan(_: Starlette) -> AsyncIterator[None]:
        driving = asyncio.create_task(engine.run())
        try:
            yield
        finally:
            driving.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await driving

    routes = [*api_routes(engine, api_key), *knob_routes(engine)]
    return Starlette(routes=routes, lifespan=lifespan, middleware=[Middleware(_LoopbackOnly, port=port)])


class _LoopbackOnly:
    """Refuses what a web page elsewhere could send here: foreign Host (DNS rebinding) and Origin."""

    def __init__(self, app: ASGIApp, port: int) -> None:
        self._app = app
        self._hosts = {f"127.0.0.1:{port}", f"localhost:{port}"}

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        headers = Headers(scope=scope)
        origin = headers.get("origin")
        answer: ASGIApp = self._app
        if headers.get("host") not in self._hosts:
            answer = JSONResponse({"error": "host"}, status_code=421)
        elif origin is not None and origin.removeprefix("http://") not in self._hosts:
            answer = JSONResponse({"error": "origin"}, status_code=403)
        await answer(scope, receive, send)
