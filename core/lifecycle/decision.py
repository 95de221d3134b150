"""What comes of an event: the domain as it is now, what is to be said, and what goes into the history."""

from dataclasses import dataclass

from core.history import HistoryEntry
from core.notices import Notice
from core.notices.answers import Answer
from core.sending_domain import SendingDomain


@dataclass(frozen=True, slots=True)
class Decision:
    """The outcome of one event.

    `answer` is what the person behind a command is told at once; None for what no person caused.
    A refused command leaves the domain as it was, with no notices.
    """

    domain: SendingDomain
    notices: tuple[Notice, ...] = ()
    history: tuple[HistoryEntry, ...] = ()
    answer: Answer | None = None
