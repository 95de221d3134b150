"""Answers of the API → values of the core. Tolerant of what is new, never of what is wrong."""

import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from bot.adapters.engage.dns_records import a_name, expected_records
from bot.adapters.engage.fields import a_list, a_mapping, a_text, nonsense
from bot.adapters.engage.refusals import plain
from core.events import Snapshot
from core.sending_domain import DeploymentEvent, DomainStatus, Verdict

_MOST_EVENTS = 64
_MOST_RESOURCES = 100
_MOST_UNKNOWN = 20
_LONGEST_WORD = 80
_ID = re.compile(r"[A-Za-z0-9][A-Za-z0-9._~-]{0,127}")


@dataclass(frozen=True, slots=True)
class EmailDomain:
    """One resource: whose it is (`domain` as lower-case A-labels), and its description still unread."""

    id: str
    domain: str
    reference: str | None
    attributes: Mapping[str, Any] = field(repr=False)


def parsed(body: bytes) -> object:
    """Return the JSON of a body, or None where it is none (a gateway's page, say)."""
    try:
        return json.loads(body)
    except (ValueError, RecursionError):
        return None


def one(document: object) -> EmailDomain:
    """Return the resource of a document with one."""
    return _resource(_data(document), "data")


def several(document: object) -> Sequence[EmailDomain]:
    """Return the resources of a document with a list of them."""
    items = a_list(_data(document), "data", _MOST_RESOURCES)
    return [_resource(item, f"data[{number}]") for number, item in enumerate(items)]


def snapshot(resource: EmailDomain, asked_at: datetime) -> Snapshot:
    """Return what the provisioner says about the domain."""
    attributes = resource.attributes
    records, unknown_records = expected_records(attributes.get("dnsRecords"))
    events, unknown_events = _events(attributes.get("deploymentEvents"), asked_at)
    verdict, word, unknown_verdict = _verdict(attributes.get("verificationStatus"))
    unknown = (*_unknown_status(attributes.get("status")), *unknown_verdict, *unknown_records, *unknown_events)
    return Snapshot(
        provisioner_id=resource.id,
        records=records,
        events=events,
        verdict=verdict,
        verdict_word=word,
        asked_at=asked_at,
        unknown=tuple(dict.fromkeys(unknown))[:_MOST_UNKNOWN],
    )


def _data(document: object) -> object:
    if document is None:
        nonsense("it is not JSON")
    data = a_mapping(document, "the answer").get("data")
    return nonsense("data is missing") if data is None else data


def _resource(value: object, where: str) -> EmailDomain:
    data = a_mapping(value, where)
    provisioner_id = a_text(data.get("id"), f"{where}.id", 128)
    if not _ID.fullmatch(provisioner_id):
        nonsense(f"{where}.id is not an id")
    attributes = a_mapping(data.get("attributes"), f"{where}.attributes")
    reference = attributes.get("reference")
    return EmailDomain(
        id=provisioner_id,
        domain=a_name(attributes.get("domain"), f"{where}.attributes.domain"),
        reference=reference if isinstance(reference, str) and reference else None,
        attributes=attributes,
    )


def _verdict(value: object) -> tuple[Verdict, str, list[str]]:
    """Return the verdict with its own word. A missing one is unknown, too: it must never be acted on."""
    if value is None:
        return Verdict.UNKNOWN, "", ["verificationStatus is missing"]
    word = plain(a_text(value, "verificationStatus", _LONGEST_WORD))
    known = re.sub(r"[\s-]+", "_", word).upper()
    if known in set(Verdict) - {Verdict.UNKNOWN}:
        return Verdict(known), word, []
    return Verdict.UNKNOWN, word, [f"verificationStatus {word}"]


def _unknown_status(value: object) -> list[str]:
    """Return what is new in `status`. The product judges for itself, so nothing else is done with it."""
    if value is None:
        return []
    word = plain(a_text(value, "status", _LONGEST_WORD))
    return [] if word.upper() in set(DomainStatus) else [f"status {word}"]


def _events(value: object, asked_at: datetime) -> tuple[dict[DeploymentEvent, datetime | None], list[str]]:
    events: dict[DeploymentEvent, datetime | None] = {}
    unknown: list[str] = []
    for number, item in enumerate(a_list(value, "deploymentEvents", _MOST_EVENTS)):
        where = f"deploymentEvents[{number}]"
        event = a_mapping(item, where)
        word = plain(a_text(event.get("name"), f"{where}.name", _LONGEST_WORD))
        if word in set(DeploymentEvent):
            events.setdefault(DeploymentEvent(word), _moment(event.get("completedAt"), where, asked_at, unknown))
        else:
            unknown.append(f"deploymentEvents {word}")
    return events, unknown


def _moment(value: object, where: str, asked_at: datetime, unknown: list[str]) -> datetime | None:
    """Return a moment of RFC 3339, in UTC and not after `asked_at` (clocks differ). None where there is none."""
    if value is None:
        return None
    text = a_text(value, f"{where}.completedAt", _LONGEST_WORD)
    try:
        moment = datetime.fromisoformat(text.strip())
        moment = (moment if moment.tzinfo else moment.replace(tzinfo=UTC)).astimezone(UTC)
    except (ValueError, OverflowError):
        unknown.append(f"deploymentEvents completedAt {plain(text)}")
        return None
    return min(moment, asked_at)
