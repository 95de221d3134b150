"""`deploy`: *Start domain deployment*."""

from typing import assert_never

from core.commands import Verb
from core.events import Deploy
from core.history import What
from core.lifecycle.commands import not_started, refused
from core.lifecycle.decision import Decision
from core.lifecycle.draft import Draft
from core.lifecycle.incidents import resolve
from core.lifecycle.keys import needs_key, take_key
from core.lifecycle.recordsets import announce, tell_deployer
from core.notices import Resolution
from core.notices.answers import DeployRunning, DeployStarted, KeyNeeded
from core.phases import Phase
from core.sending_domain import DomainStatus, VerificationStatus, Wanted


def on_deploy(draft: Draft, event: Deploy) -> Decision:
    """Start the deployment where nothing runs; nowhere is anything started twice."""
    phase = draft.phase
    match phase:
        case Phase.S0 | Phase.SF:
            return _start(draft, event)
        case Phase.D0 | Phase.D1 | Phase.DP | Phase.DV | Phase.DT:
            return Decision(draft.before, answer=DeployRunning(domain=draft.before))
        case Phase.AT:
            return refused(draft.before, Verb.DEPLOY, Verb.VERIFY)
        case Phase.AV | Phase.RM:
            return refused(draft.before, Verb.DEPLOY, None)
        case _:
            assert_never(phase)


def _start(draft: Draft, event: Deploy) -> Decision:
    """Begin, with the key entered again where it is needed. Records that stand are announced unless they were."""
    if event.new_key_id is not None:
        take_key(draft, event.new_key_id)
    elif needs_key(draft.domain):
        return Decision(draft.before, answer=KeyNeeded(domain=draft.before))
    draft.note(What.DEPLOY_STARTED)
    draft.change(
        status=DomainStatus.DEPLOYING,
        verification=VerificationStatus.NOT_STARTED,
        wanted=Wanted.DEPLOYED,
        deploy_started_at=draft.now,
        deployed_by=event.actor,
        deploy_accepted=False,
        verify_accepted=None,
        provisioner_error=None,
        window=None,
        verified_at=None,
        failed_at=None,
        offline_since=None,
        offline_told=False,
        right_now_told=False,
        told=frozenset(),
        watchers=(),
        records=tuple(map(not_started, draft.domain.records)),
    )
    draft.at_once = True
    if draft.domain.records and draft.domain.records_ready_at is None:
        announce(draft)
    elif draft.domain.records:
        tell_deployer(draft)
    resolve(draft, Resolution.REDEPLOYED, event.actor)
    decision = draft.decided()
    return Decision(decision.domain, decision.notices, decision.history, answer=DeployStarted(domain=decision.domain))
