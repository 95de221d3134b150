"""The API below ``/sandbox``: what the page, and tests, use to act as somebody and to see what they see."""

import asyncio
import json
from collections.abc import AsyncIterator, Awaitable, Callable
from typing import Any

from starlette.requests import Request
from starlette.responses import JSONResponse, Response, StreamingResponse

from sandbox.slack.acting import checked_answer
from sandbox.slack.errors import ApiError, NotPossible
from sandbox.slack.model import BOT_USER, Json, View
from sandbox.slack.screen import screen
from sandbox.slack.web_api.call import Slack

HEARTBEAT_SECONDS = 15.0
GATHER_SECONDS = 0.03

Handler = Callable[[Slack, Json], Awaitable[Json]]


async def act(slack: Slack, request: Request) -> Response:
    """Answer ``POST /sandbox/<action>``: JSON in, JSON out; 400 with ``error`` for what cannot be done."""
    handler = ACTIONS.get(request.path_params["action"])
    if handler is None:
        return JSONResponse({"error": "there is no such action"}, 404)
    if not request.headers.get("content-type", "").startswith("application/json"):
        return JSONResponse({"error": "only JSON is accepted"}, 415)
    try:
        body: Any = json.loads(await request.body() or b"{}")
        return JSONResponse(await handler(slack, body))
    except KeyError as missing:
        return JSONResponse({"error": f"missing field {missing}"}, 400)
    except (NotPossible, ValueError) as error:
        return JSONResponse({"error": str(error)}, 400)


async def command(slack: Slack, body: Json) -> Json:
    """``{user, channel, text, thread_ts?}``: type something; a slash command if it begins with a slash."""
    workspace = slack.workspace
    user, channel = workspace.user(body["user"]), workspace.channel(body["channel"])
    return _outcome(await slack.actors.say(user, channel, str(body["text"]), body.get("thread_ts")))


async def click(slack: Slack, body: Json) -> Json:
    """``{user, action_id, block_id?, value?}`` and ``message: {channel, ts}``, ``view_id`` or ``view: "home"``."""
    user = slack.workspace.user(body["user"])
    body["action_id"]
    if "message" in body:
        place = body["message"]
        channel = slack.workspace.channel(place["channel"])
        return _outcome(await slack.actors.click_message(user, channel, place["ts"], body))
    return _outcome(await slack.actors.click_view(user, _view(slack, user.id, body), body))


async def submit(slack: Slack, body: Json) -> Json:
    """``{user, view_id, values: {block_id: value}}``: submit a modal. ``errors`` says what it was refused for."""
    user = slack.workspace.user(body["user"])
    view = _view(slack, user.id, body)
    error = await slack.actors.submit(user, view, body.get("values") or {})
    return _outcome(error) | {"errors": view.errors}


async def close_view(slack: Slack, body: Json) -> Json:
    """``{user, view_id, clear?}``: close a modal, or all of them."""
    user = slack.workspace.user(body["user"])
    view = _view(slack, user.id, body)
    return _outcome(await slack.actors.close(user, view, everything=bool(body.get("clear"))))


async def open_home(slack: Slack, body: Json) -> Json:
    """``{user}``: open the App Home."""
    await slack.actors.open_home(slack.workspace.user(body["user"]))
    return _outcome(None)


async def faults(slack: Slack, body: Json) -> Json:
    """``{method, kind, times?, seconds?, error?, channel?}``: the next calls fail; ``{clear: true}``: forget it all.

    ``{}`` changes nothing. The answer names in ``held`` the methods whose answers were held back since the last clear.
    """
    if body.get("clear"):
        slack.faults.clear()
    elif body:
        slack.faults.add(body)
    slack.workspace.touch()
    return _outcome(None) | {"waiting": len(slack.faults.waiting), "held": slack.faults.held}


async def disconnect(slack: Slack, body: Json) -> Json:
    """``{reason?}``: ask the app's Socket Mode connections to come anew."""
    gone = await slack.socket_mode.disconnect(str(body.get("reason", "refresh_requested")))
    return _outcome(None) | {"connections": gone}


