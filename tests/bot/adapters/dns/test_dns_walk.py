"""Finding zones from the root down, over a small Internet of virtual servers on loopback."""

import asyncio
from datetime import UTC, datetime

import pytest

from bot.adapters.dns.fixed import FixedServers
from bot.adapters.dns.guard import forbidden
from bot.adapters.dns.limits import Allowance
from bot.adapters.dns.look import without_ipv6_trouble
from bot.adapters.dns.replies import MOST_NAMES, Referral, Reply
from bot.adapters.dns.zones import MOST_SERVERS
from bot.clock import utcnow
from core.observations import (
    Absent,
    Address,
    Answer,
    Nothing,
    Present,
    Question,
    RRset,
    Server,
    Silence,
    Unknown,
    Zone,
)
from sandbox.nameserver.faults import Fault, FaultKind
from tests.bot.adapters.dns.conftest import case

TXT = Question("bounce.mail.example.com", "TXT")
APEX_NS = ("example.com.", "NS")


def publish(internet, address, name="bounce.mail.example.com", origin="example.com"):
    internet.put(origin, address, name, "TXT", '"x"')


async def test_the_authoritative_servers_are_found_and_all_are_asked(internet, walker):
    publish(internet, "127.0.0.13")

    evidence = await walker(TXT).observe(case())

    zone = evidence.zone_of("bounce.mail.example.com")
    assert (zone.apex, zone.delegated) == ("example.com", ("ns1.example.com", "ns2.example.com"))
    assert [(server.name, server.address) for server in zone.servers] == [
        ("ns1.example.com", "127.0.0.13"),
        ("ns2.example.com", "127.0.0.14"),
    ]
    assert {answer.server.name: type(answer.outcome) for answer in evidence.to(TXT)} == {
        "ns1.example.com": Present,
        "ns2.example.com": Absent,
    }


async def test_nobody_is_asked_to_recurse_and_registries_hear_no_more_than_the_registered_domain(internet, walker):
    await walker(TXT).observe(case())

    assert internet.asked("127.0.0.11") == [APEX_NS]
    assert internet.asked("127.0.0.12") == [APEX_NS]
    seen = [seen for server in internet.servers.values() for seen in server.seen]
    assert not any(query.recursion_desired for query in seen)


async def test_the_nameservers_that_the_zone_lists_itself_are_told(internet, walker):
    internet.put("example.com", "127.0.0.13", "example.com", "NS", "ns1.example.com.", "old.example.com.")
    internet.put("example.com", "127.0.0.14", "example.com", "NS", "ns1.example.com.", "old.example.com.")

    evidence = await walker(TXT).observe(case())

    assert evidence.zone_of("mail.example.com").own == ("ns1.example.com", "old.example.com")
    assert evidence.zone_of("bounce.mail.example.com").own == ("ns1.example.com", "old.example.com")


async def test_cuts_are_remembered(internet, walker):
    observer = walker(TXT)
    await observer.observe(case())
    before = len(internet.asked("127.0.0.12"))

    await observer.observe(case())

    assert len(internet.asked("127.0.0.12")) == before == 1
    assert len(internet.asked("127.0.0.11")) == 1


async def test_a_delegated_subdomain_is_asked_at_its_own_servers(internet, walker):
    internet.serve("mail.example.com", "127.0.0.15")
    publish(internet, "127.0.0.15", origin="mail.example.com")
    for address in ("127.0.0.13", "127.0.0.14"):
        internet.put("example.com", address, "mail.example.com", "NS", "ns.mail.example.com.")
        internet.put("example.com", address, "ns.mail.example.com", "A", "127.0.0.15")

    evidence = await walker(TXT).observe(case())

    assert evidence.zone_of("bounce.mail.example.com").apex == "mail.example.com"
    assert [(answer.server.address, type(answer.outcome)) for answer in evidence.to(TXT)] == [("127.0.0.15", Present)]


async def test_a_cut_at_the_very_name_is_followed(internet, walker):
    internet.serve("bounce.mail.example.com", "127.0.0.15")
    publish(internet, "127.0.0.15", origin="bounce.mail.example.com")
    for address in ("127.0.0.13", "127.0.0.14"):
        internet.put("example.com", address, "bounce.mail.example.com", "NS", "ns.mail.example.com.")
        internet.put("example.com", address, "ns.mail.example.com", "A", "127.0.0.15")

    evidence = await walker(TXT).observe(case())

    assert evidence.zone_of("bounce.mail.example.com").apex == "bounce.mail.example.com"
    assert [type(answer.outcome) for answer in evidence.to(TXT)] == [Present]


