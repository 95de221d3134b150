"""What becomes of an email domain over time, with the clock and the DNS in the test's hands."""

import asyncio
from datetime import UTC, datetime, timedelta

import pytest
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey
from cryptography.hazmat.primitives.serialization import load_der_public_key

from sandbox.engage import deployment
from sandbox.engage.deployment import Engine, Speed
from sandbox.engage.domains import EVENTS, EmailDomain, Shelf
from sandbox.engage.faults import Fault
from sandbox.engage.records import make_dkim_key, record_set
from tests.fakes.engage_stand_in import Dns

START = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
SPEED = Speed(
    records_after=timedelta(seconds=5), event_every=timedelta(seconds=1), gives_up_after=timedelta(minutes=10)
)
IDENTITY = frozenset({"SPF", "DKIM", "MX"})
ALL = IDENTITY | {"DMARC", "CLICK_TRACKING", "IMAGE_HOSTING", "CERTIFICATE"}


def after(seconds: float) -> datetime:
    return START + timedelta(seconds=seconds)


@pytest.fixture
def dns() -> Dns:
    return Dns()


@pytest.fixture
def engine(dns: Dns, monkeypatch: pytest.MonkeyPatch) -> Engine:
    keys = iter(range(1000))
    monkeypatch.setattr(deployment, "make_dkim_key", lambda: f"key{next(keys)}")
    return Engine(Shelf(), dns, SPEED)


@pytest.fixture
async def domain(engine: Engine) -> EmailDomain:
    attributes = {"domain": "mail.example.com", "dmarcPolicy": "none", "writeOnlyApiKey": "1/key"}
    domain = engine.shelf.add(attributes, START)
    await engine.deploy(domain, START)
    return domain


async def run(engine: Engine, start: float, end: float) -> None:
    """Look each second from `start` to `end`."""
    for second in range(int(start), int(end) + 1):
        await engine.advance(after(second))


async def test_records_are_handed_out_when_they_are_ready(engine: Engine, domain: EmailDomain) -> None:
    before, ready = engine.records(domain, after(4)), engine.records(domain, after(5))

    assert before == []
    assert len(ready) == 7


async def test_nothing_happens_before_the_deployment(engine: Engine) -> None:
    attributes = {"domain": "mail.example.com", "dmarcPolicy": "none", "writeOnlyApiKey": "1/key"}
    domain = engine.shelf.add(attributes, START)

    await run(engine, 0, 60)

    assert (domain.status, domain.events, engine.records(domain, after(60))) == ("SUSPENDED", {}, [])


async def test_three_events_need_nobody_and_come_one_by_one(engine: Engine, domain: EmailDomain) -> None:
    await run(engine, 1, 60)

    assert list(domain.events) == list(EVENTS[:3])
    assert list(domain.events.values()) == [after(1).isoformat(), after(2).isoformat(), after(3).isoformat()]
    assert domain.status == "DEPLOYING"


async def test_the_certificate_waits_for_its_record_only(engine: Engine, dns: Dns, domain: EmailDomain) -> None:
    await run(engine, 1, 10)
    dns.published = frozenset({"CERTIFICATE"})

    await run(engine, 11, 60)

    assert list(domain.events) == list(EVENTS[:4])


async def test_nothing_is_enabled_before_somebody_asked_to_verify(
    engine: Engine, dns: Dns, domain: EmailDomain
) -> None:
    dns.published = ALL

    await run(engine, 1, 60)

    assert list(domain.events) == list(EVENTS[:4])
    assert domain.verification == "NOT_STARTED"


async def test_all_six_events_complete_once_verified(engine: Engine, dns: Dns, domain: EmailDomain) -> None:
    dns.published = ALL
    engine.verify(domain, after(1))

    await run(engine, 1, 60)

    assert list(domain.events) == list(EVENTS)
    assert (domain.verification, domain.status) == ("SUCCESS", "ACTIVE")


async def test_the_cdn_is_not_enabled_without_its_records(engine: Engine, dns: Dns, domain: EmailDomain) -> None:
    dns.published = ALL - {"IMAGE_HOSTING"}
    engine.verify(domain, after(1))

    await run(engine, 1, 60)

    assert list(domain.events) == list(EVENTS[:5])
    assert domain.verification == "SUCCESS"


async def test_verification_gives_up_and_can_be_started_again(engine: Engine, dns: Dns, domain: EmailDomain) -> None:
    engine.verify(domain, after(10))
    await run(engine, 10, 11)
    pending = domain.verification
    await engine.advance(after(610))
    failed, suspended = domain.verification, domain.status

    engine.verify(domain, after(620))
    dns.published = ALL
    await engine.advance(after(621))

    assert (pending, failed, suspended) == ("PENDING", "FAILED", "SUSPENDED")
    assert domain.verification == "SUCCESS"


async def test_a_failed_verification_does_not_mend_itself(engine: Engine, dns: Dns, domain: EmailDomain) -> None:
    engine.verify(domain, after(10))
    await engine.advance(after(610))
    dns.published = ALL

    await run(engine, 611, 620)

    assert domain.verification == "FAILED"


async def test_a_success_whose_records_vanish_is_a_temporary_failure(
    engine: Engine, dns: Dns, domain: EmailDomain
) -> None:
    dns.published = ALL
    engine.verify(domain, after(1))
    await run(engine, 1, 20)

    dns.published = ALL - {"DKIM"}
    await engine.advance(after(21))
    temporary = domain.verification
    dns.published = ALL
    await engine.advance(after(22))

    assert (temporary, domain.verification) == ("TEMPORARY_FAILURE", "SUCCESS")
    assert list(domain.events) == list(EVENTS)


