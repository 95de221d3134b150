"""Looks that people asked for with `check`: written down by the request, made and answered by the tick."""

from dataclasses import dataclass
from datetime import datetime, timedelta

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncSession

from core.sending_domain import Actor
from storage.codec import dump, load
from storage.tables import ASKED_CHECKS


@dataclass(frozen=True, slots=True)
class AskedCheck:
    """One look that was asked for. `can_create` tells whether the asker may create a domain, `cause` the request."""

    id: int
    team_id: str
    name: str
    actor: Actor
    can_create: bool
    cause: str
    asked_at: datetime


async def ask(
    session: AsyncSession, team_id: str, actor: Actor, name: str, now: datetime, *, can_create: bool, cause: str = ""
) -> None:
    """Write down that `actor` wants to know about `name`."""
    row = {
        "team_id": team_id,
        "user_id": actor.user_id,
        "name": name,
        "actor": dump(actor, Actor),
        "can_create": can_create,
        "cause": cause,
        "asked_at": now,
    }
    await session.execute(sa.insert(ASKED_CHECKS), row)


async def asked_since(session: AsyncSession, team_id: str, user_id: str, moment: datetime) -> list[datetime]:
    """Return when a user has asked since `moment`, oldest first."""
    statement = (
        sa.select(ASKED_CHECKS.c.asked_at)
        .where(ASKED_CHECKS.c.team_id == team_id, ASKED_CHECKS.c.user_id == user_id)
        .where(ASKED_CHECKS.c.asked_at > moment)
        .order_by(ASKED_CHECKS.c.asked_at)
    )
    return list(await session.scalars(statement))


async def is_any(session: AsyncSession, now: datetime) -> bool:
    """Tell whether any look is to be made; asked at every tick, so that an idle one writes nothing."""
    return (await session.execute(sa.select(ASKED_CHECKS.c.id).where(_open(now)).limit(1))).first() is not None


async def claim(session: AsyncSession, now: datetime, lease: timedelta, limit: int) -> list[AskedCheck]:
    """Lease out up to `limit` looks that nobody makes yet, those asked for first."""
    waiting = (
        sa.select(ASKED_CHECKS.c.id)
        .where(_open(now))
        .order_by(ASKED_CHECKS.c.id)
        .limit(limit)
        .with_for_update(skip_locked=True)
        .cte("waiting")
    )
    statement = (
        sa.update(ASKED_CHECKS)
        .where(ASKED_CHECKS.c.id.in_(sa.select(waiting.c.id)), _open(now))
        .values(lease_until=now + lease)
        .returning(*ASKED_CHECKS.c)
    )
    rows = (await session.execute(statement)).all()
    return [
        AskedCheck(row.id, row.team_id, row.name, load(row.actor, Actor), row.can_create, row.cause, row.asked_at)
        for row in sorted(rows, key=lambda row: row.id)
    ]


async def release_all(session: AsyncSession) -> None:
    """End every lease: whoever held one is no more."""
    await session.execute(
        sa.update(ASKED_CHECKS).where(ASKED_CHECKS.c.lease_until.is_not(None)).values(lease_until=None)
    )


async def answered(session: AsyncSession, check_id: int, now: datetime) -> bool:
    """Note the answer with this transaction; False if somebody else was first."""
    statement = (
        sa.update(ASKED_CHECKS)
        .where(ASKED_CHECKS.c.id == check_id, ASKED_CHECKS.c.answered_at.is_(None))
        .values(answered_at=now, lease_until=None)
        .returning(ASKED_CHECKS.c.id)
    )
    return (await session.execute(statement)).first() is not None


async def forget_before(session: AsyncSession, moment: datetime) -> None:
    """Forget what was answered before `moment`."""
    await session.execute(sa.delete(ASKED_CHECKS).where(ASKED_CHECKS.c.answered_at < moment))


def _open(now: datetime) -> sa.ColumnElement[bool]:
    unleased = sa.or_(ASKED_CHECKS.c.lease_until.is_(None), ASKED_CHECKS.c.lease_until <= now)
    return sa.and_(ASKED_CHECKS.c.answered_at.is_(None), unleased)
