"""The dispatch tick: claim what is to be said, say it, mark it. Order holds in every lane."""

import asyncio
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import timedelta

import structlog
from sqlalchemy.ext.asyncio import AsyncSession

from bot.clock import stopwatch
from bot.ports import NO_METER, Anchor, Clock, Delivery, Messenger, Meter
from bot.services.parking import Admins, Parking, nobody
from core.errors import ChannelUnavailable, ConfigurationError, PermanentError, TransientError
from core.notices import AlertResolved, Notice
from storage import anchors, domains, outbox, said
from storage.engine import Database
from storage.lanes import kind_of
from storage.outbox import Claimed

log = structlog.get_logger(__name__)
_BATCH = 50
_LONGEST_WAIT = timedelta(minutes=5)
LONGEST_WISH = timedelta(minutes=15)
"""The longest that a Retry-After is granted. What waits for longer was put off by a clock that was ahead."""


def backoff(attempts: int) -> timedelta:
    """Return how long to wait after the failed attempt number `attempts` (from 1): 2, 4, 8, … s, at most 5 min."""
    return min(timedelta(seconds=2 ** min(attempts, 9)), _LONGEST_WAIT)


@dataclass(frozen=True, slots=True)
class Dispatching:
    """Empties the outbox."""

    database: Database
    messenger: Messenger
    clock: Clock
    new_id: Callable[[], str]
    meter: Meter = NO_METER
    lease: timedelta = timedelta(minutes=5)
    """How long a row stays with a process of which nothing is heard."""
    admins: Admins = nobody

    async def dispatch_due(self) -> int:
        """Say what can be said now, lane by lane; return how many rows were claimed."""
        total = 0
        while claimed := await self._claim():
            total += len(claimed)
            await asyncio.gather(*(self._dispatch(row) for row in claimed))
        return total

    async def _claim(self) -> list[Claimed]:
        async with self.database.transaction() as session:
            return await outbox.claim(session, self.clock(), self.lease, _BATCH)

    async def _dispatch(self, row: Claimed) -> None:
        """Try a row; every line that is logged meanwhile names it and what caused it."""
        about = {"row": row.id, "kind": row.notice.kind, "lane": row.lane, "domain": row.notice.subject.name}
        with structlog.contextvars.bound_contextvars(**about, cause=row.cause or None):
            try:
                outcome = await self._deliver_safely(row)
            except TransientError as error:
                # The database does not take the outcome. The lease ends, and the next attempt looks what this one did.
                log.error("outbox.unrecorded", error=str(error))
                outcome = "retry"
        self.meter.dispatched(kind_of(row.lane), outcome, self.clock() - row.created_at)

    async def _deliver_safely(self, row: Claimed) -> str:
        took = stopwatch()
        try:
            await self._deliver(row)
        except ChannelUnavailable as error:
            log.warning("outbox.parked", reason=error.reason, channel=error.channel)
            await Parking(self.database, self.clock, self.admins).park(row, error)
            return "parked"
        except PermanentError as error:
            log.error("outbox.dead", error=str(error))
            async with self.database.transaction() as session:
                await outbox.mark_dead(session, row.id, str(error))
            return "dead"
        except (TransientError, ConfigurationError) as error:
            log.warning("outbox.retry", attempts=row.attempts + 1, error=str(error))
            await self._again(row, error)
            return "retry"
        except Exception as error:
            log.exception("outbox.failed", attempts=row.attempts + 1)
            await self._again(row, error)
            return "retry"
        log.info("outbox.sent", took_ms=round(took() / timedelta(milliseconds=1)))
        return "sent"

    async def _deliver(self, row: Claimed) -> None:
        async with self.database.reading() as session:
            domain = await domains.get(session, row.domain_id) if row.domain_id else None
            known = await anchors.get(session, row.domain_id) if row.domain_id else {}
            original = await _original(session, row)

        async def save_progress(progress: Mapping[str, str]) -> None:
            async with self.database.transaction() as session:
                await outbox.note_progress(session, row.id, dict(progress))

        delivery = Delivery(row.id, row.notice, domain, _ports(known), row.attempts, row.progress, original)
        new = await self.messenger.deliver(delivery, save_progress)
        async with self.database.transaction() as session:
            if row.domain_id and new:
                await anchors.put(session, row.domain_id, [_stored(anchor) for anchor in new])
            await outbox.mark_sent(session, row.id, self.clock())

    async def _again(self, row: Claimed, error: Exception) -> None:
        wait = backoff(row.attempts + 1)
        if isinstance(error, TransientError) and error.retry_after is not None:
            wait = min(max(error.retry_after, timedelta(milliseconds=100)), LONGEST_WISH)
        async with self.database.transaction() as session:
            await outbox.mark_failed(session, row.id, self.clock() + wait, str(error))


async def _original(session: AsyncSession, row: Claimed) -> Notice | None:
    """Return the alert that a resolution is about: its rows stay above the resolution."""
    if not isinstance(row.notice, AlertResolved) or row.domain_id is None:
        return None
    return await said.alert_of(session, row.domain_id, row.notice.incident_id)


def _ports(known: Mapping[str, anchors.StoredAnchor]) -> dict[str, Anchor]:
    return {name: Anchor(name, each.channel, each.ts, each.link) for name, each in known.items()}


def _stored(anchor: Anchor) -> anchors.StoredAnchor:
    return anchors.StoredAnchor(anchor.name, anchor.channel, anchor.ts, anchor.link)
