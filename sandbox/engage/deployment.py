"""What becomes of an email domain over time: records, events, verification."""

import asyncio
import logging
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from sandbox.engage.domains import EVENTS, EmailDomain, Shelf
from sandbox.engage.faults import Fault
from sandbox.engage.lookups import Lookups
from sandbox.engage.records import Record, make_dkim_key, make_selector, make_token, record_set

_IDENTITY_RECORDS = {"SPF", "DKIM", "MX"}
_CDN_RECORDS = {"CLICK_TRACKING", "IMAGE_HOSTING"}


@dataclass(frozen=True)
class Speed:
    """How long things take."""

    records_after: timedelta = timedelta(seconds=2)
    event_every: timedelta = timedelta(seconds=2)
    look_every: timedelta = timedelta(seconds=1)
    gives_up_after: timedelta = timedelta(hours=72)


class Engine:
    """Drives the deployments of a `shelf`."""

    def __init__(self, shelf: Shelf, lookups: Lookups, speed: Speed, region: str = "us-east-1") -> None:
        self.shelf = shelf
        self.fault = Fault()
        self.held = 0
        self._lookups = lookups
        self._speed = speed
        self._region = region

    def records(self, domain: EmailDomain, now: datetime) -> list[Record]:
        """Return the records that are handed out by now."""
        return [] if self.fault.mode == "no_records" else self._made(domain, now)

    def _made(self, domain: EmailDomain, now: datetime) -> list[Record]:
        ready = domain.deployed_at is not None and now >= _at(domain.deployed_at) + self._speed.records_after
        if not ready or not domain.dkim_key:
            return []
        return record_set(
            domain.domain,
            region=self._region,
            policy=domain.policy,
            selector=domain.selector,
            dkim_key=domain.dkim_key,
            token=domain.token,
        )

    async def deploy(self, domain: EmailDomain, now: datetime) -> None:
        """Start; what was started once is not started again."""
        if domain.deployed_at is not None:
            return
        domain.deployed_at = now.isoformat()
        domain.token = make_token()
        await self.rotate(domain, now)

    async def rotate(self, domain: EmailDomain, now: datetime) -> None:
        """Make a new DKIM key under a new selector; the old success is worth nothing with it."""
        domain.dkim_key = await asyncio.to_thread(make_dkim_key)
        domain.selector = make_selector()
        if domain.verification == "SUCCESS":
            _stand(domain, "PENDING", now)
        self.shelf.save()

    def verify(self, domain: EmailDomain, now: datetime) -> None:
        """Start the verification, or start it again; a success stands."""
        domain.forced = ""
        domain.verify_asked_at = now.isoformat()
        if domain.verification != "SUCCESS":
            domain.verification = "PENDING"
            domain.verification_since = now.isoformat()
        self.shelf.save()

    async def run(self) -> None:
        """Look at all domains, again and again."""
        while True:
            try:
                await self.advance(datetime.now(UTC))
            except Exception:
                logging.getLogger(__name__).exception("a look failed")
            await asyncio.sleep(self._speed.look_every.total_seconds())

    async def advance(self, now: datetime) -> None:
        """Bring every deployment as far as it has come by `now`, all at once."""
        await asyncio.gather(*(self._advance(domain, now) for domain in self.shelf if domain.deployed_at is not None))

    async def _advance(self, domain: EmailDomain, now: datetime) -> None:
        before = (domain.verification, len(domain.events), domain.seen)
        records = self._made(domain, now)
        seen = await self._lookups.seen(records)
        if records != self._made(domain, now):
            return  # changed while they were looked up: what was seen is not about these
        domain.seen = domain.seen if seen is None else sorted(seen)
        self._judge(domain, now)
        self._complete(domain, now)
        if before != (domain.verification, len(domain.events), domain.seen):
            self.shelf.save()

    def _judge(self, domain: EmailDomain, now: datetime) -> None:
        if domain.verify_asked_at is None or domain.verification == "FAILED":
            return
        good = set(domain.seen) >= _IDENTITY_RECORDS
        since = _at(domain.verification_since or domain.verify_asked_at)
        if good:
            _stand(domain, "SUCCESS", now)
        elif domain.verification == "SUCCESS":
            _stand(domain, "TEMPORARY_FAILURE", now)
        elif now >= since + self._speed.gives_up_after:
            _stand(domain, "FAILED", now)

    def _complete(self, domain: EmailDomain, now: datetime) -> None:
        """Complete the next event, if it is its turn. The order is kept: never ENABLE_CDN before CERTIFICATE."""
        event = next((name for name in EVENTS if name not in domain.events), None)
        last = max([domain.deployed_at or "", *domain.events.values()])
        waiting = now < _at(last) + self._speed.event_every
        if event is None or waiting or self.fault.mode == "stall_events" or not _allowed(domain, event):
            return
        domain.events[event] = now.isoformat()


def _allowed(domain: EmailDomain, event: str) -> bool:
    seen = set(domain.seen)
    if event == "UPDATE_TO_CERTIFICATE_COMPLETED":
        return "CERTIFICATE" in seen
    if event == "UPDATE_TO_ENABLE_IDENTITY_COMPLETED":
        return domain.verification == "SUCCESS"
    if event == "UPDATE_TO_ENABLE_CDN_COMPLETED":
        return domain.verify_asked_at is not None and seen >= _CDN_RECORDS
    return True


def _stand(domain: EmailDomain, word: str, now: datetime) -> None:
    if domain.verification != word:
        domain.verification = word
        domain.verification_since = now.isoformat()


def _at(moment: str) -> datetime:
    return datetime.fromisoformat(moment)
