"""Figures about what is stored, for the operator: what waits to be said, what is due, how the domains stand."""

from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncSession

from core.sending_domain import DomainStatus, VerificationStatus
from storage.lanes import kind_of
from storage.tables import DOMAINS, LIVE, OUTBOX, PARKED_LANES

_UNSENT = sa.text("outbox.state IN ('queued', 'sending')")
_DEAD = sa.text("outbox.state = 'dead'")


@dataclass(frozen=True, slots=True)
class Backlog:
    """What the lanes of one kind have not said: rows that wait, the oldest of them, rows given up, lanes parked."""

    waiting: int = 0
    oldest_at: datetime | None = None
    dead: int = 0
    parked: int = 0


@dataclass(frozen=True, slots=True)
class Figures:
    """The figures of one moment. `due_since` is when the domain was due that has waited longest; None if none is."""

    backlog: dict[str, Backlog]
    due_since: datetime | None
    domains: dict[tuple[DomainStatus, VerificationStatus], int]


async def figures(session: AsyncSession, now: datetime) -> Figures:
    """Count. All of it is answered by indices, but for the standing of the domains."""
    return Figures(await _backlog(session), await _due_since(session, now), await _domains(session))


async def _backlog(session: AsyncSession) -> dict[str, Backlog]:
    lanes = sa.select(OUTBOX.c.lane, sa.func.count(), sa.func.min(OUTBOX.c.id)).group_by(OUTBOX.c.lane)
    found: dict[str, Backlog] = {}
    heads: dict[str, int] = {}
    for lane, count, head in await session.execute(lanes.where(_UNSENT)):
        kind = kind_of(lane)
        found[kind] = _plus(found.get(kind), waiting=count)
        heads[kind] = min(head, heads.get(kind, head))
    for lane, count, _ in await session.execute(lanes.where(_DEAD)):
        found[kind_of(lane)] = _plus(found.get(kind_of(lane)), dead=count)
    for lane in await session.scalars(sa.select(PARKED_LANES.c.lane)):
        found[kind_of(lane)] = _plus(found.get(kind_of(lane)), parked=1)
    written = sa.select(OUTBOX.c.id, OUTBOX.c.created_at).where(OUTBOX.c.id.in_(heads.values()))
    moments = {row.id: row.created_at for row in await session.execute(written)}
    return {kind: _plus(each, oldest_at=moments.get(heads.get(kind, 0))) for kind, each in found.items()}


def _plus(
    known: Backlog | None, *, waiting: int = 0, dead: int = 0, parked: int = 0, oldest_at: datetime | None = None
) -> Backlog:
    known = known or Backlog()
    return Backlog(known.waiting + waiting, oldest_at or known.oldest_at, known.dead + dead, known.parked + parked)


async def _due_since(session: AsyncSession, now: datetime) -> datetime | None:
    unleased = sa.or_(DOMAINS.c.lease_until.is_(None), DOMAINS.c.lease_until <= now)
    due = sa.select(DOMAINS.c.next_check_at).where(DOMAINS.c.next_check_at <= now, unleased)
    first: datetime | None = await session.scalar(due.order_by(DOMAINS.c.next_check_at).limit(1))
    return first


async def _domains(session: AsyncSession) -> dict[tuple[DomainStatus, VerificationStatus], int]:
    standing = (DOMAINS.c.status, DOMAINS.c.verification)
    counted = await session.execute(sa.select(*standing, sa.func.count()).where(LIVE).group_by(*standing))
    return {(status, verification): count for status, verification, count in counted}
