"""Work that a clock which was ahead has put off for hours: due now that the clock has been set right.

A row tells by itself: it was written later than now, or it waits longer than anybody ever has it wait.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncSession

from storage.tables import DOMAINS, OUTBOX, PARKED_LANES, UNSENT

TOLERANCE = timedelta(minutes=1)
"""Clocks of several machines differ, and are corrected, by less."""


@dataclass(frozen=True, slots=True)
class Waits:
    """The longest that is ever meant: of a lease on a domain or a check put off, and of a row of the outbox."""

    domain: timedelta
    row: timedelta


async def make_due(session: AsyncSession, now: datetime, waits: Waits) -> int:
    """Have what was put off by a clock that was ahead done now; return how many domains, rows and lanes that were."""
    ahead = now + TOLERANCE
    since = sa.func.coalesce(DOMAINS.c.last_event_at, DOMAINS.c.created_at)
    domains = (
        sa.update(DOMAINS)
        .where(DOMAINS.c.next_check_at > now)
        .where(
            sa.or_(
                DOMAINS.c.lease_until > ahead + waits.domain,
                sa.and_(since > ahead, DOMAINS.c.next_check_at >= since),
            )
        )
        .values(next_check_at=now, lease_until=None)
    )
    leases = (
        sa.update(DOMAINS)
        .where(DOMAINS.c.next_check_at <= now, DOMAINS.c.lease_until > ahead + waits.domain)
        .values(lease_until=None)
    )
    rows = (
        sa.update(OUTBOX)
        .where(OUTBOX.c.state.in_(UNSENT))
        .where(sa.or_(OUTBOX.c.next_attempt_at > ahead + waits.row, OUTBOX.c.created_at > ahead))
        .where(OUTBOX.c.next_attempt_at > now)
        .values(next_attempt_at=now)
    )
    sending = (
        sa.update(OUTBOX)
        .where(OUTBOX.c.state.in_(UNSENT), OUTBOX.c.lease_until > ahead + waits.row)
        .values(lease_until=now)
    )
    lanes = sa.update(PARKED_LANES).where(PARKED_LANES.c.parked_at > ahead).values(parked_at=now)
    count = 0
    for statement in (domains, leases, rows, sending, lanes):
        count += (await session.execute(statement)).rowcount  # type: ignore[attr-defined]  # an UPDATE has one
    return count


def brought_forward(next_check_at: datetime | None, last_event_at: datetime | None, now: datetime) -> datetime | None:
    """Return when to check a domain whose last event bears a time that is still to come.

    Time stands still for it until then; it is looked at in the meantime at its usual pace, counted from `now`, and
    at the latest a moment before that time, by which `make_due` tells it from what was put off.
    """
    if next_check_at is None or last_event_at is None or last_event_at <= now + TOLERANCE:
        return next_check_at
    if next_check_at <= last_event_at:
        return now
    wait = max(next_check_at - last_event_at, timedelta(seconds=1))
    return min(now + wait, last_event_at - timedelta(seconds=1))
