"""chat.*: what the bot posts, edits and deletes."""

from typing import Any

from sandbox.slack.blocks import check_message_blocks
from sandbox.slack.errors import ApiError
from sandbox.slack.model import BOT_USER, Channel, Json, Message
from sandbox.slack.payloads import shown
from sandbox.slack.web_api.call import Call, Method

LONGEST_TEXT = 40_000

_KNOWN = {
    "channel",
    "text",
    "blocks",
    "thread_ts",
    "reply_broadcast",
    "metadata",
    "unfurl_links",
    "unfurl_media",
    "mrkdwn",
    "parse",
    "link_names",
}


async def post_message(call: Call) -> Json:
    """Post a message. A reply to a parent that is gone lands at the top level, and its answer has no thread_ts."""
    _refuse_unknown(call, _KNOWN)
    channel = call.writable_channel()
    text, blocks = _content(call)
    thread_ts = call.optional("thread_ts")
    message = call.workspace.post(
        channel,
        BOT_USER,
        text,
        blocks,
        thread_ts=thread_ts,
        broadcast=call.flag("reply_broadcast"),
        metadata=_metadata(call),
    )
    return {"channel": channel.id, "ts": message.ts, "message": shown(call.workspace, message)}


async def update(call: Call) -> Json:
    """Edit a message of the bot's own."""
    _refuse_unknown(call, (_KNOWN - {"thread_ts", "unfurl_links", "unfurl_media"}) | {"ts", "file_ids", "as_user"})
    channel, message = _own_message(call, "cant_update_message")
    text, blocks = _content(call)
    call.workspace.edit(message, text, blocks, metadata=_metadata(call))
    return {"channel": channel.id, "ts": message.ts, "text": text, "message": shown(call.workspace, message)}


async def delete(call: Call) -> Json:
    """Delete a message of the bot's own."""
    channel, message = _own_message(call, "cant_delete_message")
    call.workspace.delete(message)
    return {"channel": channel.id, "ts": message.ts}


async def post_ephemeral(call: Call) -> Json:
    """Post a message that one user sees."""
    _refuse_unknown(call, (_KNOWN - {"reply_broadcast", "metadata", "unfurl_links", "unfurl_media"}) | {"user"})
    channel = call.writable_channel()
    user = call.text("user")
    if user not in channel.members:
        raise ApiError("user_not_in_channel")
    text, blocks = _content(call)
    message = call.workspace.post(channel, BOT_USER, text, blocks, only_for=user, thread_ts=call.optional("thread_ts"))
    return {"message_ts": message.ts}


async def get_permalink(call: Call) -> Json:
    """Return a message's address on the page."""
    channel = call.readable_channel()
    message = call.workspace.find(channel.id, call.text("message_ts"))
    if message is None or message.only_for:
        raise ApiError("message_not_found")
    link = f"{call.workspace.base_url}/archives/{channel.id}/p{message.ts.replace('.', '')}"
    if message.thread_ts:
        link += f"?thread_ts={message.thread_ts}&cid={channel.id}"
    return {"channel": channel.id, "permalink": link}


def _content(call: Call) -> tuple[str, list[Json]]:
    """Return text and blocks. The text is demanded with blocks too: it is what notifications and readers get."""
    blocks = check_message_blocks(call.args["blocks"]) if call.args.get("blocks") else []
    text = call.optional("text")
    if not text:
        raise ApiError("no_text")
    if len(text) > LONGEST_TEXT:
        raise ApiError("msg_too_long")
    return text, blocks


def _metadata(call: Call) -> Json | None:
    metadata: Any = call.args.get("metadata")
    if metadata is None:
        return None
    if not isinstance(metadata, dict) or not {"event_type", "event_payload"} <= set(metadata):
        raise ApiError("invalid_metadata_format")
    return metadata


def _own_message(call: Call, refusal: str) -> tuple[Channel, Message]:
    channel = call.readable_channel()
    if channel.is_archived:
        raise ApiError("is_archived")
    message = call.workspace.find(channel.id, call.text("ts"))
    if message is None or message.only_for:
        raise ApiError("message_not_found")
    if message.user != BOT_USER:
        raise ApiError(refusal)
    return channel, message


def _refuse_unknown(call: Call, known: set[str]) -> None:
    unknown = sorted(set(call.args) - known)
    if unknown:
        raise ApiError(
            "invalid_arguments",
            response_metadata={
                "messages": [f"[ERROR] the sandbox does not know the argument {each}" for each in unknown]
            },
        )


METHODS = {
    "chat.postMessage": Method(post_message, ("chat:write",)),
    "chat.update": Method(update, ("chat:write",)),
    "chat.delete": Method(delete, ("chat:write",)),
    "chat.postEphemeral": Method(post_ephemeral, ("chat:write",)),
    "chat.getPermalink": Method(get_permalink),
}
