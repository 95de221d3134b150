"""What rendering takes and gives: messages, snippets, and the surroundings they are rendered in."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from bot.ports import Places
from core.durations import Durations

Block = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Message:
    """Blocks, and the `text` beside them, which says everything that matters (at most 3,000 characters).

    Neither is ever empty. `text` is escaped for Slack already.
    """

    text: str
    blocks: Sequence[Block]


@dataclass(frozen=True, slots=True)
class Snippet:
    """A text file to upload (`snippet_type` text). `comment` is mrkdwn, empty for none."""

    filename: str
    title: str
    comment: str
    content: str


@dataclass(frozen=True, slots=True)
class Links:
    """Permalinks, where they are known: the card (which is the head of its thread) and the newest zone file."""

    card: str | None = None
    file: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Context:
    """What surrounds a message when it is rendered."""

    places: Places
    durations: Durations
    now: datetime
    links: Links = Links()
