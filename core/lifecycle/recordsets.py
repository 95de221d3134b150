"""The record set: first made, later changed by the provisioner. Only identical records keep their state."""

from collections.abc import Sequence
from dataclasses import replace

from core.history import What
from core.lifecycle.draft import Draft
from core.lifecycle.incidents import resolve
from core.lifecycle.tracking import by_meaning, meaning
from core.lifecycle.windows import open_window
from core.notices import (
    DeployRecordsReady,
    RecordsChanged,
    RecordsReady,
    Resolution,
    ZoneFile,
    ZoneTable,
)
from core.phases import POLLED, Phase
from core.records import ExpectedRecord, Purpose
from core.sending_domain import IncidentKind, TrackedRecord, VerificationStatus


def take_records(draft: Draft, records: Sequence[ExpectedRecord], window_id: str) -> None:
    """Take over the provisioner's records. None at all is an answer that is not complete yet: nothing changes."""
    phase, old = draft.phase, draft.domain.records
    new_set = draft.domain.record_set.replaced_by(tuple(dict.fromkeys(records)))
    if not records or new_set.version == draft.domain.record_set_version:
        return
    fresh = VerificationStatus.PENDING if phase in POLLED else VerificationStatus.NOT_STARTED
    known = by_meaning(old)
    tracked = tuple(_tracked(expected, known.get(meaning(expected)), fresh) for expected in new_set)
    draft.change(records=tracked, record_set_version=new_set.version, right_now_told=False)
    match phase:
        case Phase.S0 | Phase.RM:
            # Nobody works on them; `deploy` will announce them.
            draft.change(records_ready_at=None)
        case Phase.D0:
            announce(draft)
        case _:
            _tell_changed(draft, old, window_id)


def announce(draft: Draft) -> None:
    """Say that the records exist: in the channel, with table and zone file, and to whoever deployed."""
    draft.change(records_ready_at=draft.now)
    domain = draft.domain
    draft.note(What.RECORDS_READY, who=domain.provisioner, n=str(len(domain.records)))
    draft.say(RecordsReady(subject=draft.subject, turn=draft.turn, n=len(domain.records)))
    _post_zone(draft)
    if domain.incident is not None and domain.incident.kind is IncidentKind.NO_RECORDS:
        resolve(draft, Resolution.RECORDS_READY)
    tell_deployer(draft)


def tell_deployer(draft: Draft) -> None:
    """Tell whoever deployed that there are records to be added."""
    domain = draft.domain
    reader = domain.deployed_by or domain.asker
    draft.say(
        DeployRecordsReady(
            subject=draft.subject_for(reader),
            to=reader,
            n=len(domain.records),
            provider=domain.zone.provider if domain.zone is not None else None,
        )
    )


def _tracked(expected: ExpectedRecord, known: TrackedRecord | None, fresh: VerificationStatus) -> TrackedRecord:
    return replace(known, expected=expected) if known is not None else TrackedRecord(expected, fresh)


def _tell_changed(draft: Draft, old: Sequence[TrackedRecord], window_id: str) -> None:
    old_ones, new_ones = by_meaning(old), by_meaning(draft.domain.records)
    kept = old_ones.keys() & new_ones.keys()
    touched = {key: (old_ones | new_ones)[key].expected for key in old_ones.keys() ^ new_ones.keys()}
    draft.note(What.RECORDS_CHANGED, who=draft.domain.provisioner, n=str(len(new_ones)))
    if any(_demands_more(record, old_ones) for record in draft.domain.required):
        _verify_afresh(draft, window_id)
    draft.say(
        RecordsChanged(
            subject=draft.subject,
            turn=draft.turn,
            purposes=tuple(p for p in Purpose if any(record.purpose is p for record in touched.values())),
            kept=len(kept),
        )
    )
    _post_zone(draft)


def _demands_more(record: TrackedRecord, old: dict[tuple[str, str, str, str], TrackedRecord]) -> bool:
    """Tell whether a required record was added or altered, or was not required before."""
    before = old.get(meaning(record.expected))
    return before is None or not before.expected.required


def _verify_afresh(draft: Draft, window_id: str) -> None:
    """Open a new window for what is to be verified now; without a verification there is none to open."""
    match draft.phase:
        case Phase.DP | Phase.DV:
            verification = VerificationStatus.PENDING
        case Phase.DT | Phase.AV | Phase.AT:
            verification = VerificationStatus.TEMPORARY_FAILURE
        case _:
            return
    open_window(draft, window_id)
    draft.change(verification=verification, verified_at=None)


def _post_zone(draft: Draft) -> None:
    records = draft.domain.record_set
    draft.say(
        ZoneTable(subject=draft.subject, records=records),
        ZoneFile(subject=draft.subject, records=records, made_at=draft.now),
    )
