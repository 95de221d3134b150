"""The bench runs, everybody sees the same domains, and ours judges them right."""

import json
import shutil

import pytest

from bench import contenders, polls
from bench.dns import document, main, measure, table
from bench.server import serving
from bench.zones import domains
from core.zonefile import resource_record
from sandbox.nameserver.server import Nameserver

COUNT = 6


@pytest.fixture
async def place():
    """The sandbox's name server, serving what NSD would."""
    async with Nameserver() as nameserver:
        for domain in domains(COUNT):
            nameserver.create_zone(domain.origin)
            lines = domain.zone.splitlines()
            written = [line for line in map(resource_record, domain.records) if line in lines]
            if written:
                nameserver.apply("\n".join(written))
        yield nameserver.nameservers[0]


@pytest.mark.parametrize("contender", [contenders.look, contenders.glance])
async def test_ours_tells_the_three_kinds_apart(place, contender):
    seen = await contender(iter(domains(COUNT)), place)

    assert seen == {"right": 2, "partly": 2, "missing": 2}


async def test_dnspython_gets_through_the_same_domains(place):
    assert await contenders.asyncresolver(iter(domains(COUNT)), place) == {"done": COUNT}


async def test_everybody_takes_turns_and_is_told_in_both_forms(place, monkeypatch):
    ours = {"look (full)": contenders.look, "asyncresolver x 7": contenders.asyncresolver}
    monkeypatch.setattr("bench.dns.CONTENDERS", ours)

    scores = await measure(domains(COUNT), place, rounds=2, seconds=5)

    told = json.loads(json.dumps(document(scores, 2)))
    assert [(each["name"], each["domains"], len(each["rounds"])) for each in told["contenders"]] == [
        ("look (full)", 2 * COUNT, 2),
        ("asyncresolver x 7", 2 * COUNT, 2),
    ]
    assert told["cpu_ms_per_look"] > 0
    assert all(name in table(scores) for name in ours)


async def test_a_turn_ends_when_its_time_is_up(place, monkeypatch):
    monkeypatch.setattr("bench.dns.CONTENDERS", {"asyncresolver x 7": contenders.asyncresolver})

    (score,) = await measure(domains(COUNT), place, rounds=1, seconds=1e-9)

    assert score.seen == {"done": 1}


@pytest.mark.oracle
async def test_checkdmarc_gets_through_the_same_domains_at_a_real_server(tmp_path):
    if not (shutil.which("nsd") or shutil.which("/usr/sbin/nsd")):
        pytest.skip("nsd is not installed")
    work = domains(3)
    async with serving(work, tmp_path) as place:
        checked = await contenders.checkdmarc(iter(work), place)
        asked = await contenders.query_dns(iter(work), place)

    assert checked == asked == {"done": 3}


def test_a_missing_server_is_said_plainly(monkeypatch, capsys):
    monkeypatch.setattr("bench.server.shutil.which", lambda _: None)

    code = main(["--domains", "3", "--rounds", "1"])

    assert code == 2
    assert "nsd is not installed: run .ci/install" in capsys.readouterr().err


@pytest.mark.oracle
async def test_polls_are_measured_at_a_real_server(tmp_path):
    if not (shutil.which("nsd") or shutil.which("/usr/sbin/nsd")):
        pytest.skip("nsd is not installed")

    result = await polls.measure(f"sqlite:///{tmp_path}/bench.db", count=4, polls=2)

    told = json.loads(json.dumps(result.document()))
    assert told["domains"] == 4
    assert told["polled"] == [4, 4]
    assert told["poll_statements"] == 1.75  # a claim, two for what came of it, and a claim of nothing: seven for all
    assert told["cpu_seconds_per_hour_of_10000"] > 0
