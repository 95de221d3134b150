"""The calls of ``docs/engage-api.yaml``."""

import asyncio
import hmac
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime
from typing import Any

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from sandbox.engage.deployment import Engine
from sandbox.engage.domains import EmailDomain, fingerprint
from sandbox.engage.json_api import Answer, Refusal, attributes_of, resource, spoilt

Outcome = tuple[int, EmailDomain | list[EmailDomain] | None]
Act = Callable[[Engine, Request], Awaitable[Outcome]]


def api_routes(engine: Engine, api_key: str) -> list[Route]:
    """Return the routes of the API."""
    one = "/api/email_domains/{id}"
    return [
        _route(engine, api_key, "/api/email_domains", "GET", "find", _find),
        _route(engine, api_key, "/api/email_domains", "POST", "create", _create),
        _route(engine, api_key, one, "GET", "describe", _describe),
        _route(engine, api_key, one, "PATCH", "update", _update),
        _route(engine, api_key, one, "DELETE", "remove", _remove),
        _route(engine, api_key, f"{one}/deploy", "POST", "deploy", _deploy),
        _route(engine, api_key, f"{one}/verify", "POST", "verify", _verify),
    ]


def _route(engine: Engine, api_key: str, path: str, method: str, operation: str, act: Act) -> Route:
    async def endpoint(request: Request) -> Response:
        try:
            _authorise(request, api_key)
            struck = engine.fault.strikes(operation)
            if struck:
                await _before(engine)
            status, found = await act(engine, request)
            if struck:
                await _afterwards(engine)
        except Refusal as refusal:
            return Answer(refusal.document, refusal.status, headers=refusal.headers)
        if found is None:
            return Response(status_code=status)
        return Answer({"data": _rendered(engine, found, struck=struck)}, status)

    return Route(path, endpoint, methods=[method])


def _authorise(request: Request, api_key: str) -> None:
    given = request.headers.get("authorization", "").encode()
    if not hmac.compare_digest(given, f"TD1 {api_key}".encode()):
        raise Refusal(401, "unauthorized", "The API key is not valid.")


async def _before(engine: Engine) -> None:
    """Misbehave before anything is done."""
    fault = engine.fault
    if fault.mode == "slow":
        await _hold(engine)
    elif fault.mode == "refuse":
        raise Refusal(422, "refused", fault.detail, fault.pointer)
    elif fault.mode == "down":
        raise Refusal(503, "unavailable", "The service is unavailable.")
    elif fault.mode == "rate_limited":
        raise Refusal(429, "rate_limited", "Too many calls.", **{"Retry-After": fault.retry_after})
    elif fault.mode == "unauthorized":
        raise Refusal(401, "unauthorized", "The API key was revoked.")


async def _hold(engine: Engine) -> None:
    engine.held += 1
    await asyncio.sleep(engine.fault.seconds)


async def _afterwards(engine: Engine) -> None:
    """Misbehave once everything is done."""
    if engine.fault.mode == "late":
        await _hold(engine)
    if engine.fault.mode == "lost_answer":
        raise Refusal(504, "gateway_timeout", "The answer got lost.")


def _rendered(engine: Engine, found: EmailDomain | list[EmailDomain], *, struck: bool) -> Any:
    if isinstance(found, list):
        return [_rendered(engine, domain, struck=struck) for domain in found]
    rendered = resource(found, engine.records(found, _now()))
    return spoilt(rendered, engine.fault.mode) if struck and engine.fault.mode.startswith("odd_") else rendered


def _existing(engine: Engine, request: Request) -> EmailDomain:
    domain = engine.shelf.get(request.path_params["id"])
    if domain is None:
        raise Refusal(404, "not_found", "There is no such email domain.")
    return domain


async def _find(engine: Engine, request: Request) -> Outcome:
    name = request.query_params.get("filter[domain]")
    most = request.query_params.get("page[size]", "100")
    if not most.isdigit() or not 1 <= int(most) <= 100:
        raise Refusal(400, "page_size", "page[size] is a number from 1 to 100.")
    return 200, [domain for domain in engine.shelf if name in (None, domain.domain)][: int(most)]


async def _create(engine: Engine, request: Request) -> Outcome:
    attributes = await attributes_of(request)
    if engine.shelf.named(attributes["domain"]):
        raise Refusal(409, "exists", f"{attributes['domain']} exists already.", "/data/attributes/domain")
    return 201, engine.shelf.add(attributes, _now())


async def _describe(engine: Engine, request: Request) -> Outcome:
    return 200, _existing(engine, request)


async def _update(engine: Engine, request: Request) -> Outcome:
    domain = _existing(engine, request)
    attributes = await attributes_of(request, domain.id)
    domain.policy = attributes.get("dmarcPolicy", domain.policy)
    if "writeOnlyApiKey" in attributes:
        domain.key_fingerprint = fingerprint(attributes["writeOnlyApiKey"])
    engine.shelf.save()
    return 200, domain


async def _remove(engine: Engine, request: Request) -> Outcome:
    engine.shelf.take_away(_existing(engine, request).id)
    return 204, None


async def _deploy(engine: Engine, request: Request) -> Outcome:
    domain = _existing(engine, request)
    await engine.deploy(domain, _now())
    return 202, domain


async def _verify(engine: Engine, request: Request) -> Outcome:
    domain = _existing(engine, request)
    if domain.deployed_at is None:
        raise Refusal(422, "not_deployed", "The domain has not been deployed.")
    engine.verify(domain, _now())
    return 202, domain


def _now() -> datetime:
    return datetime.now(UTC)
