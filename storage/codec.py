"""Core values as JSON documents and back, exactly; types are read from the annotations of the core.

A value written by an older release is still read: unknown keys are ignored, missing ones take their default.
"""

from collections.abc import Set as AbstractSet
from datetime import datetime, timedelta
from typing import Any, TypeVar, cast

from cattrs import Converter
from cattrs.gen import make_dict_unstructure_fn

from core.findings import Fact
from core.notices import QUEUED, Notice
from core.observations import Server

T = TypeVar("T")

_KINDS: dict[str, type[Notice]] = {notice.kind: notice for notice in QUEUED}
_TICK = timedelta(microseconds=1)


class Undecodable(ValueError):
    """A stored document is of a kind, or has a content, that this release does not know."""


def _dump_fact(fact: Fact) -> object:
    """Tag what JSON cannot tell apart: a moment is an object, so that it never reads like a text."""
    match fact:
        case datetime():
            return {"at": fact.isoformat()}
        case tuple():
            return list(fact)
        case _:
            return fact


def _load_fact(raw: Any, _: object) -> Fact:
    match raw:
        case {"at": str(text)}:
            return datetime.fromisoformat(text)
        case list():
            return tuple(raw)
        case str() | int():
            return raw
        case _:
            raise Undecodable(f"not a fact: {type(raw).__name__}")


def _converter() -> Converter:
    # Sets are sorted, so that equal values make equal documents.
    converter = Converter(detailed_validation=False, unstruct_collection_overrides={AbstractSet: sorted})
    converter.register_unstructure_hook(datetime, datetime.isoformat)
    converter.register_structure_hook(datetime, lambda raw, _: datetime.fromisoformat(raw))
    converter.register_unstructure_hook(timedelta, lambda value: value // _TICK)
    converter.register_structure_hook(timedelta, lambda raw, _: raw * _TICK)
    # Every finding names its servers: what goes without saying would be most of a row.
    brief = make_dict_unstructure_fn(Server, converter, _cattrs_omit_if_default=True)
    converter.register_unstructure_hook(Server, brief)
    converter.register_unstructure_hook_func(lambda kind: kind == Fact, _dump_fact)
    converter.register_structure_hook_func(lambda kind: kind == Fact, _load_fact)
    return converter


_CONVERTER = _converter()


def dump(value: object, hint: Any) -> Any:
    """Return `value`, which is of the type `hint`, as what `json` can write."""
    return _CONVERTER.unstructure(value, unstructure_as=hint)


def load(raw: Any, hint: type[T]) -> T:
    """Return the value of the type `hint` that `raw` describes. Raises `Undecodable`."""
    try:
        return _CONVERTER.structure(raw, hint)
    except (ValueError, TypeError, KeyError, AttributeError) as error:
        raise Undecodable(f"{getattr(hint, '__name__', hint)}: {error!r}") from error


def dump_notice(notice: Notice) -> dict[str, Any]:
    """Return what a notice carries, without its kind."""
    return cast("dict[str, Any]", dump(notice, type(notice)))


def load_notice(kind: str, payload: Any) -> Notice:
    """Return the notice of `kind`. Raises `Undecodable`, for one thing if a newer release wrote it."""
    if kind not in _KINDS:
        raise Undecodable(f"unknown kind of notice: {kind}")
    return load(payload, _KINDS[kind])
