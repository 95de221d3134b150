"""What a verification comes to: Verified, ACTIVE, Temporary Failure, Failure; and what is said about it."""

from datetime import timedelta

from core.findings import Code, Look
from core.lifecycle.draft import Draft
from core.lifecycle.incidents import open_incident, resolve, tell_provisioning
from core.lifecycle.tracking import condemned, findings_of, meaning
from core.lifecycle.windows import open_window
from core.notices import (
    Active,
    AlertFailed,
    AlertTemporary,
    AllVerified,
    DmActive,
    DmFailed,
    Failed,
    FailedByProvisioner,
    Recovered,
    Resolution,
    Temporary,
)
from core.phases import Phase
from core.records import Purpose
from core.sending_domain import (
    DomainStatus,
    IncidentKind,
    ProvisionerError,
    SendingDomain,
    TrackedRecord,
    VerificationStatus,
    Wanted,
)


def become_verified(draft: Draft, look: Look) -> None:
    """Every required record was right in one full look. With six events the domain is ACTIVE as well."""
    phase, window = draft.phase, draft.domain.window
    draft.change(verification=VerificationStatus.VERIFIED, verified_at=draft.now, burst_until=None)
    if phase is Phase.AT:
        draft.say(_recovered(draft, look))
        resolve(draft, Resolution.FIXED)
    elif draft.domain.all_events:
        become_active(draft, _noted(draft.domain))
    elif phase is Phase.DT and window is not None:
        draft.say(_recovered(draft, look))
    else:
        draft.say(
            AllVerified(
                subject=draft.subject,
                turn=draft.turn,
                rows=_noted(draft.domain),
                required=len(draft.domain.required),
                remaining=6 - len(draft.domain.events),
            )
        )


def become_active(draft: Draft, rows: tuple[TrackedRecord, ...] = ()) -> None:
    """Verified and six events: the domain can send mail. `rows` are to be noted, if that was not said before."""
    draft.change(status=DomainStatus.ACTIVE, active_at=draft.now)
    domain = draft.domain
    draft.say(
        Active(
            subject=draft.subject,
            turn=draft.turn,
            rows=rows,
            sweep=draft.durations.sweep,
            dmarc_missing=_no_dmarc_applies(domain),
        )
    )
    resolve(draft, Resolution.COMPLETE)
    draft.say(
        DmActive(
            subject=draft.subject_for(domain.asker),
            to=domain.asker,
            duration=max(draft.now - domain.created_at, timedelta()),
        )
    )


def become_temporary(
    draft: Draft, look: Look, lost: tuple[TrackedRecord, ...], window_id: str, incident_id: str
) -> None:
    """Verified records were bad twice: a fresh window to mend them. Support is told where mail is at stake."""
    active = draft.phase is Phase.AV
    window = open_window(draft, window_id)
    draft.change(verification=VerificationStatus.TEMPORARY_FAILURE)
    first_at = min((record.bad_since for record in lost if record.bad_since is not None), default=look.observed_at)
    purposes = tuple(record.expected.purpose for record in lost)
    draft.say(
        Temporary(
            subject=draft.subject,
            turn=draft.turn,
            rows=lost,
            purposes=purposes,
            first_at=first_at,
            second_at=look.observed_at,
            deadline_at=window.deadline,
        )
    )
    if active:
        incident = open_incident(draft, incident_id, IncidentKind.TEMPORARY)
        draft.say(
            AlertTemporary(
                subject=draft.subject,
                incident_id=incident.id,
                since_at=first_at,
                asker=draft.domain.asker,
                rows=lost,
                purposes=purposes,
                first_at=first_at,
                second_at=look.observed_at,
                deadline_at=window.deadline,
            )
        )


