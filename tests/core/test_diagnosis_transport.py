"""Name servers that fail, disagree or do not serve the zone: what may be concluded, and whose turn it is."""

from datetime import timedelta

import pytest

from core.diagnosis import Case
from core.findings import BlockedOn, Code, State
from core.observations import Absent, Nothing, Silence, Unknown
from core.records import Purpose
from tests.fakes.dns_world import NOW, NS1, NS2, World
from tests.fakes.record_sets import record_set

DOMAIN = "mail.example.com"
RECORDS = record_set(DOMAIN)
CASE = Case(DOMAIN, RECORDS)
CLICK = f"click.{DOMAIN}"


@pytest.mark.parametrize(
    ("reason", "code"),
    [
        (Silence.TIMEOUT, Code.NS_UNREACHABLE),
        (Silence.UNREACHABLE, Code.NS_UNREACHABLE),
        (Silence.FORBIDDEN, Code.NS_UNREACHABLE),
        (Silence.TCP_BLOCKED, Code.TCP_BLOCKED),
        (Silence.REFUSED, Code.LAME),
        (Silence.LAME, Code.LAME),
        (Silence.SERVFAIL, Code.LAME),
        (Silence.BOGUS, Code.DNSSEC_BOGUS),
        (Silence.GARBAGE, Code.SERVFAIL),
    ],
)
def test_silence_of_all_servers_is_trouble_and_never_definite(reason, code):
    world = World().add(RECORDS).fail(reason, ede="7 Signature Expired")

    findings = world.diagnose(CASE)

    assert {finding.code for finding in findings.values()} == {code}
    assert {finding.state for finding in findings.values()} == {State.TEMPORARY}
    assert {finding.blocked_on for finding in findings.values()} == {BlockedOn.DNS_PROVIDER}
    assert not any(finding.definite for finding in findings.values())
    assert findings[Purpose.SPF].facts["ns"] == ("ns1.provider.example", "ns2.provider.example")


def test_questions_that_we_did_not_get_round_to_blame_nobody_else():
    world = World().add(RECORDS).fail(Silence.BUDGET)

    findings = world.diagnose(CASE)

    assert {(finding.code, finding.blocked_on) for finding in findings.values()} == {
        (Code.CHECKER_OFFLINE, BlockedOn.US)
    }
    assert not any(finding.definite for finding in findings.values())


def test_servfail_for_one_name_is_not_a_missing_zone():
    world = World().add(RECORDS).fail(Silence.SERVFAIL, name=CLICK, kind="CNAME")

    finding = world.diagnose(CASE)[Purpose.CLICK_TRACKING]

    assert finding.code is Code.SERVFAIL
    assert finding.facts["until_at"] == NOW + timedelta(hours=1)
    assert not finding.definite


def test_the_length_that_needs_tcp_is_told():
    world = World().add(RECORDS).fail(Silence.TCP_BLOCKED, name=f"td1._domainkey.{DOMAIN}", kind="TXT")

    finding = world.diagnose(CASE)[Purpose.DKIM]

    assert (finding.code, finding.facts["length"]) == (Code.TCP_BLOCKED, 410)


def test_a_name_that_the_registry_denies_is_its_to_mend():
    world = World()
    world.problem = Absent(Nothing.NXDOMAIN)

    findings = world.diagnose(CASE)

    assert {finding.code for finding in findings.values()} == {Code.NXDOMAIN_PARENT}
    assert all(finding.definite and finding.state is State.ACTION for finding in findings.values())
    assert findings[Purpose.SPF].facts["parent"] == "example.com"


@pytest.mark.parametrize("silence", [Silence.TIMEOUT, Silence.LAME, Silence.SERVFAIL])
def test_where_the_registry_tells_nothing_no_name_server_of_the_domain_is_blamed(silence):
    world = World()
    world.problem = Unknown(silence)

    findings = world.diagnose(CASE)

    assert {(finding.code, finding.blocked_on) for finding in findings.values()} == {
        (Code.CHECKER_OFFLINE, BlockedOn.US)
    }
    assert not any(finding.definite for finding in findings.values())


@pytest.mark.parametrize("reason", [Silence.REFUSED, Silence.LAME, Silence.SERVFAIL])
def test_a_lame_server_beside_right_ones_is_noted_once(reason):
    world = World().add(RECORDS).fail(reason, at=NS2)

    findings = world.diagnose(CASE)

    assert all(finding.verified for finding in findings.values())
    (remark,) = [remark for finding in findings.values() for remark in finding.remarks]
    assert remark.code is Code.LAME_PARTIAL
    assert remark.facts["ns"] == ("ns2.provider.example",)
    assert remark.facts["rcode"] == reason.value


def test_a_silent_server_beside_right_ones_completes_nothing():
    world = World().add(RECORDS).fail(Silence.TIMEOUT, at=NS2)

    findings = world.diagnose(CASE)

    assert not any(finding.verified or finding.bad for finding in findings.values())
    assert findings[Purpose.MX].facts["ns"] == ("ns2.provider.example",)


def test_a_silent_server_does_not_hide_that_another_lacks_the_record():
    world = World().add(RECORDS).take(CLICK, "CNAME").fail(Silence.TIMEOUT, at=NS2)

    finding = world.diagnose(CASE)[Purpose.CLICK_TRACKING]

    assert finding.code is Code.MISSING
    assert finding.bad


@pytest.mark.parametrize("instead", [None, "elsewhere.example.net"])
def test_one_server_with_the_record_and_one_without_disagree(instead):
    world = World().add(RECORDS).take(CLICK, "CNAME", at=NS2)
    if instead:
        world.put(CLICK, "CNAME", instead, at=NS2)

    finding = world.diagnose(CASE)[Purpose.CLICK_TRACKING]

    assert (finding.code, finding.state, finding.blocked_on) == (
        Code.NAMESERVERS_DISAGREE,
        State.PENDING,
        BlockedOn.PROPAGATION,
    )
    assert finding.definite
    assert finding.facts["ok_ns"] == ("ns1.provider.example",)
    assert finding.facts["bad_ns"] == ("ns2.provider.example",)
    assert finding.facts["limit"] == 3600  # seconds


def test_different_lists_of_name_servers_are_noted_once():
    world = World().add(RECORDS)
    world.delegated, world.own = ("ns1.old.example", "ns2.old.example"), ("ns1.new.example",)

    findings = world.diagnose(CASE)

    (remark,) = [remark for finding in findings.values() for remark in finding.remarks]
    assert remark.code is Code.NS_SET_MISMATCH
    assert remark.facts["parent_ns"] == ("ns1.old.example", "ns2.old.example")
    assert remark.facts["zone_ns"] == ("ns1.new.example",)


def test_the_first_server_to_be_asked_does_not_decide():
    for with_record, without in [(NS1, NS2), (NS2, NS1)]:
        world = World().add(RECORDS).take(CLICK, "CNAME", at=without)

        finding = world.diagnose(CASE)[Purpose.CLICK_TRACKING]

        assert finding.facts["ok_ns"] == (with_record.name,)
