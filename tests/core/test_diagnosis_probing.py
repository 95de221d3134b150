"""A record that is not where it belongs is looked for where panels and people put it."""

from dataclasses import replace

import pytest

from core.diagnosis import Case
from core.findings import BlockedOn, Code, State
from core.observations import Silence
from core.records import Purpose, RecordSet
from tests.fakes.dns_world import NS1, NS2, Server, World
from tests.fakes.record_sets import record_set

DOMAIN = "mail.example.com"
RECORDS = record_set(DOMAIN)
CASE = Case(DOMAIN, RECORDS, budget=400)
BY_PURPOSE = {record.purpose: record for record in RECORDS}
EVERY = [purpose for purpose in Purpose if purpose in BY_PURPOSE]


def moved(purpose, place, kind=None, value=None):
    """A world in which one record stands at `place` instead."""
    record = BY_PURPOSE[purpose]
    world = World().add(RECORDS).take(record.name, record.type)
    return world.put(place, kind or record.type.value, value or record.value)


def test_what_is_nowhere_is_missing():
    findings = World().diagnose(CASE)

    assert {finding.code for finding in findings.values()} == {Code.MISSING}
    assert all(finding.bad and finding.state is State.PENDING for finding in findings.values())
    assert {finding.blocked_on for finding in findings.values()} == {BlockedOn.IT}


@pytest.mark.parametrize("purpose", EVERY)
@pytest.mark.parametrize("suffix", ["example.com", DOMAIN])
def test_a_name_with_the_suffix_twice_is_found(purpose, suffix):
    place = f"{BY_PURPOSE[purpose].name}.{suffix}"
    world = moved(purpose, place)

    finding = world.diagnose(CASE)[purpose]

    assert (finding.code, finding.state) == (Code.DOUBLED_SUFFIX, State.ACTION)
    assert finding.facts["found_at"] == place


@pytest.mark.parametrize("purpose", EVERY)
@pytest.mark.parametrize("place", ["example.com", DOMAIN])
def test_a_value_at_the_zone_or_the_domain_itself_is_found(purpose, place):
    finding = moved(purpose, place).diagnose(CASE)[purpose]

    assert (finding.code, finding.facts["found_at"]) == (Code.WRONG_HOST, place)


@pytest.mark.parametrize("purpose", [purpose for purpose in EVERY if purpose is not Purpose.DMARC])
def test_a_name_without_the_subdomain_is_found(purpose):
    place = BY_PURPOSE[purpose].name.replace(f".{DOMAIN}", ".example.com")

    finding = moved(purpose, place).diagnose(CASE)[purpose]

    assert (finding.code, finding.facts["found_at"]) == (Code.WRONG_HOST, place)


def test_an_ordinary_spf_of_the_company_is_not_ours_in_the_wrong_place():
    world = moved(Purpose.SPF, "example.com", value="v=spf1 include:_spf.example.net ~all")

    assert world.diagnose(CASE)[Purpose.SPF].code is Code.MISSING


@pytest.mark.parametrize("purpose", [Purpose.DKIM, Purpose.DMARC, Purpose.CERTIFICATE])
def test_a_lost_underscore_is_found(purpose):
    place = BY_PURPOSE[purpose].name.replace("_", "")

    finding = moved(purpose, place).diagnose(CASE)[purpose]

    assert (finding.code, finding.facts["found_at"]) == (Code.UNDERSCORE_LOST, place)


