"""The check tick: claim what is due, ask the provisioner and the DNS, decide, commit.

No transaction is open while anybody outside is asked. A check that raises is put off and logged, never
retried hot; its deadline is judged all the same.
"""

import asyncio
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager, nullcontext
from dataclasses import dataclass, field
from datetime import timedelta

import structlog

from bot.causes import caused_by, new_ref
from bot.ports import NO_METER, Clock, ControlResult, Meter
from bot.services.course import Course, Ledger, commit_together
from bot.services.looking import Looking
from bot.services.provisioning import Provisioning, settled
from bot.services.vantage import Vantage
from core.durations import Durations
from core.errors import ConfigurationError, ConflictError, OutsideError, TransientError
from core.events import CheckerOffline, Looked, Preflighted, Provisioned, TimePassed, ZoneSeen
from core.evidence import Witness, control_of
from core.findings import Code
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

    @property
    def _ledger(self) -> Ledger:
        return Ledger(self.database, self.vault, self.clock, self.durations)

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
        gate, no_gate = asyncio.Semaphore(self.limits.at_once), nullcontext()

        async def one(domain: SendingDomain) -> Course | None:
            # Whoever waits for silent servers does nothing else; the batch bounds how many those are.
            async with no_gate if _was_silent(domain) else gate:
                with caused_by("check", new_ref(), domain=domain.name):
                    return await self._check_safely(domain, control)

        courses = await asyncio.gather(*(one(domain) for domain in due))
        await self._finish([course for course in courses if course is not None])
        return len(due)

    async def _check_safely(self, domain: SendingDomain, control: ControlResult) -> Course | None:
        """Check a domain; return its course where what came of it can be written down together with others."""
        course = Course(self._ledger, domain)
        async with self._judged(course):
            await self._check(course, control)
            if course.quiet:
                return course
            await self._commit(course)
        return None

    async def _finish(self, courses: Sequence[Course]) -> None:
        """Write down what is of interest to nobody: most polls find what the one before found."""
        if not courses:
            return
        try:
            written = await commit_together(self._ledger, courses)
        except TransientError as error:
            for course in courses:
                self._unrecorded(course, error)
        except Exception:
            # Whose fault it is shows one by one; put off together, all would meet and fail again.
            log.exception("check.not_together", count=len(courses))
            for course in courses:
                async with self._judged(course):
                    await self._commit(course)
        else:
            for saved in written:
                self.meter.checked("saved" if saved else "lost_race")

    async def _commit(self, course: Course) -> None:
        await course.commit()
        self.meter.checked("saved")

    @asynccontextmanager
    async def _judged(self, course: Course) -> AsyncIterator[None]:
        """See to it that nothing that fails here stays untold, or is tried again at once."""
        try:
            yield
        except ConflictError:
            course.log_written(saved=False)
            self.meter.checked("lost_race")
        except TransientError as error:
            self._unrecorded(course, error)
        except Exception:  # noqa: BLE001 -- told with its traceback; others must not suffer from it
            course.tell(log.exception, "check.failed", domain_id=course.domain.id)
            await self._put_off(course.domain)
            self.meter.checked("failed")

    def _unrecorded(self, course: Course, error: TransientError) -> None:
        """Tell that the database did not take it. The lease ends by itself, and the check is made again."""
        course.tell(log.error, "check.unrecorded", domain_id=course.domain.id, error=str(error))
        self.meter.checked("failed")

    async def _put_off(self, domain: SendingDomain) -> None:
        try:
            async with self.database.transaction() as session:
                await domains.put_off(session, domain.id, self.clock() + self.durations.poll)
        except TransientError as error:
            log.error("check.unrecorded", domain_id=domain.id, error=str(error))

    async def _check(self, course: Course, control: ControlResult) -> None:
        """Gather inputs, call the core; what was decided last is not written down yet."""
        if asks_provisioner(course.domain):
            await self._reconcile(course)
        if awaits_preflight(course.domain):
            course.take(await self._preflighted(course.domain))
        if course.domain.removed_at is None and polls_dns(course.domain):
            course.take(await self._looked(course, control) if control.online else CheckerOffline(control.error))
        course.take(TimePassed(self.new_id()))

    async def _reconcile(self, course: Course) -> None:
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

    async def _learn_zone(self, course: Course) -> None:
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

    async def _looked(self, course: Course, control: ControlResult) -> Looked:
        look, evidence = await self.looking.look(course.domain)
        asked = None if control.asked is None else control_of(control.name, control.asked, control.took_ms)
        course.witness = Witness(look.findings, evidence, asked)
        return Looked(look, self.new_id(), self.new_id())


def _was_silent(domain: SendingDomain) -> bool:
    """Tell whether nobody answered the last look: the next may take all its time, and others must not wait for it."""
    findings = (record.last_found for record in domain.required)
    return any(finding is not None and finding.code is Code.NS_UNREACHABLE for finding in findings)
