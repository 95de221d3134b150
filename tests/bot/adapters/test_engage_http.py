"""How the Engage adapter speaks HTTP: what it refuses, what it tries again, what it never tells."""

import asyncio
import io
import logging
import ssl
import sys
import traceback
from collections.abc import AsyncIterator, Callable
from contextlib import redirect_stderr, redirect_stdout
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import httpx
import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from cryptography.x509.oid import NameOID

from bot.adapters.engage import EngageProvisioner, retrying
from bot.adapters.engage.retrying import GiveUp, TryAgain, next_try, retry_after
from core.errors import BotError, ConfigurationError, RequestRefused, TransientError
from core.sending_domain import DmarcPolicy
from tests.fakes.engage_stand_in import API_KEY as STAND_IN_KEY
from tests.fakes.engage_stand_in import running_stand_in

API_KEY = "1/the-api-key"
WRITE_KEY = "1/the-write-only-key"
NOW = datetime(2026, 3, 2, 14, 5, tzinfo=UTC)
DOMAIN = {"domain": "mail.example.com", "verificationStatus": "PENDING"}
ONE = {"data": {"type": "emailDomains", "id": "id-1", "attributes": DOMAIN}}
NOT_FOUND = {"errors": [{"status": "404", "detail": "There is no such email domain."}]}

Handler = Callable[[httpx.Request], httpx.Response]


def engage(handler: Handler, **options: Any) -> EngageProvisioner:
    options = {"clock": lambda: NOW, "transport": httpx.MockTransport(handler)} | options
    return EngageProvisioner("https://engage.example", API_KEY, **options)


class Script:
    """Answers one request after the other, and repeats the last answer."""

    def __init__(self, *answers: httpx.Response | Exception) -> None:
        self.answers = list(answers)
        self.requests: list[httpx.Request] = []

    def __call__(self, request: httpx.Request) -> httpx.Response:
        self.requests.append(request)
        answer = self.answers.pop(0) if len(self.answers) > 1 else self.answers[0]
        if isinstance(answer, Exception):
            raise answer
        return httpx.Response(answer.status_code, headers=answer.headers, content=answer.content)


