"""What people do: type a command, press a button, submit a modal, open the App Home; and what they see of failures."""

import asyncio
import logging
from collections.abc import Coroutine
from typing import Any

from sandbox.slack import payloads
from sandbox.slack.blocks import check_message_blocks, check_view
from sandbox.slack.errors import ApiError, NotPossible
from sandbox.slack.model import BOT_USER, COMMAND, Channel, Json, Message, User, View
from sandbox.slack.socket_mode import NoAnswer, SocketMode
from sandbox.slack.tickets import Tickets
from sandbox.slack.views import Views, missing_or_unfit
from sandbox.slack.workspace import Workspace, elements_of

log = logging.getLogger(__name__)

TROUBLE = "We had some trouble connecting. Try again?"


class Actors:
    """Everybody who can act. Every method returns None, or the code of what Slack reports to the person."""

    def __init__(self, workspace: Workspace, views: Views, tickets: Tickets, socket_mode: SocketMode) -> None:
        self._workspace = workspace
        self._views = views
        self._tickets = tickets
        self._socket_mode = socket_mode
        self._running: set[asyncio.Task[None]] = set()

    # -- commands and plain messages ----------------------------------------------------------------------------

    async def say(self, user: User, channel: Channel, text: str, thread_ts: str | None = None) -> str | None:
        """Say something; what begins with a slash is a command, and those do not run in threads."""
        self._allow(user, channel)
        if not text.startswith("/"):
            self._workspace.post(channel, user.id, _escaped(text), thread_ts=thread_ts)
            return None
        name, _, rest = text.partition(" ")
        if thread_ts:
            self._report(user, channel, f"{name} is not supported in threads. Sorry!", thread_ts)
            return "not_supported_in_threads"
        if name != COMMAND:
            self._report(user, channel, f"{name} is not a valid command.")
            return "invalid_command"
        return await self._command(user, channel, rest.strip())

    async def _command(self, user: User, channel: Channel, text: str) -> str | None:
        token = self._tickets.response(user.id, channel.id)
        payload = payloads.command(user, channel, text, self._tickets.trigger(user.id), self._response_url(token))
        try:
            answer = await self._socket_mode.ask("slash_commands", payload)
            if answer.get("text") or answer.get("blocks"):
                self.respond(user.id, channel, answer)
        except NoAnswer as error:
            self._report(user, channel, f'{COMMAND} failed with the error "{error.code}"')
            return error.code
        except ApiError as error:
            self._report(user, channel, f'{COMMAND} failed with the error "{error.code}"')
            log.error("the ack of a command was refused: %s", error.body())
            return error.code
        return None

    def respond(self, user: str, channel: Channel, answer: Json, thread_ts: str | None = None) -> Message:
        """Post what the app answers through an ack or a response URL. Raises `ApiError`."""
        text, blocks = checked_answer(answer)
        in_channel = answer.get("response_type") == "in_channel"
        return self._workspace.post(
            channel,
            BOT_USER,
            text,
            blocks,
            only_for=None if in_channel else user,
            thread_ts=answer.get("thread_ts") or thread_ts,
        )

    # -- buttons and other elements -----------------------------------------------------------------------------

    async def click_message(self, user: User, channel: Channel, ts: str, chosen: Json) -> str | None:
        """Press a button, or choose an option, of a message. `chosen`: action_id, and perhaps block_id and value."""
        message = self._workspace.find(channel.id, ts)
        if message is None or message.only_for not in {None, user.id} or not channel.shown_to(user.id):
            raise NotPossible(f"{user.name} sees no message {ts} in {channel.name}")
        element, block_id = _find_element(message.blocks, chosen)
        token = self._tickets.response(user.id, channel.id, message.ts, message.thread_ts)
        payload = payloads.click_on_message(
            user,
            channel,
            message,
            payloads.action(element, block_id, chosen.get("value")),
            self._tickets.trigger(user.id),
            self._response_url(token),
            payloads.shown(self._workspace, message),
        )
        error = await self._interact(payload)
        if error:
            self._report(user, channel, f'This did not work: the app gave no answer ("{error}").', message.thread_ts)
        return error

    async def click_view(self, user: User, view: View, chosen: Json) -> str | None:
        """Press a button, or choose an option, of a modal or an App Home."""
        self._views.enter(view, chosen.get("values") or {})
        element, block_id = _find_element(view.blocks, chosen)
        if element["type"] not in {"button", "overflow"}:
            self._views.enter(view, {block_id: {element["action_id"]: chosen.get("value")}})
        action = payloads.action(element, block_id, chosen.get("value"))
        error = await self._interact(
            payloads.click_on_view(user, view, action, self._tickets.trigger(user.id, view.id))
        )
        if error:
            self._views.refuse(view, {"": TROUBLE})
        return error

    # -- modals and App Home ------------------------------------------------------------------------------------

    async def submit(self, user: User, view: View, values: Json) -> str | None:
        """Submit a modal. What Slack itself refuses never reaches the app: ``validation``."""
        self._views.enter(view, values)
        refused = missing_or_unfit(view)
        if refused:
            self._views.refuse(view, refused)
            return "validation"
        try:
            answer = await self._socket_mode.ask(
                "interactive", payloads.submission(user, view, self._tickets.trigger(user.id, view.id))
            )
            return self._obey(view, answer)
        except NoAnswer as error:
            self._views.refuse(view, {"": TROUBLE})
            return error.code
        except ApiError as error:
            self._views.refuse(view, {"": TROUBLE})
            log.error("the answer to a submission was refused: %s", error.body())
            return error.code

    def _obey(self, view: View, answer: Json) -> str | None:
        match answer.get("response_action"):
            case None:
                self._views.close(view)
            case "clear":
                self._views.close(view, everything=True)
            case "errors":
                return self._refuse(view, answer.get("errors"))
            case "update":
                self._views.update(view, check_view(answer.get("view"), "modal"))
            case "push":
                self._views.push(view.user, check_view(answer.get("view"), "modal"))
            case other:
                raise ApiError(f"unknown response_action {other}")
        return None

    def _refuse(self, view: View, errors: Any) -> str:
        inputs = {block["block_id"] for block in view.blocks if block["type"] == "input"}
        if not isinstance(errors, dict) or not errors or not set(errors) <= inputs:
            raise ApiError("invalid_errors", errors=errors)
        self._views.refuse(view, errors)
        return "errors"

    async def close(self, user: User, view: View, *, everything: bool = False) -> str | None:
        """Close a modal without submitting it."""
        self._views.close(view, everything=everything)
        if view.body.get("notify_on_close"):
            return await self._interact(payloads.closed(user, view, is_cleared=everything))
        return None

    async def open_home(self, user: User) -> None:
        """Open the App Home."""
        channel = self._workspace.direct_channel(user)
        event_id = self._workspace.new_id("Ev")
        await self._tell(payloads.home_opened(user, channel, self._views.homes.get(user.id), event_id))

    # -- means --------------------------------------------------------------------------------------------------

    async def _tell(self, payload: Json) -> None:
        self.keep_running(self._socket_mode.tell(payload))

    def keep_running(self, work: Coroutine[Any, Any, None]) -> None:
        """Run something beside; hold on to it until it is done."""
        task = asyncio.create_task(work)
        self._running.add(task)
        task.add_done_callback(self._running.discard)

    async def _interact(self, payload: Json) -> str | None:
        try:
            await self._socket_mode.ask("interactive", payload)
        except NoAnswer as error:
            return error.code
        return None

    def _allow(self, user: User, channel: Channel) -> None:
        if user.id not in channel.members or channel.is_archived:
            raise NotPossible(f"{user.name} cannot write in {channel.name}")

    def _report(self, user: User, channel: Channel, text: str, thread_ts: str | None = None) -> None:
        self._workspace.tell_privately(channel, user.id, text, thread_ts)

    def _response_url(self, token: str) -> str:
        return f"{self._workspace.base_url}/response/{token}"


def checked_answer(answer: Json) -> tuple[str, list[Json]]:
    """Return text and blocks of what the app answers through an ack or a response URL. Raises `ApiError`."""
    blocks = check_message_blocks(answer["blocks"]) if answer.get("blocks") else []
    if not answer.get("text"):
        raise ApiError("no_text")
    return str(answer["text"]), blocks


def _find_element(blocks: list[Json], chosen: Json) -> tuple[Json, str]:
    for block in blocks:
        for element in elements_of(block):
            same_block = chosen.get("block_id") in {None, block["block_id"]}
            if element["action_id"] == chosen.get("action_id") and same_block:
                return element, block["block_id"]
    raise NotPossible(f"there is nothing here with the action_id {chosen.get('action_id')}")


def _escaped(text: str) -> str:
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
