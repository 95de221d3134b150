"""Killed at every point where it could hurt, one path after all comes to its end: nothing missing, little doubled."""

import asyncio
import itertools
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass

from sandbox.slack.people import IT_CHANNEL, SUPPORT_CHANNEL
from tests.chaos.siege import HELD, SERVERS, Siege
from tests.chaos.tally import count

NAME = "named.example.com"
POST = "chat.postMessage"
Act = Callable[[], Awaitable[object]]
Arm = Callable[[Siege], Awaitable[None]]
Held = Callable[[Siege], Awaitable[bool]]


@dataclass(frozen=True)
class Point:
    """Where to stop the bot: how it is made to stand still there, and how that is seen."""

    name: str
    arm: Arm
    held: Held


def slack(name: str, method: str, kind: str, channel: str | None = None) -> Point:
    """Stop in a call of Slack: before it is carried out (``timeout``), or after it (``accept_then_timeout``)."""

    async def arm(siege: Siege) -> None:
        await siege.slack.fault(method, kind, seconds=HELD, **({"channel": channel} if channel else {}))

    async def held(siege: Siege) -> bool:
        return method in (await siege.slack.post("faults"))["held"]

    return Point(name, arm, held)


def engage(name: str, mode: str, operation: str) -> Point:
    """Stop in a call of Engage: before it is carried out (``slow``), or after it (``late``)."""

    async def arm(siege: Siege) -> None:
        await siege.engage(mode=mode, operation=operation, times=1, seconds=HELD)

    async def held(siege: Siege) -> bool:
        return bool((await siege.engage())["held"])

    return Point(name, arm, held)


def look(name: str, below: str) -> Point:
    """Stop in a look, which waits for servers that are silent about the names `below`."""
    before = {"met": 0}

    async def arm(siege: Siege) -> None:
        for server in SERVERS:
            state = await siege.dns("POST", "/faults", fault="silent", server=server, name=below)
        before["met"] = state["met"]

    async def held(siege: Siege) -> bool:
        return (await siege.dns("GET", "/zones"))["met"] > before["met"]

    return Point(name, arm, held)


def both(one: Point, other: Point) -> Point:
    """Stop at two points at once."""

    async def arm(siege: Siege) -> None:
        await one.arm(siege)
        await other.arm(siege)

    async def held(siege: Siege) -> bool:
        return await one.held(siege) and await other.held(siege)

    return Point(f"{one.name}; {other.name}", arm, held)


async def stand(siege: Siege, points: Sequence[Point], act: Act | None = None) -> None:
    """Kill the bot at each of the points in turn; `act` sets it off for the first of them. Then let it go on."""
    await points[0].arm(siege)
    acting = asyncio.ensure_future(act()) if act else None
    for point, following in itertools.zip_longest(points, points[1:]):
        try:
            await siege.slack.eventually(lambda point=point: point.held(siege), 30)
        except AssertionError as error:
            raise AssertionError(f"{point.name}: never reached; {error}") from None
        await siege.kill()
        await siege.heal()
        if following:
            await following.arm(siege)
        await siege.start()
    if acting:
        await acting


DEPLOYING = (
    both(
        engage("deploy is committed, Engage deploys, nobody knows", "late", "deploy"),
        slack("the first card is accepted, not marked", POST, "accept_then_timeout", IT_CHANNEL),
    ),
    slack("a reply is claimed", POST, "timeout", IT_CHANNEL),
    slack("a reply is accepted, not marked", POST, "accept_then_timeout", IT_CHANNEL),
    slack("a reply is being looked for", "conversations.replies", "timeout"),
    slack("the next reply is accepted, not marked", POST, "accept_then_timeout", IT_CHANNEL),
    slack("a file's address is asked for", "files.getUploadURLExternal", "timeout"),
    slack("a file's address is given out", "files.getUploadURLExternal", "accept_then_timeout"),
    slack("a file is being sent", "upload", "timeout"),
    slack("a file is taken in", "upload", "accept_then_timeout"),
    slack("a file is about to be completed", "files.completeUploadExternal", "timeout"),
    slack("a file is completed", "files.completeUploadExternal", "accept_then_timeout"),
    slack("a file is shared, not marked", "files.info", "timeout"),
    slack("the card links to the file, not marked", "chat.update", "accept_then_timeout"),
)
VERIFYING = (
    both(
        slack("verify is committed, not answered", "response_url", "timeout"),
        slack("the start is accepted, not marked", POST, "accept_then_timeout", IT_CHANNEL),
    ),
    engage("a domain is claimed, Engage is asked", "slow", "describe"),
    look("in mid-look", NAME),
    slack("a direct message is accepted, not marked", POST, "accept_then_timeout", "D00ALEX"),
)
FAILING = (
    both(
        slack("the edit of a card is claimed", "chat.update", "timeout", IT_CHANNEL),
        slack("an alert is claimed", POST, "timeout", SUPPORT_CHANNEL),
    ),
    slack("an alert is accepted, not marked", POST, "accept_then_timeout", SUPPORT_CHANNEL),
)
MENDED = (
    slack("an alert is edited, not answered", "chat.update", "accept_then_timeout", SUPPORT_CHANNEL),
    slack("the answer under an edited alert is claimed", POST, "timeout", SUPPORT_CHANNEL),
    slack("the answer under an edited alert is accepted", POST, "accept_then_timeout", SUPPORT_CHANNEL),
)


async def mend(siege: Siege, text: str) -> None:
    """Put the records back."""
    await siege.dns("POST", "/apply", text=text)
    await siege.dns("POST", "/flush")


async def test_killed_at_every_named_point_the_path_completes(siege: Siege, report):
    await stand(siege, [engage("Engage creates, nobody knows", "late", "create")], lambda: siege.create(NAME))
    await stand(siege, DEPLOYING, lambda: siege.deploy(NAME))
    text = await siege.zone_file(NAME)
    await siege.dns("POST", "/apply", text=text)
    await stand(siege, VERIFYING, lambda: siege.verify(NAME))
    await siege.active(NAME)
    await stand(siege, FAILING, lambda: siege.dns("DELETE", "/records", name=f"click.{NAME}"))
    await stand(siege, MENDED, lambda: mend(siege, text))
    await siege.quiet()

    tally = await count(siege, {NAME: True})

    report("killed at named points", siege, tally)
    assert tally.missing == []
    assert tally.unexplained == []
    assert tally.out_of_order == []
    assert len(tally.doubled) <= siege.kills
    # What can be looked up is never doubled: only a direct message cannot.
    assert all("dm." in what or "deploy.records" in what for what in tally.doubled)
