"""What every `DnsObserver` promises: the fake over a zone in memory and the real one over packets alike."""

from collections.abc import AsyncIterator

import pytest

from bot.adapters.dns.observer import Observer, ObserverSettings
from core.diagnosis import Case
from core.observations import (
    Absent,
    Cname,
    Evidence,
    Mx,
    Nothing,
    Present,
    Question,
    Silence,
    Txt,
    Unknown,
    Vantage,
)
from core.records import RecordSet
from sandbox.nameserver.server import Nameserver
from tests.fakes.dns_observer import FakeDnsObserver

SPF = Question("bounce.mail.example.com", "TXT")
MX = Question("bounce.mail.example.com", "MX")
CLICK = Question("click.mail.example.com", "CNAME")


class Asker:
    """Stands in for the core: wants to know a fixed list, then what a first answer leads to."""

    def __init__(self) -> None:
        self.wanted: tuple[Question, ...] = (SPF, MX, CLICK)
        self.afterwards: tuple[Question, ...] = ()

    def __call__(self, _: Case, evidence: Evidence) -> tuple[Question, ...]:
        missing = tuple(question for question in self.wanted if not evidence.asked(question))
        return missing or tuple(question for question in self.afterwards if not evidence.asked(question))


class FakeWorld:
    """The fake, with its zone."""

    def __init__(self, asker: Asker) -> None:
        self.observer = self._fake = FakeDnsObserver(questions=asker)

    def put(self, name: str, rdtype: str, value: str, server: str | None = None) -> None:
        self._fake.put(name, rdtype, value, server=server)

    def silence(self, server: str | None = None) -> None:
        self._fake.silence(server)

    def cut_off(self) -> None:
        self._fake.online = False


class RealWorld:
    """The real observer before a name server on loopback."""

    def __init__(self, asker: Asker, nameserver: Nameserver) -> None:
        self._nameserver = nameserver
        nameserver.create_zone("example.com")
        self.observer = Observer(
            ObserverSettings(
                nameservers=nameserver.nameservers,
                resolvers=nameserver.resolvers,
                timeout=0.05,
                tcp_timeout=0.2,
                control_seconds=0.5,
            ),
            questions=asker,
        )

    def put(self, name: str, rdtype: str, value: str, server: str | None = None) -> None:
        pieces = [value[start : start + 255] for start in range(0, len(value), 255)]
        values = {"TXT": " ".join(f'"{piece}"' for piece in pieces), "CNAME": f"{value}.", "MX": f"{value}."}
        self._nameserver.put(name, rdtype, [values[rdtype]], server=server)

    def silence(self, server: str | None = None) -> None:
        for label in ("ns1", "ns2", "resolver") if server is None else (server,):
            self._nameserver.fault("silent", label)

    def cut_off(self) -> None:
        self._nameserver.fault("silent", "resolver")


@pytest.fixture
def asker() -> Asker:
    return Asker()


@pytest.fixture(params=["fake", "real"])
async def world(request, asker) -> AsyncIterator[FakeWorld | RealWorld]:
    if request.param == "fake":
        yield FakeWorld(asker)
        return
    async with Nameserver() as nameserver:
        real = RealWorld(asker, nameserver)
        yield real
        await real.observer.aclose()


def case(**changes) -> Case:
    return Case(**{"domain": "mail.example.com", "records": RecordSet(), "resolvers": 1, "seconds": 5} | changes)


def outcomes(evidence, question):
    return [answer.outcome for answer in evidence.to(question)]


async def test_every_nameserver_answers_every_question_of_a_full_look(world):
    world.put("bounce.mail.example.com", "TXT", "v=spf1 include:amazonses.com ~all")
    world.put("bounce.mail.example.com", "MX", "10 feedback-smtp.us-east-1.amazonses.com")
    world.put("click.mail.example.com", "CNAME", "click.engage.example.net")

    evidence = await world.observer.observe(case())

    spf, mx, click = (outcomes(evidence, question) for question in (SPF, MX, CLICK))
    assert [outcome.rrsets[0].rdatas for outcome in spf] == [(Txt((b"v=spf1 include:amazonses.com ~all",)),)] * 2
    assert [outcome.rrsets[0].rdatas for outcome in mx] == [(Mx(10, "feedback-smtp.us-east-1.amazonses.com"),)] * 2
    assert [outcome.rrsets[0].rdatas for outcome in click] == [(Cname("click.engage.example.net"),)] * 2
    assert [outcome.rrsets[0].ttl for outcome in click] == [300, 300]
    assert len({answer.server for answer in evidence.answers}) == 2


