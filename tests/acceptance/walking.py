"""A walk through slips, one domain each and all at the same time: what the threads say, and after how many looks."""

import asyncio
import re
import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any, TypeVar

from bot.adapters.zonefile import read_zone_file
from bot.look_settings import LookSettings
from bot.lookout import check_up
from bot.messages import catalog, check_document
from core.sending_domain import DmarcPolicy, Language
from tests.acceptance.town import KEY, Town
from tests.fakes.workspace import words

ADMINS = ("alex", "aiko")
ENGAGE_ASKS = "ns1"
"""The name server that the stand-in Engage asks, too."""
LONG = 90.0
"""Seconds to wait for anything."""
TRIES, PATIENCE = 5, 8.0
"""How often a command is typed, and how many seconds its answer is waited for."""
DOMAIN = re.compile(r"mail\.\w+\.com")
LOOK_SECONDS = 6
LOOK = LOOK_SECONDS + 1.0
"""Seconds after its first query in which a look is over. The next one begins later than that."""
TYPING, CHECKING, SLIPPING = 4, 4, 16
"""How many commands, checks and slips are under way at once: two cores have much else to do meanwhile."""

Row = Mapping[str, Any]
Found = TypeVar("Found")


@dataclass(frozen=True, slots=True)
class Said:
    """One message of a thread: when it was posted, in seconds after the epoch, and all its words."""

    at: float
    text: str


@dataclass
class Stop:
    """One domain on the walk, the slip that is made there, and what comes of it.

    `answers` counts what the bot has whispered about it. `fault` is what was waited for in vain. `looks` counts those
    until the advice was told. `checked` and `mended` are what `engage-domain check --json` says of the records, by
    purpose, before and after the slip was mended.
    """

    name: str
    slip: str
    language: Language = Language.EN
    policy: DmarcPolicy = DmarcPolicy.NONE
    zone_file: str = ""
    thread: list[Said] = field(default_factory=list)
    answers: int = 0
    made_at: float = 0.0
    looks: int = 0
    fault: str = ""
    evidence: str = ""
    checked: Mapping[str, Row] = field(default_factory=dict)
    mended: Mapping[str, Row] = field(default_factory=dict)

    @property
    def story(self) -> str:
        """All that was said since the slip was made, for whoever wonders what went wrong."""
        since = [f"+{said.at - self.made_at:.1f} s\n{said.text}" for said in self.thread if said.at > self.made_at]
        return "\n\n".join([self.fault, *since])

    def told(self, key: str) -> Said | None:
        """Return the first message since the slip was made that has a text: all its words between the facts."""
        parts = re.split(r"\{\w+\}|[*`]|\\", catalog.text(key, self.language))
        since = [said for said in self.thread if said.at > self.made_at]
        return next((said for said in since if all(part.strip() in said.text for part in parts)), None)


