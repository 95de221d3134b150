"""Incidents: at most one is open per domain; support gets one message for it, and what follows is threaded."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta

from core.findings import BlockedOn
from core.history import What
from core.lifecycle.draft import Draft
from core.notices import (
    Alert,
    AlertFailed,
    AlertNoRecords,
    AlertProvisioning,
    AlertResolved,
    AlertStalled,
    AlertTemporary,
    AlertUnseen,
    Resolution,
)
from core.sending_domain import Actor, Incident, IncidentKind, TrackedRecord

_ALERT_OF: dict[IncidentKind, type[Alert]] = {
    IncidentKind.FAILED: AlertFailed,
    IncidentKind.TEMPORARY: AlertTemporary,
    IncidentKind.STALLED: AlertStalled,
    IncidentKind.NO_RECORDS: AlertNoRecords,
    IncidentKind.PROVISIONING: AlertProvisioning,
    IncidentKind.UNSEEN: AlertUnseen,
}


def open_incident(draft: Draft, incident_id: str, kind: IncidentKind) -> Incident:
    """Return the incident to report `kind` in: the one that is open, or a new one with this id.

    An open one keeps its kind: its message is the first alert, and the head of that stays.
    """
    incident = draft.domain.incident or Incident(incident_id, kind, draft.now)
    draft.change(incident=incident, told=draft.domain.told | {kind})
    draft.note(What.SUPPORT_TOLD, incident=kind.value)
    return incident


def resolve(draft: Draft, how: Resolution, actor: Actor | None = None) -> None:
    """Close the incident, if one is open, and tell support how it ended."""
    incident = draft.domain.incident
    if incident is None:
        return
    draft.change(incident=None)
    draft.say(
        AlertResolved(
            subject=draft.subject,
            incident_id=incident.id,
            opened_at=incident.opened_at,
            resolved_at=draft.now,
            how=how,
            actor=actor,
            about=_ALERT_OF[incident.kind].kind,
        )
    )


def seen_again(draft: Draft) -> None:
    """Take note that every required record has had a definite answer."""
    if any(record.unknown_since is not None for record in draft.domain.required):
        return
    draft.change(told=draft.domain.told - {IncidentKind.UNSEEN})
    incident = draft.domain.incident
    if incident is not None and incident.kind is IncidentKind.UNSEEN:
        resolve(draft, Resolution.FIXED)


def tell_unseen(draft: Draft, incident_id: str) -> None:
    """Alert support: there has been no definite answer for too long (`core.schedule.unseen_at`). No status changes."""
    silent = tuple(record for record in draft.domain.required if record.unknown_since is not None)
    since = min(record.unknown_since for record in silent if record.unknown_since is not None)
    incident = open_incident(draft, incident_id, IncidentKind.UNSEEN)
    draft.say(
        AlertUnseen(
            subject=draft.subject,
            incident_id=incident.id,
            since_at=since,
            asker=draft.domain.asker,
            rows=tuple(_as_silent(record) for record in silent),
            purposes=tuple(record.expected.purpose for record in silent),
            duration=draft.now - since,
            blocked_on=_blocked_on(silent),
        )
    )


def _as_silent(record: TrackedRecord) -> TrackedRecord:
    """Return a record as the looks that could not judge it found it."""
    return replace(record, finding=record.last_found, finding_since=record.unknown_since)


def _blocked_on(silent: Sequence[TrackedRecord]) -> BlockedOn:
    """Whose turn it is, as with domains: that of the worst record. Nobody answers where nothing else was noted."""
    found = [record.last_found for record in silent]
    waiting = {BlockedOn.DNS_PROVIDER if each is None or each.definite else each.blocked_on for each in found}
    return next(who for who in BlockedOn if who in waiting)


def tell_stalled(draft: Draft, incident_id: str) -> None:
    """Alert support: events are missing long after the DNS was verified. Nothing is suspended."""
    verified_at, next_event = draft.domain.verified_at, draft.domain.next_event
    if verified_at is None or next_event is None:
        return
    incident = open_incident(draft, incident_id, IncidentKind.STALLED)
    draft.say(
        AlertStalled(
            subject=draft.subject,
            incident_id=incident.id,
            since_at=verified_at,
            asker=draft.domain.asker,
            verified_at=verified_at,
            duration=draft.now - verified_at,
            remaining=6 - len(draft.domain.events),
            next_event=next_event,
        )
    )


def tell_no_records(draft: Draft, incident_id: str) -> None:
    """Alert support: the provisioner has made no records long after `deploy`."""
    domain = draft.domain
    since = domain.deploy_started_at or domain.created_at
    incident = open_incident(draft, incident_id, IncidentKind.NO_RECORDS)
    draft.say(
        AlertNoRecords(
            subject=draft.subject,
            incident_id=incident.id,
            since_at=since,
            asker=domain.asker,
            duration=max(draft.now - since, timedelta()),
            last_event=max(domain.events, key=lambda event: domain.events[event], default=None),
        )
    )


def tell_provisioning(draft: Draft, incident_id: str, step: str, error: str, remedy: str) -> None:
    """Alert support: the provisioner refuses, or has failed an ACTIVE domain."""
    incident = open_incident(draft, incident_id, IncidentKind.PROVISIONING)
    draft.say(
        AlertProvisioning(
            subject=draft.subject,
            incident_id=incident.id,
            since_at=incident.opened_at,
            asker=draft.domain.asker,
            step=step,
            error=error,
            remedy=remedy,
        )
    )
