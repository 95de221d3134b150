"""A sandbox whose bot is killed and started again, and people who insist until their domain is ACTIVE."""

import asyncio
import signal
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx

from core.sending_domain import DomainStatus, SendingDomain, VerificationStatus
from sandbox.up.main import Running, running
from storage import domains
from storage.engine import Database
from tests.chaos.lives import Life, Nursery
from tests.fakes.workspace import Workspace

LONG = 600.0
"""Seconds that people have patience for: whoever besieges them knows how long that may take."""

KEY = "1/" + "0123456789abcdef0123456789abcdef01234567"
TEAM = "T00SANDBOX"
QUICK = {
    "TICK_INTERVAL": "200ms",
    "SLACK_POST_INTERVAL": "1ms",
    "VERIFICATION_WINDOW": "1h",
    "POLL_INTERVAL": "500ms",
    "BURST_INTERVAL": "400ms",
    "MONITOR_INTERVAL": "700ms",
    "RECHECK_INTERVAL": "300ms",
    "PREPARE_INTERVAL": "300ms",
    "CHECK_GAP": "100ms",
    "STALLED_AFTER": "1h",
    "NO_RECORDS_AFTER": "1h",
    "OFFLINE_AFTER": "1h",
    "UNSEEN_AFTER": "1h",
    "DISAGREE_AFTER": "1h",
}
QUICK_ENGAGE = ("--records-after", "200ms", "--event-every", "100ms", "--look-every", "300ms")
SERVERS = ("ns1", "ns2", "resolver")
HELD = 30.0
"""Seconds for which an answer is held back: until the process that waits for it has been killed."""


