"""Right at the name servers, not yet at the public resolvers: who is behind, and until when at most."""

from datetime import timedelta

import pytest

from core.diagnosis import Case, diagnose, next_questions
from core.findings import BlockedOn, Code, State
from core.observations import Absent, Answer, Evidence, Nothing, Silence, Vantage, Zone
from core.records import Purpose
from tests.fakes.dns_world import NOW, NS1, NS2, RESOLVERS, World
from tests.fakes.record_sets import record_set

DOMAIN = "mail.example.com"
RECORDS = record_set(DOMAIN)
CASE = Case(DOMAIN, RECORDS, resolvers=3)
CLICK = f"click.{DOMAIN}"
ONE, TWO, THREE = RESOLVERS


def look(world):
    return world.diagnose(CASE)[Purpose.CLICK_TRACKING]


def test_two_of_three_suffice():
    world = World(resolvers=3).add(RECORDS).take(CLICK, "CNAME", at=TWO)

    assert look(world).verified


def test_a_cached_absence_ends_with_its_negative_ttl():
    world = World(resolvers=3).add(RECORDS).take(CLICK, "CNAME", at=(TWO, THREE))

    finding = look(world)

    assert (finding.code, finding.state, finding.blocked_on) == (
        Code.CACHED_NEGATIVE,
        State.PENDING,
        BlockedOn.PROPAGATION,
    )
    assert finding.definite
    assert finding.facts["eta_at"] == NOW + timedelta(seconds=900)
    assert finding.facts["resolver"] in {"8.8.8.8", "9.9.9.9"}


def test_an_old_value_ends_with_its_ttl():
    world = World(resolvers=3).add(RECORDS).put(CLICK, "CNAME", "old.example.net", at=(ONE, TWO))

    finding = look(world)

    assert finding.code is Code.STALE_CACHE
    assert finding.facts["eta_at"] == NOW + timedelta(seconds=300)


def test_the_slowest_resolver_is_named():
    world = World(resolvers=3, negative_ttl=100).add(RECORDS).put(CLICK, "CNAME", "old.example.net", at=ONE)
    world.take(CLICK, "CNAME", at=TWO)

    finding = look(world)

    assert (finding.code, finding.facts["resolver"]) == (Code.STALE_CACHE, "1.1.1.1")
    assert finding.facts["eta_at"] == NOW + timedelta(seconds=300)


def test_an_absence_of_unknown_length_is_just_propagating():
    world = World(resolvers=3, negative_ttl=None).add(RECORDS).take(CLICK, "CNAME", at=(TWO, THREE))

    finding = look(world)

    assert (finding.code, finding.facts["count"], finding.facts["total"]) == (Code.PROPAGATING, 1, 3)


@pytest.mark.parametrize("reason", [Silence.TIMEOUT, Silence.SERVFAIL, Silence.REFUSED])
def test_silent_resolvers_settle_nothing(reason):
    world = World(resolvers=3).add(RECORDS).fail(reason, at=(TWO, THREE))

    finding = look(world)

    assert finding.code is Code.PROPAGATING
    assert not finding.definite


def test_one_silent_resolver_does_not_matter():
    world = World(resolvers=3).add(RECORDS).fail(Silence.TIMEOUT, at=THREE)

    assert all(finding.verified for finding in world.diagnose(CASE).values())


def test_a_filtering_resolver_is_left_out_and_noted():
    world = World(resolvers=3).add(RECORDS).fail(Silence.FILTERED, at=THREE, ede="17 Filtered")

    finding = look(world)

    assert finding.verified
    assert [(remark.code, remark.facts) for remark in finding.remarks] == [
        (Code.RESOLVER_FILTERED, {"resolver": "9.9.9.9", "ede": "17 Filtered"})
    ]


def test_where_all_resolvers_filter_none_of_them_sees_it():
    world = World(resolvers=3).add(RECORDS).fail(Silence.FILTERED, at=RESOLVERS, ede="17 Filtered")

    finding = look(world)

    assert (finding.code, finding.facts["count"], finding.facts["total"]) == (Code.PROPAGATING, 0, 3)
    assert len(finding.remarks) == 3


def test_a_signature_that_resolvers_reject_is_the_providers():
    world = World(resolvers=3).add(RECORDS).fail(Silence.BOGUS, at=RESOLVERS, ede="7 Signature Expired")

    finding = look(world)

    assert (finding.code, finding.state, finding.definite) == (Code.DNSSEC_BOGUS, State.TEMPORARY, False)
    assert finding.facts["ede"] == "7 Signature Expired"
    assert finding.blocked_on is BlockedOn.DNS_PROVIDER


THROUGH_RESOLVERS = Case(DOMAIN, RECORDS, resolvers=3, vantage=Vantage.RESOLVERS)


def test_where_only_resolvers_can_be_asked_most_of_them_decide():
    world = World(resolvers=3).add(RECORDS).take(CLICK, "CNAME", at=RESOLVERS).take("img." + DOMAIN, "CNAME", at=TWO)

    findings = world.diagnose(THROUGH_RESOLVERS)

    assert findings[Purpose.CLICK_TRACKING].code is Code.MISSING
    assert findings[Purpose.CLICK_TRACKING].facts["vantage"] == "recursive"
    assert findings[Purpose.CLICK_TRACKING].facts["cached_until_at"] == NOW + timedelta(seconds=900)
    assert findings[Purpose.IMAGE_HOSTING].verified
    assert {question.vantage for question in world.asked} == {Vantage.RESOLVERS}


