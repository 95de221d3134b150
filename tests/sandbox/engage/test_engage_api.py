"""The stand-in over HTTP: what it refuses, its guard, its knobs, its command line."""

import asyncio
import json
import signal
import stat
import sys
from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import httpx
import pytest

from sandbox.engage.domains import Shelf
from sandbox.engage.faults import MODES
from sandbox.engage.main import a_duration, main
from tests.fakes.engage_stand_in import API_KEY, StandIn, running_stand_in

NEW = {"domain": "mail.example.com", "writeOnlyApiKey": "1/write-only", "dmarcPolicy": "none"}
JSON_API = "application/vnd.api+json"


@pytest.fixture
async def stand_in() -> AsyncIterator[StandIn]:
    async with running_stand_in() as running:
        yield running


async def made(stand_in: StandIn) -> str:
    response = await stand_in.call("POST", "", NEW)
    assert response.status_code == 201
    return response.json()["data"]["id"]


@pytest.mark.parametrize("authorization", [None, "TD1 another-key", API_KEY, f"Bearer {API_KEY}"])
async def test_the_key_is_wanted(stand_in: StandIn, authorization: str | None) -> None:
    headers = {} if authorization is None else {"Authorization": authorization}

    response = await stand_in.client.get("/api/email_domains", headers=headers)

    assert response.status_code == 401
    assert response.json()["errors"][0]["code"] == "unauthorized"


@pytest.mark.parametrize(
    ("change", "pointer"),
    [
        ({"domain": "localhost"}, "domain"),
        ({"domain": "a b.example"}, "domain"),
        ({"domain": None}, "domain"),
        ({"dmarcPolicy": "strict"}, "dmarcPolicy"),
        ({"writeOnlyApiKey": ""}, "writeOnlyApiKey"),
        ({"writeOnlyApiKey": 7}, "writeOnlyApiKey"),
        ({"reference": 7}, "reference"),
        ({"status": "ACTIVE"}, "status"),
    ],
)
async def test_what_is_wrong_is_named(stand_in: StandIn, change: dict[str, Any], pointer: str) -> None:
    response = await stand_in.call("POST", "", {**NEW, **change})

    assert response.status_code == 422
    assert response.json()["errors"][0]["source"]["pointer"] == f"/data/attributes/{pointer}"


@pytest.mark.parametrize(
    ("content", "media_type", "status"),
    [
        (b"{", JSON_API, 400),
        (b"[]", JSON_API, 400),
        (b'{"data": {"type": "emailSenders", "attributes": {}}}', JSON_API, 409),
        (b"{}", "application/json", 415),
        (b" " * 70_000, JSON_API, 413),
    ],
)
async def test_what_is_no_document_is_refused(stand_in: StandIn, content: bytes, media_type: str, status: int) -> None:
    headers = {"Authorization": f"TD1 {API_KEY}", "Content-Type": media_type}

    response = await stand_in.client.post("/api/email_domains", content=content, headers=headers)

    assert response.status_code == status
    assert response.json()["errors"]


async def test_a_name_is_there_once(stand_in: StandIn) -> None:
    await made(stand_in)

    response = await stand_in.call("POST", "", NEW)

    assert response.status_code == 409


async def test_only_what_is_asked_for_is_found(stand_in: StandIn) -> None:
    await made(stand_in)
    await stand_in.call("POST", "", {**NEW, "domain": "news.example.com"})

    found = (await stand_in.call("GET", "?filter[domain]=news.example.com")).json()["data"]

    assert [item["attributes"]["domain"] for item in found] == ["news.example.com"]


async def test_what_is_not_deployed_cannot_be_verified(stand_in: StandIn) -> None:
    domain_id = await made(stand_in)

    response = await stand_in.call("POST", f"/{domain_id}/verify")

    assert response.status_code == 422


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({"Host": "rebound.example"}, 421),
        ({"Host": "127.0.0.1"}, 421),
        ({"Origin": "https://evil.example"}, 403),
        ({"Origin": "null"}, 403),
    ],
)
@pytest.mark.parametrize("path", ["/api/email_domains", "/_sandbox/faults"])
async def test_strange_pages_are_kept_out(stand_in: StandIn, path: str, headers: dict[str, str], status: int) -> None:
    response = await stand_in.client.get(path, headers={"Authorization": f"TD1 {API_KEY}", **headers})

    assert response.status_code == status


