"""The pre-flight, from evidence alone: each thing that can be in the way, and each that is not."""

import asyncio
from datetime import UTC, datetime

import pytest

from core.checkup import Checkup
from core.diagnosis import next_questions
from core.diagnosis.case import Around
from core.diagnosis.surroundings import Dnssec
from core.findings import BlockedOn, Code, State
from core.observations import Absent, Evidence, Nothing, Question, Silence, Vantage, Zone
from core.preflight import USUAL_DKIM_LENGTH, Existing, judge, preflight_case, usual_records
from core.records import Purpose
from tests.fakes.dns_observer import FakeDnsObserver
from tests.fakes.record_sets import record_set

NAME = "mail.example.com"
NOW = datetime(2026, 11, 23, 14, 5, tzinfo=UTC)


@pytest.fixture
def dns():
    dns = FakeDnsObserver(clock=lambda: NOW)
    dns.put("example.com", "SOA", "ns1 hostmaster 1 1 1 1 1")
    return dns


def looked(dns, records=None, **limits) -> Checkup:
    case = preflight_case(NAME, records, **{"resolvers": 1, "budget": 200} | limits)
    return judge(case, asyncio.run(dns.observe(case)), NOW)


def in_the_way(dns, **more):
    return [(row.code, row.record.name) for row in looked(dns, **more).in_the_way]


def test_nothing_at_all_is_in_nobodys_way(dns):
    checkup = looked(dns)

    assert checkup.verified
    assert checkup.in_the_way == checkup.notes == ()
    assert checkup.blocked_on is BlockedOn.NOBODY
    assert {row.state for row in checkup.rows} == {State.VERIFIED}


@pytest.mark.parametrize(
    ("name", "kind", "value", "code"),
    [
        (f"click.{NAME}", "CNAME", "shop.example.net", Existing.CNAME),
        (f"img.{NAME}", "CNAME", "cdn.example.net", Existing.CNAME),
        (f"bounce.{NAME}", "CNAME", "other.example.net", Existing.CNAME),
        (f"click.{NAME}", "A", "192.0.2.7", Existing.ADDRESS),
        (f"img.{NAME}", "AAAA", "2001:db8::7", Existing.ADDRESS),
        (f"bounce.{NAME}", "MX", "10 mx.example.net", Code.MX_MAILBOX_IN_USE),
        (f"bounce.{NAME}", "MX", "0 ", Existing.MX),
        (f"bounce.{NAME}", "TXT", "v=spf1 include:_spf.example.net ~all", Code.SPF_MISSING_INCLUDE),
        (NAME, "CNAME", "www.example.net", Existing.CNAME),
        (NAME, "MX", "10 mx.example.net", Code.MX_MAILBOX_IN_USE),
        (NAME, "CAA", '0 issue "letsencrypt.org"', Code.CAA_BLOCKS),
        ("example.com", "CAA", '0 issue ";"', Code.CAA_BLOCKS),
        (f"img.{NAME}", "CAA", '0 issue "letsencrypt.org"', Code.CAA_BLOCKS),
        ("example.com", "CAA", '128 tbs "unknown"', Code.CAA_BLOCKS),
    ],
)
def test_what_stands_there_already_is_in_the_way(dns, name, kind, value, code):
    dns.put(name, kind, value)

    assert in_the_way(dns) == [(code, name)]
    assert not looked(dns).verified
    assert looked(dns).blocked_on is BlockedOn.IT


@pytest.mark.parametrize(
    ("name", "kind", "value"),
    [
        (f"bounce.{NAME}", "TXT", "v=spf1 include:amazonses.com ~all"),
        (f"bounce.{NAME}", "MX", "10 feedback-smtp.us-west-2.amazonses.com"),
        ("example.com", "MX", "10 mx.example.net"),
        ("example.com", "TXT", "v=spf1 include:_spf.example.net ~all"),
        (NAME, "TXT", "some-site-verification=1"),
        (NAME, "A", "192.0.2.1"),
        (NAME, "MX", "0 "),
        ("example.com", "CAA", '0 issue "amazon.com"'),
        (NAME, "CAA", '0 iodef "mailto:x@example.com"'),
        (f"www.{NAME}", "CNAME", "elsewhere.example.net"),
    ],
)
def test_what_stands_elsewhere_or_is_ours_is_in_nobodys_way(dns, name, kind, value):
    dns.put(name, kind, value)

    assert in_the_way(dns) == []
    assert looked(dns).notes == ()


