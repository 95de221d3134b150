"""The bot's own view of the DNS: while the control query fails, nobody is judged, and support is told once."""

from collections.abc import Callable
from dataclasses import dataclass, replace

import structlog
from sqlalchemy.ext.asyncio import AsyncSession

from bot.causes import current_cause
from bot.ports import NO_METER, Clock, ControlResult, DnsObserver, Meter
from core.durations import Durations
from core.notices import AlertOffline, AlertResolved, Resolution, Subject
from core.sending_domain import SendingDomain
from storage import domains, outbox, vantage
from storage.engine import Database
from storage.vantage import VantageState

log = structlog.get_logger(__name__)


@dataclass(slots=True)
class Vantage:
    """Puts the control query, remembers since when it has failed, and tells support."""

    database: Database
    observer: DnsObserver
    clock: Clock
    durations: Durations
    new_id: Callable[[], str]
    meter: Meter = NO_METER
    _known_online: bool = False
    """This process has seen the record say so, and whoever goes offline changes both."""

    async def look(self, domain: SendingDomain) -> ControlResult:
        """Put the control query and keep the record of it; `domain` is any of those that are affected."""
        control = await self.observer.control()
        self.meter.online(control.online)
        if control.online and self._known_online:
            return control
        async with self.database.transaction() as session:
            state = await vantage.get(session)
            if not control.online:
                await self._gone(session, state, control.error, domain)
            elif state.offline_since is not None:
                await self._back(session, state, domain)
        self._known_online = control.online
        return control

    async def _gone(self, session: AsyncSession, state: VantageState, error: str, domain: SendingDomain) -> None:
        now = self.clock()
        if state.offline_since is None:
            log.warning("dns.offline", error=error)
            state = VantageState(offline_since=now, error=error, incident_id=f"offline-{self.new_id()}")

        since = min(state.offline_since or now, now)  # a clock that was ahead may have written it
        if not state.told and now - since >= self.durations.offline_after:
            alert = AlertOffline(
                subject=Subject.of(domain),
                incident_id=state.incident_id or "",
                since_at=since,
                asker=domain.asker,
                error=error,
                n=await domains.count_waiting(session),
            )
            await outbox.append(session, domain.team_id, [alert], now, current_cause())
            state = replace(state, told=True, domain_id=domain.id)
        await vantage.put(session, replace(state, error=error))

    async def _back(self, session: AsyncSession, state: VantageState, domain: SendingDomain) -> None:
        now = self.clock()
        log.info("dns.online", since=state.offline_since)
        if state.told and state.offline_since is not None:
            anchored = await domains.get(session, state.domain_id) if state.domain_id else None
            domain = anchored or domain
            resolved = AlertResolved(
                subject=Subject.of(domain),
                incident_id=state.incident_id or "",
                opened_at=state.offline_since,
                resolved_at=now,
                how=Resolution.ONLINE,
            )
            await outbox.append(session, domain.team_id, [resolved], now, current_cause())
        await vantage.put(session, VantageState())
