"""What one person sees: the state that the page draws and that tests look at."""

from sandbox.slack.model import BOT_USER, Channel, File, Json, Message, User, View
from sandbox.slack.views import described, initial
from sandbox.slack.web_api.call import Slack
from sandbox.slack.workspace import elements_of

PREVIEW_CHARACTERS = 20_000
TONES = 8  # as many colours for avatars as the style sheet has


def screen(slack: Slack, user: User, after: float = 0) -> Json:
    """Return everything on one person's screen, as JSON; of messages, those that were posted `after` (a timestamp)."""
    workspace = slack.workspace
    top = slack.views.top(user.id)
    home = slack.views.homes.get(user.id)
    return {
        "version": workspace.version,
        "me": user.id,
        "bot": BOT_USER,
        "connected": slack.socket_mode.connected,
        "users": {each.id: _person(each, number) for number, each in enumerate(workspace.users.values())},
        "channels": [
            _channel(slack, each, user, after) for each in workspace.channels.values() if each.shown_to(user.id)
        ],
        "view": _view(top) if top else None,
        "home": _view(home) if home else None,
        "notes": workspace.notes,
    }


def _person(user: User, number: int) -> Json:
    return {
        "id": user.id,
        "name": user.name,
        "real_name": user.real_name,
        "title": user.title,
        "locale": user.locale,
        "is_bot": user.is_bot,
        "can_act": user.can_act,
        "tone": number % TONES,
    }


def _channel(slack: Slack, channel: Channel, user: User, after: float) -> Json:
    seen = [each for each in slack.workspace.since(channel.id, after) if each.only_for in {None, user.id}]
    threads = {each.thread_ts for each in seen if each.thread_ts and not each.deleted}
    return {
        "id": channel.id,
        "name": channel.name,
        "topic": channel.topic,
        "is_private": channel.is_private,
        "is_im": channel.is_im,
        "is_archived": channel.is_archived,
        "is_member": user.id in channel.members,
        "has_bot": BOT_USER in channel.members,
        "members": len(channel.members),
        "messages": [_message(slack, each) for each in seen if not each.deleted or each.ts in threads],
    }


def _message(slack: Slack, message: Message) -> Json:
    return {
        "ts": message.ts,
        "user": message.user,
        "text": message.text,
        "blocks": message.blocks,
        "thread_ts": message.thread_ts,
        "broadcast": message.broadcast,
        "edited": message.edited_ts,
        "ephemeral": message.only_for is not None,
        "slackbot": message.from_slackbot,
        "deleted": message.deleted,
        "metadata": message.metadata,
        "files": [file_shown(slack.workspace.files[each]) for each in message.files],
    }


def file_shown(file: File) -> Json:
    """Return a file with the beginning of its content."""
    content = (file.content or b"").decode("utf-8", "replace")
    return {
        "id": file.id,
        "name": file.name,
        "title": file.title,
        "size": file.length,
        "snippet": bool(file.snippet_type),
        "content": content[:PREVIEW_CHARACTERS],
        "url": f"/files/{file.id}",
    }


def _view(view: View) -> Json:
    """Return a view with what its inputs hold, by block id and action id."""
    holding: dict[str, Json] = {}
    for block in view.blocks:
        for element in elements_of(block):
            if element["type"] not in {"button", "overflow"}:
                entered = view.values.get(block["block_id"], {})
                value = entered.get(element["action_id"], initial(element))
                holding.setdefault(block["block_id"], {})[element["action_id"]] = value
    return described(view) | {"entered": holding, "errors": view.errors}