async def test_a_subzone_on_the_same_servers_is_recognised(internet, walker):
    internet.serve("mail.example.com", "127.0.0.13", "127.0.0.14")
    for address in ("127.0.0.13", "127.0.0.14"):
        internet.put("mail.example.com", address, "mail.example.com", "NS", "ns1.example.com.", "ns2.example.com.")

    evidence = await walker(Question("mail.example.com", "CNAME")).observe(case())

    zone = evidence.zone_of("mail.example.com")
    assert (zone.apex, len(zone.servers)) == ("mail.example.com", 2)


async def test_addresses_of_foreign_nameservers_are_found_by_a_walk_of_their_own(internet, walker):
    internet.serve("example.jp", "127.0.0.15")
    publish(internet, "127.0.0.15", name="x.example.jp", origin="example.jp")
    internet.put("jp", "127.0.0.12", "example.jp", "NS", "ns1.example.com.")
    for address in ("127.0.0.13", "127.0.0.14"):
        internet.put("example.com", address, "ns1.example.com", "A", "127.0.0.15")

    evidence = await walker(Question("x.example.jp", "TXT")).observe(case(domain="x.example.jp"))

    assert [(answer.server.address, type(answer.outcome)) for answer in evidence.answers] == [("127.0.0.15", Present)]


async def test_glue_for_names_outside_of_the_registry_is_not_believed(internet, walker):
    """A registry's server could otherwise name any address for any name."""
    internet.put("jp", "127.0.0.12", "example.jp", "NS", "ns1.example.com.")
    internet.put("jp", "127.0.0.12", "ns1.example.com", "A", "127.0.0.11")
    for address in ("127.0.0.13", "127.0.0.14"):
        internet.put("example.com", address, "ns1.example.com", "A", "127.0.0.15")

    evidence = await walker(Question("x.example.jp", "TXT")).observe(case(domain="x.example.jp"))

    assert {server.address for server in evidence.zone_of("x.example.jp").servers} == {"127.0.0.15"}


async def test_nameservers_that_depend_on_each_other_end_in_unreachable(internet, walker):
    internet.put("jp", "127.0.0.12", "example.jp", "NS", "ns.other.jp.")
    internet.put("jp", "127.0.0.12", "other.jp", "NS", "ns.example.jp.")

    evidence = await walker(Question("x.example.jp", "TXT")).observe(case(domain="x.example.jp"))

    assert [answer.outcome.reason for answer in evidence.answers] == [Silence.UNREACHABLE]


async def test_a_domain_that_the_registry_denies_is_absent_with_the_zone_as_witness(walker):
    question = Question("mail.nowhere.com", "TXT")

    evidence = await walker(question).observe(case(domain="mail.nowhere.com"))

    zone = evidence.zone_of("mail.nowhere.com")
    assert (zone.apex, zone.servers, zone.problem.kind) == (None, (), Nothing.NXDOMAIN)
    assert evidence.answers == ()


async def test_a_registry_that_does_not_answer_is_unknown_and_never_absent(internet, walker):
    internet.servers["127.0.0.12"].faults.append(Fault(FaultKind.SERVFAIL))

    evidence = await walker(TXT).observe(case())

    assert evidence.zone_of("mail.example.com").problem.reason is Silence.SERVFAIL
    assert evidence.zone_of("mail.example.com").apex is None
    assert evidence.answers == ()


async def test_a_lame_nameserver_is_unknown_beside_one_that_answers(internet, walker):
    publish(internet, "127.0.0.13")
    internet.servers["127.0.0.14"].source.zones.clear()

    evidence = await walker(TXT).observe(case())

    lame = {answer.server.name: answer.outcome for answer in evidence.to(TXT)}
    assert isinstance(lame["ns1.example.com"], Present)
    assert lame["ns2.example.com"].reason is Silence.REFUSED


