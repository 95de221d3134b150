"""The history of a sending domain: who did what, what changed, when. Append-only."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

BOT = "bot"
"""`who` of what the bot did by itself; what the provisioner did carries the provisioner's name."""


class What(StrEnum):
    """What can stand in the history. `facts` are named in brackets; none is ever a secret."""

    CREATED = "created"
    DEPLOY_STARTED = "deploy_started"
    EVENT = "event"  # event
    RECORDS_READY = "records_ready"  # n
    RECORDS_CHANGED = "records_changed"  # n
    VERIFICATION_STARTED = "verification_started"  # deadline_at (ISO 8601, UTC)
    EDITED = "edited"  # key_id, dmarc_policy, language: those that changed
    RECORDS_ADDED = "records_added"
    RECORD_CHANGED = "record_changed"  # purpose, old, new, code
    STATUS_CHANGED = "status_changed"  # old, new (either axis)
    REMINDED = "reminded"  # after (seconds since the window opened)
    SUPPORT_TOLD = "support_told"  # incident
    STOPPED = "stopped"
    REMOVE_STARTED = "remove_started"
    REMOVED = "removed"
    ADOPTED = "adopted"
    KEY_ERASED = "key_erased"


@dataclass(frozen=True, slots=True)
class HistoryEntry:
    """One line. `who` is a Slack user id, `BOT`, or a provisioner's name."""

    at: datetime
    who: str
    what: What
    facts: Mapping[str, str] = field(default_factory=dict)
