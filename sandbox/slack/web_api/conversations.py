"""conversations.*: channels, who is in them, and what was said."""

from collections.abc import Iterable

from sandbox.slack.errors import ApiError
from sandbox.slack.model import BOT_USER, Channel, Json, Message
from sandbox.slack.payloads import shown
from sandbox.slack.web_api.call import Call, Method

_HISTORY = ("channels:history", "groups:history")
_READ = ("channels:read", "groups:read")


async def open_direct(call: Call) -> Json:
    """Open the direct messages with one user."""
    user = call.workspace.users.get(call.text("users"))
    if user is None:
        raise ApiError("user_not_found")
    if user.deleted or user.is_bot:
        raise ApiError("cannot_dm_bot" if user.is_bot else "user_disabled")
    channel = call.workspace.direct_channel(user)
    return {"channel": _described(channel) if call.flag("return_im") else {"id": channel.id}}


async def info(call: Call) -> Json:
    """Describe a channel."""
    channel = call.readable_channel()
    described = _described(channel)
    if call.flag("include_num_members"):
        described["num_members"] = len(channel.members)
    return {"channel": described}


async def members(call: Call) -> Json:
    """List who is in a channel, page by page."""
    channel = call.readable_channel()
    page, metadata = call.page(channel.members)
    return {"members": page, "response_metadata": metadata}


async def history(call: Call) -> Json:
    """List what was said at the top level, newest first."""
    channel = _channel_with_history(call)
    said = [each for each in call.workspace.messages[channel.id] if each.thread_ts is None or each.broadcast]
    return _messages(call, reversed(said))


async def replies(call: Call) -> Json:
    """List a thread, oldest first, its parent in front."""
    channel = _channel_with_history(call)
    parent = call.workspace.find(channel.id, call.text("ts"))
    if parent is None or parent.only_for:
        raise ApiError("thread_not_found")
    root = parent.thread_ts or parent.ts
    head = call.workspace.find(channel.id, root)
    thread = ([head] if head else []) + list(call.workspace.replies(channel.id, root))
    return _messages(call, thread)


def _messages(call: Call, found: Iterable[Message]) -> Json:
    oldest, latest = call.optional("oldest") or "0", call.optional("latest") or "9" * 12
    inclusive = call.flag("inclusive")

    def wanted(message: Message) -> bool:
        ts = float(message.ts)
        inside = float(oldest) < ts < float(latest) or (inclusive and message.ts in {oldest, latest})
        return inside and message.only_for is None and not message.deleted

    page, metadata = call.page([each for each in found if wanted(each)])
    messages = [shown(call.workspace, each) for each in page]
    if call.flag("include_all_metadata"):
        for item, message in zip(messages, page, strict=True):
            if message.metadata:
                item["metadata"] = message.metadata
    return {"messages": messages, "has_more": bool(metadata["next_cursor"]), "response_metadata": metadata}


def _channel_with_history(call: Call) -> Channel:
    channel = call.readable_channel()
    needed = "im:history" if channel.is_im else _HISTORY[channel.is_private]
    if needed not in call.slack.scopes:
        raise ApiError("missing_scope", needed=needed, provided=",".join(sorted(call.slack.scopes)))
    if BOT_USER not in channel.members:
        raise ApiError("not_in_channel")
    return channel


def _described(channel: Channel) -> Json:
    return {
        "id": channel.id,
        "name": channel.name,
        "is_channel": not channel.is_private,
        "is_group": channel.is_private and not channel.is_im,
        "is_im": channel.is_im,
        "is_private": channel.is_private,
        "is_archived": channel.is_archived,
        "is_member": BOT_USER in channel.members,
        "is_ext_shared": False,
        "user": channel.partner,
        "topic": {"value": channel.topic},
    }


METHODS = {
    "conversations.open": Method(open_direct, ("im:write",)),
    "conversations.info": Method(info, _READ),
    "conversations.members": Method(members, _READ),
    "conversations.history": Method(history, _HISTORY),
    "conversations.replies": Method(replies, _HISTORY),
}