async def test_names_below_nothing_are_absent_in_the_zone_above(internet, walker):
    deep = Question("a.b.c.mail.example.com", "TXT")

    evidence = await walker(deep).observe(case())

    assert evidence.zone_of(deep.name).apex == "example.com"
    assert [answer.outcome.kind for answer in evidence.to(deep)] == [Nothing.NXDOMAIN] * 2
    assert ("b.c.mail.example.com.", "NS") not in internet.asked("127.0.0.13") + internet.asked("127.0.0.14")


async def test_a_public_suffix_itself_can_be_asked_about(walker):
    evidence = await walker(Question("_dmarc.com", "TXT"), Question("com", "CAA")).observe(case())

    assert evidence.zone_of("com").apex == "com"
    assert {type(answer.outcome) for answer in evidence.answers} == {Absent}


async def test_a_delegation_to_a_forbidden_address_is_not_followed(internet, walker):
    internet.put("com", "127.0.0.12", "ns2.example.com", "A", "127.0.0.15")

    evidence = await walker(TXT, refused=lambda address: address == "127.0.0.15").observe(case())

    reasons = {a.server.address: a.outcome.reason for a in evidence.to(TXT) if isinstance(a.outcome, Unknown)}
    assert reasons == {"127.0.0.15": Silence.FORBIDDEN}
    assert internet.asked("127.0.0.15") == []


async def test_the_guard_stands_from_the_first_query_on(internet, walker):
    evidence = await walker(TXT, refused=forbidden).observe(case())

    assert evidence.zone_of("mail.example.com").problem == Unknown(Silence.FORBIDDEN, detail="127.0.0.11")
    assert all(internet.asked(address) == [] for address in internet.servers)


async def test_a_nameserver_is_asked_at_its_ipv6_address_only_where_it_has_no_other(internet, walker):
    internet.put("com", "127.0.0.12", "ns1.example.com", "AAAA", "2001:db8::1")
    internet.put("com", "127.0.0.12", "example.com", "NS", "ns1.example.com.", "ns6.example.com.")
    internet.put("com", "127.0.0.12", "ns6.example.com", "AAAA", "2001:db8::6")

    evidence = await walker(TXT, refused=lambda address: ":" in address).observe(case())

    assert [server.address for server in evidence.zone_of(TXT.name).servers] == ["127.0.0.13", "2001:db8::6"]


def test_ipv6_servers_that_this_host_cannot_reach_do_not_count_beside_others():
    def answer(address, outcome):
        return Answer(TXT, Server("ns", address), outcome, datetime(2026, 1, 1, tzinfo=UTC))

    reached = answer("192.0.2.1", Absent(Nothing.NODATA))
    ours = answer("2001:db8::6", Unknown(Silence.UNREACHABLE))
    theirs = [answer("192.0.2.2", Unknown(Silence.UNREACHABLE)), answer("2001:db8::7", Unknown(Silence.TIMEOUT))]

    assert without_ipv6_trouble([reached, ours, *theirs]) == [reached, *theirs]
    assert without_ipv6_trouble([ours]) == [ours]


def delegate(internet, domain, *addresses, ttl=300):
    names = {f"ns{number}.{domain}": address for number, address in enumerate(addresses, start=1)}
    internet.put("com", "127.0.0.12", domain, "NS", *(f"{name}." for name in names), ttl=ttl)
    for name, address in names.items():
        if address:
            internet.put("com", "127.0.0.12", name, "A", address, ttl=ttl)


async def silent(internet, *addresses):
    for address in addresses:
        server = internet.servers.get(address) or await internet.add(address)
        server.faults.append(Fault(FaultKind.SILENT))


@pytest.mark.parametrize("addresses", [1, 4])
async def test_a_silent_provider_holds_up_nobody_else(internet, walker, addresses):
    places = [f"127.0.0.{15 + number}" for number in range(addresses)]
    await silent(internet, *places)
    delegate(internet, "silent.com", *places)
    publish(internet, "127.0.0.13")
    observer = walker(TXT, timeout=60, max_in_flight=100)
    waiting = [asyncio.create_task(observer.observe(case(domain=f"d{n}.silent.com", seconds=300))) for n in range(300)]
    while not all(internet.asked(place) for place in places):  # noqa: ASYNC110 -- the servers tell by nothing else
        await asyncio.sleep(0.01)
    await asyncio.sleep(0.2)  # let as many of them be under way as may

    async with asyncio.timeout(50):  # less than anybody waits for the silent ones
        evidence = await observer.observe(case(seconds=300))
    waited = [task for task in waiting if not task.done()]
    for task in waiting:
        task.cancel()
    await asyncio.gather(*waiting, return_exceptions=True)

    assert any(isinstance(answer.outcome, Present) for answer in evidence.to(TXT))
    assert len(waited) == 300