@pytest.mark.parametrize(
    ("name", "kind", "value", "code"),
    [
        (NAME, "TXT", "v=spf1 include:_spf.example.net ~all", Existing.SPF),
        (f"_dmarc.{NAME}", "TXT", "v=DMARC1; p=reject", Existing.DMARC),
        (f"_dmarc.{NAME}", "CNAME", "dmarc.example.net", Existing.DMARC),
        (f"_dmarc.{NAME}", "TXT", "v=DMARC1; p=maybe", Code.DMARC_INVALID),
        ("_dmarc.example.com", "TXT", "v=DMARC1; p=none", Code.DMARC_INHERITED),
    ],
)
def test_what_may_stay_is_noted_and_counts_for_nothing(dns, name, kind, value, code):
    dns.put(name, kind, value)

    checkup = looked(dns)

    assert [row.code for row in checkup.notes] == [code]
    assert checkup.in_the_way == ()
    assert checkup.verified


def test_an_inherited_policy_that_is_enforced_comes_with_a_warning(dns):
    dns.put("_dmarc.example.com", "TXT", "v=DMARC1; p=quarantine")

    (note,) = looked(dns).notes

    assert [remark.code for remark in note.remarks] == [Code.DMARC_INHERITED_ENFORCING]


def test_a_wildcard_is_a_note_since_explicit_records_win(dns):
    sibling = next(
        question.name
        for question in questions_after_addresses(dns)
        if question.name.endswith(f".{NAME}") and question.name.startswith("x")
    )
    dns.put(sibling, "A", "192.0.2.9")
    dns.put(f"click.{NAME}", "A", "192.0.2.9")

    checkup = looked(dns)

    assert checkup.in_the_way == ()
    assert [remark.code for row in checkup.notes for remark in row.remarks] == [Code.WILDCARD_SHADOW]


def questions_after_addresses(dns):
    dns.put(f"click.{NAME}", "A", "192.0.2.9")
    case = preflight_case(NAME, resolvers=1, budget=200)
    return [answer.question for answer in asyncio.run(dns.observe(case)).answers if answer.question.type == "A"]


def test_each_trouble_counts_once_however_many_records_it_meets(dns):
    dns.silence(reason=Silence.REFUSED)

    assert [code for code, _ in in_the_way(dns)] == [Code.LAME]


def test_a_domain_that_the_registry_denies_is_one_finding():
    case = preflight_case(NAME)
    denied = Absent(Nothing.NXDOMAIN, 900)
    names = [NAME, *(record.name for record in case.records)]
    evidence = Evidence(zones=tuple(Zone(name, None, problem=denied) for name in names))

    checkup = judge(case, evidence, NOW)

    assert [row.code for row in checkup.in_the_way] == [Code.NXDOMAIN_PARENT]
    assert checkup.zone is None


def test_nothing_is_judged_where_nobody_was_asked():
    checkup = judge(preflight_case(NAME), Evidence(), NOW)

    assert not checkup.judged
    assert not checkup.verified
    assert checkup.in_the_way == ()
    assert checkup.blocked_on is BlockedOn.US
    assert len(checkup.brief().rows) == 1
    assert not checkup.brief().judged


def test_the_brief_form_of_a_clear_look_still_says_that_it_was_judged(dns):
    brief = looked(dns).brief()

    assert brief.judged
    assert brief.in_the_way == brief.notes == ()


@pytest.mark.parametrize(
    ("keys", "digests", "expected"),
    [
        (False, False, Dnssec.UNSIGNED),
        (True, True, Dnssec.SIGNED),
        (True, False, Dnssec.UNSIGNED),
        (False, True, Dnssec.BOGUS),
    ],
)
def test_dnssec_is_told_by_keys_and_digests(dns, keys, digests, expected):
    if keys:
        dns.put("example.com", "DNSKEY", "257 3 13 AAAA")
    if digests:
        dns.put("example.com", "DS", "1 13 2 00")

    assert looked(dns).dnssec is expected


