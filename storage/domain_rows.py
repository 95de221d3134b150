"""A sending domain as a row, and back: a column for what is asked for or is a fact of its own, documents for the rest.

A field without a column of its name goes into the document `more`, and takes its default where that was
written before the field existed.
"""

from collections.abc import Mapping
from dataclasses import fields
from typing import Any, get_type_hints

import sqlalchemy as sa

from core.sending_domain import SendingDomain, Window
from storage import codec
from storage.tables import DOMAINS

_HINTS = get_type_hints(SendingDomain)
_FIELDS = tuple(field.name for field in fields(SendingDomain) if field.name != "window")
_DOCUMENTS = tuple(name for name in _FIELDS if name in DOMAINS.c and isinstance(DOMAINS.c[name].type, sa.JSON))
_PLAIN = tuple(name for name in _FIELDS if name in DOMAINS.c and name not in _DOCUMENTS)
_MORE = tuple(name for name in _FIELDS if name not in DOMAINS.c)


def values_of(domain: SendingDomain) -> dict[str, Any]:
    """Return the columns of a domain, all but the lease."""
    return (
        {name: getattr(domain, name) for name in _PLAIN}
        | {name: codec.dump(getattr(domain, name), _HINTS[name]) for name in _DOCUMENTS}
        | {
            "more": {name: codec.dump(getattr(domain, name), _HINTS[name]) for name in _MORE},
            "asker_id": domain.asker.user_id,
        }
        | _window_columns(domain.window)
    )


def changes_of(domain: SendingDomain, before: SendingDomain) -> dict[str, Any]:
    """Return the columns in which a domain differs from what it was: a look that found nothing new changes few."""
    changed = {name for name in (*_FIELDS, "window") if getattr(domain, name) != getattr(before, name)}
    values = {name: getattr(domain, name) for name in _PLAIN if name in changed}
    values |= {name: codec.dump(getattr(domain, name), _HINTS[name]) for name in _DOCUMENTS if name in changed}
    if not changed.isdisjoint(_MORE):
        values["more"] = {name: codec.dump(getattr(domain, name), _HINTS[name]) for name in _MORE}
    if "asker" in changed:
        values["asker_id"] = domain.asker.user_id
    return values | _window_columns(domain.window) if "window" in changed else values


def _window_columns(window: Window | None) -> dict[str, Any]:
    return {
        "window_id": window.id if window else None,
        "window_opened_at": window.opened_at if window else None,
        "window_deadline_at": window.deadline if window else None,
        "window_reminders": window.reminders_sent if window else None,
    }


def domain_of(row: Mapping[str, Any]) -> SendingDomain:
    """Return the domain that a row describes. Raises `codec.Undecodable`."""
    window = None
    if row["window_id"] is not None:
        window = Window(row["window_id"], row["window_opened_at"], row["window_deadline_at"], row["window_reminders"])
    return SendingDomain(
        window=window,
        **{name: row[name] for name in _PLAIN},
        **{name: codec.load(row[name], _HINTS[name]) for name in _DOCUMENTS},
        **{name: codec.load(row["more"][name], _HINTS[name]) for name in _MORE if name in row["more"]},
    )
