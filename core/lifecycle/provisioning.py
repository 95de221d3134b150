"""What the provisioner says: records, events, verdicts, refusals, and whose domain it is."""

from core.events import AdoptionNeeded, Provisioned, ProvisioningRefused, Snapshot
from core.history import What
from core.lifecycle.draft import Draft
from core.lifecycle.incidents import resolve, tell_provisioning
from core.lifecycle.keys import erase_stored_key
from core.lifecycle.outcomes import become_active, fail_by_provisioner
from core.lifecycle.recordsets import take_records
from core.lifecycle.tracking import is_suspected
from core.notices import AdoptionOffered, DeployRefused, FailedByProvisioner, Removed, Resolution
from core.phases import Phase
from core.sending_domain import (
    DomainStatus,
    IncidentKind,
    ProvisionerError,
    Verdict,
    VerificationStatus,
    Wanted,
)


def on_provisioned(draft: Draft, event: Provisioned) -> None:
    """Take over a snapshot. Events are sticky; statuses follow from our own looks and the six events."""
    draft.change(provisioner_id=event.snapshot.provisioner_id, adoptable_id=None)
    if draft.phase is Phase.RM:
        return
    _take_receipts(draft, event)
    _take_events(draft, event.snapshot)
    erase_stored_key(draft)
    failed_while_active = _take_verdict(draft, event.snapshot)
    if failed_while_active:
        word = event.snapshot.verdict_word or event.snapshot.verdict.value
        fail_by_provisioner(draft, event.window_id, "verify", word, "")
    take_records(draft, event.snapshot.records, event.window_id)
    if draft.phase is Phase.DV and draft.domain.all_events and not any(map(is_suspected, draft.domain.required)):
        become_active(draft)


def on_refused(draft: Draft, event: ProvisioningRefused) -> None:
    """The provisioner refuses for good: what that means depends on how far the domain has come."""
    match draft.phase:
        case Phase.RM:
            _refused_removal(draft, event)
        case Phase.S0 | Phase.SF:
            _refused_at_rest(draft, event)
        case _ if event.step == "update":
            _refused_edit(draft, event)
        case Phase.D0 | Phase.D1:
            _refused_deployment(draft, event)
        case _:
            fail_by_provisioner(draft, event.incident_id, event.step, event.error, event.remedy)


def on_adoption_needed(draft: Draft, event: AdoptionNeeded) -> None:
    """The name is taken by something we did not make: an admin is asked, once, whether to adopt it."""
    domain = draft.domain
    if draft.phase is Phase.RM or domain.provisioner_id is not None or domain.adoptable_id == event.provisioner_id:
        return
    draft.change(adoptable_id=event.provisioner_id)
    reader = domain.deployed_by or domain.asker
    draft.say(AdoptionOffered(subject=draft.subject_for(reader), to=reader))


def on_torn_down(draft: Draft) -> None:
    """The removal is done. Where a card was posted, IT is asked to delete the records."""
    domain = draft.domain
    if draft.phase is not Phase.RM or domain.removed_at is not None:
        return
    actor = domain.removed_by or domain.asker
    draft.change(removed_at=draft.now)
    draft.note(What.REMOVED, who=actor.user_id)
    if domain.deploy_started_at is not None:
        draft.say(
            Removed(
                subject=draft.subject,
                turn=draft.turn,
                actor=actor,
                n=len(domain.records),
                provider=domain.zone.provider if domain.zone is not None else None,
            )
        )
    resolve(draft, Resolution.REMOVED, actor)


def _take_receipts(draft: Draft, event: Provisioned) -> None:
    """Remember what the provisioner has been told in this pass, so that it is told nothing twice."""
    if draft.phase is Phase.S0:
        draft.change(provisioner_error=None)
    if event.updated:
        draft.change(update_wanted=False)
    if event.cancelled:
        draft.change(cancel_wanted=False, deploy_accepted=False, verify_accepted=None)
    if event.deployed:
        draft.change(deploy_accepted=True)
    if event.verifying is not None:
        draft.change(verify_accepted=event.verifying)


def _take_events(draft: Draft, snapshot: Snapshot) -> None:
    known = dict(draft.domain.events)
    for event, at in snapshot.events.items():
        if event not in known:
            known[event] = at or draft.now
            draft.note(What.EVENT, who=draft.domain.provisioner, event=event.value)
    draft.change(events=known)


def _take_verdict(draft: Draft, snapshot: Snapshot) -> bool:
    """Take over the verdict and tell whether the provisioner has failed an ACTIVE domain.

    While deploying, its failure only means that its check is to be started again: our deadline counts.
    """
    draft.change(verdict=snapshot.verdict, verdict_word=snapshot.verdict_word, verdict_at=snapshot.asked_at)
    if snapshot.verdict is not Verdict.FAILED:
        return False
    if draft.domain.status is DomainStatus.DEPLOYING:
        draft.change(verify_accepted=None)
    return draft.domain.status is DomainStatus.ACTIVE


def _refused_removal(draft: Draft, event: ProvisioningRefused) -> None:
    """Removal is retried for ever; support is told once."""
    if not _is_known(draft, event):
        draft.change(provisioner_error=_error(draft, event))
    if IncidentKind.PROVISIONING not in draft.domain.told:
        tell_provisioning(draft, event.incident_id, event.step, event.error, event.remedy)


def _refused_edit(draft: Draft, event: ProvisioningRefused) -> None:
    """What was edited is refused; what runs with the old key and policy goes on."""
    if draft.domain.update_wanted:
        draft.change(update_wanted=False)
        _tell_asker(draft, event)


def _refused_at_rest(draft: Draft, event: ProvisioningRefused) -> None:
    """Nothing runs, so nothing stops: whoever asked is told why, and nothing is tried again unasked."""
    edited = draft.domain.update_wanted
    draft.change(update_wanted=False, cancel_wanted=False)
    if _is_known(draft, event):
        return
    if draft.phase is Phase.S0:
        draft.change(provisioner_error=_error(draft, event))
        _tell_asker(draft, event)
    elif edited:
        _tell_asker(draft, event)


def _refused_deployment(draft: Draft, event: ProvisioningRefused) -> None:
    in_work = draft.phase is Phase.D1
    draft.change(
        status=DomainStatus.SUSPENDED,
        verification=VerificationStatus.NOT_STARTED,
        wanted=Wanted.CREATED,
        deploy_accepted=False,
        provisioner_error=_error(draft, event),
    )
    domain = draft.domain
    if in_work:
        draft.say(
            FailedByProvisioner(
                subject=draft.subject,
                turn=draft.turn,
                error=event.error,
                verified=domain.verified_count,
                required=len(domain.required),
            )
        )
    tell_provisioning(draft, event.incident_id, event.step, event.error, event.remedy)
    _tell_asker(draft, event)


def _tell_asker(draft: Draft, event: ProvisioningRefused) -> None:
    reader = draft.domain.deployed_by or draft.domain.asker
    draft.say(
        DeployRefused(
            subject=draft.subject_for(reader), to=reader, step=event.step, error=event.error, remedy=event.remedy
        )
    )


def _is_known(draft: Draft, event: ProvisioningRefused) -> bool:
    known = draft.domain.provisioner_error
    return known is not None and (known.step, known.error) == (event.step, event.error)


def _error(draft: Draft, event: ProvisioningRefused) -> ProvisionerError:
    return ProvisionerError(event.step, event.error, event.remedy, draft.now)
