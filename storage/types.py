"""Column types: moments that are always aware and in UTC, words out of an enumeration, and JSON."""

from datetime import UTC, datetime
from enum import StrEnum

import sqlalchemy as sa


class UtcDateTime(sa.TypeDecorator[datetime]):
    """An aware moment in UTC. A naive one is refused: SQLite would store it, and nobody could tell its zone."""

    impl = sa.DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: sa.Dialect) -> datetime | None:
        """Hand the database UTC."""
        del dialect
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError(f"naive datetime: {value!r}")
        return value.astimezone(UTC)

    def process_result_value(self, value: datetime | None, dialect: sa.Dialect) -> datetime | None:
        """Give back an aware moment: SQLite drops the zone, PostgreSQL answers in the session's."""
        del dialect
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


def words(kind: type[StrEnum]) -> sa.Enum:
    """Return the type of a column that holds a word of `kind`, by value, guarded by a check constraint."""
    return sa.Enum(
        kind,
        name=kind.__name__.lower(),
        native_enum=False,
        create_constraint=True,
        validate_strings=True,
        length=max(len(word) for word in kind),
        values_callable=lambda members: [member.value for member in members],
    )


def document() -> sa.JSON:
    """Return the type of a JSON column; None is NULL.

    Not JSONB: nothing is ever looked up inside a document, and JSONB refuses U+0000, which anybody can put
    into a TXT record (https://www.postgresql.org/docs/current/datatype-json.html).
    """
    return sa.JSON(none_as_null=True)


def row_number() -> sa.types.TypeEngine[int]:
    """Return the type of a growing number; SQLite only counts an INTEGER by itself."""
    return sa.BigInteger().with_variant(sa.Integer(), "sqlite")
