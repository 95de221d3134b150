"""What the provisioner says: records, events, verdicts, refusals, adoption and removal."""

from dataclasses import replace
from datetime import timedelta

import pytest

from core.events import Adopt, AdoptionNeeded, Deploy, Provisioned, ProvisioningRefused, Remove, TornDown
from core.history import What
from core.lifecycle import Decision, Phase, decide, phase_of
from core.notices import (
    Active,
    AdoptionOffered,
    AlertProvisioning,
    AlertResolved,
    CardChanged,
    DeployRecordsReady,
    DeployRefused,
    DmActive,
    DmFailed,
    FailedByProvisioner,
    RecordsChanged,
    RecordsReady,
    Removed,
    Resolution,
    ZoneFile,
    ZoneTable,
)
from core.notices.answers import Adopted, Stale
from core.records import ExpectedRecord, Purpose
from core.sending_domain import (
    DeploymentEvent,
    DomainStatus,
    Incident,
    IncidentKind,
    SendingDomain,
    Verdict,
    VerificationStatus,
)
from core.turns import TurnKey
from tests.core.building import (
    ADMIN,
    DURATIONS,
    EARLY_EVENTS,
    EVERY_EVENT,
    IT,
    NOW,
    a_domain,
    a_snapshot,
    after,
    kinds,
    provisioned,
    record_of,
    records,
)

MINUTE = timedelta(minutes=1)
S0, D0, D1, DP, DV, DT, AV, AT, SF, RM = Phase


def refused(step: str = "deploy", error: str = "quota exceeded") -> ProvisioningRefused:
    return ProvisioningRefused(step, error, "Ask for a higher quota.", "incident-new")


def altered(purpose: Purpose) -> tuple[ExpectedRecord, ...]:
    return tuple(replace(r, value=f"{r.value}x") if r.purpose is purpose else r for r in records())


def told(domain: SendingDomain, event: Provisioned | ProvisioningRefused) -> Decision:
    return decide(domain, event, NOW, DURATIONS)


# Records


def test_the_first_records_are_announced_to_it_and_to_whoever_deployed():
    domain = a_domain(D0, deployed_by=IT)

    decision = told(domain, provisioned(domain, *EARLY_EVENTS, records=records()))

    assert phase_of(decision.domain) is D1
    assert kinds(decision) == [CardChanged, RecordsReady, ZoneTable, ZoneFile, DeployRecordsReady]
    ready, _, zone_file, to_deployer = decision.notices[1:]
    assert isinstance(ready, RecordsReady)
    assert isinstance(zone_file, ZoneFile)
    assert isinstance(to_deployer, DeployRecordsReady)
    assert (ready.n, ready.broadcast, ready.turn.key) == (6, True, TurnKey.IT_ADD)
    assert zone_file.records == decision.domain.record_set
    assert (to_deployer.to, to_deployer.subject.language) == (IT, IT.language)


def test_the_same_snapshot_again_says_nothing():
    domain = a_domain(D0)
    event = provisioned(domain, *EARLY_EVENTS, records=records())
    domain = told(domain, event).domain

    again = told(domain, event)

    assert again.notices == ()
    assert again.history == ()


def test_records_that_come_after_the_alert_resolve_it():
    domain = a_domain(D0, incident=Incident("incident-0", IncidentKind.NO_RECORDS, NOW))

    decision = told(domain, provisioned(domain, records=records()))

    assert AlertResolved in kinds(decision)
    assert decision.domain.incident is None


def test_records_that_stand_before_deploy_are_announced_by_deploy_and_only_once():
    domain = a_domain(S0)
    standing = told(domain, provisioned(domain, records=records()))

    first = decide(standing.domain, Deploy(ADMIN), NOW, DURATIONS)
    stopped = replace(first.domain, status=DomainStatus.SUSPENDED)
    second = decide(stopped, Deploy(ADMIN), NOW, DURATIONS)

    assert standing.notices == ()
    assert RecordsReady in kinds(first)
    assert phase_of(second.domain) is D1
    assert RecordsReady not in kinds(second)


def test_an_answer_without_records_takes_none_away():
    domain = a_domain(DP)

    decision = told(domain, provisioned(domain, records=()))

    assert decision.domain.record_set == domain.record_set
    assert decision.notices == ()


