"""Housekeeping: parked lanes are tried again, what was said long ago is forgotten, and what was erased is gone."""

from dataclasses import dataclass
from datetime import timedelta

import structlog

from bot.ports import Clock
from storage import clicks, outbox
from storage.engine import Database

log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class Housekeeping:
    """The small jobs. `parked_retry` and `sent_kept` are settings."""

    database: Database
    clock: Clock
    parked_retry: timedelta
    sent_kept: timedelta

    async def tidy(self) -> int:
        """Do what is to be done now; return how many lanes were opened again."""
        now = self.clock()
        opened = 0
        async with self.database.transaction() as session:
            for lane in await outbox.parked(session):
                if now - lane.parked_at >= self.parked_retry:
                    opened += await outbox.replay(session, lane.lane, now)
                    log.info("outbox.lane_tried_again", lane=lane.lane, reason=lane.reason)
            await outbox.forget_before(session, now - self.sent_kept)
            await clicks.forget_before(session, now - self.sent_kept)
        if not await self.database.scrub():
            log.debug("database.not_scrubbed")
        return opened
