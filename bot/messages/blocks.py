"""Block Kit as plain dicts, and the limits Slack sets (https://docs.slack.dev/reference/block-kit/blocks)."""

from collections.abc import Iterable, Sequence
from typing import Any

from bot.messages.formats import mrkdwn, rich
from bot.messages.lines import Line
from bot.messages.message import Block
from bot.messages.outside import cut, shorten

HEADER_LIMIT = 150
SECTION_LIMIT = 3000
FIELD_LIMIT = 2000
BUTTON_LIMIT = 75
MODAL_TITLE_LIMIT = 24
MESSAGE_BLOCKS = 50
VIEW_BLOCKS = 100
CARD_BLOCKS = 20
TEXT_LIMIT = 13_000
"""About the most characters in all blocks of one message."""
FALLBACK_LIMIT = 3000
TABLE_ROWS = 100


def plain_text(text: str, limit: int = SECTION_LIMIT) -> dict[str, Any]:
    """A `plain_text` object; Slack makes nothing of its content."""
    return {"type": "plain_text", "text": shorten(text, limit), "emoji": False}


def mrkdwn_text(line: Line, limit: int = SECTION_LIMIT) -> dict[str, Any]:
    """An `mrkdwn` object in which nothing is linked by itself."""
    text = mrkdwn(line)
    return {"type": "mrkdwn", "text": cut(text, limit), "verbatim": True}


def header(text: str) -> Block:
    """A header."""
    return {"type": "header", "text": plain_text(text, HEADER_LIMIT)}


def rich_text(line: Line) -> Block:
    """One paragraph of rich text."""
    return {"type": "rich_text", "elements": [{"type": "rich_text_section", "elements": rich(line)}]}


def rich_list(lines: Iterable[Line]) -> Block:
    """A bulleted list."""
    items = [{"type": "rich_text_section", "elements": rich(line)} for line in lines]
    return {"type": "rich_text", "elements": [{"type": "rich_text_list", "style": "bullet", "elements": items}]}


def preformatted(text: str) -> dict[str, Any]:
    """A preformatted element, to stand in a `rich_text` block."""
    return {"type": "rich_text_preformatted", "elements": [{"type": "text", "text": text}]}


def section(line: Line, accessory: dict[str, Any] | None = None) -> Block:
    """A section of mrkdwn, with a button beside it if wanted."""
    block: Block = {"type": "section", "text": mrkdwn_text(line)}
    return block | {"accessory": accessory} if accessory else block


def fields(lines: Sequence[Line]) -> Block:
    """A section of at most ten fields."""
    return {"type": "section", "fields": [mrkdwn_text(line, FIELD_LIMIT) for line in lines[:10]]}


def context(line: Line) -> Block:
    """A line of small print."""
    return {"type": "context", "elements": [mrkdwn_text(line)]}


def divider() -> Block:
    """A rule across the message."""
    return {"type": "divider"}


def actions(elements: Sequence[dict[str, Any]]) -> Block:
    """A row of buttons."""
    return {"type": "actions", "elements": list(elements)}


def table(rows: Sequence[Sequence[str]]) -> Block:
    """A table of raw text, every column wrapped; the first row is its head."""
    cells = [[{"type": "raw_text", "text": cell} for cell in row] for row in rows[:TABLE_ROWS]]
    return {"type": "table", "column_settings": [{"is_wrapped": True} for _ in rows[0]], "rows": cells}


def option(text: str, value: str) -> dict[str, Any]:
    """One choice of a select, of radio buttons or of checkboxes."""
    return {"text": plain_text(text, BUTTON_LIMIT), "value": value}


def weight(content: object) -> int:
    """Count the characters of all texts in `content`, as Slack does before it refuses a message."""
    if isinstance(content, dict):
        own = sum(len(content[key]) for key in ("text", "fallback", "url") if isinstance(content.get(key), str))
        return own + sum(weight(value) for value in content.values())
    if isinstance(content, list):
        return sum(weight(item) for item in content)
    return 0