async def test_a_silent_name_server_takes_nothing_away(engine: Engine, dns: Dns, domain: EmailDomain) -> None:
    dns.published = ALL
    engine.verify(domain, after(1))
    await run(engine, 1, 20)

    dns.published = None
    await run(engine, 21, 40)

    assert domain.verification == "SUCCESS"


async def test_a_silent_name_server_keeps_no_other_domain_waiting(engine: Engine, dns: Dns) -> None:
    names = ["silent.example.com", "mail.example.com"]
    for name in names:
        engine.shelf.add({"domain": name, "dmarcPolicy": "none", "writeOnlyApiKey": "1/key"}, START)
    silent, other = engine.shelf
    for each in (silent, other):
        await engine.deploy(each, START)
    heard = asyncio.Event()
    dns.published = IDENTITY
    answers = dns.seen

    async def seen(records):
        if "silent" in str(records):
            await heard.wait()
        return await answers(records)

    dns.seen = seen
    looking = asyncio.create_task(engine.advance(after(6)))
    for _ in range(10):
        await asyncio.sleep(0)

    assert (silent.seen, other.seen) == ([], sorted(IDENTITY))
    heard.set()
    await looking
    assert silent.seen == sorted(IDENTITY)


async def test_verifying_again_does_not_undo_a_success(engine: Engine, dns: Dns, domain: EmailDomain) -> None:
    dns.published = ALL
    engine.verify(domain, after(1))
    await run(engine, 1, 20)

    engine.verify(domain, after(21))

    assert domain.verification == "SUCCESS"


async def test_a_rotated_key_must_be_verified_anew(engine: Engine, dns: Dns, domain: EmailDomain) -> None:
    dns.published = ALL
    engine.verify(domain, after(1))
    await run(engine, 1, 20)
    before = engine.records(domain, after(20))

    await engine.rotate(domain, after(21))

    changed = [new for old, new in zip(before, engine.records(domain, after(21)), strict=True) if old != new]
    assert [record["purpose"] for record in changed] == ["DKIM"]
    assert domain.verification == "PENDING"


async def test_what_was_seen_of_a_key_that_is_rotated_meanwhile_does_not_count(
    engine: Engine, dns: Dns, domain: EmailDomain, monkeypatch: pytest.MonkeyPatch
) -> None:
    engine.verify(domain, after(1))
    look = dns.seen

    async def rotated_meanwhile(records):
        await engine.rotate(domain, after(10))
        return await look(records)

    dns.published = ALL
    monkeypatch.setattr(dns, "seen", rotated_meanwhile)

    await engine.advance(after(10))

    assert domain.verification == "PENDING"


async def test_deploying_again_keeps_key_and_events(engine: Engine, domain: EmailDomain) -> None:
    await run(engine, 1, 10)
    before = (engine.records(domain, after(10)), dict(domain.events))

    await engine.deploy(domain, after(11))

    assert (engine.records(domain, after(11)), domain.events) == before


async def test_events_can_be_stalled_while_the_verification_goes_on(
    engine: Engine, dns: Dns, domain: EmailDomain
) -> None:
    engine.fault = Fault("stall_events")
    dns.published = ALL
    engine.verify(domain, after(1))

    await run(engine, 1, 30)

    assert (domain.events, domain.verification) == ({}, "SUCCESS")


async def test_records_can_be_withheld_without_being_lost(engine: Engine, dns: Dns, domain: EmailDomain) -> None:
    dns.published = ALL
    engine.verify(domain, after(1))
    await run(engine, 1, 20)

    engine.fault = Fault("no_records")
    await run(engine, 21, 22)

    assert engine.records(domain, after(22)) == []
    assert domain.verification == "SUCCESS"


def test_the_dkim_key_is_a_real_one() -> None:
    import base64

    key = load_der_public_key(base64.b64decode(make_dkim_key()))

    assert isinstance(key, RSAPublicKey)
    assert key.key_size == 2048


def test_the_records_have_the_names_and_values_that_it_knows() -> None:
    records = record_set(
        "mail.example.com", region="eu-west-1", policy="reject", selector="td1", dkim_key="MIIB", token="_abc"
    )

    assert [(record["purpose"], record["type"], record["name"]) for record in records] == [
        ("SPF", "TXT", "bounce.mail.example.com"),
        ("DKIM", "TXT", "td1._domainkey.mail.example.com"),
        ("DMARC", "TXT", "_dmarc.mail.example.com"),
        ("CLICK_TRACKING", "CNAME", "click.mail.example.com"),
        ("IMAGE_HOSTING", "CNAME", "img.mail.example.com"),
        ("MX", "MX", "bounce.mail.example.com"),
        ("CERTIFICATE", "CNAME", "_abc.img.mail.example.com"),
    ]
    values = {record["purpose"]: record["value"] for record in records}
    assert values["MX"] == "10 feedback-smtp.eu-west-1.amazonses.com"
    assert values["DKIM"] == "v=DKIM1; k=rsa; p=MIIB"
    assert values["DMARC"] == "v=DMARC1; p=reject;"
    assert values["CERTIFICATE"].startswith("_abc.")
    assert values["CERTIFICATE"].endswith(".acm-validations.aws")
