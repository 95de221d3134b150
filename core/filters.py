"""Which domains a list shows."""

from dataclasses import dataclass
from enum import StrEnum


class Filter(StrEnum):
    """The choices of the App Home, and of `list status=…`."""

    ALL = "all"
    WAITING_IT = "waiting_it"
    WAITING_ADMIN = "waiting_admin"
    PENDING = "pending"
    FAILING = "failing"
    ACTIVE = "active"
    SUSPENDED = "suspended"


@dataclass(frozen=True, slots=True)
class DomainFilter:
    """What the storage can filter by: sets of statuses and of turns (`TurnKey`); None leaves an axis open."""

    statuses: frozenset[str] | None = None
    verifications: frozenset[str] | None = None
    turns: frozenset[str] | None = None
