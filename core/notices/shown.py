"""Answers that show what there is: one domain, many, their records and their history."""

from dataclasses import dataclass
from datetime import datetime

from core.commands import Verb
from core.durations import Durations
from core.history import HistoryEntry
from core.notices.answers import Answer
from core.sending_domain import SendingDomain
from core.turns import Turn


@dataclass(frozen=True, slots=True)
class LostChannel:
    """A channel that cannot be posted to; `reason` is Slack's word."""

    channel: str
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class StatusShown(Answer):
    """Everything about one domain."""

    domain: SendingDomain
    turn: Turn
    durations: Durations
    now: datetime
    thread_link: str | None = None
    file_link: str | None = None
    can: tuple[Verb, ...] = ()
    """The verbs the asker may use, for the buttons."""
    lost: tuple[LostChannel, ...] = ()
    """The channels for which messages wait."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RecordsShown(Answer):
    """The records as a table; the file goes by DM."""

    domain: SendingDomain
    turn: Turn


@dataclass(frozen=True, slots=True, kw_only=True)
class ListedDomain:
    """One line of a list, with its turn."""

    domain: SendingDomain
    turn: Turn


@dataclass(frozen=True, slots=True, kw_only=True)
class DomainList(Answer):
    """Domains, newest first; `page` counts from 1. `filter` is a key of `core.filters.Filter`, or empty."""

    rows: tuple[ListedDomain, ...]
    total: int
    page: int
    pages: int
    filter: str = ""
    now: datetime
    admin: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class HomeShown(Answer):
    """The App Home of one viewer. `mine` counts the domains that wait for the viewer."""

    list: DomainList
    mine: int


@dataclass(frozen=True, slots=True, kw_only=True)
class HistoryShown(Answer):
    """The history of one domain, newest first; `page` counts from 1."""

    domain: SendingDomain
    entries: tuple[HistoryEntry, ...]
    page: int
    pages: int


@dataclass(frozen=True, slots=True, kw_only=True)
class DetailsShown(Answer):
    """The detail modal: the status, and the last lines of the history."""

    status: StatusShown
    entries: tuple[HistoryEntry, ...]
