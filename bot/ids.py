"""Unique ids: domains, windows, looks, incidents, references."""

import secrets


def new_id() -> str:
    """Return 16 hex digits that nobody has used."""
    return secrets.token_hex(8)
