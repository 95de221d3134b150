"""Housekeeping: parked lanes are tried again, what a wrong clock put off is due, what is old or erased is gone."""

from dataclasses import dataclass
from datetime import timedelta

import structlog

from bot.ports import Clock
from bot.services.dispatching import LONGEST_WISH
from storage import clicks, outbox, troubles
from storage.clock_steps import Waits, make_due
from storage.engine import Database

log = structlog.get_logger(__name__)
_WAITS = Waits(timedelta(minutes=5), LONGEST_WISH)


@dataclass(frozen=True, slots=True)
class Housekeeping:
    """The small jobs. `parked_retry` and `sent_kept` are settings; `waits` the longest that anything is put off."""

    database: Database
    clock: Clock
    parked_retry: timedelta
    sent_kept: timedelta
    waits: Waits = _WAITS

    async def tidy(self) -> int:
        """Do what is to be done now; return how many lanes were opened again."""
        now = self.clock()
        opened = 0
        async with self.database.transaction() as session:
            if put_off := await make_due(session, now, self.waits):
                log.warning("clock.put_back", made_due=put_off)
            parked = await outbox.parked(session)
            await troubles.end_all_but(session, parked)
            for lane in parked:
                if now - lane.parked_at >= self.parked_retry:
                    opened += await outbox.replay(session, lane.lane, now)
                    log.info("outbox.lane_tried_again", lane=lane.lane, reason=lane.reason)
            await outbox.forget_before(session, now - self.sent_kept)
            await clicks.forget_before(session, now - self.sent_kept)
        if not await self.database.scrub():
            log.debug("database.not_scrubbed")
        return opened
