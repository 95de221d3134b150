"""Reading what a foreign document claims to be, with errors that name the place."""

from collections.abc import Mapping, Sequence
from typing import Any, NoReturn

from core.errors import TransientError

_MISSING = object()


def nonsense(what: str) -> NoReturn:
    """Refuse an answer that is not what the contract says.

    It may pass (a gateway's page, half a deployment of the API): an unreadable answer never worsens a domain.
    """
    raise TransientError(f"Engage gave an answer that cannot be read: {what}")


def a_mapping(value: object, where: str) -> Mapping[str, Any]:
    """Return an object of JSON."""
    return value if isinstance(value, dict) else nonsense(f"{where} is {_kind(value)}, not an object")


def a_list(value: object, where: str, most: int) -> Sequence[Any]:
    """Return a list of at most `most` items; null and nothing are the empty list."""
    if value is None:
        return ()
    if not isinstance(value, list):
        nonsense(f"{where} is {_kind(value)}, not a list")
    if len(value) > most:
        nonsense(f"{where} has {len(value)} items, more than {most}")
    return value


def a_text(value: object, where: str, longest: int) -> str:
    """Return a text of at most `longest` characters."""
    if not isinstance(value, str):
        nonsense(f"{where} is {_kind(value)}, not text")
    if len(value) > longest:
        nonsense(f"{where} has {len(value)} characters, more than {longest}")
    return value


def a_number(value: object, where: str, least: int, most: int) -> int:
    """Return a whole number between `least` and `most`. True is none, whatever Python thinks."""
    if not isinstance(value, int) or isinstance(value, bool):
        nonsense(f"{where} is {_kind(value)}, not a whole number")
    if not least <= value <= most:
        nonsense(f"{where} is not between {least} and {most}")
    return value


def _kind(value: object) -> str:
    kinds = {type(None): "missing", bool: "true or false", str: "text", list: "a list", dict: "an object"}
    return kinds.get(type(value), "a number")
