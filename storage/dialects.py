"""The one statement that both databases have and SQL lacks: INSERT … ON CONFLICT."""

from collections.abc import Mapping, Sequence
from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.ext.asyncio import AsyncSession


def insert(session: AsyncSession, table: sa.Table) -> sqlite.Insert | postgresql.Insert:
    """Return an INSERT that knows ``on_conflict_do_nothing`` and ``on_conflict_do_update``."""
    if session.get_bind().dialect.name == "postgresql":
        return postgresql.insert(table)
    return sqlite.insert(table)


async def upsert(session: AsyncSession, table: sa.Table, rows: Sequence[Mapping[str, Any]]) -> None:
    """Insert `rows`, or replace what stands under the same primary key."""
    keys = [column.name for column in table.primary_key]
    statement = insert(session, table)
    changed = {name: statement.excluded[name] for name in rows[0] if name not in keys}
    for row in rows:
        await session.execute(statement.on_conflict_do_update(index_elements=keys, set_=changed).values(**row))


def team_of(domain_id: str) -> sa.ScalarSelect[str]:
    """Return the team of a domain, as an expression for the rows that belong to it."""
    domains = sa.table("domains", sa.column("id"), sa.column("team_id"))
    return sa.select(domains.c.team_id).where(domains.c.id == domain_id).scalar_subquery()