@pytest.mark.parametrize(("phase", "becomes"), [(D1, D1), (DP, DP), (DV, DP), (DT, DT), (AV, AT), (AT, AT), (SF, SF)])
def test_an_altered_required_record_is_verified_afresh(phase: Phase, becomes: Phase):
    domain = a_domain(phase)
    event = provisioned(domain, records=altered(Purpose.MX))

    decision = told(domain, event)

    assert phase_of(decision.domain) is becomes
    assert kinds(decision) == [CardChanged, RecordsChanged, ZoneTable, ZoneFile]
    changed = decision.notices[1]
    assert isinstance(changed, RecordsChanged)
    assert (changed.purposes, changed.kept) == ((Purpose.MX,), 5)
    assert decision.domain.record_set_version == domain.record_set_version + 1
    window = decision.domain.window
    if phase in {D1, SF}:
        assert window == domain.window
    else:
        assert window is not None
        assert (window.id, window.deadline) == (event.window_id, NOW + DURATIONS.window)


def test_only_identical_records_keep_their_state():
    domain = a_domain(DV)

    changed = told(domain, provisioned(domain, records=altered(Purpose.MX))).domain

    assert record_of(changed, Purpose.MX).status is VerificationStatus.PENDING
    assert record_of(changed, Purpose.MX).finding is None
    assert record_of(changed, Purpose.SPF) == record_of(domain, Purpose.SPF)


@pytest.mark.parametrize("new", [altered(Purpose.DMARC), records(without=[Purpose.MX])], ids=["advisory", "fewer"])
def test_other_changes_of_the_record_set_leave_the_window_alone(new: tuple[ExpectedRecord, ...]):
    domain = a_domain(DP)

    decision = told(domain, provisioned(domain, records=new))

    assert RecordsChanged in kinds(decision)
    assert decision.domain.window == domain.window


def test_a_changed_ttl_alone_asks_for_no_new_verification():
    domain = a_domain(AV)
    longer = tuple(replace(record, ttl=3600) for record in records())

    decision = told(domain, provisioned(domain, records=longer))

    assert phase_of(decision.domain) is AV
    assert ZoneFile in kinds(decision)


# Events


def test_events_are_sticky_and_edit_the_card_only():
    domain = a_domain(D1)

    more = told(domain, provisioned(domain, DeploymentEvent.CERTIFICATE))
    fewer = told(more.domain, provisioned(domain))

    assert kinds(more) == [CardChanged]
    assert [(e.what, e.who, e.facts) for e in more.history] == [
        (What.EVENT, "Engage", {"event": DeploymentEvent.CERTIFICATE.value})
    ]
    assert set(fewer.domain.events) == {*EARLY_EVENTS, DeploymentEvent.CERTIFICATE}
    assert fewer.notices == ()


def test_the_sixth_event_makes_a_verified_domain_active_and_resolves_the_stall():
    domain = a_domain(DV, incident=Incident("incident-0", IncidentKind.STALLED, NOW))

    decision = told(domain, provisioned(domain, *EVERY_EVENT))

    assert phase_of(decision.domain) is AV
    assert kinds(decision) == [CardChanged, Active, AlertResolved, DmActive]
    resolved = decision.notices[2]
    assert isinstance(resolved, AlertResolved)
    assert (resolved.how, resolved.about) == (Resolution.COMPLETE, "alert.stalled")


@pytest.mark.parametrize("phase", [S0, D0, D1, DP, DT, SF, RM])
def test_six_events_alone_make_nothing_active(phase: Phase):
    domain = a_domain(phase)

    decision = told(domain, provisioned(domain, *EVERY_EVENT, verdict=Verdict.SUCCESS))

    assert phase_of(decision.domain) is phase


# Verdicts


@pytest.mark.parametrize("phase", [DP, DV, DT])
def test_a_provisioner_that_gives_up_while_deploying_is_told_to_check_again(phase: Phase):
    domain = a_domain(phase)

    decision = told(domain, provisioned(domain, verdict=Verdict.FAILED))

    assert phase_of(decision.domain) is phase
    assert decision.domain.verify_accepted is None
    assert decision.domain.window == domain.window
    assert decision.domain.verdict is Verdict.FAILED


