"""Channels that cannot be posted to: since when, and that people have been told. One row for each place.

A place is how its lanes end: ``it`` or ``support``. The trouble is over when no lane of the place is parked.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncSession

from storage.dialects import insert
from storage.lanes import kind_of
from storage.outbox import ParkedLane
from storage.tables import CHANNEL_TROUBLES

PLACES = ("it", "support")


@dataclass(frozen=True, slots=True)
class Trouble:
    """A channel that cannot be posted to. `reason` is Slack's word."""

    team_id: str
    place: str
    channel: str
    reason: str
    since_at: datetime


def place_of(lane: str) -> str | None:
    """Return the place to which a lane belongs; None for a person's."""
    kind = kind_of(lane)
    return kind if kind in PLACES else None


async def begin(session: AsyncSession, trouble: Trouble) -> bool:
    """Put a trouble down. False if it was known."""
    statement = (
        insert(session, CHANNEL_TROUBLES)
        .values(
            team_id=trouble.team_id,
            place=trouble.place,
            channel=trouble.channel,
            reason=trouble.reason,
            since_at=trouble.since_at,
        )
        .on_conflict_do_nothing(index_elements=[CHANNEL_TROUBLES.c.team_id, CHANNEL_TROUBLES.c.place])
        .returning(CHANNEL_TROUBLES.c.place)
    )
    return await session.scalar(statement) is not None


async def known(session: AsyncSession, team_id: str, place: str) -> bool:
    """Tell whether people have been told of this place."""
    return any(each.place == place for each in await of_team(session, team_id))


async def of_team(session: AsyncSession, team_id: str) -> list[Trouble]:
    """Return the troubles of a team, by place."""
    statement = sa.select(CHANNEL_TROUBLES).where(CHANNEL_TROUBLES.c.team_id == team_id)
    rows = await session.execute(statement.order_by(CHANNEL_TROUBLES.c.place))
    return [Trouble(row.team_id, row.place, row.channel, row.reason, row.since_at) for row in rows]


async def everywhere(session: AsyncSession) -> list[Trouble]:
    """Return all troubles, those first that have lasted longest."""
    rows = await session.execute(sa.select(CHANNEL_TROUBLES).order_by(CHANNEL_TROUBLES.c.since_at))
    return [Trouble(row.team_id, row.place, row.channel, row.reason, row.since_at) for row in rows]


async def end_all_but(session: AsyncSession, parked: Sequence[ParkedLane]) -> int:
    """Forget the troubles of places where no lane is parked any more; return how many those were."""
    lasting = {(lane.team_id, place_of(lane.lane)) for lane in parked}
    over = [each for each in await everywhere(session) if (each.team_id, each.place) not in lasting]
    for each in over:
        ended = (CHANNEL_TROUBLES.c.team_id == each.team_id, CHANNEL_TROUBLES.c.place == each.place)
        await session.execute(sa.delete(CHANNEL_TROUBLES).where(*ended))
    return len(over)
