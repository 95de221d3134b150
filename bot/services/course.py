"""One domain on its way through one check, and how what was decided on the way is written down."""

from collections.abc import Callable, Sequence
from contextvars import Context, copy_context
from dataclasses import dataclass, field
from datetime import datetime
from typing import ParamSpec

import structlog

from bot.ports import Clock
from bot.services.recording import record, settled
from core.durations import Durations
from core.events import Event
from core.evidence import Witness, exhibited
from core.lifecycle import Decision, decide
from core.sending_domain import SendingDomain
from storage import domains
from storage.engine import Database
from storage.vault import Vault

P = ParamSpec("P")

log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class Ledger:
    """Where decisions are written down, and when."""

    database: Database
    vault: Vault
    clock: Clock
    durations: Durations


@dataclass(slots=True)
class Course:
    """One check of `domain`: what was decided, and how much of it is committed.

    `witness` is what the look left, for the evidence behind an alert.
    """

    ledger: Ledger
    domain: SendingDomain
    witness: Witness = field(default_factory=Witness)
    _committed: SendingDomain = field(init=False)
    _cause: Context = field(default_factory=copy_context)
    _decisions: list[Decision] = field(default_factory=list)

    def __post_init__(self) -> None:
        self._committed = self.domain

    def take(self, event: Event) -> None:
        """Decide what comes of `event`."""
        now = self.ledger.clock()
        decision = decide(self.domain, event, now, self.ledger.durations)
        self._decisions.append(exhibited(decision, self.witness, now))
        self.domain = decision.domain

    async def commit(self) -> None:
        """Write down what has been decided since the last time. Raises `ConflictError` for a lost race."""
        ledger = self.ledger
        before = self._committed
        async with ledger.database.transaction() as session:
            self.domain = self._committed = await record(
                session, ledger.vault, before, self._decisions, ledger.durations, ledger.clock()
            )
        self.tell(_log_saved, before, self.domain, self._decisions)
        self._decisions = []

    @property
    def quiet(self) -> bool:
        """Tell whether nothing is said, nothing goes into the history, and no key is to be erased."""
        spoken = any(decision.notices or decision.history for decision in self._decisions)
        return not spoken and self._committed.key_held == self.domain.key_held

    def outcome(self, now: datetime) -> tuple[SendingDomain, SendingDomain]:
        """Return the domain as it is to be saved, and as it was when it was read."""
        return settled(self._committed, self._decisions, self.ledger.durations, now), self._committed

    def log_written(self, *, saved: bool) -> None:
        """Tell what was decided since the last time, now that it is committed; or that somebody else came first."""
        if saved:
            self.tell(_log_saved, self._committed, self.domain, self._decisions)
        else:
            self.tell(log.debug, "check.lost_race")

    def tell(self, log_it: Callable[P, object], *args: P.args, **facts: P.kwargs) -> None:
        """Log something as this check's doing, whoever does it."""
        self._cause.run(log_it, *args, **facts)


async def commit_together(ledger: Ledger, courses: Sequence[Course]) -> list[bool]:
    """Write down what came of quiet checks, in one transaction; return of each whether it was saved.

    A domain that somebody else has saved meanwhile is left as it is.
    """
    now = ledger.clock()
    outcomes = [course.outcome(now) for course in courses]
    async with ledger.database.transaction() as session:
        saved = await domains.save_all(session, outcomes)
    written = [course.domain.id in saved for course in courses]
    for course, each in zip(courses, written, strict=True):
        course.log_written(saved=each)
    return written


def _log_saved(before: SendingDomain, after: SendingDomain, decisions: Sequence[Decision]) -> None:
    """Tell what a check changed; that it changed nothing is of interest to those alone who look for a fault."""
    says = [notice.kind for decision in decisions for notice in decision.notices]
    stood, stands = (before.status, before.verification), (after.status, after.verification)
    tell = log.info if says or stood != stands else log.debug
    tell("check.saved", status=stands[0].value, verification=stands[1].value, says=says, look=after.last_look_id)
