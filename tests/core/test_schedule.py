"""When to look again, and at what."""

from dataclasses import replace
from datetime import datetime, timedelta

import pytest

from core.lifecycle import Phase
from core.schedule import asks_provisioner, next_check, polls_dns
from core.sending_domain import IncidentKind, ProvisionerError, SendingDomain
from tests.core.building import ADMIN, DEADLINE, DURATIONS, NOW, a_domain, a_window

S0, D0, D1, DP, DV, DT, AV, AT, SF, RM = Phase
MINUTE = timedelta(minutes=1)
HOUR = timedelta(hours=1)
LONG_AGO = NOW - timedelta(days=2)
REFUSED = ProvisionerError("create", "no", "", NOW)


def soon(domain: SendingDomain, at: datetime = NOW) -> timedelta:
    due = next_check(domain, at, DURATIONS)
    assert due is not None
    return due - at


def test_the_dns_is_looked_at_while_something_can_be_seen_there():
    assert {phase for phase in Phase if polls_dns(a_domain(phase))} == {DP, DV, DT, AV, AT, SF}


def test_the_provisioner_is_asked_while_it_has_something_to_tell_or_to_do():
    assert {phase for phase in Phase if asks_provisioner(a_domain(phase))} == {D0, D1, DP, DV, DT, AV, AT, RM}


@pytest.mark.parametrize(
    ("domain", "asked"),
    [
        (a_domain(S0, provisioner_id=None), True),
        (a_domain(S0, provisioner_id=None, provisioner_error=REFUSED), False),
        (a_domain(S0, provisioner_id=None, adoptable_id="engage-9"), False),
        (a_domain(S0, provisioner_id=None, key_held=False), False),
        (a_domain(S0, cancel_wanted=True), True),
        (a_domain(S0, update_wanted=True), True),
        (a_domain(SF, update_wanted=True), True),
        (a_domain(D0, provisioner_id=None), True),
        (a_domain(D0, provisioner_id=None, adoptable_id="engage-9"), False),
        (a_domain(RM, removed_at=NOW), False),
    ],
)
def test_the_provisioner_is_left_alone_until_there_is_an_order_for_it(domain: SendingDomain, asked: bool):
    assert asks_provisioner(domain) is asked


@pytest.mark.parametrize(
    ("domain", "pace"),
    [
        (a_domain(S0, provisioner_id=None, created_at=NOW), DURATIONS.prepare),
        (a_domain(S0, provisioner_id=None, created_at=NOW - HOUR), DURATIONS.poll),
        (a_domain(D0, deploy_started_at=NOW), DURATIONS.prepare),
        (a_domain(D0, deploy_started_at=NOW - 11 * MINUTE), DURATIONS.poll),
        (a_domain(D1, records_ready_at=NOW), DURATIONS.prepare),
        (a_domain(D1), DURATIONS.poll),
        (a_domain(DP, burst_until=NOW + MINUTE), DURATIONS.fast),
        (a_domain(DP, burst_until=NOW), DURATIONS.poll),
        (a_domain(DT), DURATIONS.poll),
        (a_domain(AT), DURATIONS.poll),
        (a_domain(DV, verified_at=NOW), DURATIONS.prepare),
        (a_domain(DV), DURATIONS.poll),
        (a_domain(AV), DURATIONS.sweep),
        (a_domain(SF), DURATIONS.sweep),
        (a_domain(AV, offline_since=NOW), DURATIONS.poll),
        (a_domain(RM), DURATIONS.poll),
    ],
)
def test_every_phase_has_its_pace(domain: SendingDomain, pace: timedelta):
    assert soon(domain) == pace


@pytest.mark.parametrize("phase", [AV, DV])
def test_a_record_under_suspicion_is_looked_at_soon(phase: Phase):
    domain = a_domain(phase)
    suspected = replace(domain.records[0], bad_look="look-1", bad_since=NOW)

    domain = replace(domain, records=(suspected, *domain.records[1:]))

    assert soon(domain) == DURATIONS.recheck


def test_nothing_is_due_where_nothing_is_awaited():
    assert next_check(a_domain(S0, key_held=False), NOW, DURATIONS) is None
    assert next_check(a_domain(RM, removed_at=NOW), NOW, DURATIONS) is None


@pytest.mark.parametrize(
    ("domain", "moment"),
    [
        (a_domain(S0), NOW - 3 * HOUR + DURATIONS.key_kept),
        (a_domain(S0, key_entered_at=NOW), NOW + DURATIONS.key_kept),
        (a_domain(D0, deploy_started_at=NOW - HOUR + MINUTE), NOW + MINUTE),
        (a_domain(DV, verified_at=NOW - DURATIONS.stalled_after + MINUTE), NOW + MINUTE),
        (a_domain(DP, window=a_window(NOW - 24 * HOUR + MINUTE)), NOW + MINUTE),
        (a_domain(DP, window=replace(a_window(NOW - 72 * HOUR + MINUTE), reminders_sent=3)), NOW + MINUTE),
        (a_domain(DP, offline_since=NOW - HOUR + MINUTE), NOW + MINUTE),
    ],
    ids=["key", "new key", "no records", "stalled", "reminder", "deadline", "offline"],
)
def test_the_next_check_is_never_later_than_what_falls_due(domain: SendingDomain, moment: datetime):
    assert next_check(domain, NOW, DURATIONS) == moment


def test_silence_about_an_active_domain_falls_due_before_the_next_sweep():
    domain = a_domain(AV)
    silent = replace(domain.records[0], unknown_since=NOW - DURATIONS.unseen_after + MINUTE)

    domain = replace(domain, records=(silent, *domain.records[1:]))

    assert soon(domain) == MINUTE


@pytest.mark.parametrize(
    "domain",
    [
        a_domain(D0, deploy_started_at=LONG_AGO, told=frozenset({IncidentKind.NO_RECORDS})),
        a_domain(DV, verified_at=LONG_AGO - HOUR, told=frozenset({IncidentKind.STALLED})),
        a_domain(DP, offline_since=LONG_AGO, offline_told=True),
    ],
    ids=["no records", "stalled", "offline"],
)
def test_what_was_told_does_not_fall_due_again(domain: SendingDomain):
    assert soon(domain) == DURATIONS.poll


def test_what_is_overdue_is_due_now():
    domain = a_domain(DP, window=a_window(NOW - 30 * HOUR))

    assert soon(domain) == timedelta()


def test_after_the_deadline_looks_are_repeated_until_one_can_judge():
    domain = a_domain(DP)
    window = replace(a_window(), reminders_sent=3)

    assert soon(replace(domain, window=window), DEADLINE + HOUR) == DURATIONS.fast


def test_a_waiting_watcher_does_not_change_the_pace():
    assert soon(a_domain(AV, watchers=(ADMIN,))) == DURATIONS.sweep
