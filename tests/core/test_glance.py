"""When a search for misplaced records is due, and what of its outcome stands until the next."""

from dataclasses import replace
from datetime import timedelta

import pytest

from core.durations import Durations
from core.findings import BlockedOn, Code, Finding, State
from core.glance import is_probing_due, shows_the_same
from core.phases import Phase
from core.records import Purpose
from tests.core.building import IT, NOW, a_domain

DURATIONS = Durations()
MINUTE = timedelta(minutes=1)


def polled(domain, moments):
    """Return the minutes since now at which a search is due, if a look is made at each of `moments`."""
    due = []
    for minute in moments:
        now = NOW + minute * MINUTE
        if is_probing_due(domain, now, DURATIONS):
            due.append(minute)
        domain = replace(domain, last_check_at=now)
    return due


@pytest.fixture
def waiting():
    """A domain for which somebody has just pressed the button."""
    domain = a_domain(Phase.DP)
    window = replace(domain.window, opened_at=NOW, deadline=NOW + DURATIONS.window)
    last = NOW - MINUTE
    return replace(domain, window=window, burst_until=NOW + DURATIONS.burst, last_check_at=last, watchers=())


def test_a_search_is_due_once_in_a_poll_interval_of_the_burst_and_once_an_hour_after_it(waiting):
    moments = [*range(1, 15), *range(15, 240, 5)]

    assert polled(waiting, moments) == [1, 5, 10, 60, 120, 180]


def test_a_press_makes_it_due_again(waiting):
    looked = replace(waiting, last_check_at=NOW + 2 * MINUTE)
    pressed = replace(looked, burst_until=NOW + 3 * MINUTE + DURATIONS.burst)

    assert polled(looked, [4]) == []
    assert polled(pressed, [4, 5, 6, 7, 8, 9]) == [4, 8]


def test_it_is_due_for_whoever_waits_and_at_the_deadline(waiting):
    looked = replace(waiting, last_check_at=NOW + MINUTE)

    assert polled(replace(looked, watchers=(IT,)), [2]) == [2]
    assert polled(replace(looked, window=replace(looked.window, deadline=NOW + 2 * MINUTE)), [2]) == [2]
    assert polled(looked, [2]) == []


def found(waiting, code, **facts):
    record = next(each.expected for each in waiting.records if each.expected.purpose is Purpose.CLICK_TRACKING)
    return Finding(record, State.ACTION, code, BlockedOn.IT, facts=facts)


@pytest.mark.parametrize(
    "code", [Code.DOUBLED_SUFFIX, Code.WILDCARD_SHADOW, Code.CNAME_PROXIED, Code.CNAME_FLATTENED, Code.ADDRESS_INSTEAD]
)
def test_what_only_a_search_finds_is_missing_to_others_and_so_is_what_regressed_to_it(waiting, code):
    missing = found(waiting, Code.MISSING)
    regressed = found(waiting, Code.REGRESSED, underlying=code.value, seen="192.0.2.1")

    assert shows_the_same(found(waiting, code, seen="192.0.2.1"), missing)
    assert shows_the_same(regressed, missing)
    assert not shows_the_same(found(waiting, code), found(waiting, Code.CNAME_WRONG_TARGET, seen="x.example"))


def test_what_a_wildcard_answers_is_wrong_in_its_own_way_to_others(waiting):
    wrong = found(waiting, Code.CNAME_WRONG_TARGET, seen="x.example")

    assert shows_the_same(found(waiting, Code.WILDCARD_SHADOW, seen="x.example"), wrong)
    assert not shows_the_same(found(waiting, Code.WILDCARD_SHADOW, seen="y.example"), wrong)
