"""The registry that an operator lists beside his name servers: what it says, and what its silence leaves as it was."""

import asyncio
from datetime import timedelta

import pytest

from bot.adapters.dns.guard import forbidden
from bot.adapters.dns.limits import Allowance
from bot.adapters.dns.observer import Observer, ObserverSettings
from bot.adapters.dns.registry import Registry
from bot.adapters.dns.replies import Referral, Reply
from bot.clock import utcnow
from core.diagnosis import Case, diagnose
from core.findings import Code
from core.observations import Absent, Nothing, Question, Server, Silence, Unknown
from sandbox.nameserver.faults import Fault, FaultKind
from tests.bot.adapters.dns.conftest import asking, case
from tests.bot.services.house import Time
from tests.fakes.record_sets import record_set

TXT = Question("x.mail.example.com", "TXT")
PROVIDER, REGISTRY = "127.0.0.13", "127.0.0.12"
LISTED = ("ns1.example.com", "ns2.example.com")


@pytest.fixture
def clock():
    return Time(utcnow())


@pytest.fixture
def settings(internet):
    return {
        "nameservers": ((PROVIDER, internet.port),),
        "parents": ((REGISTRY, internet.port),),
        "resolvers": (),
        "port": internet.port,
        "timeout": 0.3,
        "tries": 1,
    }


@pytest.fixture
async def make(settings, clock):
    """Make an observer that asks for one TXT record, or what the core wants to know."""
    made = []

    def make(core=False, **changes):
        questions = {} if core else {"questions": asking(TXT)}
        observer = Observer(ObserverSettings(**settings | changes), clock=clock, refused=forbidden, **questions)
        made.append(observer)
        return observer

    yield make
    for observer in made:
        await observer.aclose()


async def zone_seen(observer, domain="mail.example.com"):
    return (await observer.observe(case(domain=domain))).zone_of(domain)


def says(internet, kind):
    internet.servers[REGISTRY].faults[:] = [Fault(kind)]


def gone(internet):
    """Let the domain expire."""
    registry = internet.servers[REGISTRY].source
    for zone in registry.zones.values():
        for key in [key for key in zone.rrsets if key[0].to_text().endswith("example.com.")]:
            del zone.rrsets[key]


async def codes(observer):
    full = Case("mail.example.com", record_set("mail.example.com"), seconds=5)
    evidence = await observer.observe(full)
    findings = diagnose(full, evidence, utcnow())
    return {finding.code for finding in findings}, [each for finding in findings for each in finding.remarks]


async def test_what_the_registry_delegates_is_known_beside_what_the_zone_lists(make):
    zone = await zone_seen(make())

    assert (zone.apex, zone.delegated, zone.own) == ("example.com", LISTED, LISTED)
    assert [str(server) for server in zone.servers] == [f"{PROVIDER}:{zone.servers[0].port}"]


async def test_name_servers_that_differ_are_told_with_both_lists(internet, make):
    internet.put("com", REGISTRY, "example.com", "NS", "ns1.example.com.", "ns.old.example.")

    _, remarks = await codes(make(core=True))

    assert [remark.code for remark in remarks] == [Code.NS_SET_MISMATCH]
    assert remarks[0].facts["parent_ns"] == ("ns.old.example", "ns1.example.com")
    assert remarks[0].facts["zone_ns"] == LISTED


async def test_a_domain_that_the_registry_denies_has_no_zone_whatever_its_servers_say(internet, make):
    gone(internet)

    zone = await zone_seen(make())
    found, _ = await codes(make(core=True))

    assert (zone.apex, zone.servers, zone.problem.kind) == (None, (), Nothing.NXDOMAIN)
    assert found == {Code.NXDOMAIN_PARENT}


@pytest.mark.parametrize("kind", [FaultKind.SILENT, FaultKind.REFUSED, FaultKind.SERVFAIL, FaultKind.GARBAGE])
async def test_a_registry_that_says_nothing_changes_nothing(internet, make, kind):
    says(internet, kind)

    with_it = await codes(make(core=True))
    zone = await zone_seen(make(timeout=0.1))

    assert with_it == await codes(make(core=True, parents=()))
    assert (zone.apex, zone.delegated, zone.problem) == ("example.com", (), None)


async def test_a_registry_that_serves_the_zone_itself_delegates_nothing(internet, make):
    internet.serve("example.com", REGISTRY)

    zone = await zone_seen(make())

    assert (zone.apex, zone.delegated) == ("example.com", ())


async def test_a_referral_to_a_zone_above_says_nothing_about_the_domain(internet, make):
    zone = await zone_seen(make(parents=(("127.0.0.11", internet.port),)))

    assert (zone.apex, zone.delegated) == ("example.com", ())