@pytest.mark.parametrize(
    ("purpose", "kind", "value"),
    [
        (Purpose.SPF, "SPF", '"v=spf1 include:amazonses.com ~all"'),
        (Purpose.CLICK_TRACKING, "TXT", "click.engage.example.net."),
        (Purpose.CLICK_TRACKING, "MX", "10 click.engage.example.net"),
        (Purpose.MX, "TXT", "10 feedback-smtp.us-east-1.amazonses.com"),
        (Purpose.MX, "CNAME", "feedback-smtp.us-east-1.amazonses.com"),
    ],
)
def test_the_value_under_another_type_is_found(purpose, kind, value):
    record = BY_PURPOSE[purpose]
    others = record_set(DOMAIN)
    world = World()
    for other in others:
        if other.name != record.name:
            world.put(other.name, other.type.value, other.value)
    world.put(record.name, kind, value)

    finding = world.diagnose(CASE)[purpose]

    assert (finding.code, finding.facts["seen_type"]) == (Code.WRONG_TYPE, kind)
    assert finding.facts["seen"]
    assert finding.facts["length"] == len(finding.facts["seen"])


def test_an_alias_in_the_place_of_text_is_in_the_way():
    record = BY_PURPOSE[Purpose.DKIM]
    world = World().add(RECORDS).take(record.name, "TXT").put(record.name, "CNAME", "dkim.example.net")

    finding = world.diagnose(CASE)[Purpose.DKIM]

    assert (finding.code, finding.state) == (Code.CNAME_CONFLICT, State.ACTION)
    assert finding.facts["delete"] == "CNAME dkim.example.net"
    assert finding.facts["keep"] == f"TXT {record.name}"


def test_a_zone_apex_cannot_be_an_alias():
    records = record_set("example.com")
    click = next(record for record in records if record.purpose is Purpose.CLICK_TRACKING)
    world = World("click.example.com")

    finding = world.diagnose(Case("example.com", type(records)(1, (click,))))[Purpose.CLICK_TRACKING]

    assert (finding.code, finding.facts["suggestion"]) == (Code.CNAME_AT_APEX, "mail.example.com")


@pytest.mark.parametrize(
    ("domain", "name", "suggestion"),
    [
        ("mail.example.com", "click.mail.example.com", "news.example.com"),
        ("mkt.example.com", "mkt.example.com", "mail.mkt.example.com"),
    ],
)
def test_where_a_name_is_a_zone_another_sending_domain_is_suggested(domain, name, suggestion):
    click = next(record for record in record_set(domain) if record.purpose is Purpose.CLICK_TRACKING)
    records = RecordSet(1, (replace(click, name=name),))

    finding = World(name).diagnose(Case(domain, records))[Purpose.CLICK_TRACKING]

    assert (finding.code, finding.facts["suggestion"]) == (Code.CNAME_AT_APEX, suggestion)


def test_a_wildcard_is_told_from_a_wrong_value():
    world = World().add(RECORDS).take(f"click.{DOMAIN}", "CNAME").put(f"*.{DOMAIN}", "CNAME", "parking.example.net")

    finding = world.diagnose(CASE)[Purpose.CLICK_TRACKING]

    assert (finding.code, finding.state, finding.blocked_on) == (
        Code.WILDCARD_SHADOW,
        State.PENDING,
        BlockedOn.IT,
    )
    assert finding.facts["seen"] == "parking.example.net"


def test_a_wildcard_of_addresses_is_told_from_an_address():
    world = World().add(RECORDS).take(f"click.{DOMAIN}", "CNAME").put(f"*.{DOMAIN}", "A", "192.0.2.80")

    finding = world.diagnose(CASE)[Purpose.CLICK_TRACKING]

    assert (finding.code, finding.facts["seen"]) == (Code.WILDCARD_SHADOW, "192.0.2.80")


def test_a_name_in_a_delegated_zone_must_be_added_there():
    world = World().add(RECORDS).take(f"bounce.{DOMAIN}", "MX").take(f"bounce.{DOMAIN}", "TXT")
    world.subzones = {f"bounce.{DOMAIN}": ("ns1.other.example",)}

    findings = world.diagnose(CASE)

    assert findings[Purpose.SPF].code is findings[Purpose.MX].code is Code.SUBZONE_DELEGATED
    assert findings[Purpose.MX].facts["zone"] == f"bounce.{DOMAIN}"
    assert findings[Purpose.MX].facts["parent"] == "example.com"
    assert findings[Purpose.MX].facts["ns"] == ("ns1.other.example",)
    assert findings[Purpose.MX].blocked_on is BlockedOn.IT


