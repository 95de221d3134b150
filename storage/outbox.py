"""The outbox: what is to be said, written with the state it announces, and sent in order lane by lane.

A row is *queued*, *sending* (leased to a dispatcher), *sent* or *dead*. Only the head of a lane, its oldest
unsent row, is ever handed out. Append after saving the domain: the lock on its row then keeps two writers
from numbering their notices in one order and committing them in the other.
"""

import logging
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncSession

from core.notices import Notice, Place
from core.secrecy import blotted
from storage.codec import Undecodable, dump_notice, load_notice
from storage.dialects import upsert
from storage.lanes import lane_of
from storage.tables import OUTBOX, PARKED_LANES, UNSENT, Sending

logger = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Claimed:
    """A row that is being sent. `attempts` counts the earlier ones, those that died without a word included.

    `cause` is what the log calls whatever made it: ``request:…`` or ``check:…``; empty if that was not kept.
    """

    id: int
    team_id: str
    domain_id: str | None
    lane: str
    notice: Notice
    attempts: int
    progress: dict[str, str]
    created_at: datetime
    cause: str = ""


@dataclass(frozen=True, slots=True)
class ParkedLane:
    """A lane that waits for its channel to be mended."""

    team_id: str
    lane: str
    reason: str
    parked_at: datetime


async def append(
    session: AsyncSession, team_id: str, notices: Sequence[Notice], now: datetime, cause: str = ""
) -> None:
    """Queue notices, in this order, with what caused them.

    A card that is queued already is not queued again: it shows the latest state. It keeps its first cause.
    """
    for notice in notices:
        lane = lane_of(notice, team_id)
        if notice.place is Place.CARD and await _card_is_queued(session, team_id, lane, notice.kind):
            continue
        row = {
            "team_id": team_id,
            "domain_id": notice.subject.domain_id or None,
            "lane": lane,
            "kind": notice.kind,
            "payload": dump_notice(notice),
            "state": Sending.QUEUED,
            "attempts": 0,
            "next_attempt_at": now,
            "progress": {},
            "created_at": now,
            "cause": cause or None,
        }
        await session.execute(sa.insert(OUTBOX), row)


async def claim(session: AsyncSession, now: datetime, lease: timedelta, limit: int) -> list[Claimed]:
    """Lease out the heads of up to `limit` lanes, oldest first: those whose time has come, in lanes not parked.

    A head that is leased already keeps its lane waiting until the lease ends. A row that cannot be read, for
    one thing because a newer release wrote it, is dead at once, and stands in nobody's way.
    """
    unsent = OUTBOX.alias("unsent")
    first = sa.select(sa.func.min(unsent.c.id)).where(_is(unsent.c.state, *UNSENT))
    its_parking = (PARKED_LANES.c.team_id == OUTBOX.c.team_id, PARKED_LANES.c.lane == OUTBOX.c.lane)
    heads = (
        sa.select(OUTBOX.c.id)
        .where(OUTBOX.c.id.in_(first.group_by(unsent.c.team_id, unsent.c.lane)))
        .where(_ready(now), ~sa.exists().where(*its_parking))
        .order_by(OUTBOX.c.id)
        .limit(limit)
        .with_for_update(skip_locked=True, of=OUTBOX)
        .cte("heads")
    )
    statement = (
        sa.update(OUTBOX)
        .where(OUTBOX.c.id.in_(sa.select(heads.c.id)))
        .values(state=Sending.SENDING, lease_until=now + lease, attempts=OUTBOX.c.attempts + 1)
        .returning(*OUTBOX.c)
    )
    rows = (await session.execute(statement)).all()
    claimed = [await _claimed(session, row) for row in sorted(rows, key=lambda row: row.id)]
    return [row for row in claimed if row is not None]


async def release_all(session: AsyncSession, now: datetime) -> None:
    """Let the rows that are leased be claimed again from `now` on: whoever was sending them is no more."""
    await session.execute(sa.update(OUTBOX).where(_is(OUTBOX.c.state, Sending.SENDING)).values(lease_until=now))


async def mark_sent(session: AsyncSession, row_id: int, now: datetime) -> None:
    """The row has been said."""
    await _set(session, row_id, state=Sending.SENT, sent_at=now, lease_until=None, last_error=None)


async def mark_failed(session: AsyncSession, row_id: int, retry_at: datetime, error: str) -> None:
    """Try the row again at `retry_at`. Its lane waits."""
    await _set(
        session, row_id, state=Sending.QUEUED, next_attempt_at=retry_at, lease_until=None, last_error=_plain(error)
    )


async def mark_dead(session: AsyncSession, row_id: int, error: str) -> None:
    """Give the row up. Its lane goes on."""
    await _set(session, row_id, state=Sending.DEAD, lease_until=None, last_error=_plain(error))


async def note_progress(session: AsyncSession, row_id: int, progress: Mapping[str, str]) -> None:
    """Remember what the next attempt must know; what was remembered before stays."""
    known = await session.scalar(sa.select(OUTBOX.c.progress).where(OUTBOX.c.id == row_id).with_for_update())
    await _set(session, row_id, progress={**(known or {}), **progress})


