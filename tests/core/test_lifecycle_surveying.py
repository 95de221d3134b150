"""Zone and pre-flight in the lifecycle: learnt before IT is asked for anything, and said once."""

from dataclasses import replace
from datetime import timedelta

import pytest

from core.checkup import Checked, Checkup
from core.events import Preflighted, TimePassed, ZoneSeen
from core.findings import BlockedOn, State, ZoneFacts
from core.lifecycle import decide
from core.notices import CardChanged, PreflightFound
from core.phases import Phase
from core.preflight import usual_records
from core.schedule import awaits_preflight, next_check
from core.turns import TurnKey
from tests.core.building import ADMIN, DURATIONS, NAME, NOW, a_domain, after, kinds

ZONE = ZoneFacts("example.com", ("ns1.dns.ne.jp",), "さくらのドメイン")
FREE = Checked(usual_records(NAME).records[0], "TXT", State.VERIFIED, "ok", BlockedOn.NOBODY)
TAKEN = replace(FREE, state=State.ACTION, code="existing-cname", blocked_on=BlockedOn.IT)
NOTE = replace(FREE, code="existing-spf")


def fresh(phase=Phase.S0, **changes):
    return a_domain(phase, preflight_at=None, **changes)


@pytest.mark.parametrize("phase", list(Phase))
def test_the_zone_is_taken_over_and_nothing_else_changes(phase):
    domain = a_domain(phase)

    decided = decide(domain, ZoneSeen(ZONE), NOW, DURATIONS)

    assert decided.domain.zone == ZONE
    assert (decided.domain.status, decided.domain.verification) == (domain.status, domain.verification)
    assert set(kinds(decided)) <= {CardChanged}


@pytest.mark.parametrize("row", [TAKEN, NOTE])
def test_whoever_created_hears_of_what_was_found(row):
    checkup = Checkup(NAME, NOW, (FREE, row), ZONE)

    decided = decide(fresh(), Preflighted(checkup), NOW, DURATIONS)

    (told,) = decided.notices
    assert isinstance(told, PreflightFound)
    assert (told.to, told.turn.key) == (ADMIN, TurnKey.DEPLOY)
    assert told.checkup.rows == (row,)
    assert decided.domain.zone == ZONE
    assert decided.domain.preflight_at == NOW


@pytest.mark.parametrize(
    "checkup", [Checkup(NAME, NOW, (FREE,), ZONE), Checkup(NAME, NOW), None], ids=["clean", "unjudged", "failed"]
)
def test_a_clean_or_failed_pre_flight_goes_without_a_word(checkup):
    decided = decide(fresh(), Preflighted(checkup), NOW, DURATIONS)

    assert decided.notices == ()
    assert decided.domain.preflight_at == NOW
    assert decided.domain.zone == (ZONE if checkup and checkup.rows else fresh().zone)


def test_what_a_provider_hides_is_told_to_whoever_created_though_all_is_free():
    cloudflare = ZoneFacts("example.com", ("ada.ns.cloudflare.com",), "Cloudflare")

    decided = decide(fresh(), Preflighted(Checkup(NAME, NOW, (FREE,), cloudflare)), NOW, DURATIONS)

    (told,) = decided.notices
    assert isinstance(told, PreflightFound)
    assert told.subject.zone == cloudflare


def test_a_second_pre_flight_says_nothing():
    event = Preflighted(Checkup(NAME, NOW, (TAKEN,)))
    once = after(fresh(), event)

    assert decide(once, event, NOW, DURATIONS).notices == ()


@pytest.mark.parametrize("phase", list(Phase))
def test_a_pre_flight_is_awaited_only_before_there_is_anything_to_add(phase):
    assert awaits_preflight(fresh(phase)) is (phase in {Phase.S0, Phase.D0})
    assert not awaits_preflight(a_domain(phase))


def test_a_domain_whose_setup_was_stopped_is_not_pre_flighted_late():
    assert not awaits_preflight(fresh(deploy_started_at=NOW - timedelta(days=1)))


def test_what_is_awaited_is_due_at_once_and_then_never_again():
    domain = after(fresh(key_held=False), TimePassed("incident-1"))
    made = after(domain, Preflighted(None))

    assert domain.next_check_at == NOW
    assert next_check(made, NOW, DURATIONS) is None
