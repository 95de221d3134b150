"""An Engage API that repeats what it was sent, and worse, wherever it can: a proxy before the stand-in."""

import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import httpx
from aiohttp import web

from tests.fakes.canaries import KEY, dkim_private_key

JSON_API = "application/vnd.api+json"


class LeakyEngage:
    """Passes everything on to `target`; `mode` says how it leaks.

    ``odd_fields``: secrets in attributes that nobody asked for. ``odd_words``: in the place of known words, too.
    ``private_record``: the private key is handed out as the DKIM record. ``422``, ``401``, ``404``, ``500`` …:
    refuses, with secrets in every text. ``page``: the error page of a gateway. ``garbage``: no HTTP at all.
    ``drop``: no answer. ``redirect``: to an address with the key in it.
    """

    def __init__(self) -> None:
        self.url = ""
        self.target = ""
        self.mode = "odd_fields"
        self.seen: list[str] = [KEY]
        self.answered: list[str] = []
        """The modes in which requests were answered, to show that each was met."""

    async def handle(self, request: web.Request) -> web.StreamResponse:
        body = await request.read()
        self._remember(request, body)
        self.answered.append(self.mode)
        match self.mode:
            case "garbage":
                return self._broken(request, f"HTTP/1.1 nonsense {self.leak}\r\n{self.leak}\r\n\r\n")
            case "drop":
                return self._broken(request, "")
            case "page":
                return web.Response(status=502, text=f"<h1>Bad gateway</h1> {self.leak} {dkim_private_key()[0]}")
            case "redirect":
                return web.Response(status=302, headers={"Location": f"https://example.com/?key={self.seen[-1]}"})
            case mode if mode.isdigit():
                return self._refusal(int(mode))
            case _:
                return await self._passed_on(request, body)

    @property
    def leak(self) -> str:
        """Everything this API has ever seen, in one line."""
        return f"request was: {' '.join(self.seen)} Authorization {' '.join(self.seen)}"

    def _remember(self, request: web.Request, body: bytes) -> None:
        attributes = (json.loads(body) if body else {}).get("data", {}).get("attributes", {})
        said = [request.headers.get("Authorization", "").removeprefix("TD1 "), attributes.get("writeOnlyApiKey", "")]
        self.seen += [secret for secret in said if secret and secret not in self.seen]

    def _refusal(self, status: int) -> web.Response:
        pem, bare = dkim_private_key()
        errors = [
            {"status": str(status), "code": self.seen[-1], "detail": f"Refused: {self.leak}"},
            {"title": f"dkim {pem}", "source": {"pointer": f"/data/attributes/{self.seen[-1]}"}},
            {"code": self.seen[0].replace("/", "\\/"), "title": bare},
            {"detail": "".join(secret.rpartition("/")[2] + " " for secret in self.seen)},
        ]
        return web.json_response({"errors": errors}, status=status, content_type=JSON_API)

    def _broken(self, request: web.Request, words: str) -> web.Response:
        assert request.transport is not None
        request.transport.write(words.encode())
        request.transport.close()
        return web.Response()

    async def _passed_on(self, request: web.Request, body: bytes) -> web.Response:
        headers = {name: request.headers[name] for name in ("Authorization", "Content-Type") if name in request.headers}
        async with httpx.AsyncClient(trust_env=False, verify=False) as client:
            answer = await client.request(
                request.method, self.target + request.path_qs, content=body, headers=headers, timeout=10
            )
        document = answer.json() if answer.content else None
        if document is None:
            return web.Response(status=answer.status_code)
        data = document.get("data")
        for resource in data if isinstance(data, list) else [data] if data else []:
            self._spoil(resource["attributes"])
        return web.json_response(document, status=answer.status_code, content_type=JSON_API)

    def _spoil(self, attributes: dict[str, Any]) -> None:
        pem, bare = dkim_private_key()
        attributes |= {"writeOnlyApiKey": self.seen[-1], "dkimPrivateKey": pem, "debug": {"request": self.leak}}
        for record in attributes["dnsRecords"]:
            record["comment"] = self.leak
            if self.mode == "private_record" and record["purpose"] == "DKIM":
                record["value"] = f"v=DKIM1; k=rsa; p={bare}"
        if self.mode == "odd_words":
            secret = self.seen[-1]
            attributes["verificationStatus"] = attributes["status"] = secret
            attributes["dnsRecords"] += [{"purpose": secret, "type": "TXT", "name": "a.example.com", "value": pem}]
            attributes["deploymentEvents"] += [
                {"name": secret},
                {"name": "UPDATE_TO_CDN_COMPLETED", "completedAt": secret},
            ]


@asynccontextmanager
async def running_leaky_engage() -> AsyncIterator[LeakyEngage]:
    """Serve a `LeakyEngage` on loopback; its `target` is to be set."""
    leaky = LeakyEngage()
    app = web.Application()
    app.router.add_route("*", "/{path:.*}", leaky.handle)
    runner = web.AppRunner(app, handle_signals=False, shutdown_timeout=0.1)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    leaky.url = f"http://127.0.0.1:{runner.addresses[0][1]}"
    try:
        yield leaky
    finally:
        await runner.cleanup()