@pytest.fixture(autouse=True)
def _short_pauses(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(retrying, "FIRST_PAUSE", timedelta(milliseconds=1))


async def test_requests_bear_the_key_and_the_media_type() -> None:
    script = Script(httpx.Response(200, json=ONE))

    await engage(script).update("id-1", WRITE_KEY, None)

    (request,) = script.requests
    assert request.headers["authorization"] == f"TD1 {API_KEY}"
    assert request.headers["accept"] == request.headers["content-type"] == "application/vnd.api+json"
    assert str(request.url) == "https://engage.example/api/email_domains/id-1"


async def test_a_path_in_the_address_is_kept() -> None:
    script = Script(httpx.Response(200, json=ONE))
    provisioner = EngageProvisioner("https://gate.example/engage/", API_KEY, transport=httpx.MockTransport(script))

    await provisioner.get("id-1")

    assert str(script.requests[0].url) == "https://gate.example/engage/api/email_domains/id-1"


async def test_an_id_cannot_lead_to_another_path() -> None:
    script = Script(httpx.Response(404, json=NOT_FOUND))

    await engage(script).get("../users?x#y")

    assert script.requests[0].url.raw_path == b"/api/email_domains/..%2Fusers%3Fx%23y"


@pytest.mark.parametrize(
    "url",
    [
        "http://engage.example",
        "http://10.0.0.1:8080",
        "http://127.0.0.1.example.com",
        "ftp://engage.example",
        "engage.example",
        "https://",
        "https://user:secret@engage.example",
        "https://engage.example?x=1",
        "",
        "http://[::1",
    ],
)
def test_an_address_that_would_not_be_safe_is_refused(url: str) -> None:
    with pytest.raises(ConfigurationError, match="ENGAGE_API_URL") as caught:
        EngageProvisioner(url, API_KEY)

    assert "secret" not in str(caught.value)


@pytest.mark.parametrize("url", ["http://127.0.0.1:5310", "http://localhost:5310", "http://[::1]:5310"])
def test_loopback_needs_no_tls(url: str) -> None:
    assert url in repr(EngageProvisioner(url, API_KEY))


@pytest.mark.parametrize("key", ["", "  ", "kéy", "two\nlines"])
def test_what_cannot_be_a_key_is_refused_without_being_repeated(key: str) -> None:
    with pytest.raises(ConfigurationError, match="ENGAGE_API_KEY") as caught:
        EngageProvisioner("https://engage.example", key)

    assert not key.strip() or key not in str(caught.value)


def test_all_faults_of_the_settings_are_told_at_once() -> None:
    with pytest.raises(ConfigurationError) as caught:
        EngageProvisioner("http://engage.example", "")

    assert len(caught.value.faults) == 2


@pytest.fixture
async def impostor(tmp_path: Path) -> AsyncIterator[tuple[str, list[bytes]]]:
    """A TLS server whose certificate nobody vouches for, and what it was told."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "localhost")])
    certificate = (
        x509.CertificateBuilder(name, name, key.public_key(), x509.random_serial_number())
        .not_valid_before(datetime.now(UTC) - timedelta(days=1))
        .not_valid_after(datetime.now(UTC) + timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName("localhost")]), critical=False)
        .sign(key, hashes.SHA256())
    )
    private = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    (tmp_path / "pem").write_bytes(private + certificate.public_bytes(Encoding.PEM))
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(tmp_path / "pem")
    told: list[bytes] = []

    async def listen(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        told.append(await reader.read())
        writer.close()

    server = await asyncio.start_server(listen, "127.0.0.1", 0, ssl=context)
    yield f"https://localhost:{server.sockets[0].getsockname()[1]}", told
    server.close()


async def test_an_impostor_is_told_nothing(impostor: tuple[str, list[bytes]]) -> None:
    url, told = impostor

    async with EngageProvisioner(url, API_KEY, patience=timedelta(0)) as provisioner:
        with pytest.raises(TransientError, match="CERTIFICATE_VERIFY_FAILED"):
            await provisioner.probe()

    assert told == []


async def test_loopback_is_not_asked_through_a_proxy(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HTTP_PROXY", "http://127.0.0.1:9")
    monkeypatch.delenv("NO_PROXY", raising=False)

    local = EngageProvisioner("http://127.0.0.1:5310", API_KEY)

    assert local._transport._client._mounts == {}


@pytest.mark.parametrize("status", [429, 500, 502, 503, 504, 408])
async def test_what_may_pass_is_tried_again(status: int) -> None:
    script = Script(httpx.Response(status), httpx.Response(200, json=ONE))

    snapshot = await engage(script).get("id-1")

    assert snapshot is not None
    assert len(script.requests) == 2


@pytest.mark.parametrize("error", [httpx.ConnectError("refused"), httpx.ReadError(""), httpx.ReadTimeout("")])
async def test_a_broken_connection_is_tried_again_and_then_told(error: Exception) -> None:
    script = Script(error)

    with pytest.raises(TransientError, match=r"no connection|no answer in time"):
        await engage(script).get("id-1")

    assert len(script.requests) == 3


async def test_a_slow_drip_does_not_outlast_the_time_limit() -> None:
    async def forever() -> AsyncIterator[bytes]:
        while True:
            yield b" "
            await asyncio.sleep(0.005)

    provisioner = engage(
        lambda _: httpx.Response(200, content=forever()),
        time_limit=timedelta(milliseconds=50),
        patience=timedelta(0),
    )

    with pytest.raises(TransientError, match="no answer in time"):
        await provisioner.get("id-1")


async def test_a_short_wish_to_wait_is_granted() -> None:
    script = Script(httpx.Response(429, headers={"Retry-After": "0"}), httpx.Response(200, json=ONE))

    assert await engage(script).get("id-1") is not None


@pytest.mark.parametrize("header", ["120", "Mon, 02 Mar 2026 14:07:00 GMT"])
async def test_a_long_wish_to_wait_is_handed_on_at_once(header: str) -> None:
    script = Script(httpx.Response(429, headers={"Retry-After": header}))

    with pytest.raises(TransientError) as caught:
        await engage(script).get("id-1")

    assert caught.value.retry_after == timedelta(minutes=2)
    assert len(script.requests) == 1


@pytest.mark.parametrize(
    ("header", "wish"),
    [
        (None, None),
        ("soon", None),
        ("-5", None),
        ("1.5", None),
        ("٣", None),
        ("30", timedelta(seconds=30)),
        ("9" * 400, timedelta(days=1)),
        ("Mon, 02 Mar 2026 14:00:00 GMT", timedelta(0)),
        ("Mon, 02 Mar 2026 14:05:10 -0000", timedelta(seconds=10)),
        ("Mon, 02 Mar 9999 14:05:10 GMT", timedelta(days=1)),
        (f"Mon, 02 Mar 2026 14:05:10 +{'9' * 20}", None),
    ],
)
def test_retry_after_is_seconds_or_a_date_within_reason(header: str | None, wish: timedelta | None) -> None:
    assert retry_after(header, NOW) == wish


def test_pauses_grow_and_end() -> None:
    patience = timedelta(seconds=5)

    decisions = [next_try(tried, timedelta(0), patience, None) for tried in (1, 2, 3)]

    assert isinstance(decisions[0], TryAgain)
    assert isinstance(decisions[1], TryAgain)
    assert timedelta(0) < decisions[0].pause <= retrying.FIRST_PAUSE
    assert retrying.FIRST_PAUSE <= decisions[1].pause <= 2 * retrying.FIRST_PAUSE
    assert decisions[2] == GiveUp()


def test_patience_counts_from_the_first_try() -> None:
    patience = timedelta(seconds=5)

    assert next_try(1, timedelta(seconds=6), patience, None) == GiveUp()
    assert next_try(1, timedelta(seconds=3), patience, timedelta(seconds=3)) == GiveUp(timedelta(seconds=3))
    assert next_try(1, timedelta(seconds=3), patience, timedelta(seconds=1)) == TryAgain(timedelta(seconds=1))


async def test_a_redirect_is_not_followed() -> None:
    script = Script(httpx.Response(302, headers={"Location": "https://elsewhere.example/"}))

    with pytest.raises(ConfigurationError, match="ENGAGE_API_URL"):
        await engage(script).get("id-1")

    assert len(script.requests) == 1


async def test_a_huge_answer_is_not_read_to_its_end() -> None:
    read = 0

    async def endless() -> AsyncIterator[bytes]:
        nonlocal read
        while True:
            read += 1
            yield b" " * 65_536

    with pytest.raises(TransientError, match="larger than"):
        await engage(lambda _: httpx.Response(200, content=endless())).get("id-1")

    assert read < 20


async def test_an_answer_that_might_unfold_is_refused() -> None:
    answer = httpx.Response(200, headers={"Content-Encoding": "gzip"}, content=b"")
    answer.headers["Content-Encoding"] = "gzip"

    with pytest.raises(TransientError, match="compressed"):
        await engage(lambda _: answer).get("id-1")


@pytest.mark.parametrize("status", [401, 403])
async def test_a_refused_key_names_its_setting(status: int) -> None:
    document = {"errors": [{"detail": "Account suspended."}]}

    with pytest.raises(ConfigurationError, match=f"ENGAGE_API_KEY.*{status}: Account suspended"):
        await engage(Script(httpx.Response(status, json=document))).deploy("id-1")


async def test_only_the_api_itself_can_say_that_a_domain_is_gone() -> None:
    provisioner = engage(Script(httpx.Response(404, html="<h1>Not Found</h1>")))

    with pytest.raises(ConfigurationError, match="ENGAGE_API_URL"):
        await provisioner.remove("id-1")
    with pytest.raises(ConfigurationError, match="ENGAGE_API_URL"):
        await provisioner.get("id-1")


async def test_an_api_without_email_domains_is_another_api() -> None:
    with pytest.raises(ConfigurationError, match="ENGAGE_API_URL"):
        await engage(Script(httpx.Response(404, json=NOT_FOUND))).probe()


async def test_a_refusal_has_the_words_and_the_place() -> None:
    errors = [
        {"detail": "is not a public name", "source": {"pointer": "/data/attributes/domain"}},
        {"title": "Policy too strict"},
        "nonsense",
        {"detail": 7, "source": "here"},
    ]
    script = Script(httpx.Response(200, json={"data": []}), httpx.Response(422, json={"errors": errors}))

    with pytest.raises(RequestRefused) as caught:
        await engage(script).create("mail.example.com", WRITE_KEY, DmarcPolicy.NONE, None)

    assert str(caught.value) == "is not a public name (domain); Policy too strict"
    assert (caught.value.step, caught.value.remedy) == ("create", "Correct what was entered and try again.")


@pytest.mark.parametrize(("status", "body"), [(400, b"<html>"), (405, b""), (418, b'{"errors": "all"}'), (422, b"[]")])
async def test_a_refusal_without_words_tells_its_status(status: int, body: bytes) -> None:
    with pytest.raises(RequestRefused, match=str(status)) as caught:
        await engage(Script(httpx.Response(status, content=body))).verify("id-1")

    assert caught.value.remedy


async def test_the_words_of_a_refusal_are_one_bounded_line() -> None:
    document = {"errors": [{"detail": "\x1b[31mred\r\n" + "very " * 500}]}

    with pytest.raises(RequestRefused) as caught:
        await engage(Script(httpx.Response(422, json=document))).deploy("id-1")

    assert str(caught.value).isprintable()
    assert len(str(caught.value)) <= 400


@pytest.mark.parametrize("step", ["deploy", "verify"])
async def test_what_runs_already_is_described(step: str) -> None:
    script = Script(httpx.Response(409, json={"errors": [{"detail": "It is running."}]}), httpx.Response(200, json=ONE))

    snapshot = await getattr(engage(script), step)("id-1")

    assert snapshot.provisioner_id == "id-1"
    assert [request.method for request in script.requests] == ["POST", "GET"]


async def test_a_filter_that_does_not_filter_adopts_no_other_domain() -> None:
    other = {"type": "emailDomains", "id": "other", "attributes": {**DOMAIN, "domain": "other.example.com"}}
    script = Script(httpx.Response(200, json={"data": [other]}), httpx.Response(201, json=ONE))

    snapshot = await engage(script).create("mail.example.com", WRITE_KEY, DmarcPolicy.NONE, "other")

    assert snapshot.provisioner_id == "id-1"


async def test_what_exists_but_is_not_shown_may_pass() -> None:
    script = Script(httpx.Response(200, json={"data": []}), httpx.Response(409), httpx.Response(200, json={"data": []}))

    with pytest.raises(TransientError, match="does not show it"):
        await engage(script).create("mail.example.com", WRITE_KEY, DmarcPolicy.NONE, None)


async def test_a_lost_answer_within_one_call_is_made_good_by_the_reference() -> None:
    mine = {**ONE["data"], "attributes": {**DOMAIN, "reference": "domain-7"}}
    script = Script(
        httpx.Response(200, json={"data": []}),
        httpx.ReadTimeout(""),
        httpx.Response(409),
        httpx.Response(200, json={"data": [mine]}),
        httpx.Response(200, json=ONE),
    )

    snapshot = await engage(script).create("mail.example.com", WRITE_KEY, DmarcPolicy.NONE, None, "domain-7")

    assert snapshot.provisioner_id == "id-1"
    assert [request.method for request in script.requests] == ["GET", "POST", "POST", "GET", "PATCH"]


async def test_an_answer_about_another_domain_is_not_believed() -> None:
    with pytest.raises(TransientError, match="another email domain"):
        await engage(Script(httpx.Response(200, json=ONE))).get("id-2")


async def test_an_update_of_nothing_only_describes() -> None:
    script = Script(httpx.Response(200, json=ONE))

    await engage(script).update("id-1", None, None)

    assert [request.method for request in script.requests] == ["GET"]


@pytest.mark.parametrize(
    "answer",
    [
        httpx.Response(422, json={"errors": [{"detail": f"{WRITE_KEY} is no key of {API_KEY}"}]}),
        httpx.Response(401, json={"errors": [{"detail": f"{API_KEY} is unknown, as is {WRITE_KEY}"}]}),
        httpx.Response(500, json={"errors": [{"detail": f"{API_KEY} {WRITE_KEY}"}]}),
        httpx.Response(200, json={"data": {"id": API_KEY, "attributes": WRITE_KEY}}),
        httpx.ConnectError("refused"),
    ],
)
async def test_no_secret_is_ever_told(answer: httpx.Response | Exception, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    provisioner = engage(Script(answer))
    written = io.StringIO()

    with redirect_stdout(written), redirect_stderr(written), pytest.raises(BotError) as caught:
        await provisioner.update("id-1", WRITE_KEY, None)

    told = "\n".join(
        [
            *traceback.format_exception(caught.value),
            repr(caught.value),
            repr(provisioner),
            repr(provisioner._transport),
            caplog.text,
            written.getvalue(),
        ]
    )
    assert API_KEY not in told
    assert WRITE_KEY not in told


async def test_a_request_searches_the_disk_for_no_module(monkeypatch: pytest.MonkeyPatch) -> None:
    searched: list[str] = []

    class Spy:
        def find_spec(self, name: str, *_: object) -> None:
            searched.append(name)

    async with running_stand_in() as stand_in, EngageProvisioner(stand_in.url, STAND_IN_KEY) as provisioner:
        await provisioner.get("nowhere")  # what is imported at the first request is imported now
        monkeypatch.setattr(sys, "meta_path", [Spy(), *sys.meta_path])
        await provisioner.get("nowhere")

    assert searched == []