async def test_nothing_there_is_absent_in_its_two_ways(world):
    world.put("bounce.mail.example.com", "MX", "10 feedback-smtp.us-east-1.amazonses.com")

    evidence = await world.observer.observe(case())

    assert [(outcome.kind, outcome.negative_ttl) for outcome in outcomes(evidence, SPF)] == [(Nothing.NODATA, 5)] * 2
    assert [outcome.kind for outcome in outcomes(evidence, CLICK)] == [Nothing.NXDOMAIN] * 2


async def test_a_cname_answers_in_the_place_of_another_type(world, asker):
    asker.wanted = (SPF,)
    world.put("bounce.mail.example.com", "CNAME", "elsewhere.example.net")

    evidence = await world.observer.observe(case())

    assert [outcome.rrsets[0].rdatas for outcome in outcomes(evidence, SPF)] == [(Cname("elsewhere.example.net"),)] * 2


async def test_long_txt_keeps_its_strings(world, asker):
    asker.wanted = (SPF,)
    world.put("bounce.mail.example.com", "TXT", "x" * 400)

    evidence = await world.observer.observe(case())

    (txt,) = outcomes(evidence, SPF)[0].rrsets[0].rdatas
    assert [len(string) for string in txt.strings] == [255, 145]


async def test_nameservers_may_disagree(world):
    world.put("click.mail.example.com", "CNAME", "click.engage.example.net", server="ns1")

    evidence = await world.observer.observe(case())

    assert {type(outcome) for outcome in outcomes(evidence, CLICK)} == {Present, Absent}


async def test_silence_is_unknown_and_never_absent(world):
    world.silence("ns2")

    evidence = await world.observer.observe(case())

    assert {type(outcome) for outcome in outcomes(evidence, SPF)} == {Absent, Unknown}
    (unknown,) = [outcome for outcome in outcomes(evidence, SPF) if isinstance(outcome, Unknown)]
    assert unknown.reason is Silence.TIMEOUT


async def test_a_look_that_is_not_full_is_content_with_one_usable_answer(world):
    world.silence("ns1")

    evidence = await world.observer.observe(case(full=False))

    usable = [outcome for outcome in outcomes(evidence, SPF) if not isinstance(outcome, Unknown)]
    assert len(usable) == 1


async def test_questions_that_answers_lead_to_are_asked_in_their_turn(world, asker):
    asker.afterwards = (Question("bounce.mail.example.com", "TXT", Vantage.RESOLVERS),)
    world.put("bounce.mail.example.com", "TXT", "v=spf1 ~all")

    evidence = await world.observer.observe(case())

    (resolved,) = evidence.to(asker.afterwards[0])
    assert isinstance(resolved.outcome, Present)
    assert evidence.answers[-1] == resolved


async def test_the_apex_and_the_servers_of_the_zone_are_told(world):
    evidence = await world.observer.observe(case())

    zone = evidence.zone_of("mail.example.com")
    assert zone is not None
    assert (zone.apex, len(zone.servers), zone.problem) == ("example.com", 2, None)
    assert evidence.zone_of("click.mail.example.com").apex == "example.com"


async def test_what_the_budget_leaves_out_is_unknown(world):
    evidence = await world.observer.observe(case(budget=4))

    reasons = {getattr(outcome, "reason", None) for q in (SPF, MX, CLICK) for outcome in outcomes(evidence, q)}
    assert reasons == {None, Silence.BUDGET}
    assert 2 <= evidence.spent <= 4
    assert all(evidence.asked(question) for question in (SPF, MX, CLICK))


async def test_a_core_that_never_has_enough_is_asked_no_more_than_once_for_each_question(world, asker):
    asker.wanted = (SPF, SPF)

    evidence = await world.observer.observe(case())

    assert len(evidence.to(SPF)) == 2


async def test_answers_carry_their_moment_in_utc(world):
    evidence = await world.observer.observe(case())

    assert all(answer.at.utcoffset().total_seconds() == 0 for answer in evidence.answers)
    assert all(answer.took_ms >= 0 for answer in evidence.answers)


async def test_the_control_query_tells_whether_anybody_can_be_asked(world):
    online = await world.observer.control()
    world.cut_off()

    offline = await world.observer.control()

    assert (online.online, online.error) == (True, "")
    assert online.server
    assert not offline.online
    assert "timeout" in offline.error
