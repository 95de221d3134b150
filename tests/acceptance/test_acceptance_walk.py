"""Every slip of the panel "At the DNS provider", one domain each, all at once in one sandbox of processes.

Each gives its own code, and its advice in the thread, within two polls; mending it makes the domain ACTIVE. The module
`tests.walk.shown` says which code that is. `tests/walk` walks the same way in one process, a slip after the other.
"""

import asyncio
from collections.abc import AsyncIterator, Awaitable
from contextlib import asynccontextmanager

import httpx
import pytest

from core.findings import Code, State
from core.sending_domain import Language
from sandbox.up.main import running
from tests.acceptance.town import QUICK, Town
from tests.acceptance.walking import LOOK_SECONDS, Stop, Walk, looks
from tests.fakes.workspace import Workspace
from tests.walk.shown import OFFLINE, SHOWN, Shown

pytestmark = [pytest.mark.acceptance, pytest.mark.walk, pytest.mark.timeout(400)]

POLL = "10s"
SETTINGS = {
    **QUICK,
    "VERIFICATION_WINDOW": "30m",
    "TICK_INTERVAL": "500ms",
    "PREPARE_INTERVAL": "3s",
    "POLL_INTERVAL": POLL,
    "BURST_INTERVAL": POLL,
    "RECHECK_INTERVAL": POLL,
    "BURST_DURATION": "10m",
    "MONITOR_INTERVAL": "1h",
    "DNS_TIMEOUT": "1s",
    "LOOK_SECONDS": f"{LOOK_SECONDS}s",
    "DISAGREE_AFTER": "4s",
    "OFFLINE_AFTER": "2s",
    "CLICK_BURST": "10000",
    "CLICK_INTERVAL": "10ms",
}
ENGAGE = ("--records-after", "400ms", "--event-every", "500ms", "--look-every", "2s")
CONTROL_NAME = "example.com"
REGRESSED, UNREACHED = "regressed", "offline"


@asynccontextmanager
async def a_town(folder) -> AsyncIterator[Town]:
    async with (
        running(folder, SETTINGS, engage_options=ENGAGE) as sandbox,
        Workspace(sandbox.url) as slack,
        httpx.AsyncClient(trust_env=False, timeout=30) as http,
    ):
        town = Town(sandbox, slack, http)
        await town.connected()
        yield town


async def walk_all(folder) -> dict[str, Stop]:
    """Walk to the end, whatever goes wrong at single stops; return them by their slips."""
    languages = list(Language)
    shown = {
        row.slip: Stop(f"mail.walk{n:02}.com", row.slip, languages[n % 2], row.policy) for n, row in enumerate(SHOWN)
    }
    regressed, offline = Stop("mail.regressed.com", REGRESSED), Stop("mail.offline.com", UNREACHED)
    stops = [*shown.values(), regressed, offline]
    async with a_town(folder) as town:
        walk = Walk(town, stops)
        reading = asyncio.create_task(walk.read())
        await walk.deploy()
        visits = [visit(walk, shown[row.slip], row) for row in SHOWN]
        await asyncio.gather(*map(noted, [*shown.values(), regressed], [*visits, regress(walk, regressed)]))
        await noted(offline, go_offline(walk, offline))  # nobody can be judged meanwhile
        reading.cancel()
        log = town.sandbox.parts["bot"].log.read_text()
        assert "Traceback" not in log, log[-4000:]
    return {stop.slip: stop for stop in stops}


async def noted(stop: Stop, visit: Awaitable[None]) -> None:
    """Make a visit; keep what was waited for in vain."""
    try:
        await visit
    except AssertionError as error:
        stop.fault = str(error)


async def visit(walk: Walk, stop: Stop, row: Shown) -> None:
    """Make the slip while the records are awaited; mend it when it is told."""
    async with walk.slipping:
        if row.after is not None:
            await walk.make(stop, row.after)
            await walk.verify(stop)
            await walk.tells(stop, "advice.cname-wrong-target")
        await walk.make(stop, row.slip)
        if row.after is None:
            await walk.verify(stop)
        lasting = ["turn.provider"] if row.code is Code.NAMESERVERS_DISAGREE else []
        await walk.tells(stop, f"advice.{row.code}", *lasting)
        stop.checked = await walk.check(stop)
        await walk.mend(stop)
    await walk.comes_true(stop)


async def regress(walk: Walk, stop: Stop) -> None:
    """Make a slip when the domain is ACTIVE already."""
    await walk.verify(stop)
    await walk.comes_true(stop)
    await walk.make(stop, "wrong-target")
    await walk.verify(stop)
    await walk.tells(stop, "advice.regressed")
    stop.evidence = await walk.town.evidence(stop.name)
    await walk.mend(stop)
    await walk.verify(stop)
    await walk.tells(stop, "thread.recovered")


async def go_offline(walk: Walk, stop: Stop) -> None:
    """Take away the resolver by which the bot knows that it can ask at all."""
    await walk.make(stop, OFFLINE)
    await walk.verify(stop)
    await walk.tells(stop, "thread.offline", about=CONTROL_NAME)
    stop.checked = await walk.check(stop)
    await walk.mend(stop)
    await walk.comes_true(stop)


@pytest.fixture(scope="module")
def walked(tmp_path_factory) -> dict[str, Stop]:
    return asyncio.run(walk_all(tmp_path_factory.mktemp("walk")))


@pytest.mark.parametrize("row", SHOWN, ids=lambda row: row.slip)
def test_a_slip_is_told_within_two_polls_with_its_code_and_the_mended_domain_goes_live(walked, row: Shown):
    stop = walked[row.slip]

    assert not stop.fault, stop.story
    assert stop.looks in {1, 2}, stop.story
    found = stop.checked[row.purpose]
    assert row.code in (found["warnings"] if row.beside else [found["code"]])
    assert found["state"] == row.state
    assert {(each["state"], each["code"], *each["warnings"]) for each in stop.mended.values()} == {
        (State.VERIFIED, Code.OK)
    }


def test_a_record_that_was_right_is_told_to_have_regressed_at_the_second_poll(walked):
    stop = walked[REGRESSED]

    assert not stop.fault, stop.story
    assert "  temporary  regressed (cname-wrong-target)  since " in stop.evidence


def test_a_resolver_out_of_reach_is_told_as_our_own_trouble(walked):
    stop = walked[UNREACHED]

    assert not stop.fault, stop.story
    assert stop.looks in {1, 2}, stop.story
    assert {row["code"] for row in stop.checked.values()} == {Code.CHECKER_OFFLINE}


@pytest.mark.parametrize(
    ("moments", "count"),
    [([], 0), ([99, 131], 0), ([101, 102, 107], 1), ([101, 107, 109], 2), ([97, 103, 112, 121, 122, 131], 3)],
)
def test_looks_are_counted_by_the_pauses_between_queries(moments, count):
    assert looks(moments, 100, 130) == count
