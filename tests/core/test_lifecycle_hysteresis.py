"""What worsens a record and what does not: two definite bad looks, silence, DMARC."""

from dataclasses import replace
from datetime import timedelta

import pytest

from core.events import TimePassed
from core.findings import BlockedOn, Code, Finding, State
from core.lifecycle import Phase, decide, phase_of
from core.notices import (
    Active,
    AlertResolved,
    AlertTemporary,
    AlertUnseen,
    CardChanged,
    RecordsUpdate,
    Recovered,
    Resolution,
    Temporary,
)
from core.observations import Server
from core.records import Purpose
from core.sending_domain import IncidentKind, SendingDomain, VerificationStatus
from core.turns import TurnKey
from tests.core.building import (
    ALL_EVENTS,
    DEADLINE,
    DURATIONS,
    NOW,
    SILENT,
    a_domain,
    a_finding,
    a_look,
    after,
    kinds,
    looked,
    record_of,
)

MINUTE = timedelta(minutes=1)


def look_twice(domain: SendingDomain, code: Code) -> SendingDomain:
    once = after(domain, looked(a_look(domain, NOW, {Purpose.SPF: code})))
    return after(once, looked(a_look(once, NOW + MINUTE, {Purpose.SPF: code})), at=NOW + MINUTE)


# Hysteresis


@pytest.mark.parametrize("phase", [Phase.DV, Phase.AV])
def test_one_bad_look_changes_nothing_that_anybody_sees_but_the_next_look_is_soon(phase: Phase):
    domain = a_domain(phase, verified_at=NOW - timedelta(hours=5))

    decision = decide(domain, looked(a_look(domain, NOW, {Purpose.SPF: Code.MISSING})), NOW, DURATIONS)

    assert phase_of(decision.domain) is phase
    assert decision.notices == ()
    assert decision.domain.next_check_at == NOW + DURATIONS.recheck


def test_the_same_look_twice_is_not_two_bad_looks():
    domain = a_domain(Phase.AV)
    look = a_look(domain, NOW, {Purpose.SPF: Code.MISSING})

    twice = after(domain, looked(look), looked(look))

    assert phase_of(twice) is Phase.AV


def test_silence_between_two_bad_looks_does_not_part_them():
    domain = a_domain(Phase.AV)
    bad = {Purpose.SPF: Code.MISSING}
    domain = after(domain, looked(a_look(domain, NOW, bad)))
    domain = after(domain, looked(a_look(domain, NOW + MINUTE, {Purpose.SPF: SILENT})))

    domain = after(domain, looked(a_look(domain, NOW + 2 * MINUTE, bad)), at=NOW + 2 * MINUTE)

    assert phase_of(domain) is Phase.AT


def test_a_right_look_clears_the_suspicion():
    domain = a_domain(Phase.AV)
    bad = {Purpose.SPF: Code.MISSING}
    domain = after(domain, looked(a_look(domain, NOW, bad)))
    domain = after(domain, looked(a_look(domain, NOW + MINUTE)))

    domain = after(domain, looked(a_look(domain, NOW + 2 * MINUTE, bad)))

    assert phase_of(domain) is Phase.AV


def test_bad_twice_after_active_opens_a_window_and_an_incident():
    domain = a_domain(Phase.AV)
    once = after(domain, looked(a_look(domain, NOW, {Purpose.SPF: Code.MISSING})))
    event = looked(a_look(once, NOW + MINUTE, {Purpose.SPF: Code.MISSING}))

    decision = decide(once, event, NOW + MINUTE, DURATIONS)

    assert kinds(decision) == [CardChanged, Temporary, AlertTemporary]
    alert = decision.notices[2]
    assert isinstance(alert, AlertTemporary)
    assert (alert.purposes, alert.first_at, alert.second_at) == ((Purpose.SPF,), NOW, NOW + MINUTE)
    window = decision.domain.window
    assert window is not None
    assert (window.id, window.deadline) == (event.window_id, NOW + MINUTE + DURATIONS.window)
    assert decision.domain.verify_accepted == window.id
    assert decision.domain.incident is not None
    assert decision.domain.incident.id == event.incident_id


