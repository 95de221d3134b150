"""What Slack tells the app when somebody does something (https://docs.slack.dev/interactivity)."""

import time
from typing import Any

from sandbox.slack.model import (
    APP_ID,
    BOT_ID,
    BOT_USER,
    COMMAND,
    TEAM_DOMAIN,
    TEAM_ID,
    Channel,
    Json,
    Message,
    User,
    View,
)
from sandbox.slack.views import described, state_of
from sandbox.slack.workspace import Workspace

VERIFICATION_TOKEN = "not-checked-in-socket-mode"  # noqa: S105 # nosec B105 # Slack's deprecated field


def command(user: User, channel: Channel, text: str, trigger_id: str, response_url: str) -> Json:
    """Return a slash command's payload."""
    return {
        "token": VERIFICATION_TOKEN,
        "team_id": user.team_id,
        "team_domain": TEAM_DOMAIN,
        "channel_id": channel.id,
        "channel_name": "directmessage" if channel.is_im else channel.name,
        "user_id": user.id,
        "user_name": user.name,
        "command": COMMAND,
        "text": text,
        "api_app_id": APP_ID,
        "is_enterprise_install": "false",
        "response_url": response_url,
        "trigger_id": trigger_id,
    }


def _interaction(kind: str, user: User) -> Json:
    return {
        "type": kind,
        "team": {"id": TEAM_ID, "domain": TEAM_DOMAIN},
        "user": {"id": user.id, "username": user.name, "name": user.name, "team_id": user.team_id},
        "api_app_id": APP_ID,
        "token": VERIFICATION_TOKEN,
        "enterprise": None,
        "is_enterprise_install": False,
    }


def click_on_message(
    user: User, channel: Channel, message: Message, action: Json, trigger_id: str, response_url: str, shown: Json
) -> Json:
    """Return the payload of a click in a message. Ephemeral messages are not part of it, as in Slack."""
    payload = _interaction("block_actions", user) | {
        "container": {
            "type": "message",
            "message_ts": message.ts,
            "channel_id": channel.id,
            "is_ephemeral": message.only_for is not None,
        },
        "trigger_id": trigger_id,
        "channel": {"id": channel.id, "name": "directmessage" if channel.is_im else channel.name},
        "state": {"values": {}},
        "response_url": response_url,
        "actions": [action],
    }
    if message.thread_ts:
        payload["container"]["thread_ts"] = message.thread_ts
    if message.only_for is None:
        payload["message"] = shown
    return payload


def click_on_view(user: User, view: View, action: Json, trigger_id: str) -> Json:
    """Return the payload of a click in a modal or an App Home."""
    return _interaction("block_actions", user) | {
        "container": {"type": "view", "view_id": view.id},
        "trigger_id": trigger_id,
        "view": described(view),
        "state": {"values": state_of(view)},
        "actions": [action],
    }


def submission(user: User, view: View, trigger_id: str) -> Json:
    """Return the payload of a modal's submission."""
    return _interaction("view_submission", user) | {
        "trigger_id": trigger_id,
        "view": described(view),
        "response_urls": [],
    }


def closed(user: User, view: View, *, is_cleared: bool) -> Json:
    """Return the payload that tells that a modal was closed."""
    return _interaction("view_closed", user) | {"view": described(view), "is_cleared": is_cleared}


def home_opened(user: User, channel: Channel, home: View | None, event_id: str) -> Json:
    """Return the event that somebody has opened the App Home."""
    moment = time.time()
    event: Json = {
        "type": "app_home_opened",
        "user": user.id,
        "channel": channel.id,
        "tab": "home",
        "event_ts": f"{moment:.6f}",
    }
    if home is not None:
        event["view"] = described(home)
    return {
        "token": VERIFICATION_TOKEN,
        "team_id": TEAM_ID,
        "api_app_id": APP_ID,
        "event": event,
        "type": "event_callback",
        "event_id": event_id,
        "event_time": int(moment),
        "authorizations": [
            {
                "enterprise_id": None,
                "team_id": TEAM_ID,
                "user_id": BOT_USER,
                "is_bot": True,
                "is_enterprise_install": False,
            }
        ],
        "is_ext_shared_channel": False,
    }


def action(element: Json, block_id: str, value: Any) -> Json:
    """Return what a click says about the element: with `value`, the option or the text that was chosen."""
    done: Json = {
        "type": element["type"],
        "action_id": element["action_id"],
        "block_id": block_id,
        "action_ts": f"{time.time():.6f}",
    }
    if element["type"] == "button":
        done["text"] = element["text"]
        done |= {name: element[name] for name in ("value", "style", "url") if name in element}
    elif element["type"] == "checkboxes":
        done["selected_options"] = [each for each in element["options"] if each["value"] in (value or [])]
    elif element["type"] == "plain_text_input":
        done["value"] = value
    else:
        done["selected_option"] = next((each for each in element["options"] if each["value"] == value), None)
    return done


def shown(workspace: Workspace, message: Message) -> Json:
    """Return a message as Slack's methods and payloads show it."""
    user = workspace.users.get(message.user)
    item: Json = {"type": "message", "user": message.user, "text": message.text, "ts": message.ts, "team": TEAM_ID}
    if message.user == BOT_USER:
        item |= {"bot_id": BOT_ID, "app_id": APP_ID}
        item["bot_profile"] = {"id": BOT_ID, "app_id": APP_ID, "name": user.real_name if user else "", "deleted": False}
    if message.blocks:
        item["blocks"] = message.blocks
    if message.edited_ts:
        item["edited"] = {"user": message.user, "ts": message.edited_ts}
    if message.files:
        item["files"] = [{"id": file_id} for file_id in message.files]
    if message.broadcast:
        item["subtype"] = "thread_broadcast"
    _show_thread(workspace, message, item)
    return item


def _show_thread(workspace: Workspace, message: Message, item: Json) -> None:
    if message.thread_ts:
        item["thread_ts"] = message.thread_ts
        return
    replies = [each for each in workspace.replies(message.channel, message.ts) if each.only_for is None]
    if replies:
        item |= {
            "thread_ts": message.ts,
            "reply_count": len(replies),
            "reply_users": sorted({each.user for each in replies}),
            "latest_reply": replies[-1].ts,
        }
