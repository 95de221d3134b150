"""What people command, beyond the cells of the table: buttons, keys, edits, answers."""

from dataclasses import replace
from datetime import timedelta

import pytest

from core.events import Cancel, Deploy, Edit, Provisioned, Remove, TimePassed, Via
from core.history import What
from core.lifecycle import Phase, decide, phase_of
from core.notices import AlertResolved, CardChanged, Resolution, Restarted, Started
from core.notices.answers import (
    Checking,
    DeployStarted,
    Edited,
    KeyNeeded,
    Stale,
    StateRefused,
    TooSoon,
    VerifyAccepted,
)
from core.sending_domain import DeploymentEvent, DmarcPolicy, Language, ProvisionerError, VerificationStatus
from core.turns import TurnKey
from tests.core.building import (
    ADMIN,
    DURATIONS,
    IT,
    NOW,
    a_domain,
    a_snapshot,
    after,
    kinds,
    provisioned,
    verify,
)

S0, D0, D1, DP, DV, DT, AV, AT, SF, RM = Phase
SECOND = timedelta(seconds=1)


# verify, and its buttons


def test_the_start_of_a_verification_tells_window_pace_and_that_dmarc_delays_nothing():
    decision = decide(a_domain(D1), verify(IT, Via.RECORDS_ADDED), NOW, DURATIONS)

    started = decision.notices[1]
    assert isinstance(started, Started)
    assert (started.actor, started.window, started.deadline_at) == (IT, DURATIONS.window, NOW + DURATIONS.window)
    assert (started.fast, started.burst, started.poll) == (DURATIONS.fast, DURATIONS.burst, DURATIONS.poll)
    assert started.dmarc_open
    assert all(record.status is VerificationStatus.PENDING for record in decision.domain.records)
    assert [entry.what for entry in decision.history] == [
        What.RECORDS_ADDED,
        What.VERIFICATION_STARTED,
        What.STATUS_CHANGED,
    ]
    assert {entry.who for entry in decision.history} == {IT.user_id}


def test_a_failure_that_is_verified_again_resolves_the_alert_by_name():
    decision = decide(a_domain(SF), verify(IT, Via.RETRY), NOW, DURATIONS)

    assert kinds(decision) == [CardChanged, Restarted, AlertResolved]
    resolved = decision.notices[2]
    assert isinstance(resolved, AlertResolved)
    assert (resolved.how, resolved.actor, resolved.about) == (Resolution.RESTARTED, IT, "alert.failed")


@pytest.mark.parametrize(
    ("phase", "via", "answer"),
    [
        (S0, Via.RECORDS_ADDED, Stale),
        (S0, Via.CHECK_NOW, Stale),
        (S0, Via.RETRY, Stale),
        (D1, Via.CHECK_NOW, Stale),
        (D1, Via.RECORDS_ADDED, VerifyAccepted),
        (DP, Via.RECORDS_ADDED, VerifyAccepted),
        (DP, Via.CHECK_NOW, Checking),
        (DP, Via.RETRY, VerifyAccepted),
        (DV, Via.RECORDS_ADDED, Stale),
        (DV, Via.CHECK_NOW, Checking),
        (DT, Via.RECORDS_ADDED, VerifyAccepted),
        (AV, Via.RETRY, Stale),
        (AV, Via.CHECK_NOW, Checking),
        (AT, Via.RECORDS_ADDED, VerifyAccepted),
        (SF, Via.RETRY, VerifyAccepted),
        (SF, Via.CHECK_NOW, Checking),
        (RM, Via.RETRY, StateRefused),
    ],
)
def test_every_button_is_answered_by_the_state_it_meets(phase: Phase, via: Via, answer: type):
    assert isinstance(decide(a_domain(phase), verify(IT, via), NOW, DURATIONS).answer, answer)


def test_check_now_is_refused_within_seconds_of_the_last_look():
    domain = a_domain(DP, last_check_at=NOW - 12 * SECOND)

    decision = decide(domain, verify(IT, Via.CHECK_NOW), NOW, DURATIONS)

    assert decision.answer == TooSoon(domain=domain, ago=12 * SECOND)
    assert decision.domain is domain


def test_somebody_who_asks_twice_is_answered_once():
    domain = after(a_domain(DP), verify(IT, Via.CHECK_NOW), verify(ADMIN, Via.CHECK_NOW), verify(IT, Via.CHECK_NOW))

    assert domain.watchers == (ADMIN, IT)
    assert domain.next_check_at == NOW


def test_an_answer_speaks_of_the_domain_as_it_became():
    decision = decide(a_domain(S0), Deploy(ADMIN), NOW, DURATIONS)

    assert decision.answer == DeployStarted(domain=decision.domain)


# cancel


def test_cancelling_stops_an_incident_with_it():
    domain = replace(a_domain(DT), incident=a_domain(AT).incident)

    decision = decide(domain, Cancel(IT), NOW, DURATIONS)

    resolved = next(notice for notice in decision.notices if isinstance(notice, AlertResolved))
    assert (resolved.how, resolved.actor) == (Resolution.STOPPED, IT)
    assert decision.domain.next_check_at == NOW


# the write-only key


def test_the_key_is_erased_once_the_provisioner_has_stored_it():
    domain = a_domain(D0)

    decision = decide(domain, provisioned(domain, DeploymentEvent.SECRET), NOW, DURATIONS)

    assert (decision.domain.key_held, decision.domain.key_erased_at) == (False, NOW)
    assert What.KEY_ERASED in [entry.what for entry in decision.history]


