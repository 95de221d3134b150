"""Gauges of what is stored, counted when somebody asks: for `/metrics`. A database that is away is a gauge, too."""

import asyncio
from collections.abc import Iterable
from datetime import datetime, timedelta

from prometheus_client.core import GaugeMetricFamily
from prometheus_client.registry import Collector

from bot.observing.meter import PREFIX
from bot.ports import Clock
from storage.engine import Database
from storage.figures import Backlog, Figures, figures

_LANE_KINDS = ("asker", "dm", "it", "support")
_PATIENCE = 3.0


class Stock(Collector):
    """Counts what is stored, at most once in `kept`, however often it is asked for."""

    def __init__(self, database: Database, clock: Clock, kept: timedelta = timedelta(seconds=5)) -> None:
        self._database = database
        self._clock = clock
        self._kept = kept
        self._counted_at: datetime | None = None
        self._figures: Figures | None = None
        self._turn = asyncio.Lock()

    async def count(self) -> None:
        """Have the figures counted for the next `collect`, within three seconds."""
        async with self._turn:
            now = self._clock()
            if self._counted_at is not None and abs(now - self._counted_at) < self._kept:
                return
            try:
                async with asyncio.timeout(_PATIENCE), self._database.reading() as session:
                    self._figures = await figures(session, now)
            except Exception:  # noqa: BLE001 -- whatever it is, the other metrics are told all the same
                self._figures = None
            self._counted_at = now

    def collect(self) -> Iterable[GaugeMetricFamily]:
        """Yield the gauges; of a database that is away, no more than that it is."""
        known, now = self._figures, self._counted_at
        yield _gauge("database_up", "1 if the database could be read for these gauges, 0 if not.", known is not None)
        if known is None or now is None:
            yield from (_empty(name) for name in _MEANINGS)
            return
        backlogs = {kind: known.backlog.get(kind, Backlog()) for kind in _LANE_KINDS}
        yield _by_lane("outbox_rows", {kind: each.waiting for kind, each in backlogs.items()})
        yield _by_lane("outbox_age_seconds", {kind: _age(each.oldest_at, now) for kind, each in backlogs.items()})
        yield _by_lane("outbox_dead_rows", {kind: each.dead for kind, each in backlogs.items()})
        yield _by_lane("outbox_parked_lanes", {kind: each.parked for kind, each in backlogs.items()})
        due = _empty("due_lag_seconds")
        due.add_metric((), _age(known.due_since, now))
        yield due
        standing = _empty("domains")
        for (status, verification), count in sorted(known.domains.items()):
            standing.add_metric((status.value, verification.value), count)
        yield standing


_MEANINGS = {
    "outbox_rows": ("Messages that wait to be sent.", ("lane",)),
    "outbox_age_seconds": ("How long the oldest message has waited that is not sent yet.", ("lane",)),
    "outbox_dead_rows": ("Messages that were given up.", ("lane",)),
    "outbox_parked_lanes": ("Lanes that wait for their channel to be mended.", ("lane",)),
    "due_lag_seconds": ("How long the domain has been due that has waited longest for its check.", ()),
    "domains": ("Domains that are not removed.", ("status", "verification")),
}


def _empty(name: str) -> GaugeMetricFamily:
    meaning, labels = _MEANINGS[name]
    return GaugeMetricFamily(f"{PREFIX}_{name}", meaning, labels=labels)


def _gauge(name: str, meaning: str, value: float) -> GaugeMetricFamily:
    return GaugeMetricFamily(f"{PREFIX}_{name}", meaning, value=value)


def _by_lane(name: str, values: dict[str, float]) -> GaugeMetricFamily:
    family = _empty(name)
    for kind, value in values.items():
        family.add_metric((kind,), value)
    return family


def _age(moment: datetime | None, now: datetime) -> float:
    return max(0.0, (now - moment).total_seconds()) if moment is not None else 0.0
