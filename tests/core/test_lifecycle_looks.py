"""Looks: hysteresis, what counts, what completes, and how a deadline is judged."""

from dataclasses import replace
from datetime import timedelta

import pytest

from core.findings import Code, ZoneFacts
from core.history import What
from core.lifecycle import Phase, decide
from core.notices import (
    Active,
    CardChanged,
    DmActive,
    RecordsUpdate,
)
from core.records import Purpose
from core.turns import TurnKey
from tests.core.building import (
    ALL_EVENTS,
    DURATIONS,
    NOW,
    a_domain,
    a_finding,
    a_look,
    after,
    kinds,
    looked,
    record_of,
    verify,
)

MINUTE = timedelta(minutes=1)


# What counts


def stale_looks() -> list[tuple[str, dict[str, object]]]:
    return [
        ("repeated", {"id": "look-0"}),
        ("older", {"observed_at": NOW - timedelta(minutes=11)}),
        ("of another record set", {"record_set_version": 7}),
        ("of another window", {"window_id": "window-of-old"}),
        ("without a window", {"window_id": None}),
    ]


@pytest.mark.parametrize("phase", [Phase.DP, Phase.DV, Phase.DT, Phase.AV, Phase.AT, Phase.SF])
@pytest.mark.parametrize(("_name", "changes"), stale_looks(), ids=lambda value: value if isinstance(value, str) else "")
def test_a_repeated_older_or_mismatched_look_changes_nothing(phase: Phase, _name: str, changes: dict[str, object]):
    domain = a_domain(phase)
    look = replace(a_look(domain, otherwise=Code.MISSING), **changes)

    decision = decide(domain, looked(look), NOW, DURATIONS)

    assert decision.domain is domain
    assert decision.notices == ()


def test_a_look_is_remembered_with_the_surroundings_it_found():
    domain = a_domain(Phase.DP, zone=None)
    zone = ZoneFacts("example.com", ("ns1.example.org",), "Other DNS")
    look = a_look(domain, otherwise=Code.MISSING, zone=zone)

    seen = after(domain, looked(look))

    assert (seen.last_look_id, seen.last_check_at, seen.zone) == (look.id, NOW, zone)


def test_a_look_that_finds_nothing_new_says_nothing():
    domain = a_domain(Phase.DP)

    decision = decide(domain, looked(a_look(domain, otherwise=Code.MISSING)), NOW, DURATIONS)

    assert decision.notices == ()
    assert decision.history == ()


def test_a_moved_time_is_nothing_new_but_a_moved_eta_edits_the_card():
    domain = a_domain(Phase.DP)
    spf = record_of(domain, Purpose.SPF).expected

    def stale(at_minutes: int):
        return a_finding(spf, Code.STALE_CACHE, eta_at=NOW + at_minutes * MINUTE, seen_at=NOW)

    domain = after(domain, looked(a_look(domain, NOW, {Purpose.SPF: stale(30)}, Code.MISSING)))

    soon = decide(domain, looked(a_look(domain, NOW, {Purpose.SPF: stale(31)}, Code.MISSING)), NOW, DURATIONS)
    later = decide(domain, looked(a_look(domain, NOW, {Purpose.SPF: stale(90)}, Code.MISSING)), NOW, DURATIONS)

    assert kinds(soon) == []
    assert kinds(later) == [CardChanged]


# One reply per look


def test_verified_and_otherwise_wrong_records_of_one_look_make_one_reply():
    domain = a_domain(Phase.DP)
    found = {Purpose.SPF: Code.OK, Purpose.DKIM: Code.TXT_TRUNCATED, Purpose.MX: Code.OK}

    decision = decide(domain, looked(a_look(domain, NOW, found, Code.MISSING)), NOW, DURATIONS)

    assert kinds(decision) == [CardChanged, RecordsUpdate]
    update = decision.notices[1]
    assert isinstance(update, RecordsUpdate)
    assert update.newly_verified == (Purpose.SPF, Purpose.MX)
    assert update.changed == (Purpose.DKIM,)
    assert (update.verified, update.required) == (2, 5)
    assert update.turn.key is TurnKey.IT_FIX
    assert update.next_at == decision.domain.next_check_at


def test_the_first_look_that_finds_records_missing_is_no_news():
    pending = after(a_domain(Phase.D1), verify())

    decision = decide(pending, looked(a_look(pending, otherwise=Code.MISSING)), NOW, DURATIONS)

    assert kinds(decision) == [CardChanged]


def test_another_value_under_the_same_code_is_news():
    domain = a_domain(Phase.DP)
    dkim = record_of(domain, Purpose.DKIM).expected

    def cut(seen: str):
        finding = a_finding(dkim, Code.TXT_TRUNCATED, seen=seen)
        return {Purpose.DKIM: finding}

    domain = after(domain, looked(a_look(domain, NOW, cut("v=DKIM1; p=A"), Code.MISSING)))

    same = decide(domain, looked(a_look(domain, NOW, cut("v=DKIM1; p=A"), Code.MISSING)), NOW, DURATIONS)
    other = decide(domain, looked(a_look(domain, NOW, cut("v=DKIM1; p=AB"), Code.MISSING)), NOW, DURATIONS)

    assert kinds(same) == []
    assert kinds(other) == [CardChanged, RecordsUpdate]


def test_caches_catching_up_are_told_once():
    domain = a_domain(Phase.DP)
    negative = decide(
        domain, looked(a_look(domain, NOW, {Purpose.SPF: Code.CACHED_NEGATIVE}, Code.MISSING)), NOW, DURATIONS
    )
    domain = negative.domain

    propagating = decide(
        domain, looked(a_look(domain, NOW, {Purpose.SPF: Code.PROPAGATING}, Code.MISSING)), NOW, DURATIONS
    )

    assert kinds(negative) == [CardChanged, RecordsUpdate]
    assert kinds(propagating) == [CardChanged]


def test_verified_and_active_at_once_says_only_active():
    domain = a_domain(Phase.DP, **ALL_EVENTS)

    decision = decide(domain, looked(a_look(domain)), NOW, DURATIONS)

    assert kinds(decision) == [CardChanged, Active, DmActive]
    dm = decision.notices[2]
    assert isinstance(dm, DmActive)
    assert (dm.to, dm.duration) == (domain.asker, NOW - domain.created_at)


def test_the_history_tells_every_record_and_both_statuses():
    domain = a_domain(Phase.DP, **ALL_EVENTS)

    history = decide(domain, looked(a_look(domain)), NOW, DURATIONS).history

    records = [entry.facts["purpose"] for entry in history if entry.what is What.RECORD_CHANGED]
    statuses = [(e.facts["old"], e.facts["new"]) for e in history if e.what is What.STATUS_CHANGED]
    assert records == ["SPF", "DKIM", "DMARC", "CLICK_TRACKING", "IMAGE_HOSTING", "MX"]
    assert statuses == [("DEPLOYING", "ACTIVE"), ("Pending", "Verified")]