async def park(session: AsyncSession, row_id: int, reason: str, now: datetime) -> None:
    """Stop the row's lane until it is replayed; the row itself is queued again."""
    await _set(session, row_id, state=Sending.QUEUED, next_attempt_at=now, lease_until=None, last_error=_plain(reason))
    lane = (await session.execute(sa.select(OUTBOX.c.team_id, OUTBOX.c.lane).where(OUTBOX.c.id == row_id))).one()
    row = {"team_id": lane.team_id, "lane": lane.lane, "reason": _plain(reason), "parked_at": now}
    await upsert(session, PARKED_LANES, row)


async def parked(session: AsyncSession) -> list[ParkedLane]:
    """Return the parked lanes, those first that have waited longest."""
    rows = await session.execute(sa.select(PARKED_LANES).order_by(PARKED_LANES.c.parked_at, PARKED_LANES.c.lane))
    return [ParkedLane(row.team_id, row.lane, row.reason, row.parked_at) for row in rows]


async def replay(session: AsyncSession, lane: str | None, now: datetime, *, dead: bool = False) -> int:
    """Open a parked lane again, or all of them; with `dead`, queue its dead rows again, too.

    Returns how many lanes were opened and rows revived. A revived row still counts one earlier attempt, so that
    whoever sends it looks for what that one may have left behind.
    """
    opened = sa.delete(PARKED_LANES).returning(PARKED_LANES.c.lane)
    revived = sa.update(OUTBOX).where(OUTBOX.c.state == Sending.DEAD).returning(OUTBOX.c.id)
    if lane is not None:
        opened = opened.where(PARKED_LANES.c.lane == lane)
        revived = revived.where(OUTBOX.c.lane == lane)
    count = len((await session.execute(opened)).all())
    if dead:
        count += len(
            (await session.execute(revived.values(state=Sending.QUEUED, attempts=1, next_attempt_at=now))).all()
        )
    return count


async def depth(session: AsyncSession) -> dict[str, int]:
    """Count the rows that are ``queued``, ``sending`` and ``dead``, and the ``parked`` lanes."""
    states = sa.select(OUTBOX.c.state, sa.func.count()).where(OUTBOX.c.state != Sending.SENT).group_by(OUTBOX.c.state)
    counted = {str(state): count for state, count in await session.execute(states)}
    lanes = await session.scalar(sa.select(sa.func.count()).select_from(PARKED_LANES))
    return {"queued": 0, "sending": 0, "dead": 0} | counted | {"parked": lanes or 0}


async def forget_before(session: AsyncSession, moment: datetime) -> None:
    """Forget what was said before `moment`; what was not said stays."""
    await session.execute(sa.delete(OUTBOX).where(_is(OUTBOX.c.state, Sending.SENT), OUTBOX.c.sent_at < moment))


async def _card_is_queued(session: AsyncSession, team_id: str, lane: str, kind: str) -> bool:
    """Look for the card's row, and hold it: were it claimed now, it would be said without what we are writing."""
    statement = (
        sa.select(OUTBOX.c.id)
        .where(OUTBOX.c.team_id == team_id, OUTBOX.c.lane == lane, OUTBOX.c.kind == kind)
        .where(_is(OUTBOX.c.state, *UNSENT), OUTBOX.c.state == Sending.QUEUED)
        .with_for_update()
    )
    return (await session.execute(statement)).first() is not None


async def _claimed(session: AsyncSession, row: sa.Row[Any]) -> Claimed | None:
    try:
        notice = load_notice(row.kind, row.payload)
    except Undecodable as error:
        logger.exception("outbox row %s cannot be read", row.id)
        await mark_dead(session, row.id, str(error))
        return None
    return Claimed(
        id=row.id,
        team_id=row.team_id,
        domain_id=row.domain_id,
        lane=row.lane,
        notice=notice,
        attempts=row.attempts - 1,
        progress=row.progress,
        created_at=row.created_at,
        cause=row.cause or "",
    )


async def _set(session: AsyncSession, row_id: int, **values: object) -> None:
    await session.execute(sa.update(OUTBOX).where(OUTBOX.c.id == row_id).values(**values))


def _is(state: sa.ColumnElement[Any], *words: Sending) -> sa.ColumnElement[bool]:
    """Compare with words written out, as in the condition of the partial index: SQLite uses it for nothing else."""
    written = [sa.bindparam(None, word, state.type, literal_execute=True) for word in words]
    return state == written[0] if len(written) == 1 else state.in_(written)


def _ready(now: datetime) -> sa.ColumnElement[bool]:
    queued = sa.and_(OUTBOX.c.state == Sending.QUEUED, OUTBOX.c.next_attempt_at <= now)
    left_behind = sa.and_(OUTBOX.c.state == Sending.SENDING, OUTBOX.c.lease_until <= now)
    return sa.or_(queued, left_behind)


def _plain(text: str) -> str:
    """Return a text from outside as it may be kept: no secrets, and no U+0000, which PostgreSQL does not take."""
    return blotted(text).replace("\x00", "\N{REPLACEMENT CHARACTER}")
