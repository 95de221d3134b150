"""Bolt, wired to the listeners: acknowledge at once, then serve; and an answer to whatever nobody serves."""

import logging
import re
from collections.abc import Awaitable, Callable
from typing import Any

import structlog
from slack_bolt.async_app import AsyncAck, AsyncApp
from slack_bolt.authorization import AuthorizeResult
from slack_bolt.response import BoltResponse
from slack_sdk.web.async_client import AsyncWebClient

from bot.listeners import actions, commands, home, views
from bot.listeners.clicks import Body, Click
from bot.listeners.errors import Serve, attend, catch
from bot.listeners.parts import Listening
from bot.listeners.replies import Reply
from bot.listeners.visits import Visit
from core.errors import PermanentError

log = structlog.get_logger(__name__)
COMMAND = "/engage-domain"
ANYTHING = re.compile(r".*", re.DOTALL)
Listener = Callable[..., Awaitable[None]]


class Unserved(PermanentError):
    """A command, button or form of which this version of the bot knows nothing."""


def make_app(client: AsyncWebClient, signing_secret: str | None = None) -> AsyncApp:
    """Return a Bolt app without listeners of its own.

    It gets no token: Bolt would ask `auth.test`, with a client of its own making, which takes the proxy of
    the environment even on loopback; whether the team is ours is judged at every click anyway. Its loggers
    take their level from ``slack_bolt``, not from the root: at DEBUG they print payloads.
    """
    base = logging.getLogger("slack_bolt")
    base.setLevel(max(base.getEffectiveLevel(), logging.INFO))
    tokenless = AsyncWebClient(base_url=client.base_url, retry_handlers=[])
    tokenless.proxy = client.proxy
    return AsyncApp(
        client=tokenless,
        signing_secret=signing_secret or "socket-mode-needs-none",
        authorize=_authorize,
        logger=base,
        raise_error_for_unhandled_request=True,
    )


async def _authorize(enterprise_id: str | None, team_id: str | None, user_id: str | None) -> AuthorizeResult:
    return AuthorizeResult(enterprise_id=enterprise_id, team_id=team_id, user_id=user_id)


def register(app: AsyncApp, parts: Listening) -> None:
    """Have `app` serve commands, clicks, forms and the App Home, and answer all the rest."""

    async def on_error(error: Exception, body: Body) -> BoltResponse:
        return await catch(parts, error, body)

    app.error(on_error)
    app.command(COMMAND)(_at_once(parts, commands.serve_command))
    for action_id, serve in actions.SERVE.items():
        app.action(action_id)(_at_once(parts, serve))
    app.action(actions.RUN_VERB)(_at_once(parts, actions.run_verb))
    for callback_id, submit in views.SERVE.items():
        app.view(callback_id)(_submission(parts, submit))
    app.event("app_home_opened")(_event(parts, home.open_home))
    _answer_the_rest(app, parts)


def _at_once(parts: Listening, serve: Serve) -> Listener:
    async def listener(ack: AsyncAck, body: dict[str, Any]) -> None:
        await ack()
        await attend(parts, body, serve)

    return listener


def _event(parts: Listening, serve: Serve) -> Listener:
    async def listener(body: dict[str, Any]) -> None:
        await attend(parts, body, serve, aloud=False)

    return listener


def _submission(parts: Listening, submit: views.Submit) -> Listener:
    async def listener(ack: AsyncAck, body: dict[str, Any]) -> None:
        async def serve(visit: Visit) -> None:
            await submit(visit, reply)

        async with Reply.within(parts.soon, ack) as reply:
            await attend(parts, body, serve)

    return listener


def _answer_the_rest(app: AsyncApp, parts: Listening) -> None:
    async def quietly(ack: AsyncAck) -> None:
        await ack()

    async def unserved(visit: Visit) -> None:
        raise Unserved(f"nothing serves {visit.click.action_id or 'this'}")

    async def unknown_action(ack: AsyncAck, body: dict[str, Any]) -> None:
        await ack()
        # Menus and boxes inside a form report every change; only a button asks for something.
        if Click.of(body).is_button:
            await attend(parts, body, unserved)

    async def event(body: dict[str, Any]) -> None:
        log.info("slack.event_ignored", type=(body.get("event") or {}).get("type"))

    loudly = _at_once(parts, unserved)
    app.action("open_thread")(quietly)  # a link: Slack tells that it was followed
    app.action(ANYTHING)(unknown_action)
    app.command(ANYTHING)(loudly)
    app.view(ANYTHING)(loudly)
    app.view_closed(ANYTHING)(quietly)
    app.shortcut(ANYTHING)(loudly)
    app.options(ANYTHING)(quietly)
    app.event(ANYTHING)(event)
