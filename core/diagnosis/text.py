"""Octets from the DNS as text: for reading, and for showing."""

import unicodedata

_CONTROLS = {"\0": "NULL", "\t": "TAB", "\n": "LINE FEED", "\r": "CARRIAGE RETURN"}  # Unicode gives them no names


def printable(octets: bytes) -> str:
    r"""Show octets as zone files do: what is not printable ASCII becomes ``\ddd``."""
    return "".join(chr(octet) if 0x20 <= octet < 0x7F else f"\\{octet:03}" for octet in octets)


def readable(octets: bytes) -> str:
    """Read octets as UTF-8 where they are, else one character each, so that nothing is lost or raised."""
    try:
        return octets.decode()
    except UnicodeDecodeError:
        return octets.decode("latin-1")


def squashed(text: str) -> str:
    """Return the bare letters of a value: without quotes, spaces, escapes and look-alikes, in lower case."""
    # One by one: a whole text takes the square of a run of combining marks, which have to be put in order.
    plain = text if text.isascii() else "".join(unicodedata.normalize("NFKC", char) for char in text)
    return "".join(char for char in plain if "!" <= char <= "~" and char not in "\"'\\").lower()


def name_of(char: str) -> str:
    """Name a character that cannot be seen, as in ``U+00A0 NO-BREAK SPACE``."""
    return f"U+{ord(char):04X} {_CONTROLS.get(char) or unicodedata.name(char, '')}".strip()


def is_international(name: str) -> bool:
    """Tell whether `name` was written in another script on purpose: no look-alike stands among its letters."""
    return not name.isascii() and all(map(_is_of_one_script, name.split(".")))


def _is_of_one_script(label: str) -> bool:
    foreign = [char for char in label if not char.isascii()]
    letters = all(char.isalnum() and unicodedata.normalize("NFKC", char) == char for char in foreign)
    latin = all(unicodedata.name(char, "").startswith("LATIN") for char in foreign)
    return letters and (latin or not any("a" <= char <= "z" for char in label.lower()))
