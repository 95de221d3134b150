"""The deadline, the time after it, and a checker that is offline."""

from dataclasses import replace
from datetime import timedelta

import pytest

from core.diagnosis.judging import unanswered as nobody_asked
from core.events import CheckerOffline, TimePassed, Via
from core.findings import BlockedOn, Code, Look
from core.lifecycle import Phase, decide, phase_of
from core.notices import (
    AlertFailed,
    AlertResolved,
    AlertUnseen,
    AllVerified,
    CardChanged,
    DmFailed,
    Failed,
    LookResult,
    Offline,
    Online,
)
from core.records import Purpose
from core.sending_domain import VerificationStatus
from core.turns import TurnKey
from tests.core.building import (
    DEADLINE,
    DURATIONS,
    IT,
    NOW,
    SILENT,
    a_domain,
    a_look,
    after,
    kinds,
    looked,
    record_of,
    verify,
)

MINUTE = timedelta(minutes=1)


def blind_look(domain, at, found=None):
    """Return a look that found nobody who could be asked, `found` apart."""
    nobody = {record.purpose: nobody_asked(record) for record in domain.record_set}
    return a_look(domain, at, nobody | (found or {}))


# The deadline


@pytest.mark.parametrize("phase", [Phase.DP, Phase.DT, Phase.AT])
def test_time_alone_never_fails_a_domain(phase: Phase):
    domain = a_domain(phase)
    at = DEADLINE + timedelta(days=3)

    passed = decide(domain, TimePassed("incident-1"), at, DURATIONS).domain

    assert phase_of(passed) is phase
    assert passed.next_check_at == at + DURATIONS.fast


@pytest.mark.parametrize(
    ("_name", "changes"),
    [
        ("before the deadline", {"observed_at": DEADLINE - timedelta(seconds=1)}),
        ("at one server only", {"full": False}),
        ("at another window", {"window_id": "window-of-old"}),
        ("at other records", {"record_set_version": 9}),
    ],
)
def test_only_a_full_look_at_or_after_the_deadline_judges(_name: str, changes: dict[str, object]):
    domain = a_domain(Phase.DP)
    look: Look = replace(a_look(domain, DEADLINE, otherwise=Code.MISSING), **changes)

    decision = decide(domain, looked(look), DEADLINE + MINUTE, DURATIONS)

    assert phase_of(decision.domain) is Phase.DP


def test_all_right_in_the_last_look_is_verified_after_all():
    domain = a_domain(Phase.DP)

    decision = decide(domain, looked(a_look(domain, DEADLINE + MINUTE)), DEADLINE + MINUTE, DURATIONS)

    assert kinds(decision) == [CardChanged, AllVerified]


def test_failing_tells_thread_support_and_asker_what_is_not_verified():
    domain = a_domain(Phase.DP)
    event = looked(a_look(domain, DEADLINE, {Purpose.DKIM: Code.TXT_TRUNCATED, Purpose.DMARC: Code.MISSING}))

    decision = decide(domain, event, DEADLINE, DURATIONS)

    assert kinds(decision) == [CardChanged, Failed, AlertFailed, DmFailed]
    _, failed, alert, dm = decision.notices
    assert isinstance(failed, Failed)
    assert isinstance(alert, AlertFailed)
    assert isinstance(dm, DmFailed)
    assert failed.turn.key is TurnKey.IT_RETRY
    assert [row.expected.purpose for row in failed.rows] == [Purpose.DKIM]
    assert (alert.n, alert.incident_id, alert.deadline_at) == (1, event.incident_id, DEADLINE)
    assert dm.purposes == (Purpose.DKIM,)
    assert record_of(decision.domain, Purpose.DKIM).status is VerificationStatus.FAILURE
    assert record_of(decision.domain, Purpose.DMARC).status is VerificationStatus.PENDING


def test_a_record_unanswered_in_the_last_look_fails_the_domain_and_the_cause_is_said():
    domain = a_domain(Phase.DP)
    domain = after(domain, looked(a_look(domain, NOW, {Purpose.SPF: Code.OK}, Code.MISSING)))

    decision = decide(domain, looked(a_look(domain, DEADLINE, {Purpose.SPF: SILENT})), DEADLINE, DURATIONS)

    assert phase_of(decision.domain) is Phase.SF
    spf = record_of(decision.domain, Purpose.SPF)
    assert spf.status is VerificationStatus.FAILURE
    assert spf.finding is not None
    assert spf.finding.code is Code.NS_UNREACHABLE


def test_judgement_waits_while_the_checker_is_offline():
    domain = a_domain(Phase.DP)
    late = DEADLINE + timedelta(hours=5)

    offline = after(domain, CheckerOffline("no route"), TimePassed("incident-1"), at=late)
    judged = after(offline, looked(a_look(offline, late + MINUTE, otherwise=Code.MISSING)), at=late + MINUTE)

    assert phase_of(offline) is Phase.DP
    assert phase_of(judged) is Phase.SF


