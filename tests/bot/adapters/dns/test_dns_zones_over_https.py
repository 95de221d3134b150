"""Where only resolvers can be asked, they tell which zone holds a domain, whose panel that is, and if it is sound."""

import asyncio
from datetime import timedelta

import dns.message
import pytest
from starlette.responses import Response

from bot.adapters.dns import through_resolvers
from bot.adapters.dns.limits import Allowance
from bot.adapters.dns.observer import Observer, ObserverSettings
from bot.adapters.dns.replies import Reply
from bot.adapters.dns.through_resolvers import ThroughResolvers
from bot.clock import utcnow
from bot.messages import check_document, check_table
from bot.services.looking import Looking
from core.diagnosis import Case, diagnose, zone_facts
from core.diagnosis.case import Around
from core.diagnosis.surroundings import Dnssec
from core.durations import Durations
from core.findings import Code
from core.observations import Absent, Cname, Nothing, Present, RRset, Server, Silence, Unknown, Vantage
from core.records import RecordSet
from core.sending_domain import Language
from core.zonefile import resource_record
from tests.fakes import doh
from tests.fakes.record_sets import record_set

NAME = "mail.example.com"
RECORDS = record_set(NAME)
CLOUDFLARE = ["ada.ns.cloudflare.com.", "bob.ns.cloudflare.com."]
SAKURA = ["ns1.dns.ne.jp.", "ns2.dns.ne.jp."]
OF_ZONES = {Code.NS_SET_MISMATCH, Code.LAME_PARTIAL}


@pytest.fixture
async def resolver(nameserver):
    async with doh.running(nameserver.resolvers[0]) as resolver:
        yield resolver


@pytest.fixture
async def make():
    made = []

    def make(*resolvers):
        urls = tuple(each.url for each in resolvers)
        observer = Observer(ObserverSettings(https=urls, timeout=0.5, tcp_timeout=0.5, control_name="example.net"))
        made.append(observer)
        return observer

    yield make
    for observer in made:
        await observer.aclose()


@pytest.fixture
def check(make, resolver):
    """Check a name, as a pre-flight unless records are given."""

    async def check(name=NAME, records=None):
        looking = Looking(make(resolver), utcnow, Durations(), str, resolvers=1, vantage=Vantage.RESOLVERS)
        checkup, _ = await looking.check_up(name, records)
        return checkup

    return check


def looked(name=NAME, records=RECORDS, **more):
    return Case(name, records, resolvers=1, vantage=Vantage.RESOLVERS, **more)


def told(evidence, case):
    return {finding.record.purpose: finding for finding in diagnose(case, evidence, utcnow())}


def asked(resolver, *kinds):
    queries = map(dns.message.from_wire, resolver.packets)
    questions = [(query.question[0].name.to_text(True), query.question[0].rdtype.name) for query in queries]
    return [question for question in questions if question[1] in kinds]


async def test_the_provider_is_known_by_the_names_that_the_zone_lists(nameserver, resolver, make):
    nameserver.put("example.com", "NS", CLOUDFLARE)
    case = looked()

    evidence = await make(resolver).observe(case)

    facts = zone_facts(case, evidence)
    assert (facts.apex, facts.provider) == ("example.com", "Cloudflare")
    assert facts.nameservers == tuple(name.rstrip(".") for name in CLOUDFLARE)
    assert {finding.facts["provider"] for finding in told(evidence, case).values()} == {"Cloudflare"}
    assert {zone.servers for zone in evidence.zones} == {()}


async def test_the_zone_alone_can_be_looked_for(nameserver, resolver, make):
    nameserver.put("example.com", "NS", SAKURA)
    case = looked(records=RecordSet(), probe=False, around=Around.ZONE)

    facts = zone_facts(case, await make(resolver).observe(case))

    assert (facts.apex, facts.provider) == ("example.com", "さくらのドメイン")


async def test_addresses_at_cloudflare_are_said_to_be_proxied(nameserver, resolver, make):
    nameserver.put("example.com", "NS", CLOUDFLARE)
    nameserver.put(f"click.{NAME}", "A", ["198.51.100.7"])
    case = looked()

    findings = told(await make(resolver).observe(case), case)

    assert findings["CLICK_TRACKING"].code is Code.CNAME_PROXIED


async def test_hosts_are_relative_to_a_zone_below_the_registered_domain(nameserver, resolver, make):
    nameserver.create_zone(NAME)
    case = looked()

    findings = told(await make(resolver).observe(case), case)

    assert {finding.facts["zone"] for finding in findings.values()} == {NAME}
    assert findings["MX"].facts["host"] == "bounce"


