"""Clicks and commands that were accepted, so that Slack's second delivery of one changes nothing."""

from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncSession

from storage.dialects import insert
from storage.tables import CLICKS


async def first_time(session: AsyncSession, team_id: str, click_id: str, now: datetime) -> bool:
    """Remember a click with this transaction; False if it was remembered before.

    Where another transaction is just remembering the same click, this waits for its end.
    """
    statement = insert(session, CLICKS).values(team_id=team_id, click_id=click_id, at=now)
    return await session.scalar(statement.on_conflict_do_nothing().returning(CLICKS.c.click_id)) is not None


async def forget_before(session: AsyncSession, moment: datetime) -> None:
    """Forget the clicks before `moment`."""
    await session.execute(sa.delete(CLICKS).where(CLICKS.c.at < moment))
