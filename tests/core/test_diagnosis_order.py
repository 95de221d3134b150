"""First match wins, from the top of the table to its end: what is told where several rules hold."""

import pytest

from core.diagnosis import Case
from core.findings import Code
from core.observations import Silence
from core.records import Purpose
from tests.fakes.dns_world import NS1, NS2, World
from tests.fakes.record_sets import record_set

DOMAIN = "mail.example.com"
RECORDS = record_set(DOMAIN)
BOUNCE, DKIM, CLICK = f"bounce.{DOMAIN}", f"td1._domainkey.{DOMAIN}", f"click.{DOMAIN}"


def code_of(world, purpose, **case):
    return world.diagnose(Case(DOMAIN, RECORDS, resolvers=world.resolvers, budget=400, **case))[purpose].code


def a_world(resolvers=0):
    return World(resolvers=resolvers).add(RECORDS)


def test_servers_that_disagree_are_told_before_what_is_wrong_at_one():
    world = a_world().put(DKIM, "TXT", "v=DKIM1; p=", at=NS2)

    assert code_of(world, Purpose.DKIM) is Code.NAMESERVERS_DISAGREE


def test_what_is_wrong_at_one_is_told_where_the_other_says_nothing():
    world = a_world().put(DKIM, "TXT", "v=DKIM1; p=").fail(Silence.TIMEOUT, at=NS1, name=DKIM, kind="TXT")

    assert code_of(world, Purpose.DKIM) is Code.DKIM_REVOKED


def test_closed_tcp_is_told_before_signatures_and_failures():
    world = a_world().fail(Silence.TCP_BLOCKED, at=NS1, name=DKIM, kind="TXT")
    world.fail(Silence.BOGUS, at=NS2, name=DKIM, kind="TXT")

    assert code_of(world, Purpose.DKIM) is Code.TCP_BLOCKED


def test_a_wildcard_is_told_before_the_cname_with_which_it_answers():
    world = World().put(f"*.{DOMAIN}", "CNAME", "parked.example.net")

    assert code_of(world, Purpose.SPF) is Code.WILDCARD_SHADOW


def test_a_cname_in_the_way_is_told_before_what_is_wrong_with_the_text():
    world = a_world().put(BOUNCE, "TXT", "v=spf1 -all").take(BOUNCE, "MX").put(BOUNCE, "CNAME", "www.example.net")

    assert code_of(world, Purpose.SPF) is Code.CNAME_CONFLICT


def test_a_text_that_was_cut_is_told_before_what_the_cut_makes_of_the_key():
    assert code_of(a_world().put(DKIM, "TXT", RECORDS.records[1].value[:255]), Purpose.DKIM) is Code.TXT_TRUNCATED


@pytest.mark.parametrize(
    ("values", "code"),
    [
        (["v=spf1 include:amazonses.com ~all", "v=spf1 incldue:x"], Code.MULTIPLE_SPF),
        (["v=spf1 -include:amazonses.com incldue:x ~all"], Code.SPF_SYNTAX),
        (["v=spf1 ~all -include:amazonses.com"], Code.SPF_INCLUDE_NEGATED),
    ],
)
def test_spf_is_judged_from_the_number_of_records_to_the_terms(values, code):
    assert code_of(a_world().put(BOUNCE, "TXT", *values), Purpose.SPF) is code


@pytest.mark.parametrize(
    ("values", "code"),
    [
        (["0 ", "10 feedback-smtp.us-east-1.amazonses.com"], Code.NULL_MX),
        (["10 feedback-smtp.us-east-1.amazonses.com", "20 mx.example.net"], Code.MX_EXTRA),
        (["10 mx.example.net", "20 feedback-smtp.us-east-1.amazonses.com.example.com"], Code.MX_TARGET_DOUBLED),
    ],
)
def test_mail_exchangers_are_judged_from_none_to_others(values, code):
    assert code_of(a_world().put(BOUNCE, "MX", *values), Purpose.MX) is code


def test_a_cname_is_judged_before_what_it_leads_to_and_that_before_its_certificate():
    world = a_world(resolvers=3).put("example.com", "CAA", '0 issue ";"')
    elsewhere = f"img.{DOMAIN}"

    assert code_of(world, Purpose.IMAGE_HOSTING, check_targets=True) is Code.TARGET_BROKEN
    assert code_of(world, Purpose.IMAGE_HOSTING) is Code.CAA_BLOCKS
    assert code_of(world.put(elsewhere, "CNAME", "x.example.net"), Purpose.IMAGE_HOSTING) is Code.CNAME_WRONG_TARGET


def test_remarks_stand_in_the_order_of_the_table():
    value = "v=DMARC1; sp=none; adkim=s; rua=mailto:d@reports.example.net; t=y; pct=50"
    world = a_world(resolvers=3).put(f"_dmarc.{DOMAIN}", "TXT", value)

    finding = world.diagnose(Case(DOMAIN, RECORDS, resolvers=3, budget=400))[Purpose.DMARC]

    assert [remark.code for remark in finding.remarks] == sorted(
        (remark.code for remark in finding.remarks), key=list(Code).index
    )
    assert {Code.DMARC_NO_P, Code.DMARC_RUA_UNAUTHORISED} <= {remark.code for remark in finding.remarks}
