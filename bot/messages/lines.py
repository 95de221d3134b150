"""A line of a message, before it is known whether it becomes rich text, mrkdwn or plain text."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum


@dataclass(frozen=True, slots=True)
class Words:
    """Text in one style."""

    text: str
    bold: bool = False
    code: bool = False


@dataclass(frozen=True, slots=True)
class Moment:
    """A point in time, shown in the reader's zone where Slack can."""

    at: datetime


class MentionKind(StrEnum):
    """What can be mentioned by its id."""

    USER = "user"
    CHANNEL = "channel"
    USERGROUP = "usergroup"


@dataclass(frozen=True, slots=True)
class Mention:
    """A user, a channel or a user group by its id."""

    kind: MentionKind
    id: str


@dataclass(frozen=True, slots=True)
class Link:
    """A link with its text."""

    url: str
    text: str


@dataclass(frozen=True, slots=True)
class Emoji:
    """An emoji after a word that says the same; plain text leaves it out."""

    name: str


Piece = Words | Moment | Mention | Link | Emoji
Line = tuple[Piece, ...]


def line(text: str) -> Line:
    """Make a line of plain words; an empty one of nothing."""
    return (Words(text),) if text else ()


def joined(lines: Iterable[Sequence[Piece]], between: str = "") -> Line:
    """Join the lines that are not empty, with plain text between them."""
    pieces: list[Piece] = []
    for each in lines:
        if not each:
            continue
        if pieces and between:
            pieces.append(Words(between))
        pieces.extend(each)
    return merged(pieces)


def merged(pieces: Iterable[Piece]) -> Line:
    """Join neighbouring words of the same style, and drop empty ones."""
    result: list[Piece] = []
    for piece in pieces:
        last = result[-1] if result else None
        if isinstance(piece, Words) and not piece.text:
            continue
        if isinstance(piece, Words) and isinstance(last, Words) and (piece.bold, piece.code) == (last.bold, last.code):
            result[-1] = replace(last, text=last.text + piece.text)
        else:
            result.append(piece)
    return tuple(result)


def bold_lead(whole: Line) -> Line:
    """Return the part of a line up to the end of its first bold words: who has the turn."""
    for index, piece in enumerate(whole):
        following = whole[index + 1] if index + 1 < len(whole) else None
        if isinstance(piece, Words) and piece.bold and not (isinstance(following, Words) and following.bold):
            return whole[: index + 1]
    return whole
