"""The one statement that both databases have and SQL lacks: INSERT … ON CONFLICT."""

from collections.abc import Mapping
from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.ext.asyncio import AsyncSession

from storage.tables import DOMAINS


def insert(session: AsyncSession, table: sa.Table) -> sqlite.Insert | postgresql.Insert:
    """Return an INSERT that knows ``on_conflict_do_nothing`` and ``on_conflict_do_update``."""
    if session.get_bind().dialect.name == "postgresql":
        return postgresql.insert(table)
    return sqlite.insert(table)


async def upsert(session: AsyncSession, table: sa.Table, row: Mapping[str, Any]) -> None:
    """Insert a row, or replace what stands under the same primary key."""
    keys = [column.name for column in table.primary_key]
    statement = insert(session, table).values(**row)
    changed = {name: statement.excluded[name] for name in row if name not in keys}
    await session.execute(statement.on_conflict_do_update(index_elements=keys, set_=changed))


def team_of(domain_id: str) -> sa.ScalarSelect[str]:
    """Return the team of a domain, as an expression for the rows that belong to it."""
    return sa.select(DOMAINS.c.team_id).where(DOMAINS.c.id == domain_id).scalar_subquery()