@pytest.mark.parametrize("phase", [AV, AT])
def test_a_provisioner_that_fails_an_active_domain_suspends_it_at_once(phase: Phase):
    domain = a_domain(phase)
    event = provisioned(domain, verdict=Verdict.FAILED)

    decision = told(domain, event)

    assert phase_of(decision.domain) is SF
    assert kinds(decision) == [CardChanged, FailedByProvisioner, AlertProvisioning, DmFailed]
    alert, dm = decision.notices[2:]
    assert isinstance(alert, AlertProvisioning)
    assert isinstance(dm, DmFailed)
    assert alert.incident_id == ("incident-0" if phase is AT else event.window_id)
    assert (dm.error, dm.to) == ("FAILED", domain.asker)
    assert decision.domain.window is None


def test_the_same_failure_again_says_nothing():
    domain = a_domain(AV)
    event = provisioned(domain, verdict=Verdict.FAILED)

    again = told(told(domain, event).domain, event)

    assert again.notices == ()


@pytest.mark.parametrize("phase", [DP, DV, AV, AT, SF])
@pytest.mark.parametrize("verdict", [Verdict.TEMPORARY_FAILURE, Verdict.UNKNOWN, Verdict.SUCCESS])
def test_other_verdicts_change_no_status(phase: Phase, verdict: Verdict):
    domain = a_domain(phase)

    decision = told(domain, provisioned(domain, verdict=verdict))

    assert phase_of(decision.domain) is phase
    assert decision.domain.verdict is verdict
    assert kinds(decision) == ([CardChanged] if phase is DV else [])


# Receipts


def test_what_the_provisioner_was_told_is_remembered():
    domain = a_domain(DP, deploy_accepted=False, verify_accepted=None, update_wanted=True, provisioner_id=None)
    snapshot = a_snapshot(domain)

    domain = after(
        domain,
        Provisioned(snapshot, "window-1", created=True),
        Provisioned(snapshot, "window-2", updated=True),
        Provisioned(snapshot, "window-3", deployed=True),
        Provisioned(snapshot, "window-4", verifying="window-0"),
    )

    assert domain.provisioner_id == "engage-1"
    assert (domain.update_wanted, domain.deploy_accepted, domain.verify_accepted) == (False, True, "window-0")


def test_a_deployment_that_was_cancelled_at_the_provisioner_has_to_be_ordered_again():
    domain = a_domain(S0, cancel_wanted=True, deploy_accepted=True, verify_accepted="window-0")

    domain = after(domain, Provisioned(a_snapshot(domain), "window-1", cancelled=True))

    assert (domain.cancel_wanted, domain.deploy_accepted, domain.verify_accepted) == (False, False, None)


# Refusals


@pytest.mark.parametrize("phase", list(Phase))
def test_a_repeated_refusal_is_told_once(phase: Phase):
    domain = after(a_domain(phase), refused())

    again = decide(domain, refused(), NOW + MINUTE, DURATIONS)

    assert again.notices == ()
    assert phase_of(again.domain) is phase_of(domain)


def test_a_refusal_before_the_deployment_stays_with_the_asker_and_is_not_tried_again():
    domain = a_domain(S0, provisioner_id=None)

    decision = told(domain, refused("create", "not allowed"))

    refusal = decision.notices[0]
    assert isinstance(refusal, DeployRefused)
    assert (refusal.to, refusal.step, refusal.error) == (ADMIN, "create", "not allowed")
    assert decision.domain.incident is None
    assert decision.domain.next_check_at == domain.created_at + DURATIONS.key_kept


def test_deploying_after_a_refusal_resolves_the_incident():
    domain = after(a_domain(D0), refused())

    decision = decide(domain, Deploy(IT), NOW, DURATIONS)

    resolved = next(notice for notice in decision.notices if isinstance(notice, AlertResolved))
    assert (resolved.how, resolved.actor) == (Resolution.REDEPLOYED, IT)
    assert decision.domain.provisioner_error is None


@pytest.mark.parametrize("phase", [D0, D1, DP, DV, AV, AT, SF])
def test_a_refused_edit_stops_nothing_that_runs(phase: Phase):
    domain = a_domain(phase, update_wanted=True)

    decision = told(domain, refused("update", "this key is not valid"))

    assert phase_of(decision.domain) is phase
    assert kinds(decision) == [DeployRefused]
    assert not decision.domain.update_wanted


def test_a_refused_removal_is_retried_and_support_told_once():
    domain = a_domain(RM)

    first = told(domain, refused("remove"))
    second = told(first.domain, refused("remove"))

    assert AlertProvisioning in kinds(first)
    assert AlertProvisioning not in kinds(second)
    assert second.domain.next_check_at == NOW + DURATIONS.poll