async def change_channel(slack: Slack, body: Json) -> Json:
    """``{channel, archived?, bot_is_member?, join?, leave?}``: what an administrator of the workspace does."""
    channel = slack.workspace.channel(body["channel"])
    if "archived" in body:
        channel.is_archived = bool(body["archived"])
    joining = [slack.workspace.user(body["join"]).id] if "join" in body else []
    leaving = [slack.workspace.user(body["leave"]).id] if "leave" in body else []
    if "bot_is_member" in body:
        (joining if body["bot_is_member"] else leaving).append(BOT_USER)
    kept = [each for each in channel.members if each not in leaving]
    channel.members = kept + [each for each in joining if each not in kept]
    slack.workspace.touch()
    return _outcome(None)


async def delete_message(slack: Slack, body: Json) -> Json:
    """``{channel, ts}``: delete a message, as an administrator of the workspace may."""
    channel = slack.workspace.channel(body["channel"])
    message = slack.workspace.find(channel.id, body["ts"])
    if message is None:
        raise NotPossible("there is no such message")
    slack.workspace.delete(message)
    return _outcome(None)


ACTIONS: dict[str, Handler] = {
    "command": command,
    "click": click,
    "submit": submit,
    "close_view": close_view,
    "open_home": open_home,
    "faults": faults,
    "disconnect": disconnect,
    "channel": change_channel,
    "delete_message": delete_message,
}


def state(slack: Slack, request: Request) -> Response:
    """Answer ``GET /sandbox/state?user=…``: what somebody sees; with ``after``, only messages later than that."""
    try:
        user = slack.workspace.user(request.query_params.get("user", ""))
        after = float(request.query_params.get("after", 0))
    except NotPossible as error:
        return JSONResponse({"error": str(error)}, 404)
    except ValueError:
        return JSONResponse({"error": "after is no timestamp"}, 400)
    return JSONResponse(screen(slack, user, after))


def stream(slack: Slack, request: Request) -> Response:
    """Answer ``GET /sandbox/stream?user=…`` with server-sent events: what somebody sees, again at every change."""
    try:
        user = slack.workspace.user(request.query_params.get("user", ""))
    except NotPossible as error:
        return JSONResponse({"error": str(error)}, 404)

    async def events() -> AsyncIterator[str]:
        seen = -1
        while True:
            if await slack.workspace.wait_for_change(seen, HEARTBEAT_SECONDS):
                await asyncio.sleep(GATHER_SECONDS)
                seen = slack.workspace.version
                yield f"data: {json.dumps(screen(slack, user))}\n\n"
            else:
                yield ": still here\n\n"

    return StreamingResponse(events(), media_type="text/event-stream")


async def answer_response_url(slack: Slack, request: Request) -> Response:
    """Answer ``POST /response/<token>``: five times within half an hour the app may post, replace or delete."""
    try:
        body: Any = json.loads(await request.body() or b"{}")
        given = slack.tickets.use_response(request.path_params["token"])
        channel = slack.workspace.channels[given.channel]
        original = slack.workspace.find(channel.id, given.message_ts) if given.message_ts else None
        if body.get("delete_original") and original:
            slack.workspace.delete(original)
        elif body.get("replace_original") and original:
            slack.workspace.edit(original, *checked_answer(body))
        else:
            slack.actors.respond(given.user, channel, body, given.thread_ts)
    except ApiError as error:
        return JSONResponse(error.body(), error.status)
    except ValueError:
        return JSONResponse({"ok": False, "error": "invalid_payload"}, 400)
    return Response("ok", media_type="text/plain")


def _view(slack: Slack, user: str, body: Json) -> View:
    home = slack.views.homes.get(user) if body.get("view") == "home" else None
    view = home or slack.views.find(body.get("view_id"))
    if view is None or view.user != user:
        raise NotPossible("this view is not open")
    return view


def _outcome(error: str | None) -> Json:
    return {"ok": error is None, "error": error}