async def test_a_server_that_has_been_silent_in_a_look_is_tried_once_more_per_question(internet, walker):
    await silent(internet, "127.0.0.15")
    delegate(internet, "silent.com", "127.0.0.15")
    questions = [Question(f"{label}.mail.silent.com", "TXT") for label in "ab"]

    evidence = await walker(*questions, timeout=0.02, tcp_timeout=0.05).observe(case(domain="mail.silent.com"))

    asked = [seen for seen in internet.servers["127.0.0.15"].seen if seen.name.to_text() != "silent.com."]
    over_udp = [(seen.name.to_text(), seen.type.name) for seen in asked if not seen.tcp]
    over_tcp = {seen.name.to_text() for seen in asked if seen.tcp}
    assert {answer.outcome.reason for answer in evidence.answers} == {Silence.TIMEOUT}
    assert sorted(over_udp) == [
        ("a.mail.silent.com.", "TXT"),
        ("b.mail.silent.com.", "TXT"),
        *[("mail.silent.com.", "NS")] * 2,  # for the domain, and never again for the names below it
    ]
    assert over_tcp == {"a.mail.silent.com.", "b.mail.silent.com."}


async def test_a_zone_whose_delegation_may_not_be_kept_is_found_once_for_a_look(internet, walker):
    internet.serve("fleeting.com", "127.0.0.15")
    delegate(internet, "fleeting.com", "127.0.0.15", ttl=0)
    questions = [Question(f"{label}.mail.fleeting.com", "TXT") for label in "abcdefg"]

    await walker(*questions).observe(case(domain="mail.fleeting.com"))

    assert internet.asked("127.0.0.12") == [("fleeting.com.", "NS")]


async def test_nameservers_without_address_are_looked_for_once_for_a_look(internet, walker):
    delegate(internet, "lost.com", "", "")
    questions = [Question(f"{label}.mail.lost.com", "TXT") for label in "abcdefg"]
    observer = walker(*questions)

    first = await observer.observe(case(domain="mail.lost.com"))
    asked = len(internet.asked("127.0.0.12"))
    await observer.observe(case(domain="mail.lost.com"))

    assert {answer.outcome.reason for answer in first.answers} == {Silence.UNREACHABLE}
    assert asked <= 12
    assert len(internet.asked("127.0.0.12")) == asked


async def test_a_server_of_parent_and_child_is_asked_at_each_of_its_addresses(internet, walker):
    internet.serve("mail.example.com", "127.0.0.13", "127.0.0.14")
    internet.put("com", "127.0.0.12", "ns1.example.com", "A", "127.0.0.13", "127.0.0.14")
    for address in ("127.0.0.13", "127.0.0.14"):
        internet.put("mail.example.com", address, "mail.example.com", "NS", "ns1.example.com.")

    evidence = await walker(Question("mail.example.com", "CNAME")).observe(case())

    servers = evidence.zone_of("mail.example.com").servers
    assert [server.address for server in servers] == ["127.0.0.13", "127.0.0.14"]


async def test_a_maze_of_referrals_comes_to_an_end(internet, walker):
    """Every server refers to the next label, down to a server that refers to itself."""
    deep = ".".join(f"l{number}" for number in range(12)) + ".example.com"
    labels = deep.split(".")
    for address in ("127.0.0.13", "127.0.0.14"):
        for start in range(len(labels) - 2):
            internet.put("example.com", address, ".".join(labels[start:]), "NS", "ns1.example.com.")
        internet.put("example.com", address, "ns1.example.com", "A", "127.0.0.13")

    evidence = await walker(Question(deep, "TXT")).observe(case(seconds=2))

    assert all(isinstance(answer.outcome, Unknown) for answer in evidence.answers)
    assert len(internet.asked("127.0.0.13") + internet.asked("127.0.0.14")) < 60


