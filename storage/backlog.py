"""What the outbox still holds, for the operator: lanes with what waits in them, and what was given up."""

from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncSession

from storage.tables import OUTBOX, PARKED_LANES, Sending


@dataclass(frozen=True, slots=True)
class WaitingLane:
    """A lane with unsent rows: how many are in which state, and since when the oldest has waited.

    `reason` and `parked_at` are set while the lane is parked; `last_error` is what the oldest row met last.
    """

    team_id: str
    lane: str
    queued: int
    sending: int
    dead: int
    oldest_at: datetime
    last_error: str | None = None
    reason: str | None = None
    parked_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class DeadRow:
    """A row that was given up, and why."""

    id: int
    lane: str
    kind: str
    created_at: datetime
    error: str


async def lanes(session: AsyncSession) -> list[WaitingLane]:
    """Return the lanes that have not said everything, those first whose oldest row is the oldest."""
    counts = [
        sa.func.sum(sa.case((OUTBOX.c.state == state, 1), else_=0)).label(state.value)
        for state in (Sending.QUEUED, Sending.SENDING, Sending.DEAD)
    ]
    grouped = (
        sa.select(OUTBOX.c.team_id, OUTBOX.c.lane, sa.func.min(OUTBOX.c.id).label("first"), *counts)
        .where(OUTBOX.c.state != Sending.SENT)
        .group_by(OUTBOX.c.team_id, OUTBOX.c.lane)
        .subquery()
    )
    parked = sa.and_(PARKED_LANES.c.team_id == grouped.c.team_id, PARKED_LANES.c.lane == grouped.c.lane)
    statement = (
        sa.select(grouped, OUTBOX.c.created_at, OUTBOX.c.last_error, PARKED_LANES.c.reason, PARKED_LANES.c.parked_at)
        .join(OUTBOX, OUTBOX.c.id == grouped.c.first)
        .outerjoin(PARKED_LANES, parked)
        .order_by(grouped.c.first)
    )
    return [
        WaitingLane(
            row.team_id,
            row.lane,
            row.queued,
            row.sending,
            row.dead,
            row.created_at,
            row.last_error,
            row.reason,
            row.parked_at,
        )
        for row in await session.execute(statement)
    ]


async def dead_rows(session: AsyncSession) -> list[DeadRow]:
    """Return what was given up, oldest first."""
    statement = sa.select(OUTBOX).where(OUTBOX.c.state == Sending.DEAD).order_by(OUTBOX.c.id)
    return [
        DeadRow(row.id, row.lane, row.kind, row.created_at, row.last_error or "")
        for row in await session.execute(statement)
    ]