async def test_a_record_in_a_zone_of_its_own_belongs_there(nameserver, resolver, make):
    nameserver.create_zone(f"_domainkey.{NAME}")
    nameserver.create_zone(f"click.{NAME}")
    case = looked()

    findings = told(await make(resolver).observe(case), case)

    dkim = findings["DKIM"]
    assert (dkim.code, dkim.facts["ns"]) == (
        Code.SUBZONE_DELEGATED,
        (f"ns1._domainkey.{NAME}", f"ns2._domainkey.{NAME}"),
    )
    assert findings["CLICK_TRACKING"].code is Code.CNAME_AT_APEX


async def test_nothing_is_said_of_single_name_servers(nameserver, resolver, make):
    nameserver.apply("\n".join(map(resource_record, RECORDS)))
    nameserver.put("example.com", "NS", CLOUDFLARE)
    case = looked()

    findings = told(await make(resolver).observe(case), case).values()

    assert all(finding.verified for finding in findings)
    assert OF_ZONES.isdisjoint(remark.code for finding in findings for remark in finding.remarks)


async def test_the_preflight_says_where_the_dns_is_and_what_it_cannot_hold(nameserver, check):
    nameserver.put("example.com", "NS", SAKURA)

    checkup = await check()

    assert "さくらのドメイン" in check_table(checkup, Language.JA, None)
    assert "DNS at" in (table := check_table(checkup, Language.EN, None))
    assert "zone example.com, 2 nameservers" in table
    assert {row.code for row in checkup.in_the_way} == {"too-small"}
    assert check_document(checkup, Language.EN)["provider"] == "さくらのドメイン"


@pytest.mark.parametrize(
    ("keys", "digests", "state"),
    [(False, False, Dnssec.UNSIGNED), (True, True, Dnssec.SIGNED), (False, True, Dnssec.BOGUS)],
)
async def test_whether_a_zone_is_signed_is_asked_of_the_resolvers(nameserver, check, keys, digests, state):
    if keys:
        nameserver.put("example.com", "DNSKEY", ["257 3 13 mdsswUyr3DPW132mOi8V9xESWE8jTo0dxCjjnopKl+GqJxpVXckHAeF+"])
    if digests:
        nameserver.put("example.com", "DS", [f"370 13 2 {'AB' * 32}"])

    checkup = await check()

    assert checkup.dnssec is state


async def test_the_zone_is_known_even_if_its_signatures_do_not_fit(nameserver, check):
    nameserver.put("example.com", "NS", CLOUDFLARE)
    nameserver.fault("bogus", "resolver", "example.com")

    checkup = await check()

    assert (checkup.dnssec, checkup.zone.apex, checkup.zone.provider) == (Dnssec.BOGUS, "example.com", "Cloudflare")


async def test_a_domain_that_nobody_has_registered_is_told(resolver, make):
    name = "mail.nobody-has-this.com"
    case = looked(name, record_set(name))

    evidence = await make(resolver).observe(case)

    assert {finding.code for finding in told(evidence, case).values()} == {Code.NXDOMAIN_PARENT}
    assert evidence.zone_of(name).problem.kind is Nothing.NXDOMAIN
    assert isinstance(evidence.zone_of(name).problem, Absent)


async def test_zones_are_asked_about_once_while_they_are_remembered(nameserver, resolver, make):
    nameserver.apply("\n".join(map(resource_record, RECORDS)))
    observer = make(resolver)

    spent = [(await observer.observe(looked())).spent for _ in range(2)]

    of_zones = asked(resolver, "SOA", "NS")
    assert of_zones.count(("example.com", "NS")) == 1
    assert len(of_zones) == len(set(of_zones)) <= 5
    assert spent[0] - spent[1] == len(of_zones)


async def test_a_glance_asks_for_no_name_servers(resolver, make):
    evidence = await make(resolver).observe(looked(full=False, probe=False))

    assert asked(resolver, "NS") == []
    assert evidence.zone_of(NAME).apex == "example.com"


async def test_other_resolvers_are_asked_where_one_cannot_tell(resolver, make):
    async with doh.running(("127.0.0.1", 1)) as broken:
        broken.answers += [Response("no", status_code=500)] * 100

        evidence = await make(broken, resolver).observe(looked())

    assert {zone.apex for zone in evidence.zones} == {"example.com"}
    assert {zone.own for zone in evidence.zones} == {("ns1.example.com", "ns2.example.com")}


