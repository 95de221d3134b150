"""Keeps strangers out: only this server's own address as Host (DNS rebinding), only its own pages as Origin (CSRF)."""

from urllib.parse import urlsplit

from starlette.datastructures import Headers
from starlette.responses import PlainTextResponse
from starlette.types import ASGIApp, Receive, Scope, Send

HEADERS = {
    "Content-Security-Policy": (
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; "
        "base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
    ),
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Cache-Control": "no-store",
}


class Guard:
    """ASGI middleware around everything, WebSockets included."""

    def __init__(self, app: ASGIApp, *, base_url: str) -> None:
        self._app = app
        port = urlsplit(base_url).port
        self._hosts = {f"{name}:{port}" for name in ("127.0.0.1", "localhost", "[::1]")}
        self._origins = {f"http://{host}" for host in self._hosts}

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Refuse, or let through and add the headers that keep a page to itself."""
        if scope["type"] not in {"http", "websocket"}:
            await self._app(scope, receive, send)
            return
        refusal = self.refusal(Headers(scope=scope), safe=scope.get("method", "GET") in {"GET", "HEAD"})
        if refusal is None:
            await self._app(scope, receive, _with_headers(send))
        elif scope["type"] == "http":
            await PlainTextResponse(refusal, 403)(scope, receive, send)
        else:
            await send({"type": "websocket.close", "code": 1008, "reason": refusal})

    def refusal(self, headers: Headers, *, safe: bool) -> str | None:
        """Return why a request is refused, or None."""
        if headers.get("host") not in self._hosts:
            return "this host name is not served"
        origin = headers.get("origin")
        if origin is not None and origin not in self._origins:
            return "requests of other sites are refused"
        if not safe and headers.get("sec-fetch-site", "none") not in {"none", "same-origin"}:
            return "requests of other sites are refused"
        return None


def _with_headers(send: Send) -> Send:
    async def sending(message: dict[str, object]) -> None:
        if message["type"] == "http.response.start":
            headers = list(message.get("headers") or [])  # type: ignore[call-overload]  # ASGI: pairs of bytes
            names = {name.lower() for name, _ in headers}
            headers += [
                (name.encode(), value.encode()) for name, value in HEADERS.items() if name.lower().encode() not in names
            ]
            message["headers"] = headers
        await send(message)

    return sending  # type: ignore[return-value]  # a message is a mutable mapping either way
