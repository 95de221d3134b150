"""The history: appended to, read, never changed."""

from collections.abc import Sequence

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncSession

from core.history import HistoryEntry, What
from storage.dialects import team_of
from storage.tables import HISTORY


async def append(session: AsyncSession, domain_id: str, entries: Sequence[HistoryEntry]) -> None:
    """Add lines to the history of a domain, in this order."""
    for entry in entries:
        await session.execute(
            sa.insert(HISTORY).values(
                team_id=team_of(domain_id),
                domain_id=domain_id,
                at=entry.at,
                who=entry.who,
                what=str(entry.what),
                facts=dict(entry.facts),
            )
        )


async def page(session: AsyncSession, domain_id: str, offset: int, limit: int) -> tuple[list[HistoryEntry], int]:
    """Return one page of the history, newest first, and how many lines there are in all."""
    of_domain = HISTORY.c.domain_id == domain_id
    total = await session.scalar(sa.select(sa.func.count()).select_from(HISTORY).where(of_domain))
    newest = sa.select(HISTORY).where(of_domain).order_by(HISTORY.c.id.desc()).offset(offset).limit(limit)
    rows = await session.execute(newest)
    return [HistoryEntry(row.at, row.who, What(row.what), row.facts) for row in rows], total or 0
