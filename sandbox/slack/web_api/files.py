"""files.*: an upload in three steps, the last of which shares the file a moment later."""

import asyncio
import secrets
import time
from typing import Any

from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response

from sandbox.slack.errors import ApiError
from sandbox.slack.model import BOT_USER, Channel, File, Json
from sandbox.slack.web_api.call import Call, Method, Slack
from sandbox.slack.workspace import Workspace

SHARE_DELAY = 0.3
LARGEST_SNIPPET = 1_000_000


async def get_upload_url(call: Call) -> Json:
    """Give out an upload URL, and the id that the file will have."""
    try:
        length = int(call.text("length"))
    except ValueError:
        raise ApiError("invalid_arguments") from None
    snippet_type = call.optional("snippet_type") or ""
    if snippet_type and length > LARGEST_SNIPPET:
        raise ApiError("snippet_too_large")
    file = File(
        call.workspace.new_id("F"),
        call.text("filename"),
        length,
        snippet_type,
        call.optional("alt_txt") or "",
        secrets.token_urlsafe(16),
        created=int(time.time()),
    )
    call.workspace.files[file.id] = file
    return {"upload_url": f"{call.workspace.base_url}/upload/v1/{file.ticket}", "file_id": file.id}


async def receive_upload(slack: Slack, request: Request) -> Response:
    """Take in a file's bytes, as the body or as a form's first file."""
    ticket = request.path_params["ticket"]
    file = next((each for each in slack.workspace.files.values() if each.ticket == ticket), None)
    if file is None or file.content is not None:
        return PlainTextResponse("no such upload", 404)
    content = await _bytes(request)
    if len(content) != file.length:
        return PlainTextResponse(f"{file.length} bytes were announced, {len(content)} came", 400)
    file.content = content
    return PlainTextResponse(f"OK - {len(content)}")


async def _bytes(request: Request) -> bytes:
    if not request.headers.get("content-type", "").startswith("multipart/form-data"):
        return await request.body()
    for value in (await request.form()).values():
        if not isinstance(value, str):
            return await value.read()
    return b""


async def complete_upload(call: Call) -> Json:
    """Finish uploads; share them in a channel, perhaps in a thread, after the answer has gone."""
    files = [_uploaded(call, each) for each in _listed(call)]
    channel = call.writable_channel("channel_id") if call.optional("channel_id") else None
    for file, title in files:
        file.title = title
        file.completed = True
    answer = {"files": [described(call.workspace, file) for file, _ in files]}
    if channel is not None:
        call.slack.actors.keep_running(
            _share_later(
                call.workspace,
                channel,
                [file for file, _ in files],
                call.optional("initial_comment") or "",
                call.optional("thread_ts"),
            )
        )
    return answer


def _listed(call: Call) -> list[Json]:
    listed: Any = call.args.get("files")
    if not isinstance(listed, list) or not listed or not all(isinstance(each, dict) for each in listed):
        raise ApiError("invalid_arguments")
    return listed


def _uploaded(call: Call, item: Json) -> tuple[File, str]:
    file = call.workspace.files.get(str(item.get("id")))
    if file is None or file.content is None or file.completed:
        raise ApiError("file_not_found")
    return file, str(item.get("title") or file.name)


async def _share_later(
    workspace: Workspace, channel: Channel, files: list[File], comment: str, thread_ts: str | None
) -> None:
    await asyncio.sleep(SHARE_DELAY)
    if any(file.alt_txt for file in files):
        return  # Slack accepts an alt_txt for a snippet, and then never shares it.
    message = workspace.post(channel, BOT_USER, comment, thread_ts=thread_ts, files=[file.id for file in files])
    for file in files:
        file.shares.append((channel.id, message.ts, message.thread_ts))


async def file_info(call: Call) -> Json:
    """Describe a file; where it is shared is known once it is."""
    file = call.workspace.files.get(call.text("file"))
    if file is None or not file.completed:
        raise ApiError("file_not_found")
    return {"file": described(call.workspace, file), "comments": [], "response_metadata": {"next_cursor": ""}}


def described(workspace: Workspace, file: File) -> Json:
    """Return a file as Slack's methods show it."""
    shares: Json = {}
    for channel_id, ts, thread_ts in file.shares:
        channel = workspace.channels[channel_id]
        share = {"ts": ts, "channel_name": channel.name, "team_id": "", "share_user_id": BOT_USER}
        if thread_ts:
            share["thread_ts"] = thread_ts
        kind = shares.setdefault("private" if channel.is_private else "public", {})
        kind.setdefault(channel_id, []).append(share)
    content = file.content or b""
    return {
        "id": file.id,
        "created": file.created,
        "timestamp": file.created,
        "name": file.name,
        "title": file.title or file.name,
        "mimetype": "text/plain",
        "filetype": file.snippet_type or "text",
        "mode": "snippet" if file.snippet_type else "hosted",
        "user": BOT_USER,
        "size": len(content),
        "lines": content.count(b"\n"),
        "preview": content[:400].decode("utf-8", "replace"),
        "url_private": f"{workspace.base_url}/files/{file.id}",
        "url_private_download": f"{workspace.base_url}/files/{file.id}?download=1",
        "permalink": f"{workspace.base_url}/files/{file.id}",
        "channels": [channel for channel, _, _ in file.shares if not workspace.channels[channel].is_private],
        "groups": [channel for channel, _, _ in file.shares if workspace.channels[channel].is_private],
        "shares": shares,
    }


METHODS = {
    "files.getUploadURLExternal": Method(get_upload_url, ("files:write",)),
    "files.completeUploadExternal": Method(complete_upload, ("files:write",)),
    "files.info": Method(file_info, ("files:read",)),
}
