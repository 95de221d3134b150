"""A line as rich text, as mrkdwn, as the fallback beside blocks, and as plain text.

mrkdwn: https://docs.slack.dev/messaging/formatting-message-text · rich text:
https://docs.slack.dev/reference/block-kit/blocks/rich-text-block
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import UTC
from itertools import pairwise
from typing import Any

from bot.messages.lines import Emoji, Line, Link, Mention, MentionKind, Moment, Piece, Words
from bot.messages.spans import in_utc

_DATE = "{date_num} {time}"
_ESCAPES = str.maketrans({"&": "&amp;", "<": "&lt;", ">": "&gt;"})
# What mrkdwn would read as formatting, outside of code, becomes a sign that only looks like it.
_INERT = str.maketrans({"*": "∗", "_": "ˍ", "~": "∼", "`": "ˋ"})
_MARKS = {MentionKind.USER: "@", MentionKind.CHANNEL: "#", MentionKind.USERGROUP: "!subteam^"}
# A name between two colons becomes a picture; the first colon becomes a sign that only looks like one.
_EMOJI = re.compile(r"(?<![\w:]):(?=[a-z0-9_'+-]+:)", re.IGNORECASE)
# At the beginning of a line it makes a quotation of the line.
_QUOTE = re.compile(r"^(\s*)&gt;", re.MULTILINE)
_STOPS = (".", ";", ",", ":")
_ID = re.compile(r"[A-Z0-9]{2,32}")


def rich(line: Sequence[Piece]) -> list[dict[str, Any]]:
    """Return the elements of a `rich_text_section`. Nothing needs escaping there."""
    return [_rich_piece(piece) for piece in line]


def _rich_piece(piece: Piece) -> dict[str, Any]:
    match piece:
        case Words():
            style = {name: True for name, on in (("bold", piece.bold), ("code", piece.code)) if on}
            return {"type": "text", "text": piece.text} | ({"style": style} if style else {})
        case Moment():
            timestamp = int(piece.at.timestamp())
            return {"type": "date", "timestamp": timestamp, "format": _DATE, "fallback": in_utc(piece.at)}
        case Mention() if _ID.fullmatch(piece.id):
            return {"type": piece.kind.value, f"{piece.kind.value}_id": piece.id}
        case Mention():
            return {"type": "text", "text": plain((piece,))}
        case Link():
            return {"type": "link", "url": piece.url, "text": piece.text}
        case Emoji():
            return {"type": "emoji", "name": piece.name}


def mrkdwn(line: Sequence[Piece]) -> str:
    """Return mrkdwn; bold and code stand apart from letters, where Slack would not see them."""
    result = ""
    styled = False
    for piece in line:
        text = _mrkdwn_piece(piece)
        is_styled = isinstance(piece, Words) and (piece.bold or piece.code)
        if result and text and ((is_styled and _clings(result[-1])) or (styled and _clings(text[0]))):
            result += " "
        result += text
        styled = is_styled
    return _QUOTE.sub(r"\1›", result)


def _clings(char: str) -> bool:
    """Tell whether a neighbouring character keeps Slack from seeing a mark: a letter, or anything Japanese."""
    return char.isalnum() or (not char.isascii() and not char.isspace())


def _mrkdwn_piece(piece: Piece) -> str:
    match piece:
        case Words():
            return _mrkdwn_words(piece)
        case Moment():
            iso = piece.at.astimezone(UTC).strftime("%Y-%m-%d %H:%M")
            return f"<!date^{int(piece.at.timestamp())}^{_DATE}|{iso} UTC>"
        case Link():
            return f"<{piece.url}|{_inert(piece.text)}>"
        case Emoji():
            return f":{piece.name}:"
        case Mention():
            return _reference(piece)


def _mrkdwn_words(piece: Words) -> str:
    if piece.code:
        code = f"`{piece.text.replace('`', 'ˋ').translate(_ESCAPES)}`"
        return f"*{code}*" if piece.bold else code
    return f"*{_inert(piece.text)}*" if piece.bold else _inert(piece.text)


def _inert(text: str) -> str:
    return _no_emoji(text).translate(_ESCAPES).translate(_INERT)


def _no_emoji(text: str) -> str:
    return _EMOJI.sub("∶", text)


def _reference(mention: Mention) -> str:
    if not _ID.fullmatch(mention.id):
        return _inert(plain((mention,)))
    return f"<{_MARKS[mention.kind]}{mention.id}>"


def fallback(line: Sequence[Piece]) -> str:
    """Return the `text` beside blocks: unformatted, times in UTC, escaped as Slack reads it all the same."""
    text = "".join(
        _reference(piece) if isinstance(piece, Mention) else _no_emoji(_plain_piece(piece)).translate(_ESCAPES)
        for piece in _set_apart(line)
    )
    return _QUOTE.sub(r"\1›", text)


def plain(line: Line | Sequence[Piece]) -> str:
    """Return plain text, for headers, labels and files: times in UTC, no emoji."""
    return "".join(map(_plain_piece, _set_apart(line)))


def _set_apart(line: Sequence[Piece]) -> Iterator[Piece]:
    """Put a value in quotation marks that ends like the sentence around it: ``.`` and ``.`` would read as one value."""
    for piece, following in pairwise((*line, Words(""))):
        clashes = isinstance(piece, Words) and piece.code and piece.text.endswith(_STOPS)
        if clashes and isinstance(piece, Words) and isinstance(following, Words) and following.text.startswith(_STOPS):
            yield replace(piece, text=f'"{piece.text}"')
        else:
            yield piece


def _plain_piece(piece: Piece) -> str:
    match piece:
        case Words():
            return piece.text
        case Moment():
            return in_utc(piece.at)
        case Mention():
            return f"@{piece.id}" if piece.kind is MentionKind.USER else piece.id
        case Link():
            return piece.url
        case Emoji():
            return ""
