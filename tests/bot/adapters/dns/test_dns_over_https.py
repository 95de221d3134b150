"""Where port 53 is closed, resolvers behind HTTPS are asked, and nothing is said about single name servers."""

import asyncio
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime

import dns.flags
import dns.message
import httpx
import pytest
from starlette.responses import RedirectResponse, Response

from bot.adapters.dns import https, limits
from bot.adapters.dns.observer import Observer, ObserverSettings
from bot.adapters.dns.pacing import Slots
from bot.clock import utcnow
from bot.messages import check_document, check_table
from bot.services.looking import Looking
from core.diagnosis import Case, diagnose
from core.durations import Durations
from core.findings import BlockedOn, Code, State
from core.observations import Absent, Present, Question, Silence, Unknown, Vantage
from core.sending_domain import Language
from core.zonefile import resource_record
from tests.bot.adapters.dns.conftest import asking, case
from tests.fakes import doh
from tests.fakes.record_sets import record_set

NAME = "mail.example.com"
RECORDS = record_set(NAME)
KEY = Question(f"td1._domainkey.{NAME}", "TXT", Vantage.RESOLVERS)
WHOLE = Case(NAME, RECORDS, resolvers=1, vantage=Vantage.RESOLVERS)


@pytest.fixture
async def resolver(nameserver):
    async with doh.running(nameserver.resolvers[0]) as resolver:
        yield resolver


@pytest.fixture
async def make(resolver):
    made = []

    def make(*questions, **more):
        options = {"questions": asking(*questions)} if questions else {}
        observer = Observer(ObserverSettings(https=(resolver.url,), **more), **options)
        made.append(observer)
        return observer

    yield make
    for observer in made:
        await observer.aclose()


@pytest.fixture
def outcome(make):
    async def ask(**more):
        evidence = await make(KEY, **more).observe(case(vantage=Vantage.RESOLVERS))
        (answer,) = evidence.answers
        return answer.outcome

    return ask


def told(evidence):
    return {finding.record.purpose: finding for finding in diagnose(WHOLE, evidence, utcnow())}


async def test_applied_records_are_verified_and_marked_as_seen_through_resolvers(nameserver, make):
    nameserver.apply("\n".join(map(resource_record, RECORDS)))

    evidence = await make().observe(WHOLE)

    findings = told(evidence).values()
    assert [finding.code for finding in findings if not finding.verified] == []
    assert {finding.facts["vantage"] for finding in findings} == {"recursive"}
    assert evidence.vantage is Vantage.RESOLVERS
    assert {zone.apex for zone in evidence.zones} == {"example.com"}


async def test_nobody_is_asked_over_port_53(nameserver, make, monkeypatch):
    nameserver.apply("\n".join(map(resource_record, RECORDS)))
    observer = make()

    def refuse(*_):
        raise AssertionError("asked over UDP")

    monkeypatch.setattr(observer._exchanger._udp, "exchange", refuse)

    assert told(await observer.observe(WHOLE))["DKIM"].verified
    assert (await observer.control()).online


async def test_a_query_is_posted_as_rfc_8484_has_it(resolver, outcome):
    await outcome()

    (request,), (packet,) = resolver.asked, resolver.packets
    query = dns.message.from_wire(packet)
    assert (request.method, request.headers["content-type"], request.headers["accept"]) == (
        "POST",
        "application/dns-message",
        "application/dns-message",
    )
    assert query.id == 0
    assert query.flags & dns.flags.RD


async def test_records_that_are_not_there_are_missing(make):
    evidence = await make().observe(WHOLE)

    assert told(evidence)["DKIM"].code is Code.MISSING
    assert all(isinstance(answer.outcome, Absent) for answer in evidence.answers)


async def test_signatures_that_do_not_fit_are_told_from_a_failure_by_asking_unchecked(nameserver, make):
    nameserver.apply("\n".join(map(resource_record, RECORDS)))
    nameserver.slip("signatures-expired", NAME)

    finding = told(await make().observe(WHOLE))["DKIM"]

    assert (finding.code, finding.state) == (Code.DNSSEC_BOGUS, State.TEMPORARY)
    assert finding.facts["ede"]


@pytest.mark.parametrize(
    ("answer", "reason"),
    [
        (Response("no", status_code=503), Silence.UNREACHABLE),
        (RedirectResponse("http://127.0.0.1:9/"), Silence.UNREACHABLE),
        (Response("<html>", media_type="text/html"), Silence.GARBAGE),
        (Response(b"", media_type=doh.MEDIA_TYPE), Silence.GARBAGE),
        (Response(bytes(range(256)), media_type=doh.MEDIA_TYPE), Silence.GARBAGE),
        (Response(bytes(1_000_000), media_type=doh.MEDIA_TYPE), Silence.GARBAGE),
        (
            Response(
                dns.message.make_response(dns.message.make_query("x.", "TXT", id=0)).to_wire(),
                media_type=doh.MEDIA_TYPE,
            ),
            Silence.GARBAGE,
        ),
    ],
)
async def test_what_is_no_answer_is_none(resolver, outcome, answer, reason):
    resolver.answers.append(answer)

    assert (await outcome()).reason is reason


