"""Servers that the operator lists by name: their addresses are the system's to tell, and it may be slow or wrong."""

import asyncio
import socket
from datetime import UTC, datetime, timedelta

import pytest

from bot.adapters.dns import places
from bot.adapters.dns.places import REMEMBERED, Places
from core.observations import Server


class System:
    """Stands in for the system's resolver."""

    def __init__(self, loop) -> None:
        self.known = {"dns.internal": "192.0.2.53", "other.internal": "192.0.2.54"}
        self.asked = []
        self.silent = False
        loop.getaddrinfo = self.getaddrinfo

    async def getaddrinfo(self, host, port, **_):
        self.asked.append(host)
        if self.silent:
            await asyncio.Event().wait()
        await asyncio.sleep(0)
        if host not in self.known:
            raise socket.gaierror(socket.EAI_NONAME, "unknown")
        return [(socket.AF_INET, socket.SOCK_DGRAM, 17, "", (self.known[host], port))]


@pytest.fixture
async def system():
    return System(asyncio.get_running_loop())


class Clock:
    now = datetime(2026, 1, 1, tzinfo=UTC)

    def __call__(self):
        return self.now


@pytest.fixture
def clock():
    return Clock()


async def test_many_who_ask_at_once_have_one_search_made(system, clock):
    listed = Places((("dns.internal", 53), ("other.internal", 5353)), clock)

    found = await asyncio.gather(*(listed.servers() for _ in range(20)))

    assert set(found) == {(Server("dns.internal", "192.0.2.53", 53), Server("other.internal:5353", "192.0.2.54", 5353))}
    assert sorted(system.asked) == ["dns.internal", "other.internal"]


async def test_a_search_that_takes_too_long_is_given_up_for_all_names_at_once(system, clock, monkeypatch):
    monkeypatch.setattr(places, "PATIENCE", 0.05)
    system.silent = True
    listed = Places(tuple((f"n{number}.internal", 53) for number in range(50)), clock)

    async with asyncio.timeout(2):  # one after the other would take longer
        found = await listed.servers()

    assert {server.address for server in found} == {""}


async def test_what_was_known_stands_while_the_system_does_not_tell(system, clock):
    listed = Places((("dns.internal", 53),), clock)
    before = await listed.servers()
    system.known.clear()

    clock.now += timedelta(seconds=REMEMBERED + 1)

    assert await listed.servers() == before
    assert listed.hold(Server("any", "192.0.2.53", 53))
    assert len(system.asked) == 2


async def test_a_server_that_moved_is_found_and_its_old_address_is_listed_no_more(system, clock):
    listed = Places((("dns.internal", 53),), clock)
    await listed.servers()
    system.known["dns.internal"] = "192.0.2.99"

    clock.now += timedelta(seconds=REMEMBERED + 1)

    assert [server.address for server in await listed.servers()] == ["192.0.2.99"]
    assert not listed.hold(Server("any", "192.0.2.53", 53))
