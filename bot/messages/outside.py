"""Text from outside is data: stripped of what steers a terminal or a reader's eye, and shortened."""

import re
import unicodedata
from collections.abc import Sequence

from core.secrecy import blotted

SEEN_LIMIT = 80
"""The most characters of what was seen."""
NAME_LIMIT = 253
"""The most characters of a domain name (RFC 1035 section 2.3.4); what is longer is none."""
VALUE_LIMIT = 3000
"""No value that can be entered is longer; what is longer is an attack on the message."""

_BREAK = re.compile(r"[\r\n\t\u2028\u2029]+")
_UNSEEN = frozenset({"Cc", "Cf", "Cs", "Co", "Cn"})
_BLANK = frozenset("\u034f\u115f\u1160\u17b4\u17b5\u2800\u3164\uffa0")
"""Letters and marks that draw nothing (Default_Ignorable_Code_Point of Unicode, and the empty braille pattern)."""
_MOST_MARKS = 3
"""The most marks on one letter; what is piled up higher hides the lines above and below."""


def clean(text: str) -> str:
    """Strip invisible characters, piled-up marks and secrets; line breaks become spaces."""
    # Secrets last: one that invisible characters take apart is whole when they are gone.
    return blotted(_visible(_BREAK.sub(" ", text)), sure=True)


def _visible(text: str) -> str:
    if text.isascii() and text.isprintable():
        return text
    kept: list[str] = []
    marks = 0
    for char in text:
        category = unicodedata.category(char)
        if category in _UNSEEN or char in _BLANK:
            continue
        marks = marks + 1 if category in {"Mn", "Me"} else 0
        if marks <= _MOST_MARKS:
            kept.append(char)
    return "".join(kept)


def shorten(text: str, limit: int = SEEN_LIMIT) -> str:
    """Shorten `text` in the middle to at most `limit` characters."""
    if len(text) <= limit:
        return text
    head = limit // 2
    return f"{text[:head]}…{text[len(text) - (limit - head - 1) :]}"


def shorten_list(texts: Sequence[str], limit: int = SEEN_LIMIT) -> str:
    """Write a list in at most `limit` characters: what does not fit goes whole, from the middle."""
    if len(whole := ", ".join(texts)) <= limit:
        return whole
    for left_out in range(1, len(texts)):
        head = (len(texts) - left_out + 1) // 2
        tail = texts[head + left_out :]
        if len(some := ", ".join((*texts[:head], "…", *tail))) <= limit:
            return some
    return shorten(whole, limit)


def cut(text: str, limit: int) -> str:
    """Cut text that is escaped for Slack to at most `limit` characters, but through no escape, link or mention."""
    if len(text) <= limit:
        return text
    return re.sub(r"(?:&[a-z]{0,3}|<[^<>]*)$", "", text[: limit - 1]) + "…"


def cleaned(text: str, limit: int) -> str:
    """Clean and shorten; what is far too long is cut first, so that cleaning stays cheap."""
    return shorten(clean(shorten(text, 4 * limit)), limit)


def heading(text: str, limit: int = 60) -> str:
    """Shorten a domain for headers, titles and buttons, the only places where that is done."""
    return cleaned(text, limit)
