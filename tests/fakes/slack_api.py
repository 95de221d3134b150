"""A Web API of Slack in a few lines, over a real socket: remembers calls and messages, and misbehaves on demand."""

import asyncio
import json
from collections import defaultdict
from collections.abc import Callable
from contextlib import asynccontextmanager
from itertools import count
from typing import Any

from aiohttp import web

TEAM, BOT = "T0TEAM", "U0BOT"
IT_CHANNEL, SUPPORT_CHANNEL = "C0IT", "C0SUPPORT"
DROP = object()
"""As an answer: take the request in, and break the connection."""
DROP_BEFORE = object()
"""As an answer: break the connection and forget the request."""


def refused(error: str, **more: Any) -> dict[str, Any]:
    return {"ok": False, "error": error, **more}


class SlackApi:
    """What Slack would have seen. `script[method]` holds answers to give instead of the usual ones, in order."""

    def __init__(self) -> None:
        self.calls: list[tuple[str, dict[str, Any]]] = []
        self.messages: dict[tuple[str, str], dict[str, Any]] = {}
        self.files: dict[str, dict[str, Any]] = {}
        self.script: defaultdict[str, list[Any]] = defaultdict(list)
        self.users: dict[str, dict[str, Any]] = {}
        self.members: dict[str, list[str]] = {IT_CHANNEL: [], SUPPORT_CHANNEL: []}
        self.channels: dict[str, dict[str, Any]] = {
            IT_CHANNEL: {"name": "it", "is_member": True},
            SUPPORT_CHANNEL: {"name": "support", "is_member": True},
        }
        self.group: list[str] = []
        self.scopes = ""
        self.webhook_status = 200
        self.url = ""
        self._ts = count(1)

    def of(self, method: str) -> list[dict[str, Any]]:
        """The arguments of all calls of one method."""
        return [arguments for called, arguments in self.calls if called == method]

    @property
    def methods(self) -> list[str]:
        return [method for method, _ in self.calls]

    def delete(self, channel: str, ts: str) -> None:
        """Somebody deletes a message."""
        del self.messages[channel, ts]

    async def handle(self, request: web.Request) -> web.StreamResponse:
        method = request.match_info["method"]
        arguments = await _arguments(request)
        scripted = self.script[method].pop(0) if self.script[method] else None
        if scripted is DROP_BEFORE:
            _break(request)
            return web.Response()
        self.calls.append((method, arguments))
        usual: Callable[[dict[str, Any]], dict[str, Any]] = getattr(
            self, "_" + method.replace(".", "_").lower(), lambda _: refused("unknown_method")
        )
        if isinstance(scripted, web.Response):
            return scripted
        if isinstance(scripted, dict):
            return web.json_response(scripted)
        answer = usual(arguments)
        if scripted is DROP:
            _break(request)
        return web.json_response(answer, headers={"X-OAuth-Scopes": self.scopes} if self.scopes else {})

    async def upload(self, request: web.Request) -> web.Response:
        self.calls.append(("upload", {"bytes": await request.read()}))
        self.files[request.match_info["file"]]["content"] = self.calls[-1][1]["bytes"]
        return web.Response(text="OK")

    async def webhook(self, request: web.Request) -> web.Response:
        self.calls.append(("response_url", await request.json()))
        return web.Response(text="ok", status=self.webhook_status)

    def _auth_test(self, _: dict[str, Any]) -> dict[str, Any]:
        return {"ok": True, "team_id": TEAM, "team": "Team", "user_id": BOT, "user": "engage-domain"}

    def _apps_connections_open(self, _: dict[str, Any]) -> dict[str, Any]:
        return {"ok": True, "url": "ws://127.0.0.1:1/"}

    def _chat_postmessage(self, arguments: dict[str, Any]) -> dict[str, Any]:
        channel, ts = arguments["channel"], f"1700000000.{next(self._ts):06d}"
        kept = {key: arguments[key] for key in ("text", "blocks", "metadata") if key in arguments} | {"ts": ts}
        if (channel, arguments.get("thread_ts")) in self.messages:
            kept["thread_ts"] = arguments["thread_ts"]
        self.messages[channel, ts] = kept
        return {"ok": True, "channel": channel, "ts": ts, "message": kept}

    def _chat_update(self, arguments: dict[str, Any]) -> dict[str, Any]:
        where = (arguments["channel"], arguments["ts"])
        if where not in self.messages:
            return refused("message_not_found")
        self.messages[where] |= {key: arguments[key] for key in ("text", "blocks", "metadata") if key in arguments}
        return {"ok": True, "channel": where[0], "ts": where[1]}

    def _chat_delete(self, arguments: dict[str, Any]) -> dict[str, Any]:
        self.messages.pop((arguments["channel"], arguments["ts"]))
        return {"ok": True}

    def _chat_postephemeral(self, _: dict[str, Any]) -> dict[str, Any]:
        return {"ok": True, "message_ts": "1"}

    def _chat_getpermalink(self, arguments: dict[str, Any]) -> dict[str, Any]:
        return {"ok": True, "permalink": f"https://slack.example/{arguments['channel']}/{arguments['message_ts']}"}

    def _conversations_open(self, arguments: dict[str, Any]) -> dict[str, Any]:
        return {"ok": True, "channel": {"id": "D" + arguments["users"][1:]}}

    def _conversations_history(self, arguments: dict[str, Any]) -> dict[str, Any]:
        found = [each for (channel, _), each in self.messages.items() if channel == arguments["channel"]]
        return {"ok": True, "messages": [each for each in reversed(found) if "thread_ts" not in each]}

    def _conversations_replies(self, arguments: dict[str, Any]) -> dict[str, Any]:
        found = [each for (channel, _), each in self.messages.items() if channel == arguments["channel"]]
        return {
            "ok": True,
            "messages": [each for each in found if arguments["ts"] in (each.get("thread_ts"), each["ts"])],
        }

    def _conversations_info(self, arguments: dict[str, Any]) -> dict[str, Any]:
        found = self.channels.get(arguments["channel"])
        return {"ok": True, "channel": {"id": arguments["channel"], **found}} if found else refused("channel_not_found")

    def _conversations_members(self, arguments: dict[str, Any]) -> dict[str, Any]:
        at, members = int(arguments.get("cursor") or 0), self.members[arguments["channel"]]
        following = str(at + 2) if at + 2 < len(members) else ""
        return {"ok": True, "members": members[at : at + 2], "response_metadata": {"next_cursor": following}}

    def _files_getuploadurlexternal(self, arguments: dict[str, Any]) -> dict[str, Any]:
        file_id = f"F{len(self.files)}"
        self.files[file_id] = {"id": file_id, "permalink": f"https://slack.example/files/{file_id}", **arguments}
        return {"ok": True, "file_id": file_id, "upload_url": f"{self.url}/upload/{file_id}"}

    def _files_completeuploadexternal(self, arguments: dict[str, Any]) -> dict[str, Any]:
        for file in arguments["files"]:
            self.files[file["id"]] |= {"channels": [arguments["channel_id"]], "thread_ts": arguments.get("thread_ts")}
        return {"ok": True, "files": arguments["files"]}

    def _files_info(self, arguments: dict[str, Any]) -> dict[str, Any]:
        file = self.files.get(arguments["file"])
        if file is None:
            return refused("file_not_found")
        return {"ok": True, "file": {key: value for key, value in file.items() if key != "content"}}

    def _users_info(self, arguments: dict[str, Any]) -> dict[str, Any]:
        user = self.users.get(arguments["user"])
        return {"ok": True, "user": {"id": arguments["user"], **user}} if user else refused("user_not_found")

    def _usergroups_users_list(self, _: dict[str, Any]) -> dict[str, Any]:
        return {"ok": True, "users": self.group}

    def _views_open(self, _: dict[str, Any]) -> dict[str, Any]:
        return {"ok": True}

    _views_push = _views_publish = _views_open


def _break(request: web.Request) -> None:
    if request.transport is not None:
        request.transport.abort()


async def _arguments(request: web.Request) -> dict[str, Any]:
    found: dict[str, Any] = dict(request.query)
    if request.content_type == "application/json":
        return found | await request.json()
    found |= dict(await request.post())
    return {
        key: json.loads(value) if key in {"files", "blocks", "metadata", "view"} else value
        for key, value in found.items()
    }


@asynccontextmanager
async def running_slack_api():
    """Serve a `SlackApi` on loopback."""
    api = SlackApi()
    app = web.Application()
    app.router.add_route("*", "/api/{method}", api.handle)
    app.router.add_post("/upload/{file}", api.upload)
    app.router.add_post("/webhook", api.webhook)
    runner = web.AppRunner(app, handle_signals=False, shutdown_timeout=0.1)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    api.url = f"http://127.0.0.1:{runner.addresses[0][1]}"
    try:
        yield api
    finally:
        await runner.cleanup()
        await asyncio.sleep(0)