def test_a_domain_that_is_a_zone_of_its_own_is_plainly_missing_its_records():
    world = World(DOMAIN)

    assert {finding.code for finding in world.diagnose(CASE).values()} == {Code.MISSING}


def test_a_glance_without_probes_asks_nothing_else():
    world = moved(Purpose.SPF, "example.com")

    finding = world.diagnose(Case(DOMAIN, RECORDS, full=False, probe=False))[Purpose.SPF]

    assert finding.code is Code.MISSING
    assert len(world.asked) == len(RECORDS)


@pytest.mark.parametrize("budget", [0, 14, 30, 60])
def test_the_budget_bounds_the_probes_but_not_the_records(budget):
    world = World()

    findings = world.diagnose(Case(DOMAIN, RECORDS, budget=budget))

    assert {finding.code for finding in findings.values()} == {Code.MISSING}
    owed = 2 * len(RECORDS)
    assert owed <= world.spent <= max(budget, owed)
    assert (world.spent > owed) is (budget > owed)


def test_a_doubled_suffix_is_found_within_the_default_budget_of_four_servers():
    servers = (NS1, NS2, Server("ns3.provider.example", "192.0.2.3"), Server("ns4.provider.example", "192.0.2.4"))
    world = World(servers=servers).add(RECORDS).take(f"click.{DOMAIN}", "CNAME")
    world.put(f"click.{DOMAIN}.example.com", "CNAME", "click.engage.example.net")

    assert world.diagnose(Case(DOMAIN, RECORDS))[Purpose.CLICK_TRACKING].code is Code.DOUBLED_SUFFIX


def test_one_question_rules_out_doubled_suffixes_for_all_records():
    world = World()

    world.observe(CASE)

    assert [q.name for q in world.asked if q.name.endswith("example.com.example.com")] == ["example.com.example.com"]


def test_a_probe_that_nobody_answers_leaves_the_record_missing():
    world = World().add(RECORDS).take(f"click.{DOMAIN}", "CNAME")
    world.fail(Silence.TIMEOUT, name="example.com.example.com", kind="TXT")

    finding = world.diagnose(CASE)[Purpose.CLICK_TRACKING]

    assert finding.code is Code.MISSING
    assert finding.bad


# The order of the rules


def test_a_doubled_suffix_is_told_before_an_apex_that_can_be_no_alias():
    record = BY_PURPOSE[Purpose.CLICK_TRACKING]
    world = moved(Purpose.CLICK_TRACKING, f"{record.name}.{DOMAIN}")
    world.subzones = {record.name: ("ns1.provider.example",)}

    assert world.diagnose(CASE)[Purpose.CLICK_TRACKING].code is Code.DOUBLED_SUFFIX


def test_an_apex_that_can_be_no_alias_is_told_before_the_address_there():
    record = BY_PURPOSE[Purpose.CLICK_TRACKING]
    world = World().add(RECORDS).take(record.name, "CNAME").put(record.name, "A", "192.0.2.80")
    world.subzones = {record.name: ("ns1.provider.example",)}

    assert world.diagnose(CASE)[Purpose.CLICK_TRACKING].code is Code.CNAME_AT_APEX


def test_a_policy_saved_in_a_wrong_place_is_told_before_the_one_that_is_inherited():
    world = moved(Purpose.DMARC, f"_dmarc.{DOMAIN}.example.com").put("_dmarc.example.com", "TXT", "v=DMARC1; p=reject")

    assert world.diagnose(CASE)[Purpose.DMARC].code is Code.DOUBLED_SUFFIX
    assert world.diagnose(replace(CASE, probe=False))[Purpose.DMARC].code is Code.DMARC_INHERITED