def test_a_digest_without_a_key_is_in_the_way_of_everything(dns):
    dns.put("example.com", "DS", "1 13 2 00")

    checkup = looked(dns)

    assert [(row.code, row.facts["ede"]) for row in checkup.in_the_way] == [("dnssec-bogus", "9 DNSKEY Missing")]
    assert checkup.blocked_on is BlockedOn.DNS_PROVIDER


def test_a_resolver_that_calls_the_zone_bogus_is_believed(dns):
    dns.silence("resolver", Silence.BOGUS)

    assert looked(dns).dnssec is Dnssec.BOGUS


def test_without_resolvers_the_keys_alone_tell(dns):
    dns.put("example.com", "DNSKEY", "257 3 13 AAAA")

    assert looked(dns, resolvers=0).dnssec is Dnssec.SIGNED


def test_resolvers_are_asked_about_nothing_that_is_yet_to_be_added(dns):
    case = preflight_case(NAME, resolvers=1, budget=200)
    evidence = asyncio.run(dns.observe(case))

    asked = {answer.question.name for answer in evidence.answers if answer.question.vantage is Vantage.RESOLVERS}
    assert asked <= {"example.com", "_dmarc.com"}


def test_records_are_not_looked_for_in_other_places_while_nobody_knows_their_values(dns):
    dns.put(NAME, "TXT", "v=spf1 include:amazonses.com ~all")

    assert Code.WRONG_HOST not in {row.code for row in looked(dns).rows}


def test_a_pre_flight_stays_within_the_usual_budget(dns):
    dns.put(NAME, "TXT", "v=spf1 include:_spf.example.net ~all")
    dns.put(f"click.{NAME}", "A", "192.0.2.9")

    evidence = asyncio.run(dns.observe(preflight_case(NAME, resolvers=3)))

    assert len(evidence.answers) <= 60


def test_a_zone_is_found_with_one_question():
    case = preflight_case(NAME, record_set(NAME), around=Around.ZONE)
    bare = type(case)(NAME, type(case.records)(), around=Around.ZONE)

    assert next_questions(bare, Evidence()) == (Question(NAME, "SOA"),)


def test_the_usual_dkim_record_is_as_long_as_one_of_2048_bits():
    dkim = next(record for record in usual_records(NAME) if record.purpose is Purpose.DKIM)

    assert len(dkim.value) == len(record_set(NAME).records[1].value) == USUAL_DKIM_LENGTH


def test_known_records_are_diagnosed_and_do_not_stand_in_their_own_way(dns):
    records = record_set(NAME)
    dns.publish(*records)

    checkup = looked(dns, records)

    assert checkup.in_the_way == ()
    assert checkup.verified


def test_known_records_that_are_missing_are_waited_for(dns):
    checkup = looked(dns, record_set(NAME))

    assert checkup.in_the_way == ()
    assert not checkup.verified
    assert {row.code for row in checkup.rows if row.record.required} == {"missing"}


def test_the_brief_form_keeps_what_is_said_and_drops_the_evidence(dns):
    dns.put(f"click.{NAME}", "CNAME", "shop.example.net")
    dns.put(NAME, "TXT", "v=spf1 -all")

    brief = looked(dns).brief()

    assert [row.code for row in brief.rows] == ["existing-cname", "existing-spf"]
    assert all(not row.servers and not row.seen for row in brief.rows)
    assert brief.in_the_way[0].facts["seen"] == "shop.example.net"


def test_rows_tell_what_was_seen_and_by_whom(dns):
    dns.put(f"click.{NAME}", "CNAME", "shop.example.net", server="ns1")

    row = next(row for row in looked(dns).rows if row.record.name == f"click.{NAME}")

    assert row.seen == ("CNAME shop.example.net",)
    assert row.servers == {"ns1": "present", "ns2": "NXDOMAIN"}


def test_of_known_records_those_that_are_missing_are_worth_a_word_but_not_the_advisory_one(dns):
    records = record_set(NAME)
    for record in records:
        if record.purpose not in {Purpose.CLICK_TRACKING, Purpose.DMARC}:
            dns.put(record.name, record.type, record.value)

    checkup = looked(dns, records)

    for shown in (checkup.notes, checkup.brief().rows):
        assert [(row.code, row.record.purpose) for row in shown] == [("missing", Purpose.CLICK_TRACKING)]
