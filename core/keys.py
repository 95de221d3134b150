"""The write-only API key: how it looks, and how it may be referred to."""

import hashlib
import re

WRITE_ONLY_KEY = re.compile(r"\d+/[0-9a-f]{40}", re.IGNORECASE)
"""Digits, a slash, 40 hexadecimal characters."""


def is_write_only_key(text: str) -> bool:
    """Tell whether `text` has the form of a Treasure Data API key."""
    return WRITE_ONLY_KEY.fullmatch(text) is not None


def key_id(key: str) -> str:
    """Return what a key is called in messages and logs: the first eight hex digits of its SHA-256."""
    return hashlib.sha256(key.encode()).hexdigest()[:8]
