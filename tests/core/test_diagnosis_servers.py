"""Every finding says which servers gave the answers that decided, and when the last of them came."""

from dataclasses import replace
from datetime import timedelta

import pytest

from core.diagnosis import Case, diagnose
from core.findings import Code
from core.observations import Evidence, Silence
from core.records import Purpose
from tests.fakes.dns_world import NOW, NS1, NS2, RESOLVERS, World
from tests.fakes.record_sets import record_set

DOMAIN = "mail.example.com"
RECORDS = record_set(DOMAIN)
BOUNCE, DKIM, CLICK = f"bounce.{DOMAIN}", f"td1._domainkey.{DOMAIN}", f"click.{DOMAIN}"
LATER = NOW + timedelta(seconds=2)
BOTH = (NS1, NS2)


def look(world, purpose, **case):
    return world.diagnose(Case(DOMAIN, RECORDS, resolvers=world.resolvers, budget=400, **case))[purpose]


def a_world(resolvers=0):
    return World(resolvers=resolvers).add(RECORDS)


def test_a_right_record_is_vouched_for_by_all_who_had_to_agree():
    assert look(a_world(), Purpose.DKIM).servers == BOTH
    assert look(a_world(resolvers=3), Purpose.DKIM).servers == (*BOTH, *RESOLVERS)


@pytest.mark.parametrize(
    ("world", "purpose", "code", "servers"),
    [
        (World(), Purpose.DKIM, Code.MISSING, BOTH),
        (a_world().put(DKIM, "TXT", "v=DKIM1; p="), Purpose.DKIM, Code.DKIM_REVOKED, BOTH),
        (a_world().put(DKIM, "TXT", "v=DKIM1; p=", at=NS2), Purpose.DKIM, Code.NAMESERVERS_DISAGREE, BOTH),
        (
            a_world().put(DKIM, "TXT", "v=DKIM1; p=").fail(Silence.TIMEOUT, at=NS1, name=DKIM, kind="TXT"),
            Purpose.DKIM,
            Code.DKIM_REVOKED,
            (NS2,),
        ),
        (a_world().fail(Silence.TIMEOUT, at=NS1), Purpose.DKIM, Code.NS_UNREACHABLE, (NS1,)),
        (
            a_world().take(CLICK, "CNAME").put(f"{CLICK}.example.com", "CNAME", "click.engage.example.net", at=NS1),
            Purpose.CLICK_TRACKING,
            Code.DOUBLED_SUFFIX,
            (NS1,),  # any one was asked
        ),
        (
            a_world().take(BOUNCE, "MX").put(BOUNCE, "CNAME", "www.example.net"),
            Purpose.SPF,
            Code.CNAME_CONFLICT,
            BOTH,
        ),
        (a_world(3).take(DKIM, "TXT", at=RESOLVERS[1:]), Purpose.DKIM, Code.CACHED_NEGATIVE, RESOLVERS[1:]),
        (
            a_world(3).put(BOUNCE, "TXT", "v=spf1 include:amazonses.com include:gone.example.net ~all"),
            Purpose.SPF,
            Code.SPF_NESTED_ERROR,
            RESOLVERS,
        ),
        (a_world(3).put("example.com", "CAA", '0 issue ";"'), Purpose.IMAGE_HOSTING, Code.CAA_BLOCKS, (NS1,)),
        (
            a_world().take(f"_dmarc.{DOMAIN}", "TXT").put("_dmarc.example.com", "TXT", "v=DMARC1; p=none"),
            Purpose.DMARC,
            Code.DMARC_INHERITED,
            (NS1,),
        ),
    ],
)
def test_what_is_found_names_the_servers_that_said_so(world, purpose, code, servers):
    finding = look(world, purpose)

    assert finding.code is code
    assert set(finding.servers) == set(servers)
    assert finding.seen_at == NOW


def test_a_dead_target_is_said_by_the_resolvers():
    finding = look(a_world(3), Purpose.CLICK_TRACKING, check_targets=True)

    assert (finding.code, finding.servers) == (Code.TARGET_BROKEN, RESOLVERS)


def test_data_beside_a_cname_is_said_by_the_server_that_shows_them():
    finding = look(a_world().put(CLICK, "TXT", "hello"), Purpose.CLICK_TRACKING, beside=True)

    assert (finding.code, finding.servers) == (Code.CNAME_CONFLICT, (NS1,))


def test_the_last_of_the_answers_that_decided_counts():
    case = Case(DOMAIN, RECORDS)
    evidence = a_world().observe(case)
    answers = tuple(replace(each, at=LATER) if each.server == NS2 else each for each in evidence.answers)

    findings = diagnose(case, Evidence(answers, evidence.zones), LATER)

    assert {finding.seen_at for finding in findings} == {LATER}


def test_where_nobody_was_asked_nobody_is_named():
    (finding, *_) = diagnose(Case(DOMAIN, RECORDS), Evidence(), NOW)

    assert (finding.servers, finding.seen_at) == ((), None)


def test_who_said_it_and_when_makes_no_other_finding():
    finding = look(a_world(), Purpose.DKIM)

    assert replace(finding, seen_at=LATER, servers=(NS2,)) == finding
    assert replace(finding, code=Code.MISSING) != finding
