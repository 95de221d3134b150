"""A record set that stands as it should is verified, whatever its notation, once everybody agrees."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.diagnosis import BLOCKED_ON, Case, diagnose, next_questions, unanswered
from core.findings import BlockedOn, Code, State, ZoneFacts
from core.observations import Evidence, Silence, Vantage
from core.records import Purpose
from tests.fakes.dns_world import NOW, NS1, NS2, RESOLVERS, World
from tests.fakes.record_sets import PUBLIC_KEYS, record_set

DOMAIN = "mail.example.com"
RECORDS = record_set(DOMAIN)
DKIM_NAME = f"td1._domainkey.{DOMAIN}"


@pytest.mark.parametrize("domain", ["mail.example.com", "example.com", "a.b.example.com"])
@pytest.mark.parametrize("resolvers", [0, 3])
def test_what_is_as_expected_is_verified(domain, resolvers):
    records = record_set(domain)
    world = World(resolvers=resolvers).add(records)

    findings = world.diagnose(Case(domain, records, resolvers=resolvers))

    assert {finding.code for finding in findings.values()} == {Code.OK}
    assert all(finding.verified for finding in findings.values())
    assert {finding.blocked_on for finding in findings.values()} == {BlockedOn.NOBODY}
    assert not any(finding.remarks for finding in findings.values())


def test_an_internationalised_name_is_verified():
    records = record_set("xn--wgv71a119e.jp")
    world = World("xn--wgv71a119e.jp").add(records)

    findings = world.diagnose(Case("xn--wgv71a119e.jp", records))

    assert all(finding.verified for finding in findings.values())


@pytest.mark.parametrize(
    ("name", "kind", "value"),
    [
        (f"bounce.{DOMAIN}", "TXT", "v=spf1 ip4:192.0.2.1 INCLUDE:AmazonSES.com. -all"),
        (f"bounce.{DOMAIN}", "TXT", "v=spf1 include:amazonses.com"),
        (DKIM_NAME, "TXT", f"k=rsa;p={PUBLIC_KEYS[2048][:100]} {PUBLIC_KEYS[2048][100:]};"),
        (DKIM_NAME, "TXT", f"p={PUBLIC_KEYS[2048]}"),
        (f"_dmarc.{DOMAIN}", "TXT", "v=DMARC1; p=reject; rua=mailto:d@example.com"),
        (f"_dmarc.{DOMAIN}", "TXT", "v=DMARC1;p=none"),
    ],
)
def test_another_notation_of_the_same_meaning_is_verified(name, kind, value):
    world = World().add(RECORDS).put(name, kind, value)

    findings = world.diagnose(Case(DOMAIN, RECORDS))

    assert all(finding.verified for finding in findings.values())
    assert all(finding.code is Code.OK for finding in findings.values())


def test_other_text_beside_spf_and_dmarc_does_no_harm():
    world = World().add(RECORDS)
    for name, value in [(f"bounce.{DOMAIN}", RECORDS.records[0].value), (f"_dmarc.{DOMAIN}", "v=DMARC1; p=none;")]:
        world.put(name, "TXT", 'google-site-verification="x"', value)

    findings = world.diagnose(Case(DOMAIN, RECORDS))

    assert all(finding.verified for finding in findings.values())


def test_nothing_is_asked_but_the_records_and_caa_when_all_is_right():
    world = World().add(RECORDS)

    world.observe(Case(DOMAIN, RECORDS))

    primary = [(record.name, record.type) for record in RECORDS]
    assert [(question.name, question.type) for question in world.asked] == [
        *primary,
        (DOMAIN, "CAA"),
        ("example.com", "CAA"),
    ]


def test_resolvers_are_asked_only_about_what_is_right_at_the_authoritative_servers():
    world = World(resolvers=3).add(RECORDS).take(f"click.{DOMAIN}", "CNAME")

    world.observe(Case(DOMAIN, RECORDS, resolvers=3))

    asked = {question.name for question in world.asked if question.vantage is Vantage.RESOLVERS}
    assert f"click.{DOMAIN}" not in asked
    assert f"img.{DOMAIN}" in asked


def test_where_nothing_was_seen_nothing_is_definite():
    findings = diagnose(Case(DOMAIN, RECORDS), Evidence(), NOW)

    assert not any(finding.definite for finding in findings)
    assert not any(finding.verified for finding in findings)


def test_a_look_that_failed_on_our_side_blames_nobody_else():
    findings = unanswered(Case(DOMAIN, RECORDS))

    assert [finding.record for finding in findings] == list(RECORDS)
    assert {(finding.code, finding.blocked_on) for finding in findings} == {(Code.CHECKER_OFFLINE, BlockedOn.US)}
    assert not any(finding.definite for finding in findings)


def test_a_look_at_one_server_does_not_verify():
    world = World().add(RECORDS)
    case = Case(DOMAIN, RECORDS, full=False)
    evidence = world.observe(case)
    partial = Evidence(tuple(answer for answer in evidence.answers if answer.server == NS1), evidence.zones)

    assert not any(finding.verified for finding in diagnose(case, partial, NOW))
    assert all(finding.verified for finding in diagnose(case, evidence, NOW))


def test_a_look_at_one_server_finds_what_is_missing():
    world = World()
    case = Case(DOMAIN, RECORDS, full=False, probe=False)
    evidence = world.observe(case)
    partial = Evidence(tuple(answer for answer in evidence.answers if answer.server == NS1), evidence.zones)

    findings = diagnose(case, partial, NOW)

    assert all(finding.definite and finding.code is Code.MISSING for finding in findings)


def test_every_finding_carries_the_facts_that_all_advice_shares():
    world = World().add(RECORDS)
    world.servers = (NS1, NS2)
    world.delegated = ("ada.ns.cloudflare.com", "bob.ns.cloudflare.com")

    finding = world.diagnose(Case(DOMAIN, RECORDS))[Purpose.CLICK_TRACKING]

    assert finding.facts == {
        "host": "click.mail",
        "fqdn": f"click.{DOMAIN}",
        "type": "CNAME",
        "zone": "example.com",
        "expected": "click.engage.example.net",
        "expected_length": 24,
        "provider": "Cloudflare",
    }


def test_the_zone_is_described():
    world = World().add(RECORDS)
    world.delegated = ("ns-2.awsdns-2.com", "ns-1.awsdns-1.org")

    assert world.zone_facts(Case(DOMAIN, RECORDS)) == ZoneFacts(
        "example.com", ("ns-1.awsdns-1.org", "ns-2.awsdns-2.com"), "Amazon Route 53"
    )


def test_an_unknown_zone_is_not_made_up():
    world = World()
    world.problem = None

    assert world.zone_facts(Case(DOMAIN, record_set(DOMAIN))) == ZoneFacts(
        "example.com", ("ns1.provider.example", "ns2.provider.example"), None
    )


def test_every_code_has_somebody_whose_turn_it_is():
    it = {code for code in Code if BLOCKED_ON.get(code, BlockedOn.IT) is BlockedOn.IT}

    assert {Code.MISSING, Code.REGRESSED, Code.SUBZONE_DELEGATED, Code.WILDCARD_SHADOW} <= it
    assert BLOCKED_ON[Code.TARGET_BROKEN] is BlockedOn.US
    assert BLOCKED_ON[Code.SERVFAIL] is BlockedOn.DNS_PROVIDER
    assert BLOCKED_ON[Code.STALE_CACHE] is BlockedOn.PROPAGATION


@given(
    st.lists(
        st.tuples(
            st.sampled_from([(record.name, record.type.value) for record in RECORDS]),
            st.sampled_from([NS1, NS2, RESOLVERS[0], RESOLVERS[1], RESOLVERS[2]]),
            st.sampled_from(["absent", *Silence]),
        ),
        max_size=8,
    ),
    st.sampled_from([0, 3]),
)
def test_unknown_never_completes_and_absence_never_verifies(damages, resolvers):
    world = World(resolvers=resolvers).add(RECORDS)
    hurt = {}
    for (name, kind), server, damage in damages:
        if server in world.views:
            if damage == "absent":
                world.take(name, kind, at=server)
            else:
                world.fail(damage, at=server, name=name, kind=kind)
            hurt.setdefault((name, kind), {})[server] = damage

    findings = world.diagnose(Case(DOMAIN, RECORDS, resolvers=resolvers))

    for finding in findings.values():
        damage = hurt.get((finding.record.name, finding.record.type.value), {})
        authoritative = {server: how for server, how in damage.items() if server in (NS1, NS2)}
        tolerable = {Silence.REFUSED, Silence.LAME, Silence.SERVFAIL}
        if any(how not in tolerable for how in authoritative.values()) or len(authoritative) == 2:
            assert not finding.verified
        if not damage:
            assert finding.verified
        if authoritative and "absent" not in authoritative.values():
            assert not finding.bad


@given(st.data())
def test_no_evidence_makes_the_rules_fail_or_go_on_forever(data):
    values = st.binary(max_size=60) | st.sampled_from([record.value.encode() for record in RECORDS])
    world = World(resolvers=data.draw(st.sampled_from([0, 3])))
    for record in RECORDS:
        for server in (NS1, NS2):
            texts = data.draw(st.lists(values, max_size=3), label=record.purpose)
            if texts:
                world.put(record.name, "TXT", *texts, at=server)

    findings = world.diagnose(Case(DOMAIN, RECORDS, resolvers=world.resolvers, budget=data.draw(st.integers(0, 90))))

    assert all(finding.state in State for finding in findings.values())
    assert next_questions(Case("x.example.com", record_set("x.example.com")), Evidence())