async def test_a_page_of_its_own_is_let_in(stand_in: StandIn) -> None:
    response = await stand_in.client.get("/_sandbox/faults", headers={"Origin": stand_in.url})

    assert response.json()["fault"]["mode"] == "ok"
    assert tuple(response.json()["modes"]) == MODES


@pytest.mark.parametrize(
    "body",
    [
        {"mode": "explode"},
        {"mode": "down", "operation": "dance"},
        {"mode": "slow", "seconds": "long"},
        {"mode": "slow", "seconds": -1},
        {"mode": "down", "times": "twice"},
        {"mode": "rate_limited", "retry_after": 7},
        {"mood": "down"},
    ],
)
async def test_a_knob_refuses_what_makes_no_sense(stand_in: StandIn, body: dict[str, Any]) -> None:
    response = await stand_in.client.post("/_sandbox/faults", json=body)

    assert response.status_code == 400
    assert stand_in.engine.fault.mode == "ok"


@pytest.mark.parametrize(
    ("content", "media_type"), [(b"{", "application/json"), (b"{}", "text/plain"), (b"[]", "application/json")]
)
async def test_a_knob_wants_an_object_of_json(stand_in: StandIn, content: bytes, media_type: str) -> None:
    response = await stand_in.client.post("/_sandbox/faults", content=content, headers={"Content-Type": media_type})

    assert response.status_code == 400


@pytest.mark.parametrize(
    ("mode", "status"),
    [("refuse", 422), ("down", 503), ("rate_limited", 429), ("unauthorized", 401), ("lost_answer", 504), ("ok", 202)],
)
async def test_faults_strike_as_often_as_they_are_told(stand_in: StandIn, mode: str, status: int) -> None:
    domain_id = await made(stand_in)
    await stand_in.knob("faults", mode=mode, times=1)

    first, second = [await stand_in.call("POST", f"/{domain_id}/deploy") for _ in range(2)]

    assert (first.status_code, second.status_code) == (status, 202)


async def test_a_fault_can_be_kept_to_one_operation(stand_in: StandIn) -> None:
    await stand_in.knob("faults", mode="down", operation="deploy")

    domain_id = await made(stand_in)

    assert (await stand_in.call("POST", f"/{domain_id}/deploy")).status_code == 503


async def test_a_slow_answer_takes_its_time(stand_in: StandIn) -> None:
    await stand_in.knob("faults", mode="slow", seconds=0.1)

    with pytest.raises(httpx.ReadTimeout):
        await stand_in.client.get(
            "/api/email_domains", headers={"Authorization": f"TD1 {API_KEY}"}, timeout=httpx.Timeout(1, read=0.03)
        )


async def test_a_late_answer_is_about_something_done(stand_in: StandIn) -> None:
    await stand_in.knob("faults", mode="late", seconds=0.2, operation="create")

    creating = asyncio.create_task(made(stand_in))
    for _ in range(10):
        if (await stand_in.client.get("/_sandbox/faults")).json()["held"]:
            break
        await asyncio.sleep(0.01)
    known = [domain.domain for domain in stand_in.engine.shelf]
    await creating

    assert known == ["mail.example.com"]


async def test_a_rotation_changes_the_dkim_record_only(stand_in: StandIn) -> None:
    domain_id = await made(stand_in)
    before = (await stand_in.call("POST", f"/{domain_id}/deploy")).json()["data"]["attributes"]["dnsRecords"]

    after = (await stand_in.knob("records_changed", domain="mail.example.com"))["attributes"]["dnsRecords"]

    changed = [new["purpose"] for old, new in zip(before, after, strict=True) if old != new]
    assert changed == ["DKIM"]


@pytest.mark.parametrize("knob", ["records_changed", "verdict"])
async def test_a_knob_for_no_domain_says_so(stand_in: StandIn, knob: str) -> None:
    response = await stand_in.client.post(f"/_sandbox/{knob}", json={"domain": "not.there.example"})

    assert response.status_code == 404


async def test_a_verdict_can_be_ordered_until_verified_again(stand_in: StandIn) -> None:
    domain_id = await made(stand_in)
    await stand_in.call("POST", f"/{domain_id}/deploy")
    await stand_in.knob("verdict", domain="mail.example.com", verificationStatus="FAILED")

    ordered = (await stand_in.call("GET", f"/{domain_id}")).json()["data"]["attributes"]["verificationStatus"]
    again = (await stand_in.call("POST", f"/{domain_id}/verify")).json()["data"]["attributes"]["verificationStatus"]

    assert (ordered, again) == ("FAILED", "PENDING")


