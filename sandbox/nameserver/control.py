"""The control API, as the package's docstring describes it."""

from collections.abc import Callable, Mapping
from typing import Any

from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route
from starlette.types import ASGIApp, Receive, Scope, Send

from sandbox.nameserver.notation import DEFAULT_TTL, Mistake
from sandbox.nameserver.server import Nameserver

Body = Mapping[str, Any]
Act = Callable[[Nameserver, Body], None]


def control_app(nameserver: Nameserver, port: int) -> Starlette:
    """Return the ASGI app that changes `nameserver`; `port` is where it listens, for the Host header."""

    def route(path: str, method: str, act: Act) -> Route:
        async def endpoint(request: Request) -> Response:
            try:
                act(nameserver, await _body(request))
            except Mistake as error:
                return JSONResponse({"error": str(error)}, status_code=400)
            if method != "GET" and request.headers.get("prefer") == "return=minimal":
                return Response(status_code=204)
            state = nameserver.state()
            return JSONResponse(state | {"ports": state["ports"] | {"control": port}})

        return Route(path, endpoint, methods=[method])

    async def queries(request: Request) -> Response:
        try:
            return JSONResponse({"queries": nameserver.queries(_text(request.query_params, "domain"))})
        except Mistake as error:
            return JSONResponse({"error": str(error)}, status_code=400)

    routes = [route(path, method, act) for (method, path), act in _ACTS.items()]
    routes.append(Route("/queries", queries))
    return Starlette(routes=routes, middleware=[Middleware(_LoopbackOnly, port=port)])


class _LoopbackOnly:
    """Refuses what a web page elsewhere could send here: foreign Host (DNS rebinding) and Origin."""

    def __init__(self, app: ASGIApp, port: int) -> None:
        self._app = app
        self._hosts = {f"127.0.0.1:{port}", f"localhost:{port}"}

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http":
            request = Request(scope)
            origin = request.headers.get("origin")
            if request.headers.get("host") not in self._hosts:
                await JSONResponse({"error": "host"}, status_code=421)(scope, receive, send)
                return
            if origin is not None and origin.removeprefix("http://") not in self._hosts:
                await JSONResponse({"error": "origin"}, status_code=403)(scope, receive, send)
                return
        await self._app(scope, receive, send)


async def _body(request: Request) -> Body:
    if not await request.body():
        return {}
    try:
        body = await request.json()
    except ValueError as error:
        raise Mistake("the body is not JSON") from error
    if not isinstance(body, dict):
        raise Mistake("the body is not an object")
    return body


def _text(body: Body, key: str) -> str:
    value = body.get(key)
    if not isinstance(value, str) or not value:
        raise Mistake(f"{key}: a text is needed")
    return value


def _maybe(body: Body, key: str) -> str | None:
    return None if body.get(key) is None else _text(body, key)


def _number(body: Body, key: str, default: float) -> float:
    value = body.get(key, default)
    if isinstance(value, bool) or not isinstance(value, int | float) or value < 0:
        raise Mistake(f"{key}: a number of seconds is needed")
    return value


def _texts(body: Body, key: str) -> list[str]:
    value = body.get(key)
    if not isinstance(value, list) or not all(isinstance(text, str) for text in value):
        raise Mistake(f"{key}: a list of texts is needed")
    return value


def _look(_: Nameserver, __: Body) -> None:
    """Change nothing; the state is the answer."""


def _apply(nameserver: Nameserver, body: Body) -> None:
    nameserver.apply(_text(body, "text"), _maybe(body, "zone"), _maybe(body, "server"))


def _put(nameserver: Nameserver, body: Body) -> None:
    ttl = int(_number(body, "ttl", DEFAULT_TTL))
    nameserver.put(_text(body, "name"), _text(body, "type"), _texts(body, "values"), ttl, _maybe(body, "server"))


def _delete(nameserver: Nameserver, body: Body) -> None:
    nameserver.delete(_text(body, "name"), _maybe(body, "type"), _maybe(body, "server"))


def _slip(nameserver: Nameserver, body: Body) -> None:
    nameserver.slip(_text(body, "slip"), _text(body, "domain"))


def _fault(nameserver: Nameserver, body: Body) -> None:
    about = (_maybe(body, "server"), _maybe(body, "name"), _maybe(body, "type"))
    nameserver.fault(_text(body, "fault"), *about, seconds=_number(body, "seconds", 0))


_ACTS: dict[tuple[str, str], Act] = {
    ("GET", "/zones"): _look,
    ("POST", "/apply"): _apply,
    ("PUT", "/records"): _put,
    ("DELETE", "/records"): _delete,
    ("POST", "/slips"): _slip,
    ("DELETE", "/slips"): lambda nameserver, body: nameserver.mend(_maybe(body, "domain")),
    ("POST", "/faults"): _fault,
    ("DELETE", "/faults"): lambda nameserver, body: nameserver.heal(_maybe(body, "server")),
    ("POST", "/flush"): lambda nameserver, _: nameserver.flush(),
    ("POST", "/reset"): lambda nameserver, _: nameserver.reset(),
}