def test_what_one_resolver_sees_is_behind_at_the_others_where_only_they_can_be_asked():
    world = World(resolvers=3).add(RECORDS).take(CLICK, "CNAME", at=(ONE, THREE))
    world.put("img." + DOMAIN, "CNAME", "old.example.net", at=(ONE, TWO))

    findings = world.diagnose(THROUGH_RESOLVERS)

    negative, stale = findings[Purpose.CLICK_TRACKING], findings[Purpose.IMAGE_HOSTING]
    assert (negative.code, negative.facts["eta_at"]) == (Code.CACHED_NEGATIVE, NOW + timedelta(seconds=900))
    assert (stale.code, stale.facts["eta_at"]) == (Code.STALE_CACHE, NOW + timedelta(seconds=300))
    assert {negative.blocked_on, stale.blocked_on} == {BlockedOn.PROPAGATION}
    assert negative.facts["vantage"] == stale.facts["vantage"] == "recursive"


def test_a_filtering_resolver_is_left_out_and_noted_where_only_resolvers_can_be_asked():
    world = World(resolvers=3).add(RECORDS).fail(Silence.FILTERED, at=THREE, ede="17 Filtered")

    finding = world.diagnose(THROUGH_RESOLVERS)[Purpose.CLICK_TRACKING]

    assert finding.verified
    assert [remark.code for remark in finding.remarks] == [Code.RESOLVER_FILTERED]


@pytest.mark.parametrize(
    ("owner", "code"), [("com", Code.NXDOMAIN_PARENT), ("", Code.NXDOMAIN_PARENT), ("example.com", Code.MISSING)]
)
def test_a_domain_that_its_registry_denies_is_known_by_the_zone_of_the_denial(owner, code):
    denial = Absent(Nothing.NXDOMAIN, 900, f"{owner} ns. host. 1 2 3 4 900")
    evidence = Evidence(vantage=Vantage.RESOLVERS)
    while questions := next_questions(THROUGH_RESOLVERS, evidence):
        answers = [Answer(question, server, denial, NOW) for question in questions for server in RESOLVERS]
        evidence = evidence.joined_with(Evidence(tuple(answers)))

    findings = diagnose(THROUGH_RESOLVERS, evidence, NOW)

    assert {finding.code for finding in findings if finding.record.required} == {code}


@pytest.mark.parametrize(("kind", "code"), [(Nothing.NXDOMAIN, Code.NXDOMAIN_PARENT), (Nothing.NODATA, Code.MISSING)])
def test_a_domain_denied_when_its_zone_was_looked_for_has_no_names_where_denials_bring_no_zone(kind, code):
    zones = tuple(Zone(record.name, None, problem=Absent(Nothing.NXDOMAIN)) for record in RECORDS)
    evidence = Evidence(zones=zones, vantage=Vantage.RESOLVERS)
    while questions := next_questions(THROUGH_RESOLVERS, evidence):
        answers = [Answer(question, server, Absent(kind), NOW) for question in questions for server in RESOLVERS]
        evidence = evidence.joined_with(Evidence(tuple(answers)))

    findings = diagnose(THROUGH_RESOLVERS, evidence, NOW)

    assert {finding.code for finding in findings if finding.record.required} == {code}


@pytest.mark.parametrize("case", [CASE, THROUGH_RESOLVERS], ids=["beside the servers", "resolvers alone"])
def test_one_resolver_that_calls_a_signature_bogus_does_not_outweigh_what_others_see(case):
    world = World(resolvers=3).add(RECORDS).fail(Silence.BOGUS, at=ONE, ede="7 Signature Expired")
    world.take(CLICK, "CNAME", at=TWO)

    assert world.diagnose(case)[Purpose.CLICK_TRACKING].code is Code.CACHED_NEGATIVE


def test_where_only_resolvers_can_be_asked_and_too_few_answer_nothing_is_settled():
    world = World(resolvers=3).add(RECORDS).take(CLICK, "CNAME", at=ONE).fail(Silence.TIMEOUT, at=(TWO, THREE))

    finding = world.diagnose(THROUGH_RESOLVERS)[Purpose.CLICK_TRACKING]

    assert (finding.code, finding.definite) == (Code.MISSING, False)


def test_where_only_resolvers_can_be_asked_and_none_answers_nothing_is_known():
    world = World(resolvers=3).add(RECORDS).fail(Silence.TIMEOUT, at=RESOLVERS)
    case = Case(DOMAIN, RECORDS, resolvers=3, vantage=Vantage.RESOLVERS)

    assert not any(finding.definite for finding in world.diagnose(case).values())


def test_resolvers_are_not_asked_while_servers_disagree():
    world = World(resolvers=3).add(RECORDS).take(CLICK, "CNAME", at=NS2)

    finding = look(world)

    assert finding.code is Code.NAMESERVERS_DISAGREE
    assert not [q for q in world.asked if q.name == CLICK and q.vantage is Vantage.RESOLVERS]
    assert NS1.name in finding.facts["ok_ns"]
