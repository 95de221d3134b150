"""The knobs, as the package's docstring describes them. The product never calls these."""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import asdict
from datetime import UTC, datetime
from typing import Any

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from sandbox.engage.deployment import Engine
from sandbox.engage.domains import EmailDomain
from sandbox.engage.faults import MODES, Fault, Mistake
from sandbox.engage.json_api import resource

Act = Callable[[Engine, Mapping[str, Any]], Awaitable[Mapping[str, Any]]]


class _Absent(Exception):
    """There is no such domain."""


def knob_routes(engine: Engine) -> list[Route]:
    """Return the routes of the knobs."""
    return [
        _route(engine, "domains", "GET", _domains),
        _route(engine, "records_changed", "POST", _records_changed),
        _route(engine, "verdict", "POST", _verdict),
        _route(engine, "faults", "GET", _fault),
        _route(engine, "faults", "POST", _set_fault),
    ]


def _route(engine: Engine, name: str, method: str, act: Act) -> Route:
    async def endpoint(request: Request) -> Response:
        try:
            body = await _body(request) if method == "POST" else {}
            return JSONResponse(await act(engine, body))
        except Mistake as mistake:
            return JSONResponse({"error": str(mistake)}, 400)
        except _Absent as absent:
            return JSONResponse({"error": str(absent)}, 404)

    return Route(f"/_sandbox/{name}", endpoint, methods=[method])


async def _body(request: Request) -> Mapping[str, Any]:
    # A page elsewhere cannot send this media type without asking first, and is never allowed to.
    if request.headers.get("content-type", "").split(";")[0].strip() != "application/json":
        raise Mistake("the body must be application/json")
    try:
        body = await request.json()
    except ValueError as error:
        raise Mistake("the body is not JSON") from error
    if not isinstance(body, dict):
        raise Mistake("the body is not an object")
    return body


def _named(engine: Engine, body: Mapping[str, Any]) -> EmailDomain:
    domain = engine.shelf.named(str(body.get("domain")))
    if domain is None:
        raise _Absent(f"there is no domain {body.get('domain')}")
    return domain


def _shown(engine: Engine, domain: EmailDomain) -> dict[str, Any]:
    shown = resource(domain, engine.records(domain, datetime.now(UTC)))
    return {**shown, "keyFingerprint": domain.key_fingerprint, "seen": domain.seen}


async def _domains(engine: Engine, _: Mapping[str, Any]) -> Mapping[str, Any]:
    return {"domains": [_shown(engine, domain) for domain in engine.shelf]}


async def _records_changed(engine: Engine, body: Mapping[str, Any]) -> Mapping[str, Any]:
    domain = _named(engine, body)
    await engine.rotate(domain, datetime.now(UTC))
    return _shown(engine, domain)


async def _verdict(engine: Engine, body: Mapping[str, Any]) -> Mapping[str, Any]:
    domain, word = _named(engine, body), body.get("verificationStatus")
    if not isinstance(word, str):
        raise Mistake("verificationStatus is a text")
    domain.forced = word
    engine.shelf.save()
    return _shown(engine, domain)


async def _fault(engine: Engine, _: Mapping[str, Any]) -> Mapping[str, Any]:
    return {"fault": asdict(engine.fault), "modes": MODES, "held": engine.held}


async def _set_fault(engine: Engine, body: Mapping[str, Any]) -> Mapping[str, Any]:
    engine.fault, engine.held = Fault.from_json(body), 0
    return await _fault(engine, body)