async def test_domains_are_shown_with_a_fingerprint_instead_of_the_key(stand_in: StandIn) -> None:
    await made(stand_in)

    response = await stand_in.client.get("/_sandbox/domains")

    (domain,) = response.json()["domains"]
    assert len(domain["keyFingerprint"]) == 8
    assert "1/write-only" not in response.text


async def test_a_look_that_fails_is_logged_and_the_next_is_taken(
    stand_in: StandIn, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    looks = asyncio.Queue[None]()

    async def fail(_: object) -> None:
        looks.put_nowait(None)
        raise RuntimeError("no such luck")

    monkeypatch.setattr(stand_in.engine, "advance", fail)

    async with asyncio.timeout(2):
        await looks.get()
        await looks.get()

    assert "no such luck" in caplog.text


def test_the_state_outlives_a_restart_without_the_write_only_key(tmp_path: Path) -> None:
    from datetime import UTC, datetime

    path = tmp_path / "state.json"
    domain = Shelf(path).add(NEW, datetime(2026, 3, 2, tzinfo=UTC))

    restored = Shelf(path).get(domain.id)

    assert restored == domain
    assert "1/write-only" not in path.read_text()
    assert stat.S_IMODE(path.stat().st_mode) == 0o600


def test_what_was_taken_away_stays_away(tmp_path: Path) -> None:
    from datetime import UTC, datetime

    shelf = Shelf(tmp_path / "state.json")
    domain = shelf.add(NEW, datetime(2026, 3, 2, tzinfo=UTC))

    gone = (shelf.take_away(domain.id), shelf.take_away(domain.id))

    assert gone == (True, False)
    assert list(Shelf(tmp_path / "state.json")) == []


@pytest.mark.parametrize(
    ("text", "duration"),
    [
        ("500ms", timedelta(milliseconds=500)),
        ("2s", timedelta(seconds=2)),
        ("1.5m", timedelta(seconds=90)),
        ("72h", timedelta(hours=72)),
    ],
)
def test_durations_are_read(text: str, duration: timedelta) -> None:
    assert a_duration(text) == duration


@pytest.mark.parametrize("arguments", [["--look-every", "often"], ["--dns", "5300"], ["--dns", ":x"], ["--port", "x"]])
def test_options_that_make_no_sense_are_refused(arguments: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as caught:
        main(arguments)

    assert caught.value.code == 2
    assert arguments[0] in capsys.readouterr().err


def test_every_option_is_described_in_the_package(capsys: pytest.CaptureFixture[str]) -> None:
    import re

    import sandbox.engage

    with pytest.raises(SystemExit):
        main(["--help"])

    options = set(re.findall(r"--[a-z-]+", capsys.readouterr().out)) - {"--help"}
    assert options == set(re.findall(r"--[a-z-]+", sandbox.engage.__doc__ or ""))


async def test_it_starts_alone_and_tells_no_secret(tmp_path: Path) -> None:
    state = tmp_path / "state.json"
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "sandbox", "engage", "--port", "0", "--records-after", "0s", "--api-key", API_KEY),
        *("--state", str(state), "--dns", "127.0.0.1:9"),
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.STDOUT,
        cwd=Path(__file__).parents[3],
    )
    assert process.stdout is not None
    line = (await asyncio.wait_for(process.stdout.readline(), 20)).decode()
    url = line.split()[1]
    headers = {"Authorization": f"TD1 {API_KEY}", "Content-Type": JSON_API}
    body = json.dumps({"data": {"type": "emailDomains", "attributes": NEW}})

    async with httpx.AsyncClient(base_url=url, headers=headers, trust_env=False) as client:
        made = await client.post("/api/email_domains", content=body)
        deployed = await client.post(f"/api/email_domains/{made.json()['data']['id']}/deploy")
    process.send_signal(signal.SIGINT)
    rest = await asyncio.wait_for(process.stdout.read(), 10)
    code = await process.wait()

    assert (code, rest) == (0, b"")
    assert url.startswith("http://127.0.0.1:")
    assert len(deployed.json()["data"]["attributes"]["dnsRecords"]) == 7
    assert not any(secret in line for secret in ("1/write-only", API_KEY, "PRIVATE"))
    assert "PRIVATE" not in state.read_text()


async def test_a_port_that_is_taken_is_said_to_be(stand_in: StandIn, capsys: pytest.CaptureFixture[str]) -> None:
    port = stand_in.url.rpartition(":")[2]

    code = main(["--port", port])

    assert code == 1
    assert "engage:" in capsys.readouterr().out
