"""One look at one domain: what to ask, the asking, the judgement. Nothing is decided or stored here."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime

import structlog

from bot.clock import stopwatch
from bot.ports import NO_METER, Clock, DnsObserver, Meter
from core.checkup import Checkup, row_of
from core.diagnosis import Case, diagnose, unanswered, zone_facts
from core.diagnosis.case import Around
from core.durations import Durations
from core.findings import Finding, Look, ZoneFacts
from core.glance import (
    calls_for_probing,
    explained,
    is_blocked_by_caa,
    is_probing_due,
    is_unchanged,
    worth_a_glance,
)
from core.observations import Evidence, Vantage
from core.preflight import judge, preflight_case
from core.records import RecordSet
from core.sending_domain import SendingDomain, TrackedRecord, VerificationStatus

log = structlog.get_logger(__name__)
_Findings = tuple[Finding, ...]
_ZONE_SECONDS = 3.0
"""The most that a look at the zone alone may take: the records wait for it."""


@dataclass(frozen=True, slots=True)
class Looking:
    """Looks at domains. `resolvers` is how many there are to ask; `budget` queries and `seconds` bound a look.

    `vantage` is theirs where nobody else can be asked.
    """

    observer: DnsObserver
    clock: Clock
    durations: Durations
    new_id: Callable[[], str]
    resolvers: int = 0
    budget: int = 60
    seconds: float = 10.0
    meter: Meter = NO_METER
    vantage: Vantage = Vantage.AUTHORITATIVE

    async def look(self, domain: SendingDomain) -> tuple[Look, Evidence]:
        """Glance where that will do, else look at everything; return what was seen beside the judgement.

        Never raises: a failed look is one nobody answered.
        """
        started, took = self.clock(), stopwatch()
        evidence = Evidence()
        try:
            glanced = await self._glance(domain)
            if is_unchanged(domain, glanced):
                self.meter.looked(took(), (), full=False)
                return self._known_look(domain, started), evidence
            probe = is_probing_due(domain, started, self.durations) or calls_for_probing(domain, glanced)
            findings, zone, evidence = await self._examine_all(domain, probe=probe)
        except Exception:
            # The deadline must be judged even so.
            log.exception("look.failed", domain=domain.name, domain_id=domain.id)
            findings, zone = unanswered(self._case(domain, domain.record_set, full=True)), None
        self.meter.looked(took(), findings, full=True)
        return self._look(domain, started, findings, zone, full=True), evidence

    async def zone(self, domain: SendingDomain) -> ZoneFacts | None:
        """Tell which zone holds the domain. Never raises, and never takes long: None if nobody tells soon."""
        seconds = min(self.seconds, _ZONE_SECONDS)
        case = Case(domain.name, RecordSet(), probe=False, around=Around.ZONE, seconds=seconds, vantage=self.vantage)
        try:
            return zone_facts(case, await self.observer.observe(case))
        except Exception:
            log.exception("look.zone_failed", domain=domain.name, domain_id=domain.id)
            return None

    async def check_up(
        self, name: str, records: RecordSet | None = None, *, around: bool = True
    ) -> tuple[Checkup, Evidence]:
        """Look at a name whose records are known, or for what is in the way of the usual ones; nothing is decided.

        `around` looks at what surrounds them, too.
        """
        limits: dict[str, object] = {"resolvers": self.resolvers, "budget": self.budget, "seconds": self.seconds}
        limits |= {"vantage": self.vantage, "check_targets": bool(records) and self.resolvers > 0}
        if not around:
            limits["around"] = Around.TRUST
        case = preflight_case(name, records, disagree_after=self.durations.disagree_after, **limits)
        control = await self.observer.control()
        if not control.online:
            log.warning("check_up.offline", domain=name, error=control.error)
            rows = (row_of(finding, Evidence()) for finding in (unanswered(case) if records else ()))
            return Checkup(name, self.clock(), tuple(rows), problem=control.error), Evidence()
        evidence = await self.observer.observe(case)
        return judge(case, evidence, self.clock()), evidence

    async def _glance(self, domain: SendingDomain) -> tuple[Finding, ...]:
        """Return what a glance shows; nothing where a glance would not do."""
        records = worth_a_glance(domain, self.clock(), self.durations)
        if not records:
            return ()
        case = replace(self._case(domain, records, full=False), caa=is_blocked_by_caa(domain))
        findings, *_ = await self._examine(case)
        return findings

    async def _examine_all(self, domain: SendingDomain, *, probe: bool) -> tuple[_Findings, ZoneFacts | None, Evidence]:
        """Look at every record; search for misplaced ones if told to, or if something wrong is not explained yet."""
        if not probe:
            seen, zone, evidence = await self._examine(self._case(domain, domain.record_set, full=True, probe=False))
            findings = explained(domain, seen)
            if findings is not None:
                return findings, zone, evidence
        return await self._examine(self._case(domain, domain.record_set, full=True, probe=True))

    async def _examine(self, case: Case) -> tuple[_Findings, ZoneFacts | None, Evidence]:
        evidence = await self.observer.observe(case)
        return diagnose(case, evidence, self.clock()), zone_facts(case, evidence), evidence

    def _case(self, domain: SendingDomain, records: RecordSet, *, full: bool, probe: bool = False) -> Case:
        return Case(
            domain.name,
            records,
            full=full,
            resolvers=self.resolvers if full else 0,
            probe=probe,
            budget=self.budget,
            seconds=self.seconds,
            disagree_after=self.durations.disagree_after,
            check_targets=full and self.resolvers > 0,
            beside=full and any(map(_is_unsettled, domain.required)),
            vantage=self.vantage,
        )

    def _known_look(self, domain: SendingDomain, started: datetime) -> Look:
        """Return what is known already, seen again."""
        findings = tuple(tracked.finding for tracked in domain.records if tracked.finding is not None)
        return self._look(domain, started, findings, domain.zone, full=False)

    def _look(
        self,
        domain: SendingDomain,
        started: datetime,
        findings: tuple[Finding, ...],
        zone: ZoneFacts | None,
        *,
        full: bool,
    ) -> Look:
        return Look(
            id=self.new_id(),
            started_at=started,
            # A clock that was put back must not make a look seem older than the last one: it would not count.
            observed_at=max(self.clock(), domain.last_check_at or started),
            record_set_version=domain.record_set_version,
            window_id=domain.window.id if domain.window else None,
            findings=findings,
            full=full,
            zone=zone or domain.zone,
        )


def _is_unsettled(record: TrackedRecord) -> bool:
    """Tell whether a record is yet to be verified, or may be about to be lost: what is settled was looked at before."""
    return record.status is not VerificationStatus.VERIFIED or record.bad_look is not None