# Whose domain it is


def test_adoption_is_offered_once_to_whoever_asked():
    domain = a_domain(S0, provisioner_id=None)

    first = decide(domain, AdoptionNeeded("engage-9"), NOW, DURATIONS)
    second = decide(first.domain, AdoptionNeeded("engage-9"), NOW, DURATIONS)

    assert kinds(first) == [AdoptionOffered]
    assert second.notices == ()
    assert first.domain.provisioner_id is None


def test_an_adopted_domain_is_remembered_as_such_and_told_our_key():
    domain = a_domain(S0, provisioner_id=None, adoptable_id="engage-9")

    decision = decide(domain, Adopt(ADMIN), NOW, DURATIONS)

    assert isinstance(decision.answer, Adopted)
    adopted = decision.domain
    assert (adopted.provisioner_id, adopted.adoptable_id, adopted.adopted) == ("engage-9", None, True)
    assert adopted.update_wanted
    assert adopted.next_check_at == NOW


@pytest.mark.parametrize("domain", [a_domain(S0), a_domain(RM, adoptable_id="engage-9")], ids=["none", "removing"])
def test_there_is_nothing_to_adopt_without_an_offer(domain: SendingDomain):
    decision = decide(domain, Adopt(ADMIN), NOW, DURATIONS)

    assert isinstance(decision.answer, Stale)
    assert decision.domain is domain


@pytest.mark.parametrize("phase", [S0, D1, AV, RM])
def test_a_domain_that_is_ours_is_not_offered_for_adoption(phase: Phase):
    decision = decide(a_domain(phase), AdoptionNeeded("engage-9"), NOW, DURATIONS)

    assert decision.notices == ()
    assert decision.domain.adoptable_id is None


# Removal


def test_a_finished_removal_asks_it_to_delete_the_records_and_resolves_the_incident():
    removing = after(a_domain(SF), Remove(IT))

    decision = decide(removing, TornDown(), NOW, DURATIONS)

    assert kinds(decision) == [CardChanged, Removed, AlertResolved]
    removed, resolved = decision.notices[1:]
    assert isinstance(removed, Removed)
    assert isinstance(resolved, AlertResolved)
    assert (removed.actor, removed.n, removed.provider) == (IT, 6, "Example DNS")
    assert (resolved.how, resolved.actor) == (Resolution.REMOVED, IT)
    assert (decision.domain.removed_at, decision.domain.next_check_at) == (NOW, None)


def test_removing_what_was_never_deployed_says_nothing_in_the_channel():
    removing = after(a_domain(S0), Remove(ADMIN))

    decision = decide(removing, TornDown(), NOW, DURATIONS)

    assert decision.notices == ()
    assert decision.domain.removed_at == NOW


@pytest.mark.parametrize("domain", [a_domain(AV), a_domain(RM, removed_at=NOW)], ids=["live", "removed"])
def test_only_a_running_removal_can_finish(domain: SendingDomain):
    decision = decide(domain, TornDown(), NOW, DURATIONS)

    assert decision.notices == ()
    assert decision.domain.removed_at == domain.removed_at


def test_what_is_created_while_it_is_being_removed_is_known_so_that_it_can_be_torn_down():
    domain = a_domain(RM, provisioner_id=None)

    decision = told(domain, provisioned(domain, *EVERY_EVENT, verdict=Verdict.FAILED))

    assert decision.domain.provisioner_id == "engage-1"
    assert decision.domain.events == domain.events
    assert phase_of(decision.domain) is RM


def test_a_verified_domain_shows_what_the_provisioner_says_beside_it():
    domain = a_domain(DV, verdict=Verdict.PENDING, verdict_word="PENDING")

    decision = told(domain, provisioned(domain, verdict=Verdict.SUCCESS))

    assert kinds(decision) == [CardChanged]
    assert decision.domain.verdict_at == NOW


def test_a_suspected_record_keeps_the_sixth_event_from_making_the_domain_active():
    domain = a_domain(DV)
    suspected = replace(domain.records[0], bad_look="look-1", bad_since=NOW)
    domain = replace(domain, records=(suspected, *domain.records[1:]))

    decision = told(domain, provisioned(domain, *EVERY_EVENT))

    assert phase_of(decision.domain) is DV
    assert decision.domain.all_events
