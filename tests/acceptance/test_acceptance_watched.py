"""The bot as whoever watches over it sees it: probes, metrics, and a log in which a message leads to its request."""

import asyncio
import json

import httpx
import pytest

from sandbox.up.main import running
from sandbox.up.processes import free_ports
from tests.acceptance.town import QUICK, QUICK_ENGAGE, SLOW, Town
from tests.fakes.workspace import Workspace

pytestmark = pytest.mark.acceptance
NAME = "mail.example.com"


async def readiness(http, port):
    answer = await http.get(f"http://127.0.0.1:{port}/readyz")
    return answer.status_code, answer.json()["reasons"]


async def until(look, expected):
    """Return what `look` returns, once it is what is expected or time is up."""
    for _ in range(int(SLOW / 0.1)):
        if (found := await look()) == expected:
            return found
        await asyncio.sleep(0.1)
    return await look()


async def test_the_path_is_seen_on_the_port_and_in_the_log_and_slack_gone_is_a_reason(tmp_path):
    port = free_ports(1)
    changed = {**QUICK, "HTTP_PORT": str(port), "LOG_FORMAT": "json"}
    async with (
        running(tmp_path, changed, engage_options=QUICK_ENGAGE) as sandbox,
        Workspace(sandbox.url) as slack,
        httpx.AsyncClient(trust_env=False) as http,
    ):
        town = Town(sandbox, slack, http)
        await town.connected()
        ready = await until(lambda: readiness(http, port), (200, []))
        await town.create(NAME)
        await town.deploy(NAME)
        metrics = (await http.get(f"http://127.0.0.1:{port}/metrics")).text.splitlines()
        await sandbox.parts["slack"].end()
        gone = (503, ["slack: no Socket Mode connection"])
        without_slack = await until(lambda: readiness(http, port), gone)
        alive = (await http.get(f"http://127.0.0.1:{port}/healthz")).status_code
        log = sandbox.parts["bot"].log.read_text()

    assert (ready, without_slack, alive) == ((200, []), gone, 200)
    counted = {name: float(value) for name, _, value in (line.rpartition(" ") for line in metrics if line[0] != "#")}
    assert counted['engage_domain_requests_total{outcome="answered"}'] >= 3
    assert counted['engage_domain_dispatches_total{lane="it",outcome="sent"}'] >= 4
    assert counted["engage_domain_slack_connections_total"] == 1
    assert counted['engage_domain_domains{status="DEPLOYING",verification="Not Started"}'] == 1
    lines = [json.loads(line) for line in log.splitlines()]
    (deploy,) = [line for line in lines if line["event"] == "command.saved" and line["did"] == "deploy"]
    caused = [line["kind"] for line in lines if line.get("cause") == f"request:{deploy['request']}"]
    checks = {f"check:{line['check']}" for line in lines if "zone.file" in line.get("says", ())}
    assert "card" in caused
    assert {line["cause"] for line in lines if line["event"] == "outbox.sent" and line["kind"] == "zone.file"} == checks
    assert NAME not in "".join(metrics)
