"""`engage-domain outbox`: what has not been said yet, lane by lane, and what was given up; or say it again."""

from collections.abc import Sequence
from datetime import datetime

from bot.ports import Clock
from storage import backlog, outbox
from storage.backlog import DeadRow, WaitingLane
from storage.engine import Database


async def listed(database: Database, clock: Clock) -> str:
    """Return the lanes that have not said everything, and the dead rows, as lines for people."""
    async with database.reading() as session:
        lanes, dead = await backlog.lanes(session), await backlog.dead_rows(session)
    if not lanes:
        return "Everything has been said: the outbox is empty."
    now = clock()
    lines = [_lane(lane, now) for lane in lanes]
    lines += [_dead(row) for row in dead]
    lines.append(_summary(lanes))
    return "\n".join(lines)


async def replayed(database: Database, clock: Clock, lane: str | None) -> str:
    """Open parked lanes and queue their dead rows again: of one lane, or of all. Return what was done, in words."""
    async with database.transaction() as session:
        count = await outbox.replay(session, lane, clock(), dead=True)
    where = f" in {lane}" if lane else ""
    if not count:
        return f"Nothing is parked or dead{where}."
    return f"{count} parked lanes and dead rows{where} are on their way again; a running bot sends them by itself."


def _lane(lane: WaitingLane, now: datetime) -> str:
    counts = {"queued": lane.queued, "sending": lane.sending, "dead": lane.dead}
    told = ", ".join(f"{count} {state}" for state, count in counts.items() if count)
    seconds = max(0, int((now - lane.oldest_at).total_seconds()))
    line = f"{lane.lane}: {told}; the oldest is {seconds} s old"
    if lane.parked_at is not None:
        return f"{line}; PARKED since {lane.parked_at:%Y-%m-%d %H:%M} UTC: {lane.reason}"
    return f"{line}; last error: {lane.last_error}" if lane.last_error else line


def _dead(row: DeadRow) -> str:
    return f"DEAD row {row.id} in {row.lane}: {row.kind}, queued {row.created_at:%Y-%m-%d %H:%M} UTC: {row.error}"


def _summary(lanes: Sequence[WaitingLane]) -> str:
    unsent = sum(lane.queued + lane.sending for lane in lanes)
    dead = sum(lane.dead for lane in lanes)
    parked = sum(lane.parked_at is not None for lane in lanes)
    line = f"{unsent} rows waiting, {dead} dead, {parked} lanes parked."
    if not dead and not parked:
        return line
    return f"{line} Mend the cause, then `engage-domain outbox --replay` (or name a lane)."
