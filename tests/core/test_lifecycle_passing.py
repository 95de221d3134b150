"""What falls due by time alone: reminders, stalls, missing records."""

from datetime import timedelta

import pytest

from core.events import TimePassed
from core.history import What
from core.lifecycle import Phase, decide, phase_of
from core.notices import AlertNoRecords, AlertStalled, CardChanged, Reminder
from core.sending_domain import IncidentKind, SendingDomain, Window
from core.turns import TurnKey
from tests.core.building import DEADLINE, DURATIONS, EARLY_EVENTS, NOW, a_domain, a_window, after, kinds

HOUR = timedelta(hours=1)
OPENED = a_window().opened_at
PASSED = TimePassed("incident-new")


def reminders(domain: SendingDomain) -> list[Reminder]:
    """Let the whole window pass, tick by tick as scheduled, and return the reminders that were said."""
    said: list[Reminder] = []
    at = OPENED
    while at < DEADLINE:
        decision = decide(domain, PASSED, at, DURATIONS)
        domain = decision.domain
        said += [notice for notice in decision.notices if isinstance(notice, Reminder)]
        assert domain.next_check_at is not None
        at = domain.next_check_at
    return said


@pytest.mark.parametrize("phase", [Phase.DP, Phase.DT, Phase.AT])
def test_it_is_reminded_at_a_third_two_thirds_and_eleven_twelfths_of_the_window(phase: Phase):
    domain = a_domain(phase, last_event_at=OPENED)

    said = reminders(domain)

    assert [reminder.left for reminder in said] == [48 * HOUR, 24 * HOUR, 6 * HOUR]
    assert [reminder.last for reminder in said] == [False, False, True]
    assert {reminder.deadline_at for reminder in said} == {DEADLINE}


def test_a_reminder_names_what_is_not_verified_and_edits_the_card():
    domain = a_domain(Phase.DT)

    decision = decide(domain, PASSED, OPENED + 24 * HOUR, DURATIONS)

    assert kinds(decision) == [CardChanged, Reminder]
    reminder = decision.notices[1]
    assert isinstance(reminder, Reminder)
    assert [row.expected.purpose.value for row in reminder.rows] == ["DKIM"]
    assert (reminder.n, reminder.required, reminder.turn.key) == (1, 5, TurnKey.IT_FIX)
    assert [(entry.what, entry.facts) for entry in decision.history] == [(What.REMINDED, {"after": "86400"})]


def test_after_a_standstill_only_the_latest_reminder_is_said():
    decision = decide(a_domain(Phase.DP), PASSED, OPENED + 50 * HOUR, DURATIONS)

    assert kinds(decision) == [CardChanged, Reminder]
    assert decision.domain.window is not None
    assert decision.domain.window.reminders_sent == 2


def test_nobody_is_reminded_of_a_deadline_that_has_passed():
    decision = decide(a_domain(Phase.DP), PASSED, DEADLINE, DURATIONS)

    assert Reminder not in kinds(decision)


@pytest.mark.parametrize("phase", [Phase.S0, Phase.D0, Phase.D1, Phase.DV, Phase.AV, Phase.SF, Phase.RM])
def test_nobody_is_reminded_where_no_window_is_running(phase: Phase):
    decision = decide(a_domain(phase, window=a_window()), PASSED, OPENED + 66 * HOUR, DURATIONS)

    assert Reminder not in kinds(decision)


def test_a_changed_setting_does_not_move_a_running_window():
    longer = Window("window-0", OPENED, OPENED + 144 * HOUR)
    domain = a_domain(Phase.DP, window=longer)

    passed = decide(domain, PASSED, OPENED + 24 * HOUR, DURATIONS)

    assert Reminder not in kinds(passed)
    assert passed.domain.window == longer


def test_events_missing_long_after_verification_are_told_once_and_suspend_nothing():
    domain = a_domain(Phase.DV)
    due_at = NOW - timedelta(minutes=10) + DURATIONS.stalled_after

    early = decide(domain, PASSED, due_at - HOUR, DURATIONS)
    due = decide(domain, PASSED, due_at, DURATIONS)
    again = decide(due.domain, PASSED, due_at + HOUR, DURATIONS)

    assert early.notices == again.notices == ()
    assert kinds(due) == [AlertStalled]
    alert = due.notices[0]
    assert isinstance(alert, AlertStalled)
    assert (alert.duration, alert.remaining, alert.next_event) == (DURATIONS.stalled_after, 3, domain.next_event)
    assert phase_of(due.domain) is Phase.DV
    assert [(entry.what, entry.facts) for entry in due.history] == [(What.SUPPORT_TOLD, {"incident": "stalled"})]


def test_no_records_long_after_deploy_is_told_once():
    domain = a_domain(Phase.D0, events={EARLY_EVENTS[0]: NOW})
    due_at = NOW - timedelta(minutes=30) + DURATIONS.no_records_after

    early = decide(domain, PASSED, due_at - timedelta(minutes=1), DURATIONS)
    due = decide(domain, PASSED, due_at, DURATIONS)
    again = decide(due.domain, PASSED, due_at + HOUR, DURATIONS)

    assert early.notices == again.notices == ()
    assert kinds(due) == [AlertNoRecords]
    alert = due.notices[0]
    assert isinstance(alert, AlertNoRecords)
    assert (alert.duration, alert.last_event) == (HOUR, EARLY_EVENTS[0])
    assert due.domain.incident is not None
    assert due.domain.incident.kind is IncidentKind.NO_RECORDS


@pytest.mark.parametrize("phase", list(Phase))
def test_time_that_brings_nothing_due_says_nothing(phase: Phase):
    domain = a_domain(phase)

    decision = decide(domain, PASSED, NOW, DURATIONS)

    assert decision.notices == ()
    assert phase_of(after(domain, PASSED)) is phase
