"""Lanes: what must be said in order stands in the same one."""

from typing import Protocol, runtime_checkable

from core.notices import AlertOffline, ChannelLost, Notice, Place
from core.sending_domain import Actor

OFFLINE = "offline-"
"""How the id of an incident begins that is about the bot itself, and about no one domain."""


@runtime_checkable
class _ToSomebody(Protocol):
    to: Actor


@runtime_checkable
class _OfIncident(Protocol):
    incident_id: str


def lane_of(notice: Notice, team_id: str) -> str:
    """Return the lane of a notice. Lanes of different teams are different, whatever their names.

    Card and thread of a domain share one, its alerts another; every reader has one for DMs and one for what
    is answered where the question was put. The alert that is about all domains has a lane of its own.
    """
    domain_id = notice.subject.domain_id
    match notice.place:
        case Place.CARD | Place.THREAD:
            return f"{domain_id}:it"
        case Place.ALERT | Place.ALERT_THREAD:
            return f"team:{team_id}:support" if _of_all_domains(notice) else f"{domain_id}:support"
        case Place.DM | Place.ASKER:
            if not isinstance(notice, _ToSomebody):
                raise TypeError(f"{notice.kind} is addressed to nobody")
            return f"{notice.place}:{notice.to.user_id}"


def _of_all_domains(notice: Notice) -> bool:
    return isinstance(notice, AlertOffline | ChannelLost) or (
        isinstance(notice, _OfIncident) and notice.incident_id.startswith(OFFLINE)
    )


def kind_of(lane: str) -> str:
    """Return whom a lane speaks to: ``it``, ``support``, ``dm`` or ``asker``."""
    first = lane.partition(":")[0]
    return first if first in {Place.DM, Place.ASKER} else lane.rpartition(":")[2]
