"""The panels "At the DNS provider" and "At Engage": hands their buttons on to the stand-ins next door."""

from urllib.parse import urlsplit

import httpx
from starlette.requests import Request
from starlette.responses import JSONResponse, Response

TIMEOUT_SECONDS = 5.0

_CALLS: dict[str, tuple[str, str, str]] = {
    # name of the button's call: (neighbour, HTTP method, path)
    "zones": ("nameserver", "GET", "/zones"),
    "apply": ("nameserver", "POST", "/apply"),
    "slips": ("nameserver", "POST", "/slips"),
    "mend": ("nameserver", "DELETE", "/slips"),
    "faults": ("nameserver", "POST", "/faults"),
    "heal": ("nameserver", "DELETE", "/faults"),
    "take-away": ("nameserver", "DELETE", "/records"),
    "put": ("nameserver", "PUT", "/records"),
    "engage-mode": ("engage", "GET", "/_sandbox/faults"),
    "engage": ("engage", "POST", "/_sandbox/faults"),
}


class Neighbours:
    """The other parts of the sandbox, by their control URLs. Only loopback addresses are taken."""

    def __init__(self, engage: str | None = None, nameserver: str | None = None) -> None:
        self._urls = {"engage": engage, "nameserver": nameserver}
        for name, url in self._urls.items():
            if url is not None and urlsplit(url).hostname not in {"127.0.0.1", "::1", "localhost"}:
                raise SystemExit(f"--{name}: only loopback addresses are allowed, not {url}")

    @property
    def running(self) -> list[str]:
        """The names of the neighbours that there are."""
        return [name for name, url in self._urls.items() if url]

    async def ask(self, request: Request) -> Response:
        """Answer ``/sandbox/neighbours/<name>`` with what the neighbour says."""
        neighbour, method, path = _CALLS.get(request.path_params["name"], ("", "", ""))
        url = self._urls.get(neighbour)
        if url is None:
            return JSONResponse({"error": "this part of the sandbox is not running"}, 404)
        if (method == "GET") != (request.method == "GET"):
            return JSONResponse({"error": "wrong method"}, 405)
        if method != "GET" and not request.headers.get("content-type", "").startswith("application/json"):
            return JSONResponse({"error": "only JSON is accepted"}, 415)
        try:
            async with httpx.AsyncClient(trust_env=False, timeout=TIMEOUT_SECONDS) as client:
                answer = await client.request(
                    method,
                    url.rstrip("/") + path,
                    content=await request.body() or None,
                    headers={"content-type": "application/json"},
                )
        except httpx.HTTPError as error:
            return JSONResponse({"error": f"no answer from the {neighbour}: {type(error).__name__}"}, 502)
        return Response(answer.content, answer.status_code, media_type=answer.headers.get("content-type"))
