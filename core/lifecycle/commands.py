"""What people command: cancel, remove, edit, adopt. `deploying` and `verifying` hold the other two."""

from dataclasses import replace

from core.commands import Verb
from core.events import Adopt, Cancel, Edit, Remove
from core.history import What
from core.lifecycle.decision import Decision
from core.lifecycle.draft import Draft
from core.lifecycle.incidents import resolve
from core.lifecycle.keys import erase_key, take_key
from core.notices import Cancelled, Resolution
from core.notices.answers import Adopted, Answer, CancelDone, Edited, RemoveStarted, Stale, StateRefused
from core.phases import Phase
from core.schedule import awaits_creation
from core.sending_domain import (
    DomainStatus,
    IncidentKind,
    SendingDomain,
    TrackedRecord,
    VerificationStatus,
    Wanted,
)

_AFTER_CANCEL: dict[Phase, Verb | None] = {
    Phase.S0: Verb.DEPLOY,
    Phase.SF: Verb.VERIFY,
    Phase.AV: Verb.REMOVE,
    Phase.AT: Verb.REMOVE,
    Phase.RM: None,
}
"""Where `cancel` is refused, with the next step."""


def refused(domain: SendingDomain, verb: Verb, next_verb: Verb | None) -> Decision:
    """Refuse `verb`: nothing changes, and the asker is told the next step."""
    return Decision(domain, answer=StateRefused(verb=verb, domain=domain, next_verb=next_verb))


def on_cancel(draft: Draft, event: Cancel) -> Decision:
    """Stop a deployment or verification that is not ACTIVE yet. Records and completed events are kept."""
    phase = draft.phase
    if phase is Phase.S0 and draft.domain.key_held:
        # Nothing is running; but whoever cancels does not want the key to lie here either.
        erase_key(draft)
        return draft.decided(
            StateRefused(verb=Verb.CANCEL, domain=draft.domain, next_verb=Verb.DEPLOY, key_erased=True)
        )
    if phase in _AFTER_CANCEL:
        return refused(draft.before, Verb.CANCEL, _AFTER_CANCEL[phase])
    if phase is Phase.D0:
        erase_key(draft)
    draft.note(What.STOPPED)
    draft.change(
        status=DomainStatus.SUSPENDED,
        verification=VerificationStatus.NOT_STARTED,
        wanted=Wanted.CREATED,
        cancel_wanted=draft.domain.provisioner_id is not None,
        window=None,
        watchers=(),
        burst_until=None,
        offline_since=None,
        offline_told=False,
        verified_at=None,
        records=tuple(map(not_started, draft.domain.records)),
    )
    draft.at_once = True
    draft.say(Cancelled(subject=draft.subject, turn=draft.turn, actor=event.actor))
    resolve(draft, Resolution.STOPPED, event.actor)
    return _with_domain(draft, CancelDone(domain=draft.domain, turn=draft.turn))


def on_remove(draft: Draft, event: Remove) -> Decision:
    """Begin the removal, whatever the status. Asked again, it is in progress already."""
    if draft.phase is Phase.RM:
        return Decision(draft.before, answer=RemoveStarted(domain=draft.before))
    draft.note(What.REMOVE_STARTED)
    erase_key(draft)
    draft.change(
        wanted=Wanted.REMOVED,
        removed_by=event.actor,
        provisioner_error=None,
        told=draft.domain.told - {IncidentKind.PROVISIONING},
        watchers=(),
    )
    draft.at_once = True
    return _with_domain(draft, RemoveStarted(domain=draft.domain))


def on_edit(draft: Draft, event: Edit) -> Decision:
    """Change key, policy or language; the provisioner is told of the first two."""
    if draft.phase is Phase.RM:
        return refused(draft.before, Verb.EDIT, None)
    policy = event.dmarc_policy if event.dmarc_policy is not draft.domain.dmarc_policy else None
    language = event.language if event.language is not draft.domain.language else None
    changes = {"key_id": event.new_key_id, "dmarc_policy": policy, "language": language}
    if any(change is not None for change in changes.values()):
        draft.note(What.EDITED, **{name: str(change) for name, change in changes.items() if change is not None})
    if event.new_key_id is not None:
        take_key(draft, event.new_key_id)
    if policy is not None:
        draft.change(dmarc_policy=policy, update_wanted=draft.domain.provisioner_id is not None)
    if language is not None:
        draft.change(language=language)
    if draft.phase is Phase.S0 and (event.new_key_id is not None or policy is not None):
        # What was refused may be accepted now.
        draft.change(provisioner_error=None)
    due_already = draft.before.next_check_at is not None and draft.before.next_check_at <= draft.now
    draft.at_once = due_already or draft.domain.update_wanted or awaits_creation(draft.domain)
    return _with_domain(
        draft,
        Edited(domain=draft.domain, turn=draft.turn, key_id=event.new_key_id, dmarc_policy=policy, language=language),
    )


def on_adopt(draft: Draft, event: Adopt) -> Decision:
    """Take over what the provisioner has under this name; it is never torn down by `remove`."""
    adoptable = draft.domain.adoptable_id
    if adoptable is None or draft.phase is Phase.RM:
        return Decision(draft.before, answer=Stale(domain=draft.before))
    # It has another key and policy than ours until it is told.
    draft.change(provisioner_id=adoptable, adoptable_id=None, adopted=True, update_wanted=True, provisioner_error=None)
    draft.note(What.ADOPTED, who=event.actor.user_id)
    draft.at_once = True
    return _with_domain(draft, Adopted(domain=draft.domain, turn=draft.turn))


def not_started(record: TrackedRecord) -> TrackedRecord:
    """Return `record` without any result: nothing is being verified."""
    return TrackedRecord(record.expected)


def _with_domain(draft: Draft, answer: Answer) -> Decision:
    """Finish; the answer speaks of the domain as it is in the end."""
    decision = draft.decided(answer)
    return replace(decision, answer=replace(answer, domain=decision.domain))  # type: ignore[call-arg]  # all have one