@dataclass
class Siege:
    """The sandbox, the present life of the bot, and what has been counted."""

    sandbox: Running
    slack: Workspace
    http: httpx.AsyncClient
    nursery: Nursery
    database: Database
    life: Life
    kills: int = 0
    starts: int = 0
    in_flight: dict[int, int] = field(default_factory=dict)
    """How often each row of the outbox was in flight when the bot was killed."""
    _acting: asyncio.Lock = field(default_factory=asyncio.Lock)

    def forget(self) -> None:
        """Count from nought."""
        self.kills, self.starts = 0, 0
        self.in_flight.clear()

    # -- lives --------------------------------------------------------------------------------------------------

    @property
    def log(self) -> Path:
        return self.sandbox.folder / "bot.log"

    async def kill(self) -> None:
        """SIGKILL, and a look at what was in flight."""
        assert await self.life.end(signal.SIGKILL) == -signal.SIGKILL
        self.kills += 1
        for row in await self.sending():
            self.in_flight[row] = self.in_flight.get(row, 0) + 1

    async def start(self, *, wait: bool = True) -> None:
        """Start the bot; wait until it listens."""
        self.starts += 1
        self.life = await self.nursery.start(["run"], self.sandbox.environment, self.log)
        if wait:
            await self.slack.eventually(self.listens, 30)

    async def listens(self) -> bool:
        assert not self.life.ended.done() or self.life.ended.result() == 0, self.log.read_text()[-4000:]
        return (await self.slack.state())["connected"] > 0

    # -- what stands in the database ----------------------------------------------------------------------------

    async def sending(self) -> list[int]:
        """The rows that are leased to a dispatcher."""
        return [row["id"] for row in await self.rows("outbox") if row["state"].lower() == "sending"]

    async def rows(self, table: str) -> list[dict[str, Any]]:
        """All rows of a table."""
        async with self.database.reading() as session:
            connection = await session.connection()
            found = await connection.exec_driver_sql(f"SELECT * FROM {table} ORDER BY id")
            return [dict(row) for row in found.mappings()]

    async def domain(self, name: str) -> SendingDomain | None:
        async with self.database.reading() as session:
            return await domains.find(session, TEAM, name)

    # -- people -------------------------------------------------------------------------------------------------

    async def insist(self, act: Callable[[], Awaitable[None]], done: Callable[[], Awaitable[Any]]) -> Any:
        """Do something again and again until it has come to pass: nobody is told that the bot was killed meanwhile."""
        end = time.monotonic() + LONG
        while time.monotonic() < end:
            if found := await done():
                return found
            async with self._acting:
                await act()
            for _ in range(40):
                if found := await done():
                    return found
                await asyncio.sleep(0.05)
        raise AssertionError(f"it never came to pass; {self.log.read_text()[-3000:]}")

    async def create(self, name: str) -> None:
        """Create a domain through the modal."""

        async def act() -> None:
            state = await self.slack.state()
            if state["view"]:
                await self.slack.close_modal()
            asked = await self.slack.command(f"create {name}")
            if not asked["ok"]:
                await asyncio.sleep(0.1)
                return
            for _ in range(30):
                state = await self.slack.state()
                if state["view"]:
                    form = {"domain": name, "key": KEY, "dmarc": "none", "language": "en"}
                    await self.slack.submit(form)
                    return
                await asyncio.sleep(0.05)

        await self.insist(act, lambda: self.domain(name))

    async def command(self, verb: str, name: str) -> None:
        """Type a command; an error of Slack's is as good as no answer."""
        if not (await self.slack.command(f"{verb} {name}"))["ok"]:
            await asyncio.sleep(0.1)

    async def deploy(self, name: str) -> None:
        """Start the deployment, and wait for the zone file."""

        async def started() -> bool:
            domain = await self.domain(name)
            return domain is not None and domain.status is not DomainStatus.SUSPENDED

        await self.insist(lambda: self.command("deploy", name), started)

    async def zone_file(self, name: str, within: float = LONG) -> str:
        """Wait for the zone file in the IT channel; return its text."""

        async def look() -> str | None:
            for message in await self.slack.messages():
                for file in message["files"]:
                    if file["name"].startswith(f"{name}.zone"):
                        return str(file["content"])
            return None

        found: str = await self.slack.eventually(look, within)
        return found

    async def verify(self, name: str) -> None:
        """Start the verification."""

        async def started() -> bool:
            domain = await self.domain(name)
            return domain is not None and domain.verification is not VerificationStatus.NOT_STARTED

        await self.insist(lambda: self.command("verify", name), started)

    async def active(self, name: str, within: float = LONG) -> None:
        """Wait until the domain is ACTIVE and Verified."""

        async def is_active() -> bool:
            domain = await self.domain(name)
            assert domain is not None
            return (domain.status, domain.verification) == (DomainStatus.ACTIVE, VerificationStatus.VERIFIED)

        await self.slack.eventually(is_active, within)

    async def path(self, name: str) -> None:
        """The whole path."""
        await self.create(name)
        await self.deploy(name)
        await self.dns("POST", "/apply", text=await self.zone_file(name))
        await self.verify(name)
        await self.active(name)

    async def stumble(self, name: str) -> None:
        """Lose a record, and mend it: alerts and evidence, and their resolution."""
        text = await self.zone_file(name)
        await self.dns("DELETE", "/records", name=f"click.{name}")

        async def verification_is(wanted: VerificationStatus) -> bool:
            domain = await self.domain(name)
            return domain is not None and domain.verification is wanted

        await self.slack.eventually(lambda: verification_is(VerificationStatus.TEMPORARY_FAILURE), LONG)
        await self.dns("POST", "/apply", text=text)
        await self.dns("POST", "/flush")
        await self.slack.eventually(lambda: verification_is(VerificationStatus.VERIFIED), LONG)

    async def quiet(self, within: float = 60) -> None:
        """Wait until nothing is left to be said."""

        async def said() -> bool:
            return all(row["state"].lower() in {"sent", "dead"} for row in await self.rows("outbox"))

        await self.slack.eventually(said, within)
        await asyncio.sleep(0.5)  # Slack shares files a moment later
        await self.slack.eventually(said, within)

    # -- the world ----------------------------------------------------------------------------------------------

    async def dns(self, verb: str, path: str, **body: Any) -> dict[str, Any]:
        """Do something at the DNS provider."""
        url = f"http://127.0.0.1:{self.sandbox.ports.control}{path}"
        answer = await self.http.request(verb, url, json=body or None)
        assert answer.status_code == 200, answer.text
        state: dict[str, Any] = answer.json()
        return state

    async def heal(self) -> None:
        """Let everybody behave again."""
        await self.slack.post("faults", clear=True)
        await self.engage(mode="ok")
        for server in SERVERS:
            await self.dns("DELETE", "/faults", server=server)

    async def engage(self, **fault: Any) -> dict[str, Any]:
        """Have Engage misbehave; without a fault, tell how it does."""
        url = f"http://127.0.0.1:{self.sandbox.ports.engage}/_sandbox/faults"
        answer = await (self.http.post(url, json=fault) if fault else self.http.get(url))
        assert answer.status_code == 200, answer.text
        found: dict[str, Any] = answer.json()
        return found


@asynccontextmanager
async def besieged(folder: Path, nursery: Nursery, changed: dict[str, str] | None = None) -> AsyncIterator[Siege]:
    """Start the sandbox with a bot that is in the nursery's hands."""
    async with (
        running(folder, {**QUICK, **(changed or {})}, engage_options=QUICK_ENGAGE) as sandbox,
        Workspace(sandbox.url) as slack,
        httpx.AsyncClient(trust_env=False, timeout=15) as http,
    ):
        first = sandbox.parts.pop("bot")
        first.process.kill()
        await first.process.wait()
        database = Database.open(sandbox.environment["DATABASE_URL"])
        life = await nursery.start(["run"], sandbox.environment, sandbox.folder / "bot.log")
        siege = Siege(sandbox, slack, http, nursery, database, life)
        try:
            await slack.eventually(siege.listens, 30)
            yield siege
        finally:
            await siege.life.end(signal.SIGTERM)
            await database.dispose()
