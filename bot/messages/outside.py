"""Text from outside is data: stripped of what steers a terminal or a reader's eye, and shortened."""

import re
import unicodedata

from core.secrecy import blotted

SEEN_LIMIT = 80
"""The most characters of what was seen."""
NAME_LIMIT = 253
"""The most characters of a domain name (RFC 1035 section 2.3.4); what is longer is none."""
VALUE_LIMIT = 3000
"""No value that can be entered is longer; what is longer is an attack on the message."""

_BREAK = re.compile(r"[\r\n\t\u2028\u2029]+")


def clean(text: str) -> str:
    """Strip control, direction and other invisible characters, and secrets; line breaks become spaces."""
    spaced = _BREAK.sub(" ", blotted(text, sure=True))
    if spaced.isascii() and spaced.isprintable():
        return spaced
    return "".join(char for char in spaced if unicodedata.category(char) not in {"Cc", "Cf", "Cs", "Co", "Cn"})


def shorten(text: str, limit: int = SEEN_LIMIT) -> str:
    """Shorten `text` in the middle to at most `limit` characters."""
    if len(text) <= limit:
        return text
    head = limit // 2
    return f"{text[:head]}…{text[len(text) - (limit - head - 1) :]}"


def cleaned(text: str, limit: int) -> str:
    """Clean and shorten; what is far too long is cut first, so that cleaning stays cheap."""
    return shorten(clean(shorten(text, 4 * limit)), limit)


def heading(text: str, limit: int = 60) -> str:
    """Shorten a domain for headers, titles and buttons, the only places where that is done."""
    return cleaned(text, limit)
