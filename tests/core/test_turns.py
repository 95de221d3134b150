"""Whose turn it is: exactly one line, decided by the worst required record."""

from dataclasses import replace
from datetime import timedelta

import pytest

from core.findings import BlockedOn, Code, Finding
from core.lifecycle import Phase
from core.records import Purpose
from core.sending_domain import ProvisionerError, SendingDomain, TrackedRecord, VerificationStatus
from core.turns import Turn, TurnKey, eta_of, turn_of
from tests.core.building import DURATIONS, NOW, a_domain, a_finding, unanswered

S0, D0, D1, DP, DV, DT, AV, AT, SF, RM = Phase
HOUR = timedelta(hours=1)


def turn(domain: SendingDomain) -> Turn:
    return turn_of(domain, DURATIONS, NOW)


def pending(**found: Code | Finding | None) -> SendingDomain:
    """Return a Pending domain in which only the records of `found` are not verified."""

    def tracked(record: TrackedRecord) -> TrackedRecord:
        code = found.get(record.expected.purpose.value, Code.OK)
        if code is Code.OK:
            verified = a_finding(record.expected)
            return replace(record, status=VerificationStatus.VERIFIED, finding=verified)
        finding = a_finding(record.expected, code) if isinstance(code, Code) else code
        return replace(record, finding=finding)

    domain = a_domain(DP)
    return replace(domain, records=tuple(map(tracked, domain.records)))


@pytest.mark.parametrize(
    ("domain", "expected"),
    [
        (a_domain(S0), Turn(TurnKey.DEPLOY)),
        (a_domain(D0), Turn(TurnKey.PREPARE)),
        (a_domain(D1), Turn(TurnKey.IT_ADD, n=5, provider="Example DNS")),
        (a_domain(DP), Turn(TurnKey.IT_ADD, n=5, provider="Example DNS")),
        (a_domain(DV), Turn(TurnKey.ENGAGE, done=3)),
        (a_domain(DT), Turn(TurnKey.IT_FIX, n=1, provider="Example DNS")),
        (a_domain(AV), Turn(TurnKey.NONE)),
        (a_domain(AT), Turn(TurnKey.IT_FIX, n=1, provider="Example DNS")),
        (a_domain(SF), Turn(TurnKey.IT_RETRY, n=5, window=DURATIONS.window)),
        (a_domain(RM), Turn(TurnKey.NONE)),
        (a_domain(RM, removed_at=NOW), Turn(TurnKey.NONE)),
    ],
)
def test_every_phase_has_its_turn(domain: SendingDomain, expected: Turn):
    assert turn(domain) == expected


def test_a_provisioners_failure_waits_for_support():
    domain = a_domain(SF, provisioner_error=ProvisionerError("verify", "FAILED", "", NOW))

    assert turn(domain) == Turn(TurnKey.SUPPORT, provisioner="Engage")


def test_a_failed_domain_whose_records_are_right_now_waits_for_the_button():
    domain = a_domain(SF, records=a_domain(DV).records)

    assert turn(domain) == Turn(TurnKey.RETRY)


@pytest.mark.parametrize(
    ("worst", "others", "key"),
    [
        (Code.TXT_TRUNCATED, Code.LAME, TurnKey.IT_FIX),
        (Code.MISSING, Code.PROPAGATING, TurnKey.IT_ADD),
        (Code.NS_UNREACHABLE, Code.TARGET_BROKEN, TurnKey.PROVIDER),
        (Code.TARGET_BROKEN, Code.STALE_CACHE, TurnKey.US),
        (Code.STALE_CACHE, Code.OK, TurnKey.PROPAGATION),
    ],
)
def test_the_worst_required_record_decides(worst: Code, others: Code, key: TurnKey):
    blocked = {
        Code.LAME: BlockedOn.DNS_PROVIDER,
        Code.NS_UNREACHABLE: BlockedOn.DNS_PROVIDER,
        Code.TARGET_BROKEN: BlockedOn.US,
    }
    spf, mx = (
        next(r.expected for r in a_domain(DP).records if r.expected.purpose is purpose)
        for purpose in (Purpose.SPF, Purpose.MX)
    )

    domain = pending(
        SPF=a_finding(spf, others, blocked_on=blocked.get(others)) if others is not Code.OK else Code.OK,
        MX=a_finding(mx, worst, blocked_on=blocked.get(worst)),
    )

    assert turn(domain).key is key