async def test_the_search_for_zones_has_a_budget_of_its_own(internet, walker):
    names = [f"ns.d{number}.com." for number in range(13)]
    internet.put("jp", "127.0.0.12", "example.jp", "NS", *names)

    evidence = await walker(Question("x.example.jp", "TXT")).observe(case(domain="x.example.jp", budget=4))

    assert {answer.outcome.reason for answer in evidence.answers} == {Silence.UNREACHABLE}
    assert len(internet.asked("127.0.0.11") + internet.asked("127.0.0.12")) <= 8


async def test_listed_servers_that_refer_elsewhere_are_followed_within_the_guard(internet, make_observer):
    internet.serve("mail.example.com", "127.0.0.15")
    publish(internet, "127.0.0.15", origin="mail.example.com")
    internet.put("example.com", "127.0.0.13", "mail.example.com", "NS", "ns.mail.example.com.")
    internet.put("example.com", "127.0.0.13", "ns.mail.example.com", "A", "127.0.0.15")
    listed = {"nameservers": (("127.0.0.13", internet.port),), "port": internet.port}

    followed = await make_observer(TXT, **listed).observe(case())
    guarded = await make_observer(TXT, refused=forbidden, **listed).observe(case())

    assert followed.zone_of(TXT.name).apex == "mail.example.com"
    assert [type(answer.outcome) for answer in followed.to(TXT)] == [Present]
    assert [answer.outcome.reason for answer in guarded.to(TXT)] == [Silence.FORBIDDEN]


async def test_of_many_servers_that_listed_ones_refer_to_one_address_each_is_asked(internet, make_observer):
    names = [f"ns{number}.mail.example.com" for number in range(14)]
    internet.put("example.com", "127.0.0.13", "mail.example.com", "NS", *(f"{name}." for name in names))
    for name in names:
        internet.put("example.com", "127.0.0.13", name, "A", "127.0.0.14", "127.0.0.15")
    listed = {"nameservers": (("127.0.0.13", internet.port),), "port": internet.port}

    evidence = await make_observer(TXT, **listed).observe(case())

    assert [server.name for server in evidence.zone_of(TXT.name).servers] == sorted(names)[:MOST_SERVERS]


async def test_of_a_crowd_of_name_servers_that_a_zone_lists_a_few_are_kept(internet, make_observer):
    names = [f"ns{number:02}.example.com" for number in range(40)]
    internet.put("example.com", "127.0.0.13", "example.com", "NS", *(f"{name}." for name in names))

    evidence = await make_observer(TXT, nameservers=(("127.0.0.13", internet.port),)).observe(case())

    assert evidence.zone_of(TXT.name).own == tuple(names[:MOST_NAMES])


async def test_names_that_listed_servers_refer_to_are_looked_up_side_by_side():
    under_way, most = 0, 0

    class Slow:
        patience = (1.0,)

        async def ask(self, _server, question, *_):
            nonlocal under_way, most
            under_way += 1
            most = max(most, under_way)
            await asyncio.sleep(0)
            under_way -= 1
            return Reply(Present((RRset(question.name, "A", 60, (Address("192.0.2.1"),)),)))

    names = ("a.example.com", "b.example.com", "c.example.com")
    listed = (Server("ns", "192.0.2.2"),)
    referral = Referral("mail.example.com", names, {}, 60)
    allowance = Allowance(60, asyncio.get_running_loop().time() + 5)

    zone = await FixedServers(Slow(), None, utcnow).follow(
        Zone("mail.example.com", "example.com", listed), referral, allowance
    )

    assert [server.name for server in zone.servers] == list(names)
    assert most == len(names)


@pytest.mark.parametrize("domain", ["mail.example.com", "click.mail.example.com"])
async def test_listed_servers_tell_the_apex_even_at_a_cname(nameserver, make_observer, domain):
    nameserver.put("click.mail.example.com", "CNAME", ["x.example.net."])

    evidence = await make_observer(Question(domain, "CNAME")).observe(case(domain=domain))

    assert evidence.zone_of(domain).apex == "example.com"


async def test_listed_servers_without_the_zone_are_the_problem(make_observer):
    question = Question("mail.example.org", "TXT")

    evidence = await make_observer(question).observe(case(domain="mail.example.org"))

    zone = evidence.zone_of("mail.example.org")
    assert (zone.apex, zone.problem.reason) == (None, Silence.REFUSED)
    assert [answer.outcome.reason for answer in evidence.to(question)] == [Silence.REFUSED] * 2