def fail(draft: Draft, look: Look, incident_id: str) -> None:
    """The window has passed, and in the look that judged it a required record was not right."""
    window = draft.domain.window
    if window is None:
        return
    open_ones = _condemn(draft, look)
    draft.change(
        status=DomainStatus.SUSPENDED,
        verification=VerificationStatus.FAILURE,
        wanted=Wanted.DEPLOYED,
        failed_at=draft.now,
        burst_until=None,
        right_now_told=False,
    )
    draft.say(
        Failed(subject=draft.subject, turn=draft.turn, rows=open_ones, window=window.length, n=len(open_ones)),
    )
    incident = open_incident(draft, incident_id, IncidentKind.FAILED)
    asker = draft.domain.asker
    draft.say(
        AlertFailed(
            subject=draft.subject,
            incident_id=incident.id,
            since_at=window.deadline,
            asker=asker,
            rows=open_ones,
            window=window.length,
            deadline_at=window.deadline,
            n=len(open_ones),
        ),
        DmFailed(
            subject=draft.subject_for(asker),
            to=asker,
            window=window.length,
            purposes=tuple(record.expected.purpose for record in open_ones),
            verified=draft.domain.verified_count,
            required=len(draft.domain.required),
        ),
    )


def fail_by_provisioner(draft: Draft, incident_id: str, step: str, error: str, remedy: str) -> None:
    """The provisioner has failed the domain, or refuses for good: suspended at once, no deadline any more."""
    window = draft.domain.window
    draft.change(
        status=DomainStatus.SUSPENDED,
        verification=VerificationStatus.FAILURE,
        wanted=Wanted.DEPLOYED,
        failed_at=draft.now,
        window=None,
        burst_until=None,
        provisioner_error=ProvisionerError(step, error, remedy, draft.now),
    )
    domain = draft.domain
    verified, required = domain.verified_count, len(domain.required)
    draft.say(
        FailedByProvisioner(subject=draft.subject, turn=draft.turn, error=error, verified=verified, required=required)
    )
    tell_provisioning(draft, incident_id, step, error, remedy)
    draft.say(
        DmFailed(
            subject=draft.subject_for(domain.asker),
            to=domain.asker,
            window=window.length if window is not None else draft.durations.window,
            error=error,
            verified=verified,
            required=required,
        )
    )


def _condemn(draft: Draft, look: Look) -> tuple[TrackedRecord, ...]:
    """Mark the required records that were not right in `look`, and return them."""
    findings = findings_of(look)

    def judged(record: TrackedRecord) -> TrackedRecord:
        finding = findings.get(meaning(record.expected))
        right = finding is not None and finding.verified
        return record if right or not record.expected.required else condemned(record, look, finding)

    draft.change(records=tuple(map(judged, draft.domain.records)))
    return tuple(record for record in draft.domain.required if record.status is VerificationStatus.FAILURE)


def _recovered(draft: Draft, look: Look) -> Recovered:
    """Say what was put right since the window was opened, and how long that took."""
    window = draft.domain.window
    opened_at = window.opened_at if window is not None else look.observed_at
    mended = [r for r in draft.domain.required if r.since is not None and r.since >= opened_at]
    went_wrong = [r.bad_since for r in draft.before.required if r.bad_since is not None]
    return Recovered(
        subject=draft.subject,
        turn=draft.turn,
        purposes=tuple(record.expected.purpose for record in mended),
        since_at=look.observed_at,
        duration=look.observed_at - min([opened_at, *went_wrong]),
    )


def _noted(domain: SendingDomain) -> tuple[TrackedRecord, ...]:
    """Return the records that are right but for a remark, and the advisory ones that are wrong, but not missing."""
    return tuple(
        record
        for record in domain.records
        if record.finding is not None
        and record.finding.code is not Code.MISSING
        and (record.finding.code is not Code.OK or record.finding.remarks)
    )


def _no_dmarc_applies(domain: SendingDomain) -> bool:
    """Tell whether the last definite look found no DMARC policy, neither an own nor an inherited one."""
    return any(
        record.expected.purpose is Purpose.DMARC and record.finding is not None and record.finding.bad
        for record in domain.records
    )
