"""A decision in the making: the domain as it becomes, and what is said and written down on the way."""

from dataclasses import dataclass, field, fields, replace
from datetime import datetime
from typing import Any

from core.durations import Durations
from core.history import BOT, HistoryEntry, What
from core.lifecycle.decision import Decision
from core.notices import CardChanged, Notice, Subject, ThreadNotice
from core.notices.answers import Answer
from core.phases import Phase, phase_of
from core.schedule import next_check, polls_dns
from core.sending_domain import Actor, SendingDomain
from core.turns import Turn, turn_of

_LASTING = tuple(
    field.name
    for field in fields(SendingDomain)
    if field.name not in {"last_event_at", "last_check_at", "last_look_id", "next_check_at", "verdict_at"}
)
"""What can bear on the card: all but the times of checks."""


@dataclass(slots=True)
class Draft:
    """What is decided so far. Change first, then say: a notice describes the domain as it stands when it is made.

    `who` stands in the history for what comes of the event. `at_once` asks for a check now. `clock_behind` tells that
    the clock has been put back, so that `now` stands still.
    """

    before: SendingDomain
    now: datetime
    durations: Durations
    who: str = BOT
    at_once: bool = False
    clock_behind: bool = False
    domain: SendingDomain = field(init=False)
    notices: list[Notice] = field(default_factory=list)
    history: list[HistoryEntry] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.domain = replace(self.before, last_event_at=self.now)

    @property
    def phase(self) -> Phase:
        """The phase of the domain as it stands now."""
        return phase_of(self.domain)

    @property
    def turn(self) -> Turn:
        """Whose turn it is with the domain as it stands now."""
        return turn_of(self.domain, self.durations, self.now)

    @property
    def subject(self) -> Subject:
        """The domain as it stands now, in its own language."""
        return Subject.of(self.domain)

    def subject_for(self, reader: Actor) -> Subject:
        """The domain as it stands now, in the language of `reader`."""
        return Subject.of(self.domain, reader.language)

    def change(self, **changes: Any) -> None:
        """Change fields of the domain; those that are so already cost nothing."""
        if any(getattr(self.domain, name) != value for name, value in changes.items()):
            self.domain = replace(self.domain, **changes)

    def say(self, *notices: Notice) -> None:
        """Queue notices, in this order."""
        self.notices.extend(notices)

    def note(self, what: What, who: str | None = None, **facts: str) -> None:
        """Write a line into the history."""
        self.history.append(HistoryEntry(self.now, who or self.who, what, facts))

    def decided(self, answer: Answer | None = None) -> Decision:
        """Finish: note the statuses, set the next check, and have the card edited if it shows anything else now."""
        self._note_statuses()
        self.change(next_check_at=self.now if self.at_once else next_check(self.domain, self.now, self.durations))
        said = self._said()
        if self._card_differs():
            said.insert(0, CardChanged(subject=self.subject))
        return Decision(self.domain, tuple(said), tuple(self.history), answer)

    def _said(self) -> list[Notice]:
        """Return the notices; those in the thread tell whose turn it is now, and when is looked again."""
        if not self.notices:
            return []
        next_look, turn = (self.domain.next_check_at if polls_dns(self.domain) else None), self.turn
        return [
            replace(notice, turn=turn, next_at=next_look) if isinstance(notice, ThreadNotice) else notice
            for notice in self.notices
        ]

    def _note_statuses(self) -> None:
        before, after = self.before, self.domain
        for old, new in ((before.status, after.status), (before.verification, after.verification)):
            if old != new:
                self.note(What.STATUS_CHANGED, old=old.value, new=new.value)

    def _card_differs(self) -> bool:
        """Tell whether there is a card (it is posted at `deploy`), and its content differs from before."""
        if self.domain.deploy_started_at is None or self._only_looked_at():
            return False
        return self._shown(self.before) != self._shown(self.domain)

    def _only_looked_at(self) -> bool:
        """Tell whether nothing but the times of checks differs from before, as after most polls."""
        before, after = self.before, self.domain
        return all(getattr(before, name) == getattr(after, name) for name in _LASTING)

    def _shown(self, domain: SendingDomain) -> tuple[object, ...]:
        """Return everything of `domain` that the card shows. Times of checks are not among it."""
        zone = domain.zone
        return (
            domain.deploy_started_at,
            domain.status,
            domain.verification,
            domain.language,
            domain.removing,
            domain.removed_at,
            frozenset(domain.events),
            tuple((record.expected, record.status, record.finding) for record in domain.records),
            domain.window,
            domain.verified_at,
            domain.failed_at,
            domain.provisioner_error,
            domain.verdict if phase_of(domain) is Phase.DV else None,
            (zone.apex, zone.provider) if zone is not None else None,
            domain.offline_told,
            turn_of(domain, self.durations, self.now),
        )
