"""What Slack allows, checked by Slack's own models and by counting."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from slack_sdk.models.blocks import Block
from slack_sdk.models.views import View

from bot.messages import Message


def strings(content: object, key: str = "") -> Iterator[tuple[str, str]]:
    """Every string in `content`, with the key it stands under."""
    if isinstance(content, Mapping):
        for name, value in content.items():
            yield from strings(value, name)
    elif isinstance(content, Sequence) and not isinstance(content, str):
        for item in content:
            yield from strings(item, key)
    elif isinstance(content, str):
        yield key, content


def elements(content: object, kind: str) -> Iterator[Mapping[str, Any]]:
    """Every object of a type in `content`."""
    if isinstance(content, Mapping):
        if content.get("type") == kind:
            yield content
        for value in content.values():
            yield from elements(value, kind)
    elif isinstance(content, Sequence) and not isinstance(content, str):
        for item in content:
            yield from elements(item, kind)


def assert_blocks(blocks: Sequence[Mapping[str, Any]], most: int = 50) -> None:
    """Hold blocks against Slack's models and limits."""
    parsed = Block.parse_all(list(blocks))
    assert len(parsed) == len(blocks)
    for block in parsed:
        block.validate_json()
        block.to_dict()
    assert 0 < len(blocks) <= most
    assert sum(block["type"] == "table" for block in blocks) <= 1
    for block in blocks:
        assert_block(block)
    assert sum(len(text) for key, text in strings(list(blocks)) if key == "text") <= 13_000


def assert_block(block: Mapping[str, Any]) -> None:
    """The limits that the models do not know."""
    texts = list(strings(block))
    assert all(text for key, text in texts if key in {"text", "action_id", "value"}), block
    if block["type"] == "header":
        assert len(block["text"]["text"]) <= 150
    if block["type"] == "section":
        assert len(block.get("text", {}).get("text", "")) <= 3000
        assert len(block.get("fields", ())) <= 10
        assert all(len(field["text"]) <= 2000 for field in block.get("fields", ()))
    if block["type"] == "table":
        assert len(block["rows"]) <= 100
        assert all(len(row) <= 20 for row in block["rows"])
    if block["type"] == "actions":
        assert 1 <= len(block["elements"]) <= 25
    for button in elements(block, "button"):
        assert len(button["text"]["text"]) <= 75
        assert len(button.get("value", "")) <= 2000
        assert len(button.get("accessibility_label", "")) <= 75
    for text in elements(block, "mrkdwn"):
        assert text["verbatim"] is True
        assert len(text["text"]) <= 3000


def assert_message(message: Message, most: int = 50) -> None:
    """Hold a message against everything that Slack asks of one."""
    assert_blocks(message.blocks, most)
    assert 0 < len(message.text) <= 3000


def assert_view(view: Mapping[str, Any]) -> None:
    """Hold a modal or a Home against Slack's models and limits."""
    View(**view).validate_json()
    assert_blocks(view["blocks"], 100)
    assert not list(elements(view["blocks"], "table"))
    for part in ("title", "submit", "close"):
        assert len(view.get(part, {}).get("text", "")) <= 24
    for block in elements(view["blocks"], "input"):
        assert 0 < len(block["label"]["text"]) <= 2000
        assert len(block.get("hint", {}).get("text", "")) <= 2000


def wording(message: Message) -> str:
    """All text of a message that a person reads in its blocks."""
    return "\n".join(text for key, text in strings(list(message.blocks)) if key in {"text", "fallback"})
