"""Each mistake in a zone is the same finding, whether BIND serves it or the sandbox; and DNSSEC is real."""

import asyncio
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from bot.adapters.dns.observer import Observer, ObserverSettings
from bot.clock import utcnow
from core.diagnosis import Case, diagnose
from core.findings import Code, State
from core.observations import Question, Silence, Vantage
from core.records import RecordSet
from core.zonefile import resource_record
from sandbox.nameserver.server import Nameserver
from sandbox.nameserver.slips import SLIPS, Group
from tests.bot.adapters.dns.conftest import asking, case
from tests.fakes import named
from tests.fakes.record_sets import record_set

pytestmark = pytest.mark.oracle

UNSERVABLE = {
    "cname-in-the-way": "BIND loads no zone with a CNAME beside other data",
    "text-beside-cname": "BIND loads no zone with a CNAME beside other data",
}
IN_ZONES = [
    slip.name
    for slip in SLIPS.values()
    if slip.group not in {Group.SERVERS, Group.CACHES} and slip.name not in UNSERVABLE
]


EXPIRED = {"6", "7", "9"}
"""RFC 8914 section 4: bogus, signature expired, or no key left that could be trusted because of that."""


def domain_of(slip):
    return f"mail.{slip}.example"


async def looked_at(domain, nameserver, resolver):
    observer = Observer(ObserverSettings(nameservers=(nameserver,), resolvers=(resolver,), timeout=5.0))
    whole = Case(domain, record_set(domain), resolvers=1, budget=120, seconds=60)
    try:
        evidence = await observer.observe(whole)
    finally:
        await observer.aclose()
    return diagnose(whole, evidence, utcnow())


def told(findings):
    return {
        finding.record.purpose: (finding.state, finding.code, sorted(remark.code for remark in finding.remarks))
        for finding in findings
    }


async def told_of_all(place):
    return {slip: told(await looked_at(domain_of(slip), place, place)) for slip in IN_ZONES}


@pytest.fixture(scope="module")
def zones():
    """Every mistake in a zone of its own: texts by origin."""
    nameserver = spoiled(Nameserver())
    authority = nameserver._authorities["ns1"]
    return {
        zone.origin.to_text(omit_final_dot=True): "\n".join(rrset.to_text() for rrset in in_order(zone)) + "\n"
        for zone in authority.zones.values()
    }


def in_order(zone):
    return sorted(zone.rrsets.values(), key=lambda rrset: rrset.rdtype.name != "SOA")


def spoiled(nameserver):
    nameserver.apply('amazonses.com. 300 IN TXT "v=spf1 ip4:199.255.192.0/22 -all"')
    for slip in IN_ZONES:
        nameserver.apply("\n".join(map(resource_record, record_set(domain_of(slip)))))
        if slip == "dmarc-milder":  # than what an admin must have chosen first
            nameserver.put(f"_dmarc.{domain_of(slip)}", "TXT", ['"v=DMARC1; p=quarantine;"'])
        nameserver.slip(slip, domain_of(slip))
    for zone in nameserver._authorities["ns1"].zones:
        for name in ("ns1", "ns2"):  # BIND loads no zone without
            nameserver.put(f"{name}.{zone}", "A", ["127.0.0.1"])
    return nameserver


async def test_every_mistake_in_a_zone_is_the_same_finding_at_bind_and_in_the_sandbox(zones, tmp_path):
    async with named.bind(tmp_path, zones) as theirs, spoiled(Nameserver()) as nameserver:
        ours = nameserver.nameservers[0]
        at_bind, in_sandbox = await asyncio.gather(*(told_of_all(place) for place in (theirs, ours)))

    assert {slip: (at_bind[slip], ours) for slip, ours in in_sandbox.items() if at_bind[slip] != ours} == {}
    assert len({code for seen in at_bind.values() for _, code, _ in seen.values()}) > 30  # they are not all silent


async def signed(folder: Path, zone: str, *, until: str) -> tuple[str, str]:
    """Sign a good zone until `until` (YYYYMMDDHHMMSS); return its text and the key to trust."""
    folder.mkdir()  # noqa: ASYNC240 -- a test that nobody shares the loop with
    names = ("-K", str(folder), "-q", "-a", "ECDSAP256SHA256")
    key = (await run(named.program("dnssec-keygen"), *names, "-f", "KSK", zone)).strip()
    await run(named.program("dnssec-keygen"), *names, zone)
    records = "\n".join(map(resource_record, record_set(f"mail.{zone}")))
    head = f"$ORIGIN {zone}.\n@ 300 IN SOA ns1 hostmaster 1 3600 600 86400 5\n@ 300 IN NS ns1\nns1 300 IN A 127.0.0.1\n"
    (folder / "zone").write_text(f"{head}{records}\n")
    span = ("-s", "20200101000000", "-e", until)
    await run(
        *(named.program("dnssec-signzone"), "-S", "-P", "-q", "-K", str(folder), "-o", zone, *span),
        *("-f", str(folder / "signed"), "-d", str(folder), str(folder / "zone")),
    )
    anchor = (folder / f"{key}.key").read_text().partition("DNSKEY")[2].splitlines()[0].strip()
    return (folder / "signed").read_text(), anchor


async def run(*words):
    process = await asyncio.create_subprocess_exec(
        *words, stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.PIPE
    )
    out, errors = await process.communicate()
    assert process.returncode == 0, errors.decode()
    return out.decode()


