"""What rendering takes and gives: messages, snippets, and the surroundings they are rendered in."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from core.durations import Durations
from core.findings import Fact as FindingFact

Block = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Message:
    """Blocks, and the `text` beside them, which says everything that matters (at most 3,000 characters).

    Neither is ever empty. `text` is escaped for Slack already.
    """

    text: str
    blocks: list[Block]


@dataclass(frozen=True, slots=True)
class Snippet:
    """A text file to upload (`snippet_type` text). `comment` is mrkdwn, empty for none."""

    filename: str
    title: str
    comment: str
    content: str


@dataclass(frozen=True, slots=True)
class Places:
    """The ids of the channels that texts mention."""

    it_channel: str
    support_channel: str


@dataclass(frozen=True, slots=True)
class Links:
    """Permalinks, where they are known: the card (which is the head of its thread) and the newest zone file."""

    card: str | None = None
    file: str | None = None


@dataclass(frozen=True, slots=True)
class ProviderAdvice:
    """What is special about the detected DNS provider: keys of `provider.*`, and the facts those texts name."""

    traits: tuple[str, ...] = ()
    facts: Mapping[str, FindingFact] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Context:
    """What surrounds a message when it is rendered."""

    places: Places
    durations: Durations
    now: datetime
    links: Links = Links()
    advice: ProviderAdvice = ProviderAdvice()
