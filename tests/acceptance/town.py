"""The whole bot against the sandbox, as people meet it: processes, sockets, screens."""

import asyncio
from dataclasses import dataclass
from typing import Any

import httpx

from sandbox.up.main import Running
from tests.fakes.workspace import Workspace, words

KEY = "1/" + "0123456789abcdef0123456789abcdef01234567"
QUICK = {
    "TICK_INTERVAL": "200ms",
    "SLACK_POST_INTERVAL": "10ms",
    "VERIFICATION_WINDOW": "60s",
    "POLL_INTERVAL": "700ms",
    "BURST_INTERVAL": "400ms",
    "BURST_DURATION": "20s",
    "MONITOR_INTERVAL": "700ms",
    "RECHECK_INTERVAL": "400ms",
    "PREPARE_INTERVAL": "300ms",
    "CHECK_GAP": "300ms",
}
QUICK_ENGAGE = ("--records-after", "400ms", "--event-every", "200ms", "--look-every", "400ms")
SLOW = 25.0
"""Seconds to wait for something that takes some polls, on a machine that does other things, too."""


@dataclass
class Town:
    """The sandbox with its people, and hands at the DNS provider and at Engage."""

    sandbox: Running
    slack: Workspace
    http: httpx.AsyncClient

    @property
    def dns(self) -> str:
        return f"http://127.0.0.1:{self.sandbox.ports.control}"

    async def connected(self, times: int = 1) -> None:
        """Wait until the bot listens, for the so manieth time: Slack refuses commands before."""
        for _ in range(600):
            if self.sandbox.parts["bot"].log.read_text().count("bot.running") >= times:
                return
            await asyncio.sleep(0.05)
        raise AssertionError(self.sandbox.parts["bot"].last_words())

    async def provider(self, verb: str, path: str, **body: Any) -> None:
        """Do something at the DNS provider."""
        answer = await self.http.request(verb, self.dns + path, json=body, headers={"Prefer": "return=minimal"})
        assert answer.status_code == 204, answer.text

    async def asked(self, about: str) -> list[dict[str, Any]]:
        """Return what the name servers were asked at and below a name: ``at``, ``server``, ``name``, ``type``."""
        answer = await self.http.get(f"{self.dns}/queries", params={"domain": about})
        queries: list[dict[str, Any]] = answer.json()["queries"]
        return queries

    async def engage(self, mode: str, **more: Any) -> None:
        """Have the stand-in Engage behave in a certain way."""
        url = f"http://127.0.0.1:{self.sandbox.ports.engage}/_sandbox/faults"
        answer = await self.http.post(url, json={"mode": mode, **more})
        assert answer.status_code == 200, answer.text

    async def create(self, name: str, *, language: str = "en", as_: str = "alex") -> None:
        """Create a domain as an admin, through the modal."""
        await self.slack.command(f"create {name}", as_=as_)
        view = await self.slack.view(as_=as_, within=SLOW)
        assert name in str(view)
        refused = await self.slack.submit({"domain": name, "key": KEY, "dmarc": "none", "language": language}, as_=as_)
        assert not refused.get("errors"), refused

    async def deploy(self, name: str, as_: str = "alex") -> dict[str, Any]:
        """Start the deployment as an admin; return the card once its records are ready."""
        await self.slack.command(f"deploy {name}", as_=as_)
        await self.zone_file(name)
        return await self.card(name)

    async def card(self, name: str, text: str = "", within: float = SLOW) -> dict[str, Any]:
        """Return the card of a domain, once it holds `text`."""

        async def look() -> dict[str, Any] | None:
            for message in await self.slack.messages("#it-dns"):
                blocks = message.get("blocks") or [{}]
                whispered = message.get("ephemeral") or message["thread_ts"]
                if not whispered and blocks[0].get("type") == "header" and name in words(blocks[0]):
                    return message if text in words(message) else None
            return None

        found: dict[str, Any] = await self.slack.eventually(look, within)
        return found

    async def press(self, name: str, button: str, as_: str) -> None:
        """Press a button on the card as it is now; an edit in between gives it new ids, as in Slack."""

        async def press() -> bool:
            try:
                await self.slack.click(button, await self.card(name), as_=as_)
            except AssertionError as error:
                if "nothing here with the action_id" in str(error):
                    return False
                raise
            return True

        await self.slack.eventually(press, SLOW)

    async def reply(self, name: str, text: str, within: float = SLOW) -> dict[str, Any]:
        """Return a reply in the card's thread that holds `text`."""
        card = await self.card(name)

        async def look() -> dict[str, Any] | None:
            fitting = [each for each in await self.slack.thread(card) if text in words(each)]
            return fitting[-1] if fitting else None

        found: dict[str, Any] = await self.slack.eventually(look, within)
        return found

    async def replies(self, name: str) -> list[str]:
        """Return the first lines of the thread's replies."""
        return [each["text"].splitlines()[0] for each in await self.slack.thread(await self.card(name)) if each["text"]]

    async def zone_file(self, name: str) -> str:
        """Return the zone file from the card's thread."""
        card = await self.card(name)

        async def look() -> str | None:
            for message in await self.slack.thread(card):
                for file in message.get("files", []):
                    if file["name"] == f"{name}.zone.txt":
                        return await self._content(file)
            return None

        found: str = await self.slack.eventually(look, SLOW)
        return found

    async def evidence(self, name: str) -> str:
        """Return the evidence from the support channel."""

        async def look() -> str | None:
            for channel in (await self.slack.state("sumi"))["channels"]:
                for file in [file for message in channel["messages"] for file in message.get("files", [])]:
                    if channel["name"] == "support" and file["name"] == f"{name}.evidence.txt":
                        return await self._content(file)
            return None

        found: str = await self.slack.eventually(look, SLOW)
        return found

    async def _content(self, file: dict[str, Any]) -> str:
        return str(file["content"])

    async def apply(self, name: str) -> None:
        """Put the zone file from the thread into the DNS, as IT does."""
        await self.provider("POST", "/apply", text=await self.zone_file(name))