class Walk:
    """Deploys domains, makes slips, and reads the IT channel meanwhile."""

    def __init__(self, town: Town, stops: Iterable[Stop]) -> None:
        self.town = town
        self._stops = {stop.name: stop for stop in stops}
        self._cards: dict[str, Stop] = {}
        self._last = "0"
        self._news = asyncio.Event()
        self._typing = asyncio.Semaphore(TYPING)
        self._checking = asyncio.Semaphore(CHECKING)
        self.slipping = asyncio.Semaphore(SLIPPING)

    # -- reading ------------------------------------------------------------------------------------------------

    async def read(self) -> None:
        """Read what is posted, until cancelled."""
        while True:
            for message in await self.town.slack.messages("#it-dns", after=self._last):
                self._last = message["ts"]
                self._sort(message)
            self._news.set()
            self._news = asyncio.Event()
            await asyncio.sleep(0.2)

    def _sort(self, message: Mapping[str, Any]) -> None:
        """Put a message to the domain whose card it is, or below whose card it stands, or of which it is whispered."""
        blocks = message["blocks"] or [{}]
        if message["ephemeral"]:
            for name in set(DOMAIN.findall(words({"blocks": blocks}))) & set(self._stops):
                self._stops[name].answers += 1
        elif message["thread_ts"] is None and blocks[0].get("type") == "header":
            self._cards[message["ts"]] = self._stops[re.split("[:：]", blocks[0]["text"]["text"])[0]]
        elif message["thread_ts"] in self._cards:
            stop = self._cards[message["thread_ts"]]
            stop.thread.append(Said(float(message["ts"]), words({"blocks": message["blocks"]})))
            files = [file["content"] for file in message["files"] if file["name"] == f"{stop.name}.zone.txt"]
            stop.zone_file = (files or [stop.zone_file])[-1]

    async def until(self, look: Callable[[], Found | None], what: str, within: float = LONG) -> Found:
        """Return the first true value of `look`."""
        try:
            async with asyncio.timeout(within):
                while not (found := look()):
                    await self._news.wait()
        except TimeoutError:
            raise AssertionError(f"{what}: not within {within:.0f} s") from None
        return found

    # -- acting -------------------------------------------------------------------------------------------------

    async def deploy(self) -> None:
        """Create and deploy all domains, and publish their records."""
        stops = list(self._stops.values())
        await asyncio.gather(*(self._deploy(admin, stops[n :: len(ADMINS)]) for n, admin in enumerate(ADMINS)))
        with suppress(AssertionError):
            await self.until(lambda: len(self._cards) == len(stops), "all cards", PATIENCE)
        for stop in stops:
            if stop not in self._cards.values():  # the bot was busy
                await self.town.slack.command(f"deploy {stop.name}")
        await self.until(lambda: all(stop.zone_file for stop in stops), "all zone files")
        await self.town.provider("POST", "/apply", text="\n".join(stop.zone_file for stop in stops))

    async def _deploy(self, admin: str, stops: Sequence[Stop]) -> None:
        slack = self.town.slack
        for stop in stops:
            await slack.command(f"create {stop.name}", as_=admin)
            await slack.view(as_=admin, within=LONG)
            form = {"domain": stop.name, "key": KEY, "dmarc": stop.policy.value, "language": stop.language.value}
            for _ in range(TRIES):
                if not (refused := await slack.submit(form, as_=admin))["errors"]:
                    break
            assert not refused["errors"], refused
            await slack.command(f"deploy {stop.name}", as_=admin)

    async def verify(self, stop: Stop) -> None:
        """Ask for the verification, or for a look at once; ask again where the bot says that it is busy."""
        async with self._typing:
            for _ in range(TRIES):
                before = stop.answers
                await self.town.slack.command(f"verify {stop.name}")
                with suppress(AssertionError):
                    await self.until(lambda before=before: stop.answers > before, "an answer", PATIENCE)
                    return
        raise AssertionError(f"{stop.slip}: verify was not accepted")

    async def make(self, stop: Stop, slip: str) -> None:
        """Make a slip."""
        stop.made_at = time.time()
        await self.town.provider("POST", "/slips", slip=slip, domain=stop.name)

    async def mend(self, stop: Stop) -> None:
        """Mend all slips at the domain."""
        await self.town.provider("DELETE", "/slips", domain=stop.name)

    # -- judging ------------------------------------------------------------------------------------------------

    async def tells(self, stop: Stop, *keys: str, about: str = "") -> None:
        """Wait until all these texts have been told; count the bot's looks until the last one, by what it asked.

        `about` is a name to count by, in place of the domain's zone.
        """
        said = [await self.until(lambda key=key: stop.told(key), f"{stop.slip}: {key}") for key in keys]
        asked = await self.town.asked(about or stop.name.partition(".")[2])
        moments = [query["at"] for query in asked if query["server"] != ENGAGE_ASKS]
        stop.looks = looks(moments, stop.made_at, max(each.at for each in said))

    async def comes_true(self, stop: Stop) -> None:
        """Wait until the domain is told to be verified and ACTIVE, and look whether all is right."""
        await self.until(lambda: stop.told("thread.active"), f"{stop.slip}: ACTIVE")
        stop.mended = await self.check(stop)

    async def check(self, stop: Stop) -> dict[str, Row]:
        """Return what `engage-domain check NAME --zone FILE --json` says, by purpose."""
        where = ("DNS_NAMESERVERS", "DNS_RESOLVERS", "DNS_PARENT_NAMESERVERS")
        given = {name.lower(): value for name, value in self.town.sandbox.environment.items() if name in where}
        records = read_zone_file(stop.zone_file.encode(), stop.name)
        async with self._checking:
            document = check_document(await check_up(LookSettings(**given), stop.name, records), stop.language)
        return {row["purpose"]: row for row in document["records"]}


def looks(moments: Iterable[float], since: float, until: float) -> int:
    """Return how many looks there were between two moments, by when the name servers were asked.

    One that was under way at the first moment counts.
    """
    began: list[float] = []
    for at in moments:
        if since < at <= until and (not began or at > began[-1] + LOOK):
            began.append(at)
    return len(began)
