"""The observer with the core's own questions: what it sees is enough to judge."""

import contextlib
import random
from dataclasses import replace
from datetime import timedelta

import dns.flags
import dns.message
import dns.rrset
import freezegun
import pytest

from bot.adapters.dns.observer import Observer, ObserverSettings
from bot.clock import utcnow
from core.diagnosis import Case, diagnose, zone_facts
from core.diagnosis.case import Around
from core.findings import Code, State
from core.observations import Absent, Present, Question, Unknown
from core.preflight import preflight_case
from core.records import RecordSet
from core.zonefile import resource_record
from tests.fakes.record_sets import record_set


@pytest.fixture
def records() -> RecordSet:
    return record_set("mail.example.com")


@pytest.fixture
async def observer(nameserver):
    settings = ObserverSettings(
        nameservers=nameserver.nameservers, resolvers=nameserver.resolvers, timeout=0.1, tcp_timeout=0.2
    )
    observer = Observer(settings)
    yield observer
    await observer.aclose()


def full(records) -> Case:
    return Case("mail.example.com", records, resolvers=1, seconds=5)


def found(case, evidence):
    return {finding.record.purpose: (finding.state, finding.code) for finding in diagnose(case, evidence, utcnow())}


async def test_applied_records_are_verified(nameserver, observer, records):
    nameserver.apply("\n".join(map(resource_record, records)))

    evidence = await observer.observe(full(records))

    required = [finding for finding in diagnose(full(records), evidence, utcnow()) if finding.record.required]
    assert [finding.code for finding in required if not finding.verified] == []
    assert len(required) >= 5


async def test_the_zone_is_described_by_its_own_names(nameserver, observer, records):
    nameserver.apply("\n".join(map(resource_record, records)))

    facts = zone_facts(full(records), await observer.observe(full(records)))

    assert (facts.apex, facts.nameservers) == ("example.com", ("ns1.example.com", "ns2.example.com"))


async def test_every_name_of_the_zone_knows_what_the_zone_lists_at_every_look(nameserver, observer, records):
    nameserver.apply("\n".join(map(resource_record, records)))

    looks = [await observer.observe(full(records)) for _ in range(3)]

    for evidence in looks:
        zones = [evidence.zone_of(record.name) for record in records]
        assert {zone.own for zone in zones} == {("ns1.example.com", "ns2.example.com")}


async def test_a_name_that_is_asked_about_late_knows_what_its_zone_lists_too(nameserver):
    early, late = Question("a.mail.example.com", "TXT"), Question("b.mail.example.com", "TXT")

    def one_by_one(_, evidence):
        return (late,) if evidence.asked(early) else (early,)

    observer = Observer(ObserverSettings(nameservers=nameserver.nameservers, per_second=0), questions=one_by_one)
    evidence = await observer.observe(Case("mail.example.com", RecordSet(), resolvers=0, seconds=5))
    await observer.aclose()

    assert evidence.zone_of(early.name).own == ("ns1.example.com", "ns2.example.com")
    assert evidence.zone_of(late.name).own == evidence.zone_of(early.name).own


async def test_records_that_are_not_there_are_missing(observer, records):
    evidence = await observer.observe(full(records))

    codes = {finding.code for finding in diagnose(full(records), evidence, utcnow()) if finding.record.required}
    assert codes == {Code.MISSING}


async def test_silent_servers_judge_nothing(nameserver, observer, records):
    nameserver.fault("silent")

    evidence = await observer.observe(full(records))

    findings = diagnose(full(records), evidence, utcnow())
    assert {(finding.definite, finding.state) for finding in findings} == {(False, State.TEMPORARY)}


async def test_hours_of_frozen_time_pass_without_keeping_a_look_from_its_answers(nameserver, records):
    nameserver.apply("\n".join(map(resource_record, records)))
    settings = ObserverSettings(nameservers=nameserver.nameservers, resolvers=nameserver.resolvers, per_second=0)
    with freezegun.freeze_time("2026-01-01 12:00:00", real_asyncio=True) as clock:
        observer = Observer(settings)
        before = await observer.observe(full(records))
        clock.tick(timedelta(hours=72))
        after = await observer.observe(full(records))
        await observer.aclose()

    assert {type(answer.outcome) for answer in after.answers} <= {Present, Absent}
    assert after.answers[0].at - before.answers[0].at == timedelta(hours=72)


