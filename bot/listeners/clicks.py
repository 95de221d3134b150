"""Slack's payloads as values: who did what, where, and by which means they can be answered."""

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass, field, replace
from typing import Any

Body = Mapping[str, Any]
_LAST_WORDS = re.compile(r"[:：]\s*([^:：]+)$")


@dataclass(frozen=True, slots=True)
class Origin:
    """Where somebody was when they clicked; a modal carries it along in its `private_metadata`.

    `home` is the page of the App Home they were looking at, as ``"filter|page"``. `stacked` tells that a
    modal lies over another one. `about` is the id of the domain and `named` its name; `advised` is the name
    that advice was given for. `response_url` reaches the asker even where the bot is no member.
    """

    channel: str | None = None
    thread_ts: str | None = None
    response_url: str | None = None
    home: str | None = None
    stacked: bool = False
    about: str = ""
    named: str = ""
    advised: str = ""

    def pack(self) -> str:
        """Write it down for `private_metadata`."""
        return json.dumps({name: value for name, value in asdict(self).items() if value})

    @classmethod
    def unpack(cls, text: str | None) -> "Origin":
        """Read what `pack` wrote; anything else is an origin of which nothing is known."""
        try:
            facts = json.loads(text or "{}")
            return cls(**facts)
        except (ValueError, TypeError):
            return cls()


@dataclass(frozen=True, slots=True)
class Click:
    """Something a user did. `click_id` is the same when Slack delivers it again.

    For a command `text` is what was typed; for an action `action_id`, `value` and `named` (the domain's name
    as the button tells it) say what was clicked; for a submission `fields` holds the input, by block id.
    """

    team_id: str
    user_id: str
    click_id: str
    origin: Origin
    trigger_id: str = ""
    response_url: str | None = None
    text: str = ""
    action_id: str = ""
    value: str = ""
    named: str = ""
    is_button: bool = False
    in_modal: bool = False
    in_home: bool = False
    fields: Mapping[str, str] = field(default_factory=dict, repr=False)  # one of them may be the key

    @classmethod
    def of(cls, body: Body) -> "Click":
        """Read any payload that Slack sends for what a user did."""
        if "command" in body:
            return _command(body)
        if "event" in body:
            return _event(body)
        origin = _origin(body)
        click = cls(
            team_id=str((body.get("team") or {}).get("id") or ""),
            user_id=str((body.get("user") or {}).get("id") or ""),
            click_id=str(body.get("trigger_id") or ""),
            origin=origin,
            trigger_id=str(body.get("trigger_id") or ""),
            response_url=body.get("response_url") or origin.response_url,
        )
        if body.get("actions"):
            return _action(click, body)
        if body.get("type") == "view_submission":
            return replace(click, in_modal=True, fields=dict(_fields(body)))
        return click


def _command(body: Body) -> Click:
    return Click(
        team_id=str(body.get("team_id") or ""),
        user_id=str(body.get("user_id") or ""),
        click_id=str(body.get("trigger_id") or ""),
        origin=Origin(channel=body.get("channel_id")),
        trigger_id=str(body.get("trigger_id") or ""),
        response_url=body.get("response_url"),
        text=str(body.get("text") or ""),
    )


def _event(body: Body) -> Click:
    event = body["event"]
    return Click(
        team_id=str(body.get("team_id") or ""),
        user_id=str(event.get("user") or ""),
        click_id=str(body.get("event_id") or ""),
        origin=Origin(home=(event.get("view") or {}).get("private_metadata") or None),
        value=str(event.get("tab") or ""),
        in_home=True,
    )


def _action(click: Click, body: Body) -> Click:
    action = body["actions"][0]
    chosen = action.get("selected_option") or {}
    view_type = (body.get("view") or {}).get("type")
    return replace(
        click,
        click_id=f"{click.user_id}:{action.get('action_ts') or click.trigger_id}",
        action_id=str(action.get("action_id") or ""),
        value=str(action.get("value") or chosen.get("value") or ""),
        named=_named(body, action),
        is_button=action.get("type") == "button",
        in_modal=view_type == "modal",
        in_home=view_type == "home",
    )


def _origin(body: Body) -> Origin:
    view = body.get("view") or {}
    if view.get("type") == "home":
        return Origin(home=view.get("private_metadata") or None)
    if view:
        return Origin.unpack(view.get("private_metadata"))
    container, message = body.get("container") or {}, body.get("message") or {}
    thread_ts = container.get("thread_ts") or message.get("thread_ts")
    if thread_ts == (container.get("message_ts") or message.get("ts")):
        thread_ts = None  # the head of a thread, seen in the channel
    return Origin(channel=(body.get("channel") or {}).get("id"), thread_ts=thread_ts)


def _named(body: Body, action: Body) -> str:
    """Find the clicked button again: its label for screen readers ends with the domain's name."""
    blocks = (body.get("message") or body.get("view") or {}).get("blocks") or ()
    for element in _elements(blocks):
        if element.get("action_id") == action.get("action_id") and element.get("value") == action.get("value"):
            match = _LAST_WORDS.search(str(element.get("accessibility_label") or ""))
            return match[1].strip() if match else ""
    return ""


def _elements(blocks: Any) -> Iterator[Body]:
    for block in blocks:
        yield from block.get("elements") or ()
        yield block.get("accessory") or {}


def _fields(body: Body) -> Iterator[tuple[str, str]]:
    values = ((body.get("view") or {}).get("state") or {}).get("values") or {}
    for block_id, elements in values.items():
        for element in elements.values():
            chosen = element.get("selected_option") or {}
            ticked = ",".join(option["value"] for option in element.get("selected_options") or ())
            yield block_id, str(element.get("value") or chosen.get("value") or ticked)