async def test_where_nobody_tells_the_zone_is_unknown_and_asked_about_once(resolver, make):
    resolver.answers += [Response("no", status_code=500)] * 100
    case = looked()

    evidence = await make(resolver).observe(case)

    assert {type(zone.problem) for zone in evidence.zones} == {Unknown}
    assert zone_facts(case, evidence) is None
    assert set(asked(resolver, "SOA", "NS")) == {(NAME, "SOA")}
    assert {finding.code for finding in told(evidence, case).values()} == {Code.CHECKER_OFFLINE}


async def test_no_zone_is_looked_for_where_nothing_is_to_be_judged(resolver, make):
    evidence = await make(resolver).observe(looked(records=RecordSet()))

    assert evidence.zones == ()
    assert resolver.asked == []


async def test_resolvers_are_never_counted_as_name_servers(nameserver, check):
    nameserver.fault("servfail", "resolver", "example.com", "NS")

    checkup = await check()

    assert (checkup.zone.apex, checkup.zone.nameservers) == ("example.com", ())
    assert "nameserver" not in check_table(checkup, Language.EN, None)


class Resolvers:
    """Resolvers that say what they are told to, after as many seconds as they are told."""

    def __init__(self, *replies):
        self.replies = {Server(f"r{number}", f"r{number}"): said for number, said in enumerate(replies)}
        self.asked = []

    async def servers(self):
        return tuple(self.replies)

    async def ask(self, server, question, _, *, unchecked):
        self.asked.append((server.name, question.name, unchecked))
        said = self.replies[server]
        seconds, reply = said(question) if callable(said) else said
        await asyncio.sleep(seconds)
        return reply


def denial(owner, ttl=300):
    return Reply(Absent(Nothing.NXDOMAIN, ttl, f"{owner} ns. host. 1 2 3 4 {ttl}"), soa_owner=owner)


def search(*replies):
    resolvers, now = Resolvers(*replies), [utcnow()]
    finder = ThroughResolvers(resolvers, lambda: now[0])
    return resolvers, finder, Allowance(60, asyncio.get_running_loop().time() + 5), now


@pytest.mark.parametrize("order", [1, -1])
async def test_one_resolver_alone_that_denies_a_domain_is_wrong(order):
    _, finder, allowance, _ = search(*[(0, denial("com")), (0, denial("example.com"))][::order])

    assert (await finder.find(NAME, allowance, whole=True)).apex == "example.com"


async def test_a_slow_resolver_is_not_waited_for(monkeypatch):
    monkeypatch.setattr(through_resolvers, "PATIENCE", 0.01)
    _, finder, allowance, _ = search((30, denial("com")), (0, denial("example.com")))

    async with asyncio.timeout(2):
        zone = await finder.find(NAME, allowance, whole=True)

    assert zone.apex == "example.com"


async def test_the_zone_of_an_alias_is_that_of_the_name_above():
    alias = Present((RRset(NAME, "CNAME", 300, (Cname("www.example.com"),)),))

    def said(question):
        return 0, Reply(alias, soa_owner="com") if question.name == NAME else denial("example.com")

    resolvers, finder, allowance, _ = search(said)

    assert (await finder.find(NAME, allowance, whole=True)).apex == "example.com"
    assert resolvers.asked == [("r0", NAME, True), ("r0", "example.com", True)]


@pytest.mark.parametrize(("ttl", "kept"), [(0, 10), (120, 120), (86_400, 600)])
async def test_where_a_zone_begins_is_remembered_within_bounds(ttl, kept):
    resolvers, finder, allowance, now = search((0, denial("example.com", ttl)))
    await finder.find(NAME, allowance, whole=True)

    now[0] += timedelta(seconds=kept - 1)
    await finder.find(NAME, allowance, whole=True)
    before = len(resolvers.asked)
    now[0] += timedelta(seconds=2)
    await finder.find(NAME, allowance, whole=True)

    assert (before, len(resolvers.asked)) == (1, 2)


async def test_the_search_ends_with_the_budget_and_without_resolvers():
    resolvers, finder, _, _ = search((0, denial("example.com")))
    spent = Allowance(0, asyncio.get_running_loop().time() + 5)
    _, nobody, allowance, _ = search()

    problems = [
        (await found.find(NAME, means, whole=True)).problem for found, means in ((finder, spent), (nobody, allowance))
    ]

    assert [problem.reason for problem in problems] == [Silence.BUDGET, Silence.UNREACHABLE]
    assert resolvers.asked == []
