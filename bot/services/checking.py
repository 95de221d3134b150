"""The check tick: claim what is due, ask the provisioner and the DNS, decide, commit.

No transaction is open while anybody outside is asked. A check that raises is put off and logged, never
retried hot; its deadline is judged all the same.
"""

import asyncio
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import timedelta

import structlog

from bot.causes import caused_by, new_ref
from bot.ports import NO_METER, Clock, ControlResult, Meter
from bot.services.looking import Looking
from bot.services.provisioning import Provisioning, settled
from bot.services.recording import record
from bot.services.vantage import Vantage
from core.durations import Durations
from core.errors import ConfigurationError, ConflictError, OutsideError, TransientError
from core.events import CheckerOffline, Event, Looked, Preflighted, Provisioned, TimePassed, ZoneSeen
from core.evidence import Witness, control_of, exhibited
from core.lifecycle import Decision, decide
from core.schedule import asks_provisioner, awaits_preflight, polls_dns
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
    meter: Meter = NO_METER

    async def check_due(self) -> int:
        """Check what is due now; return how many domains that were."""
        now = self.clock()
        async with self.database.transaction() as session:
            due = await domains.claim_due(session, now, self.limits.lease, self.limits.batch)
        if not due:
            return 0
        for domain in due:
            self.meter.claimed(now - (domain.next_check_at or now))
        control = ControlResult(online=True)
        if any(polls_dns(domain) for domain in due):
            with caused_by("check", new_ref()):
                control = await self.vantage.look(due[0])
        gate = asyncio.Semaphore(self.limits.at_once)

        async def one(domain: SendingDomain) -> None:
            async with gate:
                with caused_by("check", new_ref(), domain=domain.name):
                    self.meter.checked(await self._check_safely(domain, control))

        await asyncio.gather(*(one(domain) for domain in due))
        return len(due)

    async def _check_safely(self, domain: SendingDomain, control: ControlResult) -> str:
        try:
            await self._check(domain, control)
        except ConflictError:
            log.debug("check.lost_race")
            return "lost_race"
        except TransientError as error:
            # The database did not take it. The lease ends by itself, and the check is made again.
            log.error("check.unrecorded", domain_id=domain.id, error=str(error))
            return "failed"
        except Exception:
            log.exception("check.failed", domain_id=domain.id)
            await self._put_off(domain)
            return "failed"
        return "saved"

    async def _put_off(self, domain: SendingDomain) -> None:
        try:
            async with self.database.transaction() as session:
                await domains.put_off(session, domain.id, self.clock() + self.durations.poll)
        except TransientError as error:
            log.error("check.unrecorded", domain_id=domain.id, error=str(error))

    async def _check(self, domain: SendingDomain, control: ControlResult) -> None:
        """Gather inputs, call the core, apply outputs."""
        course = Course(self, domain)
        if asks_provisioner(domain):
            await self._reconcile(course)
        if awaits_preflight(course.domain):
            course.take(await self._preflighted(course.domain))
        if course.domain.removed_at is None and polls_dns(course.domain):
            course.take(await self._looked(course, control) if control.online else CheckerOffline(control.error))
        course.take(TimePassed(self.new_id()))
        await course.commit()

    async def _reconcile(self, course: "Course") -> None:
        """Go step by step until the provisioner has been told everything; commit after each thing it was told."""
        for _ in range(_MOST_STEPS):
            before = course.domain
            try:
                event = await self.provisioning.step(before)
            except ConfigurationError as error:
                log.error("provisioner.misconfigured", faults=error.faults)
                return
            except OutsideError as error:
                log.warning("provisioner.unavailable", error=str(error))
                return
            if isinstance(event, Provisioned) and event.snapshot.records and not before.records:
                # Before they are announced: hosts are relative to the zone, and its provider decides the advice.
                await self._learn_zone(course)
            course.take(event)
            if settled(before, course.domain):
                return
            await course.commit()

    async def _learn_zone(self, course: "Course") -> None:
        zone = await self.looking.zone(course.domain)
        if zone is not None:
            course.take(ZoneSeen(zone))

    async def _preflighted(self, domain: SendingDomain) -> Preflighted:
        try:
            checkup, _ = await self.looking.check_up(domain.name, domain.record_set if domain.records else None)
        except Exception:
            log.exception("preflight.failed", domain_id=domain.id)
            return Preflighted(None)
        return Preflighted(checkup)

    async def _looked(self, course: "Course", control: ControlResult) -> Looked:
        look, evidence = await self.looking.look(course.domain)
        asked = None if control.asked is None else control_of(control.name, control.asked, control.took_ms)
        course.witness = Witness(look.findings, evidence, asked)
        return Looked(look, self.new_id(), self.new_id())


class Course:
    """One domain on its way through one check: what was decided, and how much of it is committed.

    `witness` is what the look left, for the evidence behind an alert.
    """

    def __init__(self, checking: Checking, domain: SendingDomain) -> None:
        self._checking = checking
        self._committed = domain
        self._decisions: list[Decision] = []
        self.domain = domain
        self.witness = Witness()

    def take(self, event: Event) -> None:
        """Decide what comes of `event`."""
        now = self._checking.clock()
        decision = decide(self.domain, event, now, self._checking.durations)
        self._decisions.append(exhibited(decision, self.witness, now))
        self.domain = decision.domain

    async def commit(self) -> None:
        """Write down what has been decided since the last time. Raises `ConflictError` for a lost race."""
        checking = self._checking
        before = self._committed
        async with checking.database.transaction() as session:
            self.domain = self._committed = await record(
                session, checking.vault, self._committed, self._decisions, checking.durations, checking.clock()
            )
        _log_saved(before, self.domain, self._decisions)
        self._decisions = []


def _log_saved(before: SendingDomain, after: SendingDomain, decisions: Sequence[Decision]) -> None:
    """Tell what a check changed; that it changed nothing is of interest to those alone who look for a fault."""
    says = [notice.kind for decision in decisions for notice in decision.notices]
    stood, stands = (before.status, before.verification), (after.status, after.verification)
    tell = log.info if says or stood != stands else log.debug
    tell("check.saved", status=stands[0].value, verification=stands[1].value, says=says, look=after.last_look_id)