async def test_no_mutated_packet_makes_a_look_raise(records, strange_server):
    """The packets pass for answers (id and question are right); the rest is damage."""
    chance = random.Random(20260101)

    def answer(packet):
        response = dns.message.make_response(dns.message.from_wire(packet))
        name = response.question[0].name
        response.answer.append(dns.rrset.from_text(name, 60, "IN", "CNAME", name.to_text()))
        response.authority.append(
            dns.rrset.from_text(name.parent(), 60, "IN", "NS", "ns1.example.com.", name.to_text())
        )
        wire = bytearray(response.to_wire())
        start = 12 + len(name.to_wire()) + 4
        for _ in range(chance.randrange(8)):
            with contextlib.suppress(IndexError):
                wire[chance.choice([2, 3, 6, 7, 9, 11, *range(start, len(wire))])] = chance.randrange(256)
        wire[2] |= 0x80
        return [bytes(wire)]

    place = await strange_server(answer)
    settings = ObserverSettings(nameservers=(place,), resolvers=(place,), timeout=0.01, tries=1, tcp_timeout=0.05)
    for _ in range(15):
        observer = Observer(settings)
        evidence = await observer.observe(full(records))
        await observer.aclose()

        assert {type(answer.outcome) for answer in evidence.answers} <= {Present, Absent, Unknown}
        assert diagnose(full(records), evidence, utcnow())


async def test_a_cname_loop_and_a_crowd_of_records_are_only_looked_at(nameserver, observer, records):
    spf = next(record for record in records if record.purpose == "SPF")
    click = next(record for record in records if record.purpose == "CLICK_TRACKING")
    nameserver.put(click.name, "CNAME", [f"{click.name}."])
    nameserver.put(spf.name, "TXT", [f'"{number} {"x" * 200}"' for number in range(280)])

    evidence = await observer.observe(full(records))

    judged = found(full(records), evidence)
    assert judged["CLICK_TRACKING"][0] is not State.VERIFIED
    assert judged["SPF"][0] is not State.VERIFIED


async def test_a_record_among_a_hundred_others_is_judged(nameserver, observer, records):
    nameserver.apply("\n".join(map(resource_record, records)))
    spf = next(record for record in records if record.purpose == "SPF")
    nameserver.put(spf.name, "TXT", [f'"{spf.value}"', *(f'"{number} {"x" * 60}"' for number in range(99))])

    judged = found(full(records), await observer.observe(full(records)))

    assert judged["SPF"][0] is State.VERIFIED


@pytest.mark.parametrize("around", list(Around))
async def test_resolvers_hear_of_no_name_of_the_domain_that_is_not_there_yet(nameserver, observer, records, around):
    """They would remember for long that there is nothing (RFC 2308, RFC 8020): not even what records refer to."""
    wrong = {"CLICK_TRACKING", "IMAGE_HOSTING", "SPF", "DMARC", "MX"}
    nameserver.apply("\n".join(resource_record(record) for record in records if record.purpose not in wrong))
    spf = (
        '"v=spf1 include:_spf.mail.example.com a:gone.example.com mx:away.mail.example.com include:amazonses.com ~all"'
    )
    nameserver.put("bounce.mail.example.com", "TXT", [spf])
    nameserver.put("img.mail.example.com", "CNAME", ["hop.example.com."])
    nameserver.put("hop.example.com", "CNAME", ["end.example.com."])
    case = replace(full(records), budget=300, check_targets=True, around=around, shape=False)

    for _ in range(2):  # nor does what is remembered lead there
        evidence = await observer.observe(case)

    heard = {seen.name.to_text(omit_final_dot=True) for seen in nameserver.servers["resolver"].seen}
    right = {finding.record.name for finding in diagnose(case, evidence, utcnow()) if finding.verified}
    assert {name for name in heard if name.endswith("example.com")} <= right | {"example.com"}
    assert right


async def test_resolvers_hear_nothing_of_a_domain_in_a_pre_flight_but_its_zone(nameserver, observer):
    case = preflight_case("mail.example.com", resolvers=1)

    await observer.observe(case)

    heard = {seen.name.to_text(omit_final_dot=True) for seen in nameserver.servers["resolver"].seen}
    assert {name for name in heard if name.endswith("example.com")} <= {"example.com"}


async def test_a_server_that_answers_with_everything_at_once_shows_what_stands_beside_a_cname(strange_server, records):
    click = next(record for record in records if record.purpose == "CLICK_TRACKING")
    apex = ("example.com.", 300, "IN", "SOA", "ns1.example.com. hostmaster.example.com. 1 2 3 4 300")

    def answer(packet):
        query = dns.message.from_wire(packet)
        response = dns.message.make_response(query)
        response.flags |= dns.flags.AA
        if query.question[0].name.to_text() == f"{click.name}.":
            for kind, value in (("CNAME", f"{click.value}."), ("TXT", '"left from before"')):
                response.answer.append(dns.rrset.from_text(f"{click.name}.", 300, "IN", kind, value))
        else:
            response.authority.append(dns.rrset.from_text(*apex))
        return [response.to_wire()]

    place = await strange_server(answer)
    observer = Observer(ObserverSettings(nameservers=(place,), timeout=1))
    case = Case("mail.example.com", RecordSet(1, (click,)), resolvers=0, seconds=5)

    evidence = await observer.observe(case)
    await observer.aclose()

    (finding,) = diagnose(case, evidence, utcnow())
    assert (finding.code, finding.facts["delete"]) == (Code.CNAME_CONFLICT, "TXT left from before")
    assert [server.port for server in finding.servers] == [place[1]]
    assert {answer.question.type for answer in evidence.answers} == {"CNAME"}  # it took no other question
