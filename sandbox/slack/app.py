"""The workspace's server: everything put together, and the addresses it answers at."""

import functools
from collections.abc import Awaitable, Callable
from http import HTTPStatus
from pathlib import Path

from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import FileResponse, JSONResponse, PlainTextResponse, Response
from starlette.routing import Mount, Route, WebSocketRoute
from starlette.staticfiles import StaticFiles

from sandbox.slack import page_api, web_api
from sandbox.slack.acting import Actors
from sandbox.slack.errors import ApiError
from sandbox.slack.faults import Faults
from sandbox.slack.guard import Guard
from sandbox.slack.neighbours import Neighbours
from sandbox.slack.socket_mode import SocketMode
from sandbox.slack.tickets import Tickets
from sandbox.slack.views import Views
from sandbox.slack.web_api.call import SCOPES, Slack
from sandbox.slack.web_api.files import receive_upload
from sandbox.slack.workspace import Workspace

BOT_TOKEN = "xoxb-sandbox"  # noqa: S105 # nosec B105 # nothing secret: it opens a workspace on loopback
APP_TOKEN = "xapp-sandbox"  # noqa: S105 # nosec B105 # the same

Handler = Callable[[Request], Awaitable[Response]]

_STATIC = Path(__file__).parent / "static"


def new_slack(
    base_url: str,
    *,
    bot_token: str = BOT_TOKEN,
    app_token: str = APP_TOKEN,
    notes: list[str] | None = None,
    scopes: frozenset[str] = SCOPES,
) -> Slack:
    """Return an empty workspace that will be served at `base_url`."""
    workspace = Workspace(base_url, notes)
    views, tickets, socket_mode = Views(workspace), Tickets(), SocketMode(workspace)
    actors = Actors(workspace, views, tickets, socket_mode)
    return Slack(workspace, views, tickets, socket_mode, actors, Faults(), bot_token, app_token, scopes)


def new_app(slack: Slack, neighbours: Neighbours) -> Starlette:
    """Return the ASGI application."""

    def bound(handler: Callable[[Slack, Request], Awaitable[Response]]) -> Handler:
        return functools.partial(handler, slack)

    async def state(request: Request) -> Response:
        return page_api.state(slack, request)

    async def stream(request: Request) -> Response:
        return page_api.stream(slack, request)

    async def notes(_request: Request) -> Response:
        return JSONResponse({"notes": slack.workspace.notes, "neighbours": neighbours.running})

    routes = [
        Route("/api/{method}", bound(web_api.answer), methods=["GET", "POST"]),
        WebSocketRoute("/link/", slack.socket_mode.serve),
        Route("/upload/v1/{ticket}", _spoilt(slack, "upload", receive_upload), methods=["POST"]),
        Route("/response/{token}", _spoilt(slack, "response_url", page_api.answer_response_url), methods=["POST"]),
        Route("/files/{file}", bound(_file)),
        Route("/sandbox/state", state),
        Route("/sandbox/stream", stream),
        Route("/sandbox/notes", notes),
        Route("/sandbox/neighbours/{name}", neighbours.ask, methods=["GET", "POST"]),
        Route("/sandbox/{action}", bound(page_api.act), methods=["POST"]),
        Route("/", _page),
        Route("/archives/{channel}/{message}", _page),
        Mount("/static", StaticFiles(directory=_STATIC)),
    ]
    return Starlette(routes=routes, middleware=[Middleware(Guard, base_url=slack.workspace.base_url)])


def _spoilt(slack: Slack, name: str, handler: Callable[[Slack, Request], Awaitable[Response]]) -> Handler:
    """Return a handler whose requests meet the faults of `name`."""

    async def met(request: Request) -> Response:
        try:
            return await slack.faults.around(name, {}, lambda: handler(slack, request))
        except ApiError as error:
            status = error.status if error.status != HTTPStatus.OK else HTTPStatus.INTERNAL_SERVER_ERROR
            return JSONResponse(error.body(), status, headers=error.headers)
        except TimeoutError:
            return Response("", HTTPStatus.GATEWAY_TIMEOUT)

    return met


async def _page(_request: Request) -> Response:
    return FileResponse(_STATIC / "index.html")


async def _file(slack: Slack, request: Request) -> Response:
    file = slack.workspace.files.get(request.path_params["file"])
    if file is None or file.content is None:
        return PlainTextResponse("no such file", 404)
    shown = "attachment" if "download" in request.query_params else "inline"
    name = "".join(each if each.isalnum() or each in ".-_" else "_" for each in file.name).encode("ascii", "replace")
    return Response(
        file.content,
        media_type="text/plain; charset=utf-8",
        headers={"Content-Disposition": f'{shown}; filename="{name.decode().replace("?", "_")}"'},
    )