@pytest.mark.parametrize("event", [Cancel(ADMIN), Remove(ADMIN)])
@pytest.mark.parametrize("phase", [S0, D0])
def test_the_key_is_erased_by_cancel_and_remove(phase: Phase, event: Cancel | Remove):
    assert not after(a_domain(phase), event).key_held


def test_a_refused_cancel_says_whether_it_erased_the_key():
    held = decide(a_domain(S0), Cancel(ADMIN), NOW, DURATIONS)
    erased = decide(held.domain, Cancel(ADMIN), NOW, DURATIONS)

    assert isinstance(held.answer, StateRefused)
    assert held.answer.key_erased
    assert isinstance(erased.answer, StateRefused)
    assert not erased.answer.key_erased


def test_a_key_that_nobody_deploys_is_erased_after_thirty_days():
    domain = a_domain(S0)
    due_at = domain.created_at + DURATIONS.key_kept

    early = after(domain, TimePassed("incident-1"), at=due_at - SECOND)
    due = after(domain, TimePassed("incident-1"), at=due_at)

    assert early.key_held
    assert early.next_check_at == due_at
    assert not due.key_held
    assert due.next_check_at is None


def test_deploy_asks_again_for_a_key_that_was_erased_and_takes_it():
    domain = a_domain(S0, key_held=False, key_erased_at=NOW, provisioner_id=None)

    asked = decide(domain, Deploy(ADMIN), NOW, DURATIONS)
    given = decide(domain, Deploy(ADMIN, "ffffffff"), NOW, DURATIONS)

    assert asked.answer == KeyNeeded(domain=domain)
    assert phase_of(given.domain) is D0
    assert (given.domain.key_id, given.domain.key_held, given.domain.key_erased_at) == ("ffffffff", True, None)


def test_a_key_that_the_provisioner_has_stored_is_not_asked_for_again():
    domain = a_domain(SF)
    assert not domain.key_held

    decision = decide(domain, Deploy(ADMIN), NOW, DURATIONS)

    assert isinstance(decision.answer, DeployStarted)


def test_a_replaced_key_is_held_until_the_provisioner_has_been_told():
    domain = after(a_domain(AV), Edit(ADMIN, new_key_id="ffffffff"))

    waiting = after(domain, provisioned(domain))
    updated = after(waiting, Provisioned(a_snapshot(domain), "window-1", updated=True))

    assert (domain.key_held, domain.update_wanted, domain.next_check_at) == (True, True, NOW)
    assert waiting.key_held
    assert not updated.key_held


def test_a_key_that_was_entered_again_has_its_own_thirty_days():
    domain = after(a_domain(S0, created_at=NOW - timedelta(days=29)), Edit(ADMIN, new_key_id="ffffffff"))

    told = replace(domain, update_wanted=False)
    later = after(told, TimePassed("incident-1"), at=NOW + timedelta(days=2))

    assert later.key_held
    assert later.next_check_at == NOW + DURATIONS.key_kept


# edit


def test_edit_answers_and_notes_what_changed_and_nothing_else():
    domain = a_domain(DP)

    decision = decide(domain, Edit(ADMIN, DmarcPolicy.REJECT, Language.EN), NOW, DURATIONS)

    answer = decision.answer
    assert isinstance(answer, Edited)
    assert (answer.key_id, answer.dmarc_policy, answer.language) == (None, DmarcPolicy.REJECT, None)
    assert answer.turn.key is TurnKey.IT_ADD
    assert [(entry.what, entry.facts) for entry in decision.history] == [(What.EDITED, {"dmarc_policy": "reject"})]
    assert decision.domain.update_wanted


def test_a_new_language_edits_the_card():
    decision = decide(a_domain(AV), Edit(ADMIN, language=Language.JA), NOW, DURATIONS)

    assert kinds(decision) == [CardChanged]
    assert decision.notices[0].subject.language is Language.JA


def test_an_edit_without_a_change_notes_nothing():
    decision = decide(a_domain(AV), Edit(ADMIN), NOW, DURATIONS)

    assert decision.history == ()
    assert decision.notices == ()


def test_an_edit_does_not_put_off_a_look_that_is_due():
    domain = after(a_domain(DP), verify())

    edited = after(domain, Edit(ADMIN, language=Language.JA))

    assert edited.next_check_at == NOW


def test_a_corrected_key_lets_a_refused_creation_be_tried_again():
    error = ProvisionerError("create", "this key is not valid", "Enter another key.", NOW)
    refused = a_domain(S0, provisioner_id=None, provisioner_error=error)

    edited = after(refused, Edit(ADMIN, new_key_id="ffffffff"))

    assert edited.provisioner_error is None
    assert edited.next_check_at == NOW


def test_a_domain_that_is_being_removed_cannot_be_edited():
    decision = decide(a_domain(RM), Edit(ADMIN, language=Language.JA), NOW, DURATIONS)

    assert isinstance(decision.answer, StateRefused)
    assert decision.domain == a_domain(RM)


# time


def test_time_never_runs_backwards():
    domain = a_domain(DP, last_event_at=NOW)

    decision = decide(domain, verify(), NOW - timedelta(hours=2), DURATIONS)

    assert decision.domain.last_event_at == NOW
    assert decision.domain.next_check_at == NOW
