"""The columns of our tables: none is empty unless it says so."""

from typing import Any

import sqlalchemy as sa
from sqlmodel import Field

from storage.types import UtcDateTime, document


def column(kind: sa.types.TypeEngine[Any], *more: sa.ForeignKey, **options: Any) -> Any:
    """Return a column of `kind`; `options` are those of `sqlalchemy.Column`."""
    options.setdefault("nullable", False)
    return Field(sa_column=sa.Column(kind, *more, **options))


def text(**options: Any) -> Any:
    """Return a column of text."""
    return column(sa.Text(), **options)


def flag() -> Any:
    """Return a column of yes or no."""
    return column(sa.Boolean())


def number() -> Any:
    """Return a column of whole numbers."""
    return column(sa.Integer())


def moment(**options: Any) -> Any:
    """Return a column of moments in UTC."""
    return column(UtcDateTime(), **options)


def json(**options: Any) -> Any:
    """Return a column of documents."""
    return column(document(), **options)


def of_domain(**options: Any) -> Any:
    """Return a column that names the domain which the row belongs to."""
    return column(sa.Text(), sa.ForeignKey("domains.id"), **options)
