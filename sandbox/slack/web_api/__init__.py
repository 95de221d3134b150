"""Slack's Web API: a fixed list of methods; any other name is refused, and logged as a mistake."""

import json
import logging
from typing import Any

from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from sandbox.slack.errors import ApiError
from sandbox.slack.model import Json
from sandbox.slack.web_api.call import Call, Method, Slack
from sandbox.slack.web_api.chat import METHODS as CHAT
from sandbox.slack.web_api.conversations import METHODS as CONVERSATIONS
from sandbox.slack.web_api.files import METHODS as FILES
from sandbox.slack.web_api.people import METHODS as PEOPLE
from sandbox.slack.web_api.views import METHODS as VIEWS

METHODS: dict[str, Method] = {**CHAT, **CONVERSATIONS, **FILES, **PEOPLE, **VIEWS}

_IGNORED = {"team_id"}  # Bolt sends it with every call; it matters to tokens of whole organisations only

log = logging.getLogger(__name__)


async def answer(slack: Slack, request: Request) -> Response:
    """Answer ``/api/<method>``."""
    name = request.path_params["method"]
    try:
        args = await _arguments(request)
        body = await slack.faults.around(name, args, lambda: _run(slack, name, request, args))
    except ApiError as error:
        log.info("%s: %s", name, error.body())
        return JSONResponse(error.body(), error.status, headers=error.headers | _scope_headers(slack))
    except TimeoutError:
        return Response("", 504)
    return JSONResponse({"ok": True, **body}, headers=_scope_headers(slack))


async def _run(slack: Slack, name: str, request: Request, args: Json) -> Json:
    method = METHODS.get(name)
    if method is None:
        log.error("the sandbox has no method %s", name)
        raise ApiError("unknown_method", req_method=name)
    scheme, _, token = request.headers.get("authorization", "").partition(" ")
    if scheme.lower() != "bearer" or token not in {slack.bot_token, slack.app_token}:
        raise ApiError("invalid_auth" if token else "not_authed")
    if (token == slack.app_token) != method.for_app:
        raise ApiError("not_allowed_token_type")
    missing = [each for each in method.scopes if each not in slack.scopes]
    if missing and len(missing) == len(method.scopes):
        raise ApiError("missing_scope", needed=",".join(missing), provided=",".join(sorted(slack.scopes)))
    return await method.handler(Call(slack, args))


async def _arguments(request: Request) -> Json:
    """Collect the arguments from the query, a form or a JSON body; lists and objects may come as JSON texts."""
    args: Json = dict(request.query_params)
    kind = request.headers.get("content-type", "").partition(";")[0].strip()
    if kind == "application/json":
        try:
            body: Any = json.loads(await request.body() or b"{}")
        except ValueError:
            raise ApiError("invalid_json") from None
        if not isinstance(body, dict):
            raise ApiError("json_not_object")
        args |= body
    elif kind in {"application/x-www-form-urlencoded", "multipart/form-data"}:
        args |= {key: value for key, value in (await request.form()).items() if isinstance(value, str)}
    return {key: _structured(key, value) for key, value in args.items() if value is not None and key not in _IGNORED}


def _structured(key: str, value: Any) -> Any:
    if key in {"blocks", "view", "metadata", "files"} and isinstance(value, str):
        try:
            return json.loads(value)
        except ValueError:
            raise ApiError("invalid_arguments", response_metadata={"messages": [f"[ERROR] {key}: not JSON"]}) from None
    return value


def _scope_headers(slack: Slack) -> dict[str, str]:
    return {"x-oauth-scopes": ",".join(sorted(slack.scopes))}
