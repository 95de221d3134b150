"""The dispatch tick: claim what is to be said, say it, mark it. Order holds in every lane."""

import asyncio
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import timedelta

import structlog

from bot.ports import Anchor, Clock, Delivery, Messenger
from core.errors import ChannelUnavailable, ConfigurationError, PermanentError, TransientError
from storage import anchors, domains, outbox
from storage.engine import Database
from storage.outbox import Claimed

log = structlog.get_logger(__name__)
_LEASE = timedelta(minutes=3)
_BATCH = 50
_LONGEST_WAIT = timedelta(minutes=5)


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

    async def dispatch_due(self) -> int:
        """Say what can be said now, lane by lane; return how many rows were claimed."""
        total = 0
        while claimed := await self._claim():
            total += len(claimed)
            await asyncio.gather(*(self._deliver_safely(row) for row in claimed))
        return total

    async def _claim(self) -> list[Claimed]:
        async with self.database.transaction() as session:
            return await outbox.claim(session, self.clock(), _LEASE, _BATCH)

    async def _deliver_safely(self, row: Claimed) -> None:
        try:
            await self._deliver(row)
        except ChannelUnavailable as error:
            log.warning("outbox.parked", lane=row.lane, reason=error.reason, channel=error.channel)
            async with self.database.transaction() as session:
                await outbox.park(session, row.id, error.reason, self.clock())
        except PermanentError as error:
            log.error("outbox.dead", lane=row.lane, row=row.id, kind=row.notice.kind, error=str(error))
            async with self.database.transaction() as session:
                await outbox.mark_dead(session, row.id, str(error))
        except (TransientError, ConfigurationError) as error:
            log.warning("outbox.retry", lane=row.lane, row=row.id, kind=row.notice.kind, error=str(error))
            await self._again(row, error)
        except Exception as error:
            log.exception("outbox.failed", lane=row.lane, row=row.id, kind=row.notice.kind, ref=self.new_id())
            await self._again(row, error)

    async def _deliver(self, row: Claimed) -> None:
        async with self.database.reading() as session:
            domain = await domains.get(session, row.domain_id) if row.domain_id else None
            known = await anchors.get(session, row.domain_id) if row.domain_id else {}

        async def save_progress(progress: Mapping[str, str]) -> None:
            async with self.database.transaction() as session:
                await outbox.note_progress(session, row.id, dict(progress))

        delivery = Delivery(row.id, row.notice, domain, _ports(known), row.attempts, row.progress)
        new = await self.messenger.deliver(delivery, save_progress)
        async with self.database.transaction() as session:
            if row.domain_id and new:
                await anchors.put(session, row.domain_id, [_stored(anchor) for anchor in new])
            await outbox.mark_sent(session, row.id, self.clock())

    async def _again(self, row: Claimed, error: Exception) -> None:
        wait = backoff(row.attempts + 1)
        if isinstance(error, TransientError) and error.retry_after is not None:
            wait = max(error.retry_after, timedelta(milliseconds=100))
        async with self.database.transaction() as session:
            await outbox.mark_failed(session, row.id, self.clock() + wait, str(error))


def _ports(known: Mapping[str, anchors.StoredAnchor]) -> dict[str, Anchor]:
    return {name: Anchor(name, each.channel, each.ts, each.link) for name, each in known.items()}


def _stored(anchor: Anchor) -> anchors.StoredAnchor:
    return anchors.StoredAnchor(anchor.name, anchor.channel, anchor.ts, anchor.link)
