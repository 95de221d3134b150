"""Looks at the DNS: what they change, and when they judge a deadline."""

from dataclasses import replace

from core.events import Looked
from core.findings import Code, Finding, Look
from core.history import What
from core.lifecycle.draft import Draft
from core.lifecycle.incidents import seen_again
from core.lifecycle.outcomes import become_active, become_temporary, become_verified, fail
from core.lifecycle.passing import tell_offline
from core.lifecycle.tracking import after_look, findings_of, is_news, is_suspected, meaning
from core.notices import LookResult, Online, RecordsUpdate, RightNow
from core.phases import POLLED, RUNNING, Phase, phase_of
from core.sending_domain import SendingDomain, TrackedRecord, VerificationStatus


def counts(domain: SendingDomain, look: Look) -> bool:
    """Tell whether a look may change anything: not repeated, not older, made for this record set and window."""
    window_id = domain.window.id if domain.window is not None else None
    return (
        phase_of(domain) in POLLED
        and look.id != domain.last_look_id
        and (domain.last_check_at is None or look.observed_at >= domain.last_check_at)
        and look.record_set_version == domain.record_set_version
        and look.window_id == window_id
    )


def on_looked(draft: Draft, event: Looked) -> None:
    """Take note of a look that counts, and judge by it."""
    look = event.look
    before = draft.domain.records
    if is_blind(draft.domain, look):
        on_offline(draft)
    else:
        _back_online(draft)
    draft.change(
        last_look_id=look.id,
        last_check_at=look.observed_at,
        zone=look.zone or draft.domain.zone,
        records=_tracked(draft, look),
    )
    seen_again(draft)
    if draft.phase in RUNNING:
        _judge_window(draft, event, before)
    elif draft.phase is Phase.SF:
        _look_after_failure(draft, look, before)
    else:
        _watch_verified(draft, event, before)
    _note_records(draft, before)
    _answer_watchers(draft, look, before)


def on_offline(draft: Draft) -> None:
    """Nobody can be judged: no state changes, and every judgement waits."""
    if draft.phase not in POLLED:
        return
    draft.change(offline_since=draft.domain.offline_since or draft.now)
    tell_offline(draft)


def all_right(domain: SendingDomain, look: Look) -> bool:
    """Tell whether every required record was right in this one look, at every authoritative server."""
    findings = findings_of(look)
    required = [findings.get(meaning(record.expected)) for record in domain.required]
    return look.full and bool(required) and all(finding is not None and finding.verified for finding in required)


def is_blind(domain: SendingDomain, look: Look) -> bool:
    """Tell whether a look saw nothing of any required record, for a reason on our side: it judges nobody."""
    findings = findings_of(look)
    found = [findings.get(meaning(record.expected)) for record in domain.required]
    return bool(found) and all(finding is not None and finding.code is Code.CHECKER_OFFLINE for finding in found)


def _tracked(draft: Draft, look: Look) -> tuple[TrackedRecord, ...]:
    findings = findings_of(look)
    lost = VerificationStatus.FAILURE if draft.phase is Phase.SF else VerificationStatus.TEMPORARY_FAILURE
    return tuple(
        after_look(record, look, findings.get(meaning(record.expected)), lost, draft.durations)
        for record in draft.domain.records
    )


def _judge_window(draft: Draft, event: Looked, before: tuple[TrackedRecord, ...]) -> None:
    """Complete the verification, fail it at its deadline, or tell what has changed."""
    look, window = event.look, draft.domain.running_window
    if all_right(draft.domain, look):
        become_verified(draft, look)
    elif window is not None and look.full and look.observed_at >= window.deadline and not is_blind(draft.domain, look):
        fail(draft, look, event.incident_id)
    else:
        _tell_changes(draft, before)


def _watch_verified(draft: Draft, event: Looked, before: tuple[TrackedRecord, ...]) -> None:
    """Notice a regression; complete a deployment that only waited for a suspicion to be cleared."""
    pairs = zip(before, draft.domain.records, strict=True)
    verified = VerificationStatus.VERIFIED
    lost = tuple(n for w, n in pairs if n.expected.required and w.status is verified and n.status is not verified)
    if lost:
        become_temporary(draft, event.look, lost, event.window_id, event.incident_id)
        return
    _tell_changes(draft, before)
    if draft.phase is Phase.DV and draft.domain.all_events and not any(map(is_suspected, draft.domain.required)):
        become_active(draft)


def _look_after_failure(draft: Draft, look: Look, before: tuple[TrackedRecord, ...]) -> None:
    """Nothing completes without `verify`; but say, once, that it would now."""
    ready = all_right(draft.domain, look) and draft.domain.provisioner_error is None
    if ready and not draft.domain.right_now_told:
        draft.change(right_now_told=True)
        draft.say(RightNow(subject=draft.subject, turn=draft.turn))
    else:
        _tell_changes(draft, before)


def _tell_changes(draft: Draft, before: tuple[TrackedRecord, ...]) -> None:
    """Say in one reply which records the look verified, and for which it found something else."""
    verified = VerificationStatus.VERIFIED
    pairs = list(zip(before, draft.domain.records, strict=True))
    newly = tuple(now for was, now in pairs if now.status is verified and was.status is not verified)
    changed = tuple(now for was, now in pairs if is_news(was, now))
    if not newly and not changed:
        return
    draft.say(
        RecordsUpdate(
            subject=draft.subject,
            turn=draft.turn,
            rows=newly + changed,
            newly_verified=tuple(record.expected.purpose for record in newly),
            changed=tuple(record.expected.purpose for record in changed),
            verified=draft.domain.verified_count,
            required=len(draft.domain.required),
        )
    )


def _note_records(draft: Draft, before: tuple[TrackedRecord, ...]) -> None:
    for was, now in zip(before, draft.domain.records, strict=True):
        if was.status is not now.status:
            draft.note(
                What.RECORD_CHANGED,
                purpose=now.expected.purpose.value,
                old=was.status.value,
                new=now.status.value,
                code=now.finding.code.value if now.finding is not None else "",
            )


def _back_online(draft: Draft) -> None:
    told = draft.domain.offline_told
    draft.change(offline_since=None, offline_told=False)
    if told:
        draft.say(Online(subject=draft.subject, turn=draft.turn, since_at=draft.now))


def _answer_watchers(draft: Draft, look: Look, before: tuple[TrackedRecord, ...]) -> None:
    """Tell whoever pressed *Check now*; a record under suspicion is shown with what was just found."""
    watchers = draft.domain.watchers
    draft.change(watchers=())
    findings = findings_of(look)
    changed: list[TrackedRecord] = []
    for was, now in zip(before, draft.domain.records, strict=True):
        if is_suspected(now):
            changed.append(_as_found(now, findings.get(meaning(now.expected))))
        elif (was.status, was.finding) != (now.status, now.finding):
            changed.append(now)
    draft.say(
        *(
            LookResult(
                subject=draft.subject_for(watcher),
                to=watcher,
                checked_at=look.observed_at,
                turn=draft.turn,
                changed=tuple(changed),
            )
            for watcher in watchers
        )
    )


def _as_found(record: TrackedRecord, finding: Finding | None) -> TrackedRecord:
    return replace(record, finding=finding) if finding is not None and finding.definite else record
