"""Slack's payloads as values: who did what, where, and by which means they can be answered."""

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass, field, fields, replace
from typing import Any

Body = Mapping[str, Any]
LONGEST = 4000
"""The most characters that are read of anything; Slack itself allows 3,000 in an input."""
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
        """Read what `pack` wrote. What another version of the bot wrote is left out; so nothing may be known."""
        try:
            facts = _mapping(json.loads(text or "{}"))
        except (ValueError, RecursionError):
            return cls()
        known: dict[str, Any] = {
            each.name: _text(facts[each.name])
            for each in fields(cls)
            if each.name != "stacked" and isinstance(facts.get(each.name), str)
        }
        return cls(stacked=facts.get("stacked") is True, **known)


@dataclass(frozen=True, slots=True)
class Click:
    """Something a user did. `click_id` is the same when Slack delivers it again.

    For a command `text` is what was typed; for an action `action_id`, `value` and `named` (the domain's name
    as the button tells it) say what was clicked, and `offered` whether the message has such a button; for a
    submission `fields` holds the input, by block id. `view_id` and `form` say which modal it was.
    """

    team_id: str
    user_id: str
    click_id: str
    origin: Origin
    trigger_id: str = ""
    response_url: str | None = None
    text: str = field(default="", repr=False)  # somebody may have typed the key
    action_id: str = ""
    value: str = ""
    named: str = ""
    is_button: bool = False
    offered: bool = False
    in_modal: bool = False
    in_home: bool = False
    view_id: str = ""
    form: str = ""
    fields: Mapping[str, str] = field(default_factory=dict, repr=False)  # one of them may be the key

    @classmethod
    def of(cls, body: Body) -> "Click":
        """Read any payload that Slack sends for what a user did. Whatever is odd about it counts as not said."""
        if "command" in body:
            return _command(body)
        if "event" in body:
            return _event(body)
        origin, view = _origin(body), _mapping(body.get("view"))
        click = cls(
            team_id=_text(_mapping(body.get("team")).get("id")),
            user_id=_text(_mapping(body.get("user")).get("id")),
            click_id=_text(body.get("trigger_id")),
            origin=origin,
            trigger_id=_text(body.get("trigger_id")),
            response_url=_text(body.get("response_url")) or origin.response_url,
            view_id=_text(view.get("id")),
            form=_text(view.get("callback_id")),
        )
        if body.get("actions"):
            return _action(click, body)
        if body.get("type") == "view_submission":
            return replace(click, in_modal=True, fields=dict(_fields(body)))
        return click


def _text(value: Any) -> str:
    """Read a text. Lone surrogates and U+0000, which neither log nor database take, become question marks."""
    whole = value if isinstance(value, str) else ""
    return whole[:LONGEST].encode(errors="replace").decode().replace("\x00", "?")


def _mapping(value: Any) -> Body:
    return value if isinstance(value, Mapping) else {}


def _items(value: Any) -> Iterator[Body]:
    return (each for each in (value if isinstance(value, list) else ()) if isinstance(each, Mapping))


def _command(body: Body) -> Click:
    return Click(
        team_id=_text(body.get("team_id")),
        user_id=_text(body.get("user_id")),
        click_id=_text(body.get("trigger_id")),
        origin=Origin(channel=_text(body.get("channel_id")) or None),
        trigger_id=_text(body.get("trigger_id")),
        response_url=_text(body.get("response_url")) or None,
        text=_text(body.get("text")),
    )


def _event(body: Body) -> Click:
    event = _mapping(body["event"])
    return Click(
        team_id=_text(body.get("team_id")),
        user_id=_text(event.get("user")),
        click_id=_text(body.get("event_id")),
        origin=Origin(home=_text(_mapping(event.get("view")).get("private_metadata")) or None),
        value=_text(event.get("tab")),
        in_home=True,
    )


def _action(click: Click, body: Body) -> Click:
    action = next(_items(body["actions"]), {})
    chosen = _mapping(action.get("selected_option"))
    view_type = _mapping(body.get("view")).get("type")
    button = _button(body, action)
    return replace(
        click,
        click_id=f"{click.user_id}:{_text(action.get('action_ts')) or click.trigger_id}",
        action_id=_text(action.get("action_id")),
        value=_text(action.get("value")) or _text(chosen.get("value")),
        named=_named(button),
        is_button=action.get("type") == "button",
        offered=bool(button),
        in_modal=view_type == "modal",
        in_home=view_type == "home",
    )


def _origin(body: Body) -> Origin:
    view = _mapping(body.get("view"))
    if view.get("type") == "home":
        return Origin(home=_text(view.get("private_metadata")) or None)
    if view:
        return Origin.unpack(_text(view.get("private_metadata")))
    container, message = _mapping(body.get("container")), _mapping(body.get("message"))
    thread_ts = _text(container.get("thread_ts")) or _text(message.get("thread_ts"))
    if thread_ts == (_text(container.get("message_ts")) or _text(message.get("ts"))):
        thread_ts = ""  # the head of a thread, seen in the channel
    channel = _text(_mapping(body.get("channel")).get("id"))
    return Origin(channel=channel or None, thread_ts=thread_ts or None)


def _button(body: Body, action: Body) -> Body:
    """Find the clicked button again in the message or view; nothing if it has none like it."""
    shown = _mapping(body.get("message")) or _mapping(body.get("view"))
    for element in _elements(shown.get("blocks")):
        if (element.get("action_id"), element.get("value")) == (action.get("action_id"), action.get("value")):
            return element
    return {}


def _named(button: Body) -> str:
    # A button's label for screen readers ends with the domain's name.
    match = _LAST_WORDS.search(_text(button.get("accessibility_label")))
    return match[1].strip() if match else ""


def _elements(blocks: Any) -> Iterator[Body]:
    for block in _items(blocks):
        yield from _items(block.get("elements"))
        yield _mapping(block.get("accessory"))


def _fields(body: Body) -> Iterator[tuple[str, str]]:
    values = _mapping(_mapping(_mapping(body.get("view")).get("state")).get("values"))
    for block_id, elements in values.items():
        for element in _mapping(elements).values():
            yield _text(block_id), _entered(_mapping(element))


def _entered(element: Body) -> str:
    chosen = _mapping(element.get("selected_option"))
    ticked = ",".join(_text(option.get("value")) for option in _items(element.get("selected_options")))
    return _text(element.get("value")) or _text(chosen.get("value")) or ticked
