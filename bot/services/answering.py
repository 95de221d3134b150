"""The looks that people ask for with `check`: made by the tick, answered where the question was put.

The request only writes the question down; a process that dies before the answer leaves it to the next one.
"""

import asyncio
from dataclasses import dataclass
from datetime import timedelta

import structlog

from bot.causes import caused_by, ref_of
from bot.ports import Clock
from bot.services.looking import Looking
from core.checkup import Checkup
from core.notices import CheckResult, Subject
from core.sending_domain import DomainStatus, SendingDomain, VerificationStatus
from storage import asked_checks, domains, outbox
from storage.asked_checks import AskedCheck
from storage.engine import Database

log = structlog.get_logger(__name__)
_BATCH = 20
_KEPT = timedelta(hours=1)
"""How long an answered question is kept, so that questions can be counted."""


@dataclass(frozen=True, slots=True)
class Answering:
    """Answers what was asked with `check`."""

    database: Database
    looking: Looking
    clock: Clock
    lease: timedelta = timedelta(minutes=5)
    """How long a question stays with a process of which nothing is heard."""

    async def answer_due(self) -> int:
        """Make all looks that were asked for; return how many."""
        total = 0
        while asked := await self._claim():
            total += len(asked)
            await asyncio.gather(*(self._answer(check) for check in asked))
        return total

    async def _claim(self) -> list[AskedCheck]:
        async with self.database.reading() as session:
            if not await asked_checks.is_any(session, self.clock()):
                return []
        async with self.database.transaction() as session:
            await asked_checks.forget_before(session, self.clock() - _KEPT)
            return await asked_checks.claim(session, self.clock(), self.lease, _BATCH)

    async def _answer(self, check: AskedCheck) -> None:
        with caused_by("check", check.cause.rpartition(":")[2] or ref_of(""), domain=check.name):
            async with self.database.reading() as session:
                registered = await domains.find(session, check.team_id, check.name)
            checkup = await self._look(check.name, registered)
            notice = CheckResult(
                subject=_subject(check, registered, checkup),
                to=check.actor,
                checkup=checkup.brief(),
                registered=registered is not None,
                can_create=check.can_create,
            )
            async with self.database.transaction() as session:
                if await asked_checks.answered(session, check.id, self.clock()):
                    await outbox.append(session, check.team_id, [notice], self.clock(), check.cause)

    async def _look(self, name: str, registered: SendingDomain | None) -> Checkup:
        records = registered.record_set if registered is not None and registered.records else None
        try:
            checkup, _ = await self.looking.check_up(name, records)
        except Exception:
            log.exception("check.failed")
            return Checkup(name, self.clock())  # as when we cannot query at all: nobody else is to blame
        return checkup


def _subject(check: AskedCheck, registered: SendingDomain | None, checkup: Checkup) -> Subject:
    """Describe the domain in the asker's language; one that is not registered has no id."""
    return Subject(
        domain_id=registered.id if registered is not None else "",
        name=check.name,
        language=check.actor.language,
        status=registered.status if registered is not None else DomainStatus.SUSPENDED,
        verification=registered.verification if registered is not None else VerificationStatus.NOT_STARTED,
        zone=checkup.zone,
    )