def test_records_to_add_and_records_to_fix_are_told_apart():
    assert turn(pending(SPF=Code.MISSING, MX=Code.MISSING)) == Turn(TurnKey.IT_ADD, n=2, provider="Example DNS")
    assert turn(pending(SPF=Code.MISSING, MX=Code.NULL_MX)) == Turn(TurnKey.IT_FIX, n=2, provider="Example DNS")


def test_nothing_is_to_be_mended_at_a_dns_provider_for_a_domain_that_is_not_registered():
    spf = next(r.expected for r in a_domain(DP).records if r.expected.purpose is Purpose.SPF)
    denied = a_finding(spf, Code.NXDOMAIN_PARENT, parent="example.com")

    assert turn(pending(SPF=denied, MX=Code.NULL_MX)) == Turn(TurnKey.IT_REGISTER, zone="example.com")


def test_a_record_nobody_has_looked_at_is_one_to_be_added():
    assert turn(pending(SPF=None)).key is TurnKey.IT_ADD


def test_advisory_records_count_for_no_turn():
    assert turn(pending(DMARC=Code.DMARC_INVALID)) == Turn(TurnKey.ENGAGE, done=3)


def test_a_silent_zone_is_named():
    domain = pending()
    silent = replace(
        domain.records[0], status=VerificationStatus.PENDING, finding=unanswered(domain.records[0].expected)
    )
    domain = replace(domain, records=(silent, *domain.records[1:]))

    assert turn(domain).zone == "example.com"
    assert turn(replace(domain, zone=None)).zone == domain.name


def test_the_eta_is_that_of_the_slowest_cache():
    spf, mx = (record.expected for record in a_domain(DP).records if record.expected.purpose in {"SPF", "MX"})
    domain = pending(
        SPF=a_finding(spf, Code.STALE_CACHE, eta_at=NOW + HOUR),
        MX=a_finding(mx, Code.CACHED_NEGATIVE, eta_at=NOW + 2 * HOUR),
    )

    assert eta_of(domain) == NOW + 2 * HOUR
    assert turn(domain) == Turn(TurnKey.PROPAGATION, eta_at=NOW + 2 * HOUR)


def test_there_is_no_eta_where_one_of_the_findings_has_no_bound():
    spf = next(record.expected for record in a_domain(DP).records if record.expected.purpose == "SPF")
    domain = pending(SPF=a_finding(spf, Code.STALE_CACHE, eta_at=NOW + HOUR), MX=Code.PROPAGATING)

    assert turn(domain) == Turn(TurnKey.PROPAGATION, eta_at=None)


def test_a_delegated_zone_that_is_silent_is_the_one_that_is_named():
    domain = pending()
    finding = replace(unanswered(domain.records[0].expected), facts={"zone": "bounce.example.com"})
    silent = replace(domain.records[0], status=VerificationStatus.PENDING, finding=finding)

    assert turn(replace(domain, records=(silent, *domain.records[1:]))).zone == "bounce.example.com"


def test_there_is_no_eta_where_no_finding_names_one():
    assert turn(pending(SPF=Code.PROPAGATING)) == Turn(TurnKey.PROPAGATION, eta_at=None)


@pytest.mark.parametrize("phase", [DP, DT, AT])
def test_a_running_verification_waits_for_us_once_we_have_been_offline_for_long(phase: Phase):
    short = a_domain(phase, offline_since=NOW - HOUR / 2)
    long = a_domain(phase, offline_since=NOW - HOUR)

    assert turn(short).key is not TurnKey.OFFLINE
    assert turn(long) == Turn(TurnKey.OFFLINE)


@pytest.mark.parametrize("phase", [DV, AV, SF])
def test_being_offline_is_nobodys_turn_where_no_window_is_running(phase: Phase):
    domain = a_domain(phase)

    assert turn(replace(domain, offline_since=NOW - 2 * HOUR)) == turn(domain)
