"""Socket Mode: sends envelopes to the app over a WebSocket and waits for its acks.

https://docs.slack.dev/apis/events-api/using-socket-mode
"""

import asyncio
import itertools
import json
import logging
import secrets
from typing import Any

from starlette.websockets import WebSocket, WebSocketDisconnect

from sandbox.slack.model import APP_ID, Json
from sandbox.slack.workspace import Workspace

ACK_SECONDS = 3.0
EVENT_TRIES = 3

log = logging.getLogger(__name__)


class NoAnswer(Exception):
    """The app did not acknowledge in time, or is not connected. `code` is what Slack tells the user."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


class SocketMode:
    """The app's connections, and the envelopes that wait for an ack."""

    def __init__(self, workspace: Workspace) -> None:
        self._workspace = workspace
        self._tickets: set[str] = set()
        self._sockets: list[WebSocket] = []
        self._waiting: dict[str, asyncio.Future[Json]] = {}
        self._turns = itertools.count()

    @property
    def connected(self) -> int:
        """How many connections the app holds."""
        return len(self._sockets)

    def new_url(self) -> str:
        """Return a WebSocket URL for one connection (`apps.connections.open`)."""
        ticket = secrets.token_urlsafe(16)
        self._tickets.add(ticket)
        return f"{self._workspace.base_url.replace('http', 'ws', 1)}/link/?ticket={ticket}&app_id={APP_ID}"

    async def serve(self, socket: WebSocket) -> None:
        """Hold one connection until it ends."""
        ticket = socket.query_params.get("ticket", "")
        if ticket not in self._tickets:
            await socket.close(1008)
            return
        self._tickets.discard(ticket)
        await socket.accept()
        self._sockets.append(socket)
        self._workspace.touch()
        try:
            await socket.send_json(self._hello())
            while True:
                self._receive(await socket.receive_text())
        except (WebSocketDisconnect, RuntimeError):
            log.debug("the app has closed a connection")
        finally:
            self._forget(socket)

    async def disconnect(self, reason: str) -> int:
        """Tell every connection to go, as Slack does now and then; return how many there were."""
        sockets = list(self._sockets)
        for socket in sockets:
            await socket.send_json({"type": "disconnect", "reason": reason, "debug_info": {"host": "sandbox"}})
            self._forget(socket)
        return len(sockets)

    async def ask(self, kind: str, payload: Json, *, attempt: int = 0) -> Json:
        """Send one envelope; return the payload of its ack. Raises `NoAnswer`."""
        if not self._sockets:
            raise NoAnswer("dispatch_failed")
        socket = self._sockets[next(self._turns) % len(self._sockets)]
        envelope_id = f"{secrets.token_hex(4)}-{secrets.token_hex(8)}"
        envelope: Json = {"type": kind, "envelope_id": envelope_id, "payload": payload}
        envelope["accepts_response_payload"] = kind != "events_api"
        if kind == "events_api":
            envelope |= {"retry_attempt": attempt, "retry_reason": "timeout" if attempt else ""}
        answer: asyncio.Future[Json] = asyncio.get_running_loop().create_future()
        self._waiting[envelope_id] = answer
        try:
            await socket.send_json(envelope)
            return await asyncio.wait_for(answer, ACK_SECONDS)
        except TimeoutError:
            raise NoAnswer("operation_timeout") from None
        except (WebSocketDisconnect, RuntimeError):
            self._forget(socket)
            raise NoAnswer("dispatch_failed") from None
        finally:
            self._waiting.pop(envelope_id, None)

    async def tell(self, payload: Json) -> None:
        """Send an event; send it again while it is not acknowledged, three times in all."""
        for attempt in range(EVENT_TRIES):
            try:
                await self.ask("events_api", payload, attempt=attempt)
            except NoAnswer as error:
                log.warning("event %s: %s", payload["event"]["type"], error.code)
            else:
                return

    def _hello(self) -> Json:
        return {
            "type": "hello",
            "num_connections": len(self._sockets),
            "connection_info": {"app_id": APP_ID},
            "debug_info": {"host": "sandbox", "approximate_connection_time": 3600},
        }

    def _receive(self, text: str) -> None:
        message: Any = json.loads(text)
        answer = self._waiting.get(message.get("envelope_id", ""))
        if answer is not None and not answer.done():
            answer.set_result(message.get("payload") or {})

    def _forget(self, socket: WebSocket) -> None:
        if socket in self._sockets:
            self._sockets.remove(socket)
            self._workspace.touch()