def test_a_regressed_record_tells_since_when_and_what_is_wrong_now():
    finding = record_of(look_twice(a_domain(Phase.AV), Code.TXT_TRUNCATED), Purpose.SPF).finding

    assert finding is not None
    assert (finding.code, finding.state, finding.blocked_on) == (Code.REGRESSED, State.TEMPORARY, BlockedOn.IT)
    assert finding.facts["underlying"] == Code.TXT_TRUNCATED.value
    assert finding.facts["since_at"] == NOW


def test_a_regressed_record_that_is_still_wrong_tells_what_is_wrong_by_then():
    domain = look_twice(a_domain(Phase.AV), Code.MISSING)
    at = NOW + 2 * MINUTE

    changed = after(domain, looked(a_look(domain, at, {Purpose.SPF: Code.SPF_SYNTAX})), at=at)
    finding = record_of(changed, Purpose.SPF).finding
    assert finding is not None
    shown_again = after(changed, looked(a_look(changed, at + MINUTE, {Purpose.SPF: finding})), at=at + MINUTE)

    assert finding.facts == {"since_at": NOW, "underlying": Code.SPF_SYNTAX.value}
    assert record_of(shown_again, Purpose.SPF).finding == finding


def test_caches_do_not_make_a_verified_record_bad():
    assert phase_of(look_twice(a_domain(Phase.AV), Code.STALE_CACHE)) is Phase.AV


def test_a_record_that_regresses_while_pending_leaves_the_domain_pending():
    domain = a_domain(Phase.DP)
    domain = after(domain, looked(a_look(domain, NOW, {Purpose.SPF: Code.OK}, Code.MISSING)))
    domain = after(domain, looked(a_look(domain, NOW + MINUTE, otherwise=Code.MISSING)))

    domain = after(domain, looked(a_look(domain, NOW + 2 * MINUTE, otherwise=Code.MISSING)))

    assert phase_of(domain) is Phase.DP
    assert record_of(domain, Purpose.SPF).status is VerificationStatus.TEMPORARY_FAILURE


def test_recovery_names_what_was_mended_and_how_long_it_took():
    domain = look_twice(a_domain(Phase.AV), Code.MISSING)
    at = NOW + timedelta(hours=2)

    decision = decide(domain, looked(a_look(domain, at)), at, DURATIONS)

    assert kinds(decision) == [CardChanged, Recovered, AlertResolved]
    recovered, resolved = decision.notices[1:]
    assert isinstance(recovered, Recovered)
    assert isinstance(resolved, AlertResolved)
    assert (recovered.purposes, recovered.duration) == ((Purpose.SPF,), timedelta(hours=2))
    assert recovered.turn.key is TurnKey.NONE
    assert (resolved.how, resolved.about) == (Resolution.FIXED, "alert.temporary")
    assert decision.domain.incident is None


def test_a_suspected_record_keeps_the_sixth_event_from_making_the_domain_active():
    domain = after(a_domain(Phase.DV), looked(a_look(a_domain(Phase.DV), NOW, {Purpose.SPF: Code.MISSING})))
    domain = replace(domain, **ALL_EVENTS)

    unsure = after(domain, looked(a_look(domain, NOW + MINUTE, {Purpose.SPF: SILENT})), at=NOW + MINUTE)
    sure = after(unsure, looked(a_look(unsure, NOW + 2 * MINUTE)), at=NOW + 2 * MINUTE)

    assert phase_of(unsure) is Phase.DV
    assert phase_of(sure) is Phase.AV


# No answer


@pytest.mark.parametrize("phase", [Phase.DP, Phase.DV, Phase.DT, Phase.AV, Phase.AT, Phase.SF])
def test_silence_before_the_deadline_changes_no_status(phase: Phase):
    domain = a_domain(phase)

    silent = domain
    for minute in range(4):
        at = NOW + minute * MINUTE
        silent = after(silent, looked(a_look(silent, at, otherwise=SILENT)), at=at)

    assert phase_of(silent) is phase
    assert [record.status for record in silent.records] == [record.status for record in domain.records]