@pytest.fixture
async def trusted(tmp_path):
    """BIND with a zone that is signed well and one whose signatures have expired; yields it and both keys."""
    good, good_key = await signed(tmp_path / "good", "good.example", until="20371231000000")
    bogus, bogus_key = await signed(tmp_path / "bogus", "bogus.example", until="20200201000000")
    async with named.bind(tmp_path / "bind", {"good.example": good, "bogus.example": bogus}) as place:
        yield place, {"good.example": good_key, "bogus.example": bogus_key}


async def resolved(domain, resolver):
    question = Question(f"td1._domainkey.{domain}", "TXT", Vantage.RESOLVERS)
    observer = Observer(ObserverSettings(nameservers=(resolver,), resolvers=(resolver,)), questions=asking(question))
    try:
        evidence = await observer.observe(case(domain=domain))
    finally:
        await observer.aclose()
    (answer,) = evidence.to(question)
    return answer.outcome


@pytest.mark.parametrize("resolving", [named.validating_bind, named.validating_unbound])
async def test_a_zone_that_is_signed_well_is_verified_through_a_validating_resolver(trusted, tmp_path, resolving):
    place, anchors = trusted
    async with resolving(tmp_path / "resolver", place, anchors) as resolver:
        findings = await looked_at("mail.good.example", place, resolver)

    assert {finding.record.purpose for finding in findings if not finding.verified} <= {"SPF"}  # its include is away
    assert len(findings) == 7


@pytest.mark.parametrize("resolving", [named.validating_bind, named.validating_unbound])
async def test_expired_signatures_are_bogus_because_the_answer_comes_with_checking_disabled(
    trusted, tmp_path, resolving
):
    place, anchors = trusted
    async with resolving(tmp_path / "resolver", place, anchors) as resolver:
        outcome = await resolved("mail.bogus.example", resolver)
        findings = await looked_at("mail.bogus.example", place, resolver)

    assert outcome.reason is Silence.BOGUS
    dkim = told(findings)["DKIM"]
    assert dkim[:2] == (State.TEMPORARY, Code.DNSSEC_BOGUS)


async def test_the_extended_error_of_a_real_resolver_is_named(trusted, tmp_path):
    place, anchors = trusted
    async with named.validating_unbound(tmp_path / "resolver", place, anchors) as resolver:
        outcome = await resolved("mail.bogus.example", resolver)
        findings = await looked_at("mail.bogus.example", place, resolver)

    assert outcome.reason is Silence.BOGUS
    assert outcome.ede.split()[0] in EXPIRED
    assert {str(finding.facts["ede"]).split()[0] for finding in findings if "ede" in finding.facts} <= EXPIRED
    assert "ede" in next(finding for finding in findings if finding.record.purpose == "DKIM").facts


def aging(*left_out, image):
    """Return a zone that lacks some records and has another target for images."""
    head = "$ORIGIN aging.example.\n@ 90 IN SOA ns1 h 1 3600 600 86400 60\n@ 300 IN NS ns1\nns1 300 IN A 127.0.0.1\n"
    lines = []
    for record in record_set("mail.aging.example"):
        value = replace(record, value=image, ttl=40) if record.purpose == "IMAGE_HOSTING" else record
        lines += [] if record.purpose in left_out else [resource_record(value)]
    return head + "\n".join(lines) + "\n"


async def test_what_a_real_resolver_remembers_is_over_by_the_moment_that_is_told(tmp_path):
    before, after = aging("CLICK_TRACKING", image="old.aging.example"), aging(image="d111111abcdef8.cloudfront.net")
    whole = record_set("mail.aging.example")
    records = tuple(record for record in whole if record.purpose in {"CLICK_TRACKING", "IMAGE_HOSTING"})
    links = Case("mail.aging.example", RecordSet(1, records), resolvers=1, probe=False, seconds=60)
    asked = [Question(f"{label}.mail.aging.example", "CNAME", Vantage.RESOLVERS) for label in ("click", "img")]
    async with (
        named.bind(tmp_path / "old", {"aging.example": before}) as old,
        named.bind(tmp_path / "new", {"aging.example": after}) as new,
        named.validating_unbound(tmp_path / "resolver", old, {}, ("aging.example",)) as resolver,
    ):
        places = ObserverSettings(nameservers=(new,), resolvers=(resolver,), timeout=5.0)
        planting, looking = Observer(places, questions=asking(*asked)), Observer(places)
        await planting.observe(case(domain="mail.aging.example"))
        planted = utcnow()
        await asyncio.sleep(1.1)  # what is left of a TTL is told in whole seconds
        evidence = await looking.observe(links)
        seen = utcnow()
        await asyncio.gather(planting.aclose(), looking.aclose())
    findings = {finding.record.purpose: finding for finding in diagnose(links, evidence, seen)}

    negative, stale = findings["CLICK_TRACKING"], findings["IMAGE_HOSTING"]
    assert (negative.code, stale.code) == (Code.CACHED_NEGATIVE, Code.STALE_CACHE)
    for finding, ttl in ((negative, 60), (stale, 40)):
        assert finding.facts["eta_at"] <= planted + timedelta(seconds=ttl + 1)  # the resolver's clock is in seconds
        assert finding.facts["eta_at"] > planted + timedelta(seconds=ttl - 2)
        assert finding.facts["eta_at"] < seen + timedelta(seconds=ttl)
