"""A look puts no more queries than its budget on the wire, but for those without which nothing could be judged."""

from dataclasses import replace

import pytest

from bot.adapters.dns.observer import Observer, ObserverSettings
from bot.clock import utcnow
from core.diagnosis import Case, diagnose
from core.findings import Code
from core.names import registered_domain
from core.observations import Question, Unknown
from core.zonefile import resource_record
from tests.fakes.record_sets import record_set

DOMAIN = "mail.example.com"
RECORDS = record_set(DOMAIN)
WHOLE = Case(DOMAIN, RECORDS, resolvers=1, seconds=10, check_targets=True, beside=True)


def packets(nameserver):
    """Count what the servers were asked by us; whom the resolver asks in turn is its own business."""
    return sum(seen.client[1] != 0 for server in nameserver.servers.values() for seen in server.seen)


@pytest.fixture
async def observer(nameserver):
    settings = ObserverSettings(nameservers=nameserver.nameservers, resolvers=nameserver.resolvers, timeout=2)
    observer = Observer(settings)
    yield observer
    await observer.aclose()


@pytest.mark.parametrize("budget", [10, 30, 60])
async def test_what_is_owed_is_asked_and_the_rest_ends_with_the_budget(nameserver, observer, budget):
    evidence = await observer.observe(replace(WHOLE, budget=budget))

    owed = 2 * len(RECORDS)
    assert evidence.spent == packets(nameserver)
    assert evidence.spent <= max(budget, owed + 5)  # one query finds the zone, one its own list, and so on
    assert {finding.code for finding in diagnose(WHOLE, evidence, utcnow())} == {Code.MISSING}
    assert all(evidence.asked(Question(record.name, record.type)) for record in RECORDS)


async def test_a_right_set_is_looked_at_within_the_usual_budget_caa_and_targets_included(nameserver, observer):
    nameserver.apply("\n".join(map(resource_record, RECORDS)))
    for record in RECORDS:
        if record.type == "CNAME" and registered_domain(record.value) != "acm-validations.aws":
            nameserver.put(record.value, "A", ["192.0.2.1"])

    evidence = await observer.observe(WHOLE)

    asked = {(answer.question.name, answer.question.type) for answer in evidence.answers}
    assert evidence.spent == packets(nameserver) <= WHOLE.budget
    assert {("example.com", "CAA"), (f"click.{DOMAIN}", "MX"), ("click.engage.example.net", "A")} <= asked
    assert all(finding.verified for finding in diagnose(WHOLE, evidence, utcnow()))


async def test_an_explanation_is_asked_of_one_server_and_of_the_others_if_that_fails(nameserver, observer):
    nameserver.apply("\n".join(map(resource_record, RECORDS)))
    nameserver.fault("refused", server="ns1", name="example.com", rdtype="CAA")

    evidence = await observer.observe(WHOLE)

    said = [answer.outcome for answer in evidence.to(Question(DOMAIN, "CAA"))]
    assert [isinstance(outcome, Unknown) for outcome in said] in ([False], [True, False])
    assert evidence.spent == packets(nameserver)


async def test_repetitions_are_no_queries_of_their_own(nameserver, observer):
    nameserver.apply("\n".join(map(resource_record, RECORDS)))
    nameserver.fault("servfail", server="ns1", name=f"bounce.{DOMAIN}")

    evidence = await observer.observe(WHOLE)

    assert evidence.spent < packets(nameserver)
    assert evidence.spent <= WHOLE.budget


@pytest.mark.parametrize("count", [4, 13])
async def test_every_one_of_many_servers_is_asked_about_every_record(internet, count):
    addresses = [f"127.0.0.{20 + number}" for number in range(count)]
    for number, address in enumerate(addresses):
        await internet.add(address)
        internet.serve("example.com", address)
        internet.put("com", "127.0.0.12", f"ns{number}.example.com", "A", address)
        for record in RECORDS:
            value = f'"{record.value[:250]}" "{record.value[250:]}"' if record.type == "TXT" else f"{record.value}."
            internet.put("example.com", address, record.name, record.type, value)
    internet.put("com", "127.0.0.12", "example.com", "NS", *(f"ns{number}.example.com." for number in range(count)))
    case = Case(DOMAIN, RECORDS, seconds=10)
    observer = Observer(
        ObserverSettings(resolvers=(), root_hints=internet.root, port=internet.port, timeout=2), refused=lambda _: False
    )

    evidence = await observer.observe(case)
    await observer.aclose()

    sent = sum(len(internet.asked(address)) for address in internet.servers)
    owed = len(RECORDS) * count
    assert all(len(internet.asked(address)) >= len(RECORDS) for address in addresses)
    assert all(finding.verified for finding in diagnose(case, evidence, utcnow()))
    assert evidence.spent == sent
    assert owed < sent <= max(case.budget, owed + 12)