async def test_a_zone_below_the_registered_domain_is_not_the_registrys_to_delegate(internet, make):
    internet.serve("mail.example.com", PROVIDER)

    zone = await zone_seen(make())

    assert (zone.apex, zone.delegated) == ("mail.example.com", ())


async def test_the_registry_is_asked_once_for_all_looks_and_names_of_its_ttl(internet, make, clock):
    internet.put("com", REGISTRY, "example.com", "NS", "ns1.example.com.", ttl=120)
    observer = make(core=True)

    for _ in range(3):
        await codes(observer)
    asked = list(internet.servers[REGISTRY].seen)
    clock.pass_by(timedelta(seconds=121))
    await codes(observer)

    assert [(seen.name.to_text(), seen.type.name, seen.recursion_desired) for seen in asked] == [
        ("example.com.", "NS", False)
    ]
    assert len(internet.asked(REGISTRY)) == 2


@pytest.mark.parametrize("denied", [False, True], ids=["delegated", "denied"])
async def test_without_a_ttl_the_registry_is_asked_once_a_look(internet, make, denied):
    internet.put("com", REGISTRY, "example.com", "NS", "ns1.example.com.", ttl=0)
    internet.put("com", REGISTRY, "com", "SOA", "a.nic.com. x.nic.com. 1 1 1 1 0", ttl=0)
    if denied:
        gone(internet)
    observer = make(core=True)

    for _ in range(3):
        await codes(observer)

    assert internet.asked(REGISTRY) == [("example.com.", "NS")] * 3


async def test_a_silent_registry_is_waited_for_once_a_minute_and_not_for_each_domain(internet, make, clock):
    says(internet, FaultKind.SILENT)
    observer = make(timeout=0.2)
    await zone_seen(observer)
    asked = len(internet.asked(REGISTRY))

    for name in ("mail.example.com", "mail.example.net", "mail.example.org"):
        await zone_seen(observer, name)
    in_the_minute = len(internet.asked(REGISTRY))
    clock.pass_by(timedelta(seconds=61))
    await zone_seen(observer)

    assert (in_the_minute, len(internet.asked(REGISTRY))) == (asked, 2 * asked)


@pytest.mark.parametrize("waits", ["for room to ask", "for the addresses"])
async def test_our_own_waiting_is_nobodys_silence(clock, waits):
    room = asyncio.Event()

    class Waiting:
        patience = (0.01,)

        async def ask(self, *_):
            await room.wait()
            return Reply(Unknown(Silence.LAME), referral=Referral("example.org", LISTED, {}, 300))

    async def servers():
        if waits == "for the addresses":
            await asyncio.sleep(0.1)
            room.set()
        return (Server("a.nic.com", REGISTRY),)

    registry = Registry(Waiting(), servers, clock)
    allowance = Allowance(60, asyncio.get_running_loop().time() + 5)
    first = await registry.word_on("mail.example.com", allowance)
    room.set()
    second = await registry.word_on("mail.example.org", allowance)

    assert bool(first.servers) == (waits == "for the addresses")
    assert second.servers == LISTED


async def test_what_the_registry_said_last_stands_while_it_is_silent(internet, make, clock):
    observer = make()
    gone(internet)
    denied = await zone_seen(observer)
    says(internet, FaultKind.SILENT)
    clock.pass_by(timedelta(hours=1))

    silent = await zone_seen(observer)
    clock.pass_by(timedelta(days=1))
    forgotten = await zone_seen(observer)

    assert denied.problem.kind is Nothing.NXDOMAIN
    assert silent.problem == denied.problem
    assert (forgotten.apex, forgotten.problem) == ("example.com", None)


async def test_a_domain_that_is_registered_again_is_served_again(internet, make, clock):
    observer = make()
    gone(internet)
    denied = await zone_seen(observer)
    internet.put("com", REGISTRY, "example.com", "NS", *(f"{name}." for name in LISTED))
    clock.pass_by(timedelta(minutes=5))

    again = await zone_seen(observer)

    assert isinstance(denied.problem, Absent)
    assert (again.apex, again.delegated, again.problem) == ("example.com", LISTED, None)


async def test_what_the_listed_servers_refuse_is_their_problem_even_if_it_is_delegated(internet, make):
    internet.put("com", REGISTRY, "example.org", "NS", "ns1.example.com.")

    zone = await zone_seen(make(), "mail.example.org")

    assert (zone.apex, zone.problem.reason) == (None, Silence.REFUSED)


async def test_a_silent_registry_is_named_where_the_listed_servers_are_tried(internet, make):
    says(internet, FaultKind.SILENT)

    survey = await make(resolvers=(), control_seconds=0.5).survey()

    assert [(each.server, each.online) for each in survey] == [
        (f"{PROVIDER}:{internet.port} port {internet.port}", True),
        (f"{REGISTRY}:{internet.port} port {internet.port}", False),
    ]