def test_a_look_that_saw_nothing_for_a_reason_of_ours_judges_nobody():
    domain = after(a_domain(Phase.DP), looked(a_look(a_domain(Phase.DP), NOW, {Purpose.SPF: Code.OK}, Code.MISSING)))

    blind = after(domain, looked(blind_look(domain, DEADLINE)), at=DEADLINE)
    seen = after(blind, looked(a_look(blind, DEADLINE + MINUTE, otherwise=Code.MISSING)), at=DEADLINE + MINUTE)

    assert phase_of(blind) is Phase.DP
    assert [record.status for record in blind.records] == [record.status for record in domain.records]
    assert blind.offline_since == DEADLINE
    assert phase_of(seen) is Phase.SF


def test_looks_that_see_nothing_for_a_reason_of_ours_are_told_to_thread_and_support_after_an_hour():
    domain, hour = a_domain(Phase.DP), DURATIONS.offline_after
    first = after(domain, looked(blind_look(domain, NOW)))
    second = after(first, looked(blind_look(first, NOW + MINUTE)), at=NOW + MINUTE)

    told = decide(second, TimePassed("incident-1"), NOW + hour, DURATIONS)
    again = decide(told.domain, TimePassed("incident-2"), NOW + 2 * hour, DURATIONS)
    seen = decide(told.domain, looked(a_look(told.domain, NOW + hour, otherwise=Code.MISSING)), NOW + hour, DURATIONS)

    assert (second.next_check_at or DEADLINE) <= NOW + hour
    assert kinds(told) == [CardChanged, AlertUnseen, Offline]
    assert next(notice for notice in told.notices if isinstance(notice, AlertUnseen)).blocked_on is BlockedOn.US
    assert kinds(again) == []
    assert {AlertResolved, Online} <= set(kinds(seen))


def test_what_is_definitely_wrong_fails_at_the_deadline_beside_what_we_could_not_ask():
    domain = a_domain(Phase.DP)
    look = blind_look(domain, DEADLINE, {Purpose.SPF: Code.MISSING})

    judged = after(domain, looked(look), at=DEADLINE)

    assert phase_of(judged) is Phase.SF


def test_after_the_failure_the_thread_hears_once_that_everything_is_right_now():
    domain = a_domain(Phase.SF)
    first = decide(domain, looked(a_look(domain, NOW)), NOW, DURATIONS)
    second = decide(first.domain, looked(a_look(first.domain, NOW + MINUTE)), NOW + MINUTE, DURATIONS)

    assert first.notices[1].kind == "thread.right_now"
    assert second.notices == ()
    assert phase_of(second.domain) is Phase.SF


# Offline


def test_the_thread_hears_once_that_nothing_can_be_judged_and_once_that_it_can_again():
    domain = a_domain(Phase.DP)
    hour = DURATIONS.offline_after

    gone = decide(domain, CheckerOffline("no route"), NOW, DURATIONS)
    told = decide(gone.domain, CheckerOffline("no route"), NOW + hour, DURATIONS)
    again = decide(told.domain, CheckerOffline("no route"), NOW + 2 * hour, DURATIONS)
    back_at = NOW + 3 * hour
    back = decide(again.domain, looked(a_look(domain, back_at, otherwise=Code.MISSING)), back_at, DURATIONS)

    assert kinds(gone) == kinds(again) == []
    assert kinds(told) == [CardChanged, Offline]
    offline = told.notices[1]
    assert isinstance(offline, Offline)
    assert (offline.since_at, offline.deadline_at, offline.turn.key) == (NOW, DEADLINE, TurnKey.OFFLINE)
    assert kinds(back) == [CardChanged, Online]
    assert back.domain.offline_since is None


@pytest.mark.parametrize("phase", list(Phase))
def test_an_offline_checker_changes_no_status(phase: Phase):
    domain = a_domain(phase)

    offline = after(domain, CheckerOffline("no route"))

    assert phase_of(offline) is phase
    assert offline.records == domain.records
    assert offline.window == domain.window


# Check now


def test_whoever_pressed_check_now_hears_what_the_next_look_found():
    domain = after(a_domain(Phase.AV), verify(IT, Via.CHECK_NOW))

    decision = decide(domain, looked(a_look(domain, NOW, {Purpose.SPF: Code.MISSING})), NOW, DURATIONS)

    assert kinds(decision) == [LookResult]
    result = decision.notices[0]
    assert isinstance(result, LookResult)
    assert (result.to, result.checked_at, result.subject.language) == (IT, NOW, IT.language)
    assert [row.finding.code for row in result.changed if row.finding] == [Code.MISSING]
    assert decision.domain.watchers == ()