@pytest.mark.parametrize(("status", "rests"), [(429, True), (503, True), (500, False)])
async def test_a_resolver_that_is_asked_too_much_is_left_in_peace_for_as_long_as_it_says(resolver, make, status, rests):
    resolver.answers.append(Response("no", status_code=status, headers={"retry-after": "30"}))
    observer = make(KEY)

    answers = [(await observer.observe(case(vantage=Vantage.RESOLVERS))).answers[0].outcome for _ in range(2)]
    control = await observer.control()

    assert answers[0] == Unknown(Silence.UNREACHABLE, detail=f"HTTP {status}")
    assert isinstance(answers[1], Unknown) == rests
    assert len(resolver.asked) == (1 if rests else 3)
    assert control.online != rests


@pytest.mark.parametrize(
    ("status", "said", "seconds"),
    [
        (503, "0", 0),
        (429, "120", 120),
        (429, None, https.USUAL_REST),
        (429, "soon", https.USUAL_REST),
        (503, None, 0),
        (503, "in a while", 0),
        (429, f"Mon, 01 Jan 2020 00:00:00 +{'9' * 20}", https.USUAL_REST),
        (503, "Mon, 01 Jan 2020 00:00:00", 0),
    ],
)
def test_how_long_a_resolver_wants_no_questions(status, said, seconds):
    headers = {} if said is None else {"retry-after": said}

    assert https._retry_after(httpx.Response(status, headers=headers)) == seconds


def test_a_resolver_may_name_the_moment_until_which_it_wants_none():
    headers = {"retry-after": format_datetime(datetime.now(UTC) + timedelta(seconds=60))}

    assert https._retry_after(httpx.Response(429, headers=headers)) == pytest.approx(60, abs=30)


@pytest.mark.parametrize(("said", "asleep"), [(-5, 0), (20, 20), (10**9, https.LONGEST_REST)])
async def test_a_rest_is_neither_endless_nor_over_before_it_began(said, asleep):
    exchanger = https.HttpsExchanger((), Slots(1, 1), 1, 1)

    exchanger.rest("x", said)

    assert exchanger._resting["x"] - asyncio.get_running_loop().time() == pytest.approx(asleep, abs=1)


async def test_what_resolvers_say_over_https_is_bounded_like_everything_else(nameserver, make, monkeypatch):
    monkeypatch.setattr(limits, "MOST_OCTETS", 100)
    nameserver.apply("\n".join(map(resource_record, RECORDS)))

    evidence = await make(KEY).observe(case(vantage=Vantage.RESOLVERS))

    assert [answer.outcome.reason for answer in evidence.answers] == [Silence.GARBAGE]


async def test_a_lost_answer_is_asked_for_again(nameserver, resolver, outcome):
    nameserver.apply("\n".join(map(resource_record, RECORDS)))
    resolver.answers.append(None)

    assert isinstance(await outcome(timeout=0.2, tcp_timeout=0.2), Present)
    assert len(resolver.asked) == 2


async def test_a_resolver_out_of_reach_blames_no_name_server(make, resolver):
    resolver.answers += [Response("no", status_code=503)] * 50
    observer = make()

    findings = told(await observer.observe(WHOLE)).values()

    resolver.answers = [Response("no", status_code=503)]
    control = await observer.control()
    assert {(finding.code, finding.blocked_on, finding.definite) for finding in findings} == {
        (Code.CHECKER_OFFLINE, BlockedOn.US, False)
    }
    assert not control.online
    assert "unreachable" in control.error


async def test_every_listed_resolver_is_tried_for_the_doctor(make, resolver):
    (tried,) = await make().survey()

    assert tried.online
    assert resolver.url.split("/")[2] in tried.server


@pytest.mark.parametrize(
    ("url", "proxied"), [("https://dns.example/dns-query", True), ("http://127.0.0.1:1/dns-query", False)]
)
def test_a_proxy_of_the_environment_is_used_except_on_loopback(monkeypatch, url, proxied):
    for name in ("HTTPS_PROXY", "HTTP_PROXY"):
        monkeypatch.setenv(name, "http://proxy.example:3128")
    monkeypatch.delenv("NO_PROXY", raising=False)
    monkeypatch.delenv("no_proxy", raising=False)

    client = https._client(url, 1.0)

    assert isinstance(client, httpx.AsyncClient)
    assert (client._transport_for_url(httpx.URL(url)) is not client._transport) is proxied


async def test_a_check_says_to_people_and_machines_that_only_resolvers_were_asked(nameserver, resolver, make):
    nameserver.apply("\n".join(map(resource_record, list(RECORDS)[:2])))
    looking = Looking(make(), utcnow, Durations(), str, resolvers=1, vantage=Vantage.RESOLVERS)

    checkup, _ = await looking.check_up(NAME, RECORDS, around=False)

    place = resolver.url.split("/")[2]
    rows = {row["purpose"]: row for row in check_document(checkup, Language.EN)["records"]}
    assert {(row["vantage"], *row["servers"]) for row in rows.values()} == {("recursive", place)}
    assert [rows[purpose]["state"] for purpose in ("SPF", "DKIM", "MX")] == ["verified", "verified", "pending"]
    assert rows["MX"]["advice"].startswith("The resolvers asked do not see it. Add MX bounce.mail")
    for language in Language:
        assert place in check_table(checkup, language, RECORDS).splitlines()[-1]
