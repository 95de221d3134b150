"""The control API, and the part started as a program."""

import asyncio
import contextlib
import socket
import sys
import time

import dns.asyncquery
import dns.message
import httpx
import pytest

from sandbox.nameserver.control import control_app

PORT = 5304


@pytest.fixture
async def api(nameserver):
    transport = httpx.ASGITransport(app=control_app(nameserver, PORT))
    async with httpx.AsyncClient(transport=transport, base_url=f"http://127.0.0.1:{PORT}") as client:
        yield client


async def test_an_applied_zone_file_shows_on_both_servers(api, zone_file):
    answer = await api.post("/apply", json={"text": zone_file})

    (zone,) = answer.json()["zones"]
    assert (answer.status_code, zone["name"], zone["negative_ttl"]) == (200, "example.com", 5)
    assert zone["servers"]["ns1"] == zone["servers"]["ns2"]
    mx = {"name": "bounce.mail.example.com", "type": "MX", "ttl": 300}
    assert mx | {"values": ["10 feedback-smtp.us-east-1.amazonses.com."]} in zone["servers"]["ns1"]


async def test_records_are_put_and_taken_away(api):
    record = {"name": "mail.example.com", "type": "TXT", "ttl": 60, "values": ['"x"']}

    put = await api.put("/records", json=record)
    taken = await api.request("DELETE", "/records", json={"name": "mail.example.com", "type": "TXT", "server": "ns2"})

    assert record in put.json()["zones"][0]["servers"]["ns2"]
    assert record in taken.json()["zones"][0]["servers"]["ns1"]
    assert record not in taken.json()["zones"][0]["servers"]["ns2"]


async def test_whoever_does_not_want_the_state_is_spared_it(api, nameserver, zone_file):
    spared = {"Prefer": "return=minimal"}

    done = await api.post("/apply", json={"text": zone_file}, headers=spared)
    refused = await api.post("/apply", json={}, headers=spared)

    assert (done.status_code, done.content, refused.status_code) == (204, b"", 400)
    assert [zone["name"] for zone in nameserver.state()["zones"]] == ["example.com"]


async def test_slips_and_faults_are_listed_until_they_are_mended(api, zone_file):
    await api.post("/apply", json={"text": zone_file})
    await api.post("/slips", json={"slip": "wrong-mx", "domain": "mail.example.com"})

    spoilt = await api.post("/faults", json={"fault": "delay", "server": "resolver", "type": "TXT", "seconds": 1.5})
    await api.request("DELETE", "/slips", json={"domain": "mail.example.com"})
    mended = await api.request("DELETE", "/faults")

    assert spoilt.json()["slips"] == [{"slip": "wrong-mx", "domain": "mail.example.com"}]
    assert spoilt.json()["faults"] == [
        {"fault": "delay", "server": "resolver", "name": None, "type": "TXT", "seconds": 1.5}
    ]
    assert (mended.json()["slips"], mended.json()["faults"]) == ([], [])


async def test_the_state_names_what_can_be_asked_for_and_the_ports(api, nameserver):
    state = (await api.get("/zones")).json()

    assert {"slip": "truncate-dkim", "group": "Any TXT", "label": "Cut the DKIM key at 255"} in state["slips_known"]
    assert "silent" in state["faults_known"]
    assert state["ports"] == nameserver.ports | {"control": PORT}


async def test_what_was_asked_below_a_name_is_told_in_order_with_its_time(api, ask, zone_file):
    await api.post("/apply", json={"text": zone_file})
    began = time.time()
    await ask("bounce.mail.example.com", "MX", "ns2")
    await ask("mail.example.com", "TXT")
    await ask("www.example.com", "A")

    asked = (await api.get("/queries", params={"domain": "mail.example.com"})).json()["queries"]

    assert [(each["server"], each["name"], each["type"]) for each in asked] == [
        ("ns2", "bounce.mail.example.com", "MX"),
        ("ns1", "mail.example.com", "TXT"),
    ]
    assert began <= asked[0]["at"] <= asked[1]["at"] <= time.time()


async def test_a_question_about_no_name_is_a_mistake(api):
    answer = await api.get("/queries")

    assert (answer.status_code, answer.json()) == (400, {"error": "domain: a text is needed"})


@pytest.mark.parametrize(
    ("method", "path", "body"),
    [
        ("POST", "/apply", {}),
        ("POST", "/apply", {"text": "nonsense"}),
        ("POST", "/apply", ["x"]),
        ("PUT", "/records", {"name": "x.example.com", "type": "TXT", "values": "x"}),
        ("PUT", "/records", {"name": "x.example.com", "type": "TXT", "values": ["x"], "ttl": -1}),
        ("POST", "/slips", {"slip": "wrong-mx", "domain": "mail.example.com"}),
        ("POST", "/faults", {"fault": "silent", "server": 3}),
    ],
)
async def test_mistakes_are_answered_with_what_is_wrong(api, method, path, body):
    answer = await api.request(method, path, json=body)

    assert answer.status_code == 400
    assert answer.json()["error"]


async def test_foreign_hosts_and_origins_are_turned_away(api):
    rebound = await api.get("/zones", headers={"Host": "evil.example:5304"})
    foreign = await api.post("/reset", headers={"Origin": "http://evil.example"})

    assert (rebound.status_code, foreign.status_code) == (421, 403)


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


async def test_the_part_starts_alone_and_stops_on_interrupt():
    ports = [free_port() for _ in range(5)]
    names = ("port", "second", "resolver", "control", "registry")
    options = [f"--{name}={port}" for name, port in zip(names, ports, strict=True)]
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "sandbox", "nameserver", *options, stdout=asyncio.subprocess.PIPE
    )
    try:
        url = f"http://127.0.0.1:{ports[3]}"
        async with httpx.AsyncClient(base_url=url, timeout=5) as client:
            for _ in range(100):
                with contextlib.suppress(httpx.ConnectError):
                    await client.put("/records", json={"name": "a.example.com", "type": "A", "values": ["192.0.2.1"]})
                    break
                await asyncio.sleep(0.1)
            query = dns.message.make_query("a.example.com", "A")
            answers = [await dns.asyncquery.udp(query, "127.0.0.1", port=port, timeout=2) for port in ports[:3]]
    finally:
        process.terminate()
        await process.communicate()

    assert [answer.answer[0][0].address for answer in answers] == ["192.0.2.1"] * 3
