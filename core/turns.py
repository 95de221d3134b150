"""Whose turn it is: exactly one line in every view (`messages.md`, 2.4)."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum


class TurnKey(StrEnum):
    """The turn lines; each is the key of a text."""

    IT_ADD = "turn.it_add"
    IT_FIX = "turn.it_fix"
    IT_RETRY = "turn.it_retry"
    PROPAGATION = "turn.propagation"
    PROVIDER = "turn.provider"
    ENGAGE = "turn.engage"
    US = "turn.us"
    SUPPORT = "turn.support"
    OFFLINE = "turn.offline"
    PREPARE = "turn.prepare"
    DEPLOY = "turn.deploy"
    RETRY = "turn.retry"
    NONE = "turn.none"


@dataclass(frozen=True, slots=True)
class Turn:
    """A turn line with what it names. Fields that its text does not mention stay empty.

    `n` counts the records to add or to fix; `provider` is the DNS provider's name, None if unknown;
    `done` is how many of the six events are complete.
    """

    key: TurnKey
    n: int = 0
    provider: str | None = None
    zone: str = ""
    eta_at: datetime | None = None
    done: int = 0
    provisioner: str = ""
    window: timedelta = timedelta()
