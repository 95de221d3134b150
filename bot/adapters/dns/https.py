"""DNS over HTTPS (RFC 8484), for where port 53 is closed: resolvers that the operator lists as URLs are asked."""

import asyncio
from dataclasses import dataclass
from email.utils import parsedate_to_datetime

import httpx

from bot.adapters.dns.exchange import checked, read_bounded
from bot.adapters.dns.limits import Allowance
from bot.adapters.dns.pacing import Lane, Slots
from bot.adapters.dns.queries import Query, Unaskable, query_for
from bot.adapters.dns.replies import Reply
from bot.clock import utcnow
from core.observations import Question, Server, Silence, Unknown
from core.web_addresses import leads_to_loopback

MEDIA_TYPE = "application/dns-message"
LARGEST = 65_535  # octets of a DNS message (RFC 8484 section 6)
USUAL_REST, LONGEST_REST = 5.0, 300.0  # seconds for which a resolver is not asked, once it says that it is too much
_BUSY = frozenset({httpx.codes.TOO_MANY_REQUESTS, httpx.codes.SERVICE_UNAVAILABLE})


class HttpsExchanger:
    """Puts questions to resolvers behind `urls`.

    Each of the `tries` may take `seconds`. Proxies of the environment are used, except on loopback;
    redirects are not followed. Belongs to one event loop; close it with `aclose`.
    """

    def __init__(self, urls: tuple[str, ...], slots: Slots, seconds: float, tries: int) -> None:
        self.seconds = seconds
        self.tries = tries
        self._slots = slots
        self._resting: dict[str, float] = {}
        self._clients = {url: _client(url, seconds) for url in urls}
        self._servers = tuple(_server(url) for url in urls)

    async def servers(self) -> tuple[Server, ...]:
        """Return the resolvers; the address of each is its URL."""
        return self._servers

    async def aclose(self) -> None:
        """Close the connections."""
        await asyncio.gather(*(client.aclose() for client in self._clients.values()))

    async def ask(self, server: Server, question: Question, allowance: Allowance, *, unchecked: bool = False) -> Reply:
        """Ask until there is an answer or nothing more to try; never raises for what a server does.

        `unchecked`: no signature is to be checked (CD=1).
        """
        client = self._clients.get(server.address)
        if client is None:
            return Reply(Unknown(Silence.FORBIDDEN, detail="not a listed resolver"))
        try:
            async with (
                asyncio.timeout_at(allowance.deadline),
                self._slots.held((server.address, server.port)) as lane,
            ):
                conversation = _Conversation(self, client, server, question, allowance, lane)
                reply = await conversation.ask(unchecked=unchecked)
                return reply if unchecked else await checked(reply, conversation.ask)
        except TimeoutError:
            return Reply(Unknown(Silence.BUDGET, detail="no time left"))
        except Unaskable as error:
            return Reply(Unknown(Silence.GARBAGE, detail=f"cannot be asked: {error}"))

    def rest(self, url: str, seconds: float) -> None:
        """Leave a resolver in peace for as long as it asks for, within reason."""
        until = asyncio.get_running_loop().time() + min(max(0.0, seconds), LONGEST_REST)
        self._resting[url] = max(until, self._resting.get(url, 0.0))

    def rests(self, url: str) -> bool:
        """Tell whether a resolver wants to be left in peace."""
        return asyncio.get_running_loop().time() < self._resting.get(url, 0.0)


@dataclass(slots=True)
class _Conversation:
    """The tries of one question at one resolver, on the `lane` that leads there."""

    exchanger: HttpsExchanger
    client: httpx.AsyncClient
    server: Server
    question: Question
    allowance: Allowance
    lane: Lane
    begun: bool = False

    async def ask(self, *, unchecked: bool) -> Reply:
        query = query_for(self.question.name, self.question.type, recursive=True, unchecked=unchecked)
        reply = Reply(Unknown(Silence.TIMEOUT, detail="HTTPS"))
        for _ in range(max(1, self.exchanger.tries)):
            if self.exchanger.rests(self.server.address):
                return Reply(Unknown(Silence.UNREACHABLE, detail="HTTPS: asks for a rest"))
            if self.begun:
                self.lane.bucket.spend()
            self.begun = True
            try:
                async with asyncio.timeout(self.exchanger.seconds):
                    reply = await self._exchange(query)
            except (TimeoutError, httpx.TimeoutException):
                self.lane.silent()
                reply = Reply(Unknown(Silence.TIMEOUT, detail="HTTPS"))
            except httpx.HTTPError as error:
                reply = Reply(Unknown(Silence.UNREACHABLE, detail=f"HTTPS: {type(error).__name__}"))
            else:
                self.lane.heard()
                return reply
        return reply

    async def _exchange(self, query: Query) -> Reply:
        """Put one query; its id is 0 so that answers may be cached (RFC 8484 section 4.1). Raises `httpx.HTTPError`."""
        async with self.client.stream("POST", self.server.address, content=query.wire(0)) as response:
            if response.status_code in _BUSY:
                self.exchanger.rest(self.server.address, _retry_after(response))
            if response.status_code != httpx.codes.OK:
                return Reply(Unknown(Silence.UNREACHABLE, detail=f"HTTP {response.status_code}"))
            if response.headers.get("content-type", "").partition(";")[0].strip().lower() != MEDIA_TYPE:
                return Reply(Unknown(Silence.GARBAGE, detail="not a DNS message"))
            packet = bytearray()
            async for chunk in response.aiter_bytes():
                packet += chunk
                if len(packet) > LARGEST:
                    return Reply(Unknown(Silence.GARBAGE, detail="longer than a DNS message"))
        if not query.answered_by(bytes(packet)):
            return Reply(Unknown(Silence.GARBAGE, detail="answers another question"))
        return read_bounded(bytes(packet), self.question, self.allowance, tcp=True)


def _retry_after(response: httpx.Response) -> float:
    """Return for how many seconds a resolver wants no questions (RFC 9110 section 10.2.3)."""
    said = response.headers.get("retry-after", "").strip()
    if said.isdecimal():
        return float(said[:9])
    try:
        return (parsedate_to_datetime(said) - utcnow()).total_seconds()
    except (ValueError, TypeError, OverflowError):  # no date, one without a zone, or with one beyond all bounds
        return USUAL_REST if response.status_code == httpx.codes.TOO_MANY_REQUESTS else 0.0


def _client(url: str, seconds: float) -> httpx.AsyncClient:
    return httpx.AsyncClient(
        headers={"content-type": MEDIA_TYPE, "accept": MEDIA_TYPE, "accept-encoding": "identity"},
        timeout=seconds,
        # A proxy of the environment must not be asked for this very machine.
        trust_env=not leads_to_loopback(url),
        follow_redirects=False,
    )


def _server(url: str) -> Server:
    parsed = httpx.URL(url)
    return Server(parsed.netloc.decode(), url, parsed.port or 443)
