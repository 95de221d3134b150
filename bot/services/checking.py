"""The check tick: claim what is due, ask the provisioner and the DNS, decide, commit.

No transaction is open while anybody outside is asked. A check that raises is put off and logged, never
retried hot; its deadline is judged all the same.
"""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import timedelta

import structlog

from bot.ports import Clock, ControlResult
from bot.services.looking import Looking
from bot.services.provisioning import Provisioning, settled
from bot.services.recording import record
from bot.services.vantage import Vantage
from core.durations import Durations
from core.errors import ConfigurationError, ConflictError, OutsideError
from core.events import CheckerOffline, Event, Looked, TimePassed
from core.lifecycle import decide
from core.schedule import asks_provisioner, polls_dns
from core.sending_domain import SendingDomain
from storage import domains
from storage.engine import Database
from storage.vault import Vault

log = structlog.get_logger(__name__)
_MOST_STEPS = 4
"""Create, update, deploy, verify: more steps than that in one pass would be going round in circles."""


@dataclass(frozen=True, slots=True)
class CheckLimits:
    """How much one pass takes on."""

    batch: int = 200
    at_once: int = 50
    lease: timedelta = timedelta(minutes=5)


@dataclass(frozen=True, slots=True)
class Checking:
    """Looks after every domain that is due."""

    database: Database
    vault: Vault
    provisioning: Provisioning
    looking: Looking
    vantage: Vantage
    clock: Clock
    durations: Durations
    new_id: Callable[[], str]
    limits: CheckLimits = field(default_factory=CheckLimits)

    async def check_due(self) -> int:
        """Check what is due now; return how many domains that were."""
        async with self.database.transaction() as session:
            due = await domains.claim_due(session, self.clock(), self.limits.lease, self.limits.batch)
        if not due:
            return 0
        control = ControlResult(online=True)
        if any(polls_dns(domain) for domain in due):
            control = await self.vantage.look(due[0])
        gate = asyncio.Semaphore(self.limits.at_once)

        async def one(domain: SendingDomain) -> None:
            async with gate:
                await self._check_safely(domain, control)

        await asyncio.gather(*(one(domain) for domain in due))
        return len(due)

    async def _check_safely(self, domain: SendingDomain, control: ControlResult) -> None:
        try:
            await self._check(domain, control)
        except ConflictError:
            log.debug("check.lost_race", domain=domain.name)
        except Exception:
            reference = self.new_id()
            log.exception("check.failed", domain=domain.name, domain_id=domain.id, ref=reference)
            async with self.database.transaction() as session:
                await domains.put_off(session, domain.id, self.clock() + self.durations.poll)

    async def _check(self, domain: SendingDomain, control: ControlResult) -> None:
        """Gather inputs, call the core, apply outputs."""
        if asks_provisioner(domain):
            domain = await self._reconcile(domain)
        events: list[Event] = []
        if domain.removed_at is None and polls_dns(domain):
            events.append(await self._looked(domain) if control.online else CheckerOffline(control.error))
        await self._apply(domain, *events, TimePassed(self.new_id()))

    async def _reconcile(self, domain: SendingDomain) -> SendingDomain:
        for _ in range(_MOST_STEPS):
            try:
                event = await self.provisioning.step(domain)
            except ConfigurationError as error:
                log.error("provisioner.misconfigured", domain=domain.name, faults=error.faults)
                return domain
            except OutsideError as error:
                log.warning("provisioner.unavailable", domain=domain.name, error=str(error))
                return domain
            before, domain = domain, await self._apply(domain, event)
            if settled(before, domain):
                return domain
        return domain

    async def _looked(self, domain: SendingDomain) -> Looked:
        return Looked(await self.looking.look(domain), self.new_id(), self.new_id())

    async def _apply(self, before: SendingDomain, *events: Event) -> SendingDomain:
        now, domain, decisions = self.clock(), before, []
        for event in events:
            decisions.append(decide(domain, event, now, self.durations))
            domain = decisions[-1].domain
        async with self.database.transaction() as session:
            return await record(session, self.vault, before, decisions, self.durations, now)
