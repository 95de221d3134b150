"""Slips of the panel "At the DNS provider", one domain each, in one sandbox of processes.

Each gives its own advice in the thread, and mending it makes the domain ACTIVE. `make walk` takes one slip of each
kind; with ``EVERY_SLIP=1`` all of them, which takes minutes. `tests/walk` walks through all of them in one process.
"""

import asyncio
import os
import re
import time
from dataclasses import dataclass

import httpx
import pytest

from bot.messages import catalog
from core.findings import Code
from core.sending_domain import Language
from sandbox.nameserver.slips import SLIPS
from sandbox.up.main import running
from tests.acceptance.town import KEY, QUICK, Town
from tests.fakes.workspace import Workspace, words
from tests.walk.shown import OFFLINE, SHOWN, Shown

pytestmark = [pytest.mark.acceptance, pytest.mark.walk, pytest.mark.timeout(900)]

SETTINGS = {
    **QUICK,
    "VERIFICATION_WINDOW": "30m",
    "TICK_INTERVAL": "500ms",
    "PREPARE_INTERVAL": "2s",
    "POLL_INTERVAL": "5s",
    "BURST_INTERVAL": "5s",
    "MONITOR_INTERVAL": "1h",
    "DISAGREE_AFTER": "4s",
    "OFFLINE_AFTER": "2s",
    "CLICK_BURST": "1000",
    "CLICK_INTERVAL": "10ms",
}
ENGAGE = ("--records-after", "400ms", "--event-every", "1s", "--look-every", "5s")
ADMINS = ("alex", "aiko")
LONG = 90.0
"""Seconds for each step of a batch."""
BATCH = 9


@dataclass
class Stop:
    """One domain on the walk."""

    name: str
    shown: Shown
    language: Language
    prepared: bool = False
    told: bool = False
    done: bool = False

    def is_told(self, thread: str) -> bool:
        """Tell whether the thread has the advice: every word of it between the facts."""
        texts = [catalog.text(f"advice.{self.shown.code}", self.language)]
        if self.shown.code is Code.NAMESERVERS_DISAGREE:
            texts.append(catalog.text("turn.provider", self.language))
        parts = (part for text in texts for part in re.split(r"\{\w+\}|[*`]", text))
        return all(part.strip() in thread for part in parts)


@pytest.fixture
async def town(tmp_path):
    async with (
        running(tmp_path, SETTINGS, engage_options=ENGAGE) as sandbox,
        Workspace(sandbox.url) as slack,
        httpx.AsyncClient(trust_env=False) as http,
    ):
        town = Town(sandbox, slack, http)
        await town.connected()
        yield town


@pytest.fixture
def stops():
    first = {SLIPS[shown.slip].group: shown for shown in reversed(SHOWN)}
    chosen = SHOWN if os.environ.get("EVERY_SLIP") else first.values()
    languages = list(Language)
    return [Stop(f"mail.walk{n:02}.com", shown, languages[n % 2]) for n, shown in enumerate(chosen)]


async def test_a_slip_is_told_and_the_mended_domain_goes_live(town: Town, stops):
    for start in range(0, len(stops), BATCH):
        batch = stops[start : start + BATCH]
        await asyncio.gather(*(create(town, admin, batch[n::2]) for n, admin in enumerate(ADMINS)))
        for stop in batch:
            await town.slack.command(f"deploy {stop.name}")
        files = await zone_files(town, [stop.name for stop in batch])
        for stop in batch:
            await town.provider("POST", "/apply", text=files[stop.name])
            await town.provider("POST", "/slips", slip=stop.shown.after or stop.shown.slip, domain=stop.name)
            await town.slack.command(f"verify {stop.name}")

        await watch(town, batch)

    assert [stop.shown.slip for stop in stops if not stop.told] == []
    assert [stop.shown.slip for stop in stops if not stop.done] == []


async def test_a_resolver_out_of_reach_is_told_as_our_own_trouble(town: Town):
    name = "mail.example.com"
    await town.create(name)
    await town.deploy(name)
    await town.apply(name)
    await town.provider("POST", "/slips", slip=OFFLINE, domain=name)

    await town.slack.command(f"verify {name}")
    await town.reply(name, "cannot query DNS")

    await town.provider("DELETE", "/slips")
    await town.card(name, "can send mail")


async def create(town: Town, admin: str, stops: list[Stop]) -> None:
    """Create these domains, one after the other; a form that comes back busy is sent again."""
    for stop in stops:
        await town.slack.command(f"create {stop.name}", as_=admin)
        form = {"domain": stop.name, "key": KEY, "dmarc": stop.shown.policy.value, "language": stop.language.value}
        for _ in range(5):
            await town.slack.view(as_=admin, within=LONG)
            refused = await town.slack.submit(form, as_=admin)
            if not refused.get("errors"):
                break
        assert not refused.get("errors"), refused


async def zone_files(town: Town, names: list[str]) -> dict[str, str]:
    """Return the zone files in the IT channel, once all are there."""

    async def look() -> dict[str, str] | None:
        found = [file for message in await town.slack.messages("#it-dns") for file in message.get("files", [])]
        files = {file["name"].removesuffix(".zone.txt"): file["content"] for file in found}
        return files if set(names) <= set(files) else None

    found: dict[str, str] = await town.slack.eventually(look, LONG)
    return found


async def watch(town: Town, stops: list[Stop]) -> None:
    """Mend what is told, until all domains are ACTIVE."""
    end = time.monotonic() + LONG
    while time.monotonic() < end and not all(stop.done for stop in stops):
        threads = await threads_by_domain(town)
        for stop in stops:
            thread = threads.get(stop.name, "")
            if not stop.told and stop.is_told(thread):
                stop.told = True
                await town.provider("DELETE", "/slips", domain=stop.name)
            elif stop.shown.after and not stop.prepared and "www.example.net" in thread:
                stop.prepared = True
                await town.provider("POST", "/slips", slip=stop.shown.slip, domain=stop.name)
            stop.done = stop.told and is_live(thread, stop)
        await asyncio.sleep(0.5)


async def threads_by_domain(town: Town) -> dict[str, str]:
    """Return all that stands in each card's thread, by the domain that the card's header names."""
    cards: dict[str, str] = {}
    said: dict[str, list[str]] = {}
    for message in await town.slack.messages("#it-dns"):
        if message["thread_ts"]:
            said.setdefault(message["thread_ts"], []).append(words({"blocks": message["blocks"]}))
        elif message["blocks"] and message["blocks"][0]["type"] == "header":
            cards[re.split("[:：]", message["blocks"][0]["text"]["text"])[0]] = message["ts"]
    return {name: "\n".join(said.get(ts, [])) for name, ts in cards.items()}


def is_live(thread: str, stop: Stop) -> bool:
    text = catalog.text("thread.active", stop.language)
    return all(part.strip() in thread for part in re.split(r"\{\w+\}|[*`]", text))