def test_an_unanswered_record_completes_nothing_though_it_was_right_before():
    domain = a_domain(Phase.DP)
    domain = after(domain, looked(a_look(domain, NOW, {Purpose.SPF: Code.OK}, Code.MISSING)))

    domain = after(domain, looked(a_look(domain, NOW + MINUTE, {Purpose.SPF: SILENT})))

    assert phase_of(domain) is Phase.DP


def test_silence_is_told_on_the_second_look_in_a_row():
    domain = a_domain(Phase.DP)
    silent = {Purpose.SPF: SILENT}

    first = decide(domain, looked(a_look(domain, NOW, silent, Code.MISSING)), NOW, DURATIONS)
    second = decide(first.domain, looked(a_look(first.domain, NOW, silent, Code.MISSING)), NOW, DURATIONS)

    assert kinds(first) == []
    assert kinds(second) == [CardChanged, RecordsUpdate]


def test_a_look_at_one_server_only_verifies_nothing_but_finds_what_is_wrong():
    domain = a_domain(Phase.DP)

    domain = after(domain, looked(a_look(domain, NOW, {Purpose.DKIM: Code.TXT_TRUNCATED}, full=False)))

    assert domain.verified_count == 0
    finding = record_of(domain, Purpose.DKIM).finding
    assert finding is not None
    assert finding.code is Code.TXT_TRUNCATED


def test_support_is_told_once_that_an_active_domain_cannot_be_seen_and_hears_when_it_can():
    domain = a_domain(Phase.AV)
    domain = after(domain, looked(a_look(domain, NOW, {Purpose.SPF: SILENT})))
    at = NOW + DURATIONS.unseen_after

    early = decide(domain, TimePassed("incident-1"), at - MINUTE, DURATIONS)
    due = decide(domain, TimePassed("incident-1"), at, DURATIONS)
    again = decide(due.domain, TimePassed("incident-2"), at + MINUTE, DURATIONS)
    seen = decide(again.domain, looked(a_look(domain, at + 2 * MINUTE)), at + 2 * MINUTE, DURATIONS)

    assert kinds(early) == kinds(again) == []
    assert kinds(due) == [AlertUnseen]
    assert phase_of(due.domain) is Phase.AV
    assert kinds(seen) == [AlertResolved]
    assert seen.domain.incident is None
    assert IncidentKind.UNSEEN not in seen.domain.told


@pytest.mark.parametrize(
    ("found", "turn"),
    [
        ({Purpose.CLICK_TRACKING: Code.TARGET_BROKEN}, BlockedOn.US),
        ({Purpose.SPF: Code.SERVFAIL}, BlockedOn.DNS_PROVIDER),
        ({Purpose.SPF: Code.SERVFAIL, Purpose.CLICK_TRACKING: Code.TARGET_BROKEN}, BlockedOn.DNS_PROVIDER),
        ({Purpose.SPF: Code.PROPAGATING}, BlockedOn.PROPAGATION),
    ],
)
def test_whose_turn_it_is_while_nothing_is_seen_follows_the_findings(found: dict[Purpose, Code], turn: BlockedOn):
    domain = a_domain(Phase.AV)
    whose = {Code.TARGET_BROKEN: BlockedOn.US, Code.PROPAGATING: BlockedOn.PROPAGATION}

    def silence(purpose: Purpose, code: Code) -> Finding:
        record = record_of(domain, purpose).expected
        return a_finding(record, code, definite=False, blocked_on=whose.get(code))

    silent = {purpose: silence(purpose, code) for purpose, code in found.items()}
    domain = after(domain, looked(a_look(domain, NOW, silent)))

    due = decide(domain, TimePassed("incident-1"), NOW + DURATIONS.unseen_after, DURATIONS)

    (alert,) = due.notices
    assert isinstance(alert, AlertUnseen)
    assert alert.blocked_on is turn
    assert {row.expected.purpose: row.finding.code for row in alert.rows if row.finding} == found
    assert all(record.finding.code is Code.OK for record in due.domain.records if record.finding)


