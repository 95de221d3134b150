"""Domains and notices to store, and arbitrary ones, built from the annotations of the core."""

import dataclasses
import functools
import types
import typing
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from enum import Enum
from typing import Any

from hypothesis import strategies as st

from core.notices import CardChanged, DmActive, Notice, Online, Subject
from core.sending_domain import Actor, DmarcPolicy, Language, SendingDomain
from core.turns import Turn, TurnKey

NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)
TEAM = "T1"


def a_domain(name: str = "mail.example.com", **changes: Any) -> SendingDomain:
    values: dict[str, Any] = {
        "id": f"id-{name}",
        "team_id": TEAM,
        "name": name,
        "language": Language.EN,
        "dmarc_policy": DmarcPolicy.NONE,
        "asker": Actor("U1"),
        "created_at": NOW,
        "next_check_at": NOW,
    }
    return SendingDomain(**values | changes)


def card(domain: SendingDomain) -> Notice:
    return CardChanged(subject=Subject.of(domain))


def reply(domain: SendingDomain, since_at: datetime = NOW) -> Notice:
    return Online(subject=Subject.of(domain), turn=Turn(TurnKey.US), since_at=since_at)


def message(domain: SendingDomain, user_id: str = "U1") -> Notice:
    return DmActive(subject=Subject.of(domain), to=Actor(user_id), duration=timedelta(hours=1))


_TEXT = st.text(max_size=12)
_COLUMN_TEXT = st.text(st.characters(exclude_characters="\x00", exclude_categories=["Cs"]), max_size=12)
_MOMENT = st.timedeltas(timedelta(), timedelta(days=36500)).map(lambda span: datetime(2000, 1, 1, tzinfo=UTC) + span)
_SPAN = st.timedeltas(timedelta(), timedelta(days=400))
_PLAIN: dict[Any, st.SearchStrategy[Any]] = {
    str: _TEXT,
    int: st.integers(-(2**31), 2**31 - 1),
    bool: st.booleans(),
    datetime: _MOMENT,
    timedelta: _SPAN,
    type(None): st.none(),
}


@functools.cache
def any_of_type(hint: Any) -> st.SearchStrategy[Any]:
    """Return a strategy for every value that an annotation of the core allows."""
    if hint in _PLAIN:
        return _PLAIN[hint]
    if isinstance(hint, type) and issubclass(hint, Enum):
        return st.sampled_from(hint)
    if isinstance(hint, type) and dataclasses.is_dataclass(hint):
        return _dataclass(hint)
    return _generic(typing.get_origin(hint), typing.get_args(hint))


def _generic(origin: Any, arguments: tuple[Any, ...]) -> st.SearchStrategy[Any]:
    match origin:
        case typing.Union | types.UnionType:
            return st.one_of(*map(any_of_type, arguments))
        case _ if origin is tuple:
            return st.lists(any_of_type(arguments[0]), max_size=2).map(tuple)
        case _ if origin is frozenset:
            return st.frozensets(any_of_type(arguments[0]), max_size=3)
        case _ if origin is Mapping:
            return st.dictionaries(*map(any_of_type, arguments), max_size=3)
    raise TypeError(f"no strategy for {origin}[{arguments}]")


def _dataclass(kind: type[Any], **instead: st.SearchStrategy[Any]) -> st.SearchStrategy[Any]:
    hints = typing.get_type_hints(kind)
    parts = {field.name: any_of_type(hints[field.name]) for field in dataclasses.fields(kind)}
    return st.builds(kind, **parts | instead)


@functools.cache
def any_notice(kind: type[Notice]) -> st.SearchStrategy[Any]:
    return _dataclass(kind)


def any_domain() -> st.SearchStrategy[SendingDomain]:
    """Every sending domain, but for U+0000 in what is a column: PostgreSQL has no such texts."""
    hints = typing.get_type_hints(SendingDomain)
    columns = {name: _COLUMN_TEXT for name, hint in hints.items() if hint is str}
    columns |= {name: st.none() | _COLUMN_TEXT for name, hint in hints.items() if hint == str | None}
    asker = _dataclass(Actor, user_id=_COLUMN_TEXT)
    window = _dataclass(typing.get_args(hints["window"])[0], id=_COLUMN_TEXT)
    return _dataclass(SendingDomain, **columns, asker=asker, window=st.none() | window)
