"""Nothing may stand beside a CNAME; what does is found wherever a server lets it show."""

import pytest

from core.diagnosis import Case
from core.findings import BlockedOn, Code, State
from core.records import Purpose
from tests.fakes.dns_world import NS1, NS2, World
from tests.fakes.record_sets import record_set

DOMAIN = "mail.example.com"
RECORDS = record_set(DOMAIN)
CLICK, BOUNCE = f"click.{DOMAIN}", f"bounce.{DOMAIN}"
FINISHING = Case(DOMAIN, RECORDS, beside=True, budget=300)


def found(world, case=FINISHING):
    return {purpose: finding for purpose, finding in world.diagnose(case).items() if not finding.verified}


def asked_at(world, name):
    return [question.type for question in world.asked if question.name == name]


@pytest.mark.parametrize(
    ("kind", "value", "delete"),
    [
        ("TXT", "hello", "TXT hello"),
        ("MX", "10 mx.example.net", "MX 10 mx.example.net"),
        ("TXT", "x" * 100, f"TXT {'x' * 60}…"),
    ],
)
@pytest.mark.parametrize("at", [None, NS1])
def test_data_beside_a_right_cname_is_found_before_the_domain_is_verified(kind, value, delete, at):
    world = World().add(RECORDS).put(CLICK, kind, value, at=at)

    (finding,) = found(world).values()

    assert (finding.code, finding.state, finding.blocked_on) == (Code.CNAME_CONFLICT, State.ACTION, BlockedOn.IT)
    assert (finding.facts["keep"], finding.facts["delete"]) == (f"CNAME {CLICK}", delete)
    assert finding.facts["seen"] == f"{kind} {value}"
    assert finding.facts["host"] == "click.mail"


def test_nobody_looks_beside_a_cname_while_anything_required_is_wrong():
    world = World().add(RECORDS).put(CLICK, "TXT", "hello").take(f"img.{DOMAIN}", "CNAME")

    findings = world.diagnose(FINISHING)

    assert findings[Purpose.CLICK_TRACKING].verified
    assert asked_at(world, CLICK) == ["CNAME"]


def test_nobody_looks_beside_what_is_verified_already():
    world = World().add(RECORDS).put(CLICK, "TXT", "hello")

    assert found(world, Case(DOMAIN, RECORDS)) == {}
    assert asked_at(world, CLICK) == ["CNAME"]


def test_what_is_looked_for_beside_cnames_ends_with_the_budget():
    world = World().add(RECORDS)

    assert found(world, Case(DOMAIN, RECORDS, beside=True, budget=len(RECORDS) * 2 + 1)) == {}
    assert asked_at(world, CLICK) == ["CNAME"]


@pytest.mark.parametrize("kind", ["A", "TXT", "MX"])
def test_a_server_that_answers_with_everything_shows_the_conflict(kind):
    value = {"A": "192.0.2.80", "TXT": "hello", "MX": "10 mx.example.net"}[kind]
    world = World(everything=True).add(RECORDS).put(CLICK, kind, value)

    assert {purpose: finding.code for purpose, finding in found(world).items()} == {
        Purpose.CLICK_TRACKING: Code.CNAME_CONFLICT
    }


def test_an_address_that_stands_alone_may_be_the_targets_own():
    assert found(World().add(RECORDS).put(CLICK, "A", "192.0.2.80")) == {}


@pytest.mark.parametrize("case", [FINISHING, Case(DOMAIN, RECORDS, probe=False)])
def test_a_cname_beside_one_of_two_records_is_in_the_way_of_both(case):
    world = World().add(RECORDS).take(BOUNCE, "MX").put(BOUNCE, "CNAME", "www.example.net")

    findings = found(world, case)

    assert {purpose: finding.code for purpose, finding in findings.items()} == {
        Purpose.SPF: Code.CNAME_CONFLICT,
        Purpose.MX: Code.CNAME_CONFLICT,
    }
    assert findings[Purpose.SPF].facts["keep"] == f"TXT {BOUNCE}"
    assert findings[Purpose.SPF].facts["delete"] == "CNAME www.example.net"


def test_servers_of_two_providers_that_differ_about_it_disagree():
    world = World().add(RECORDS).take(CLICK, "CNAME", at=NS2).put(CLICK, "TXT", "hello", at=NS2)

    findings = found(world)

    assert {finding.code for finding in findings.values()} == {Code.NAMESERVERS_DISAGREE}
    assert findings[Purpose.CLICK_TRACKING].facts["ok_ns"] == (NS1.name,)


def test_signatures_may_stand_beside_a_cname():
    world = World(everything=True).add(RECORDS).put(CLICK, "RRSIG", "CNAME 13 4 300").put(CLICK, "KEY", "512 3 5 AQ==")

    assert found(world) == {}