def test_who_said_the_same_and_when_is_no_news_and_nothing_to_write():
    domain = a_domain(Phase.DP)
    cut = a_finding(record_of(domain, Purpose.DKIM).expected, Code.TXT_TRUNCATED, seen="v=DKIM1")
    first = replace(cut, servers=(Server("ns1.example.net", "192.0.2.1"),), seen_at=NOW)
    known = after(domain, looked(a_look(domain, NOW, {Purpose.DKIM: first})))
    later = replace(cut, servers=(Server("ns2.example.net", "192.0.2.2"),), seen_at=NOW + MINUTE)

    again = decide(known, looked(a_look(known, NOW + MINUTE, {Purpose.DKIM: later})), NOW + MINUTE, DURATIONS)

    assert kinds(again) == []
    assert again.domain.records == known.records
    assert record_of(again.domain, Purpose.DKIM).finding.seen_at == NOW


def test_a_silence_that_reads_the_same_is_not_noted_again():
    domain = a_domain(Phase.AV)
    silent = after(domain, looked(a_look(domain, NOW, {Purpose.SPF: SILENT})))

    again = after(silent, looked(a_look(silent, NOW + MINUTE, {Purpose.SPF: SILENT})), at=NOW + MINUTE)
    seen = after(again, looked(a_look(again, NOW + 2 * MINUTE)), at=NOW + 2 * MINUTE)

    assert again.records == silent.records
    assert record_of(silent, Purpose.SPF).silence is not None
    assert record_of(seen, Purpose.SPF).silence is None


def test_servers_that_disagree_for_long_are_the_dns_providers_turn():
    domain = a_domain(Phase.DP)
    disagree = {Purpose.SPF: Code.NAMESERVERS_DISAGREE}
    at = NOW + DURATIONS.disagree_after

    at_first = after(domain, looked(a_look(domain, NOW, disagree)))
    lasting = after(at_first, looked(a_look(at_first, at, disagree)), at=at)

    first, last = (record_of(found, Purpose.SPF).finding for found in (at_first, lasting))
    assert first is not None
    assert last is not None
    assert (first.state, first.blocked_on) == (State.PENDING, BlockedOn.PROPAGATION)
    assert (last.state, last.blocked_on) == (State.TEMPORARY, BlockedOn.DNS_PROVIDER)


# DMARC


@pytest.mark.parametrize("code", [Code.MISSING, Code.DMARC_DUPLICATE, SILENT])
def test_dmarc_never_blocks(code: Code):
    domain = a_domain(Phase.DP, **ALL_EVENTS)

    decision = decide(domain, looked(a_look(domain, DEADLINE, {Purpose.DMARC: code})), DEADLINE, DURATIONS)

    assert phase_of(decision.domain) is Phase.AV


def test_a_dmarc_record_that_goes_wrong_later_is_told_but_changes_no_status():
    domain = a_domain(Phase.AV)
    bad = {Purpose.DMARC: Code.DMARC_INVALID}
    domain = after(domain, looked(a_look(domain, NOW, bad)))

    decision = decide(domain, looked(a_look(domain, NOW + MINUTE, bad)), NOW + MINUTE, DURATIONS)

    assert kinds(decision) == [CardChanged, RecordsUpdate]
    assert phase_of(decision.domain) is Phase.AV


@pytest.mark.parametrize(("code", "missing"), [(Code.MISSING, True), (Code.OK, False)])
def test_active_warns_where_no_dmarc_policy_applies(code: Code, missing: bool):
    domain = a_domain(Phase.DP, **ALL_EVENTS)

    decision = decide(domain, looked(a_look(domain, NOW, {Purpose.DMARC: code})), NOW, DURATIONS)

    active = decision.notices[1]
    assert isinstance(active, Active)
    assert active.dmarc_missing is missing
