"""BIND as the oracle: it and the sandbox's name server must look the same to the observer."""

import asyncio
import contextlib
import shutil
import socket

import dns.asyncquery
import dns.exception
import dns.message
import pytest

from bot.adapters.dns.observer import Observer, ObserverSettings
from bot.clock import utcnow
from core.diagnosis import Case, diagnose
from core.observations import Present, Question, Silence
from core.zonefile import resource_record
from tests.bot.adapters.dns.conftest import asking, case
from tests.fakes.record_sets import record_set

pytestmark = pytest.mark.oracle

SOA = "example.com. 5 IN SOA ns1.example.com. hostmaster.example.com. 1 3600 600 86400 5\n"
ZONE_HEAD = """\
$ORIGIN example.com.
@ 300 IN NS ns1.example.com.
@ 300 IN NS ns2.example.com.
ns1 300 IN A 127.0.0.1
ns2 300 IN A 127.0.0.1
"""
EXTRA = """\
*.star.example.com. 60 IN TXT "starred"
long.example.com. 60 IN TXT {strings}
chain.example.com. 60 IN CNAME long.example.com.
sub.example.com. 60 IN NS ns.sub.example.com.
ns.sub.example.com. 60 IN A 192.0.2.1
""".format(strings=" ".join(['"' + "x" * 250 + '"'] * 20))

QUESTIONS = tuple(
    Question(name, kind)
    for name, kind in [
        ("nothing.example.com", "TXT"),
        ("ns1.example.com", "TXT"),
        ("star.example.com", "TXT"),
        ("x.star.example.com", "TXT"),
        ("long.example.com", "TXT"),
        ("chain.example.com", "CNAME"),
        ("ns1.example.com", "A"),
        ("ns1.example.com", "CAA"),
        ("mail.example.com", "MX"),
        ("_domainkey.mail.example.com", "TXT"),
        ("example.com", "SOA"),
        ("example.com", "NS"),
        ("example.org", "TXT"),
    ]
)


def free_port() -> int:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


async def answers(port: int) -> bool:
    with contextlib.suppress(dns.exception.DNSException, OSError):
        await dns.asyncquery.udp(dns.message.make_query("example.com", "SOA"), "127.0.0.1", port=port, timeout=0.2)
        return True
    return False


@pytest.fixture
def records():
    return record_set("mail.example.com")


@pytest.fixture
async def bind(tmp_path, records):
    """Serve the zone with `named`; yield its (host, port)."""
    program = shutil.which("named") or shutil.which("/usr/sbin/named")
    if program is None:
        pytest.skip("named (bind9) is not installed")
    port = free_port()
    (tmp_path / "zone").write_text(SOA + ZONE_HEAD + "\n".join(map(resource_record, records)) + "\n" + EXTRA)
    (tmp_path / "named.conf").write_text(
        f'options {{ directory "{tmp_path}"; listen-on port {port} {{ 127.0.0.1; }}; listen-on-v6 {{ none; }};'
        f' pid-file "{tmp_path}/pid"; session-keyfile "{tmp_path}/key"; recursion no; dnssec-validation no; }};\n'
        f'controls {{ }}; zone "example.com" {{ type primary; file "{tmp_path}/zone"; }};\n'
    )
    with (tmp_path / "log").open("wb") as log:
        process = await asyncio.create_subprocess_exec(
            program, "-g", "-n", "1", "-c", str(tmp_path / "named.conf"), stderr=log
        )
    try:
        for _ in range(100):
            if await answers(port):
                break
            assert process.returncode is None, (tmp_path / "log").read_text()
            await asyncio.sleep(0.05)
        yield ("127.0.0.1", port)
    finally:
        with contextlib.suppress(ProcessLookupError):
            process.terminate()
        await process.wait()


async def observed(place, questions=None, looked_at=None):
    options = {} if questions is None else {"questions": asking(*questions)}
    observer = Observer(ObserverSettings(nameservers=(place,)), **options)
    try:
        return await observer.observe(looked_at or case(budget=300))
    finally:
        await observer.aclose()


async def test_bind_and_the_sandbox_look_the_same(bind, nameserver, records):
    nameserver.apply(ZONE_HEAD + "\n".join(map(resource_record, records)) + "\n" + EXTRA)
    place = nameserver.nameservers[0]
    wanted = QUESTIONS + tuple(Question(record.name, record.type) for record in records)

    theirs, ours = [await observed(server, wanted) for server in (bind, place)]

    def said(evidence):
        outcomes = {answer.question: answer.outcome for answer in evidence.answers}
        return {question: plain(outcomes[question]) for question in wanted}

    assert said(ours) == said(theirs)
    assert {zone.name: zone.apex for zone in ours.zones} == {zone.name: zone.apex for zone in theirs.zones}


def plain(outcome):
    """Leave out what servers may word or order as they like."""
    if isinstance(outcome, Present):
        return {(rrset.name, rrset.type, rrset.ttl, frozenset(rrset.rdatas)) for rrset in outcome.rrsets[:1]}
    return getattr(outcome, "kind", None) or outcome.reason, getattr(outcome, "negative_ttl", None)


async def test_records_that_bind_serves_are_verified(bind, records):
    whole = Case("mail.example.com", records)

    evidence = await observed(bind, looked_at=whole)

    required = [finding for finding in diagnose(whole, evidence, utcnow()) if finding.record.required]
    assert required
    assert all(finding.verified for finding in required)


async def test_a_zone_that_bind_does_not_hold_is_refused(bind):
    question = Question("mail.example.org", "TXT")

    evidence = await observed(bind, (question,), case(domain="mail.example.org"))

    assert [answer.outcome.reason for answer in evidence.to(question)] == [Silence.REFUSED]
