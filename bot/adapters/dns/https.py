"""DNS over HTTPS (RFC 8484), for where port 53 is closed: resolvers that the operator lists as URLs are asked."""

import asyncio

import httpx

from bot.adapters.dns.exchange import checked
from bot.adapters.dns.limits import Allowance
from bot.adapters.dns.pacing import Slots
from bot.adapters.dns.queries import Query, Unaskable, query_for
from bot.adapters.dns.replies import Reply, read_reply
from core.observations import Question, Server, Silence, Unknown
from core.web_addresses import leads_to_loopback

MEDIA_TYPE = "application/dns-message"
LARGEST = 65_535  # octets of a DNS message (RFC 8484 section 6)


class HttpsExchanger:
    """Puts questions to resolvers behind `urls`.

    Each of the `tries` may take `seconds`. Proxies of the environment are used, except on loopback;
    redirects are not followed. Belongs to one event loop; close it with `aclose`.
    """

    def __init__(self, urls: tuple[str, ...], slots: Slots, seconds: float, tries: int) -> None:
        self._slots = slots
        self._seconds = seconds
        self._tries = tries
        self._clients = {url: _client(url, seconds) for url in urls}
        self._servers = tuple(_server(url) for url in urls)

    async def servers(self) -> tuple[Server, ...]:
        """Return the resolvers; the address of each is its URL."""
        return self._servers

    async def aclose(self) -> None:
        """Close the connections."""
        await asyncio.gather(*(client.aclose() for client in self._clients.values()))

    async def ask(self, server: Server, question: Question, allowance: Allowance) -> Reply:
        """Ask until there is an answer or nothing more to try; never raises for what a server does."""
        client = self._clients.get(server.address)
        if client is None:
            return Reply(Unknown(Silence.FORBIDDEN, detail="not a listed resolver"))
        try:
            async with asyncio.timeout_at(allowance.deadline), self._slots.held((server.address, server.port)):
                return await self._converse(client, server, question)
        except TimeoutError:
            return Reply(Unknown(Silence.BUDGET, detail="no time left"))
        except Unaskable as error:
            return Reply(Unknown(Silence.GARBAGE, detail=f"cannot be asked: {error}"))

    async def _converse(self, client: httpx.AsyncClient, server: Server, question: Question) -> Reply:
        async def ask_again(*, unchecked: bool) -> Reply:
            return await self._put(client, server, question, unchecked=unchecked)

        return await checked(await ask_again(unchecked=False), ask_again)

    async def _put(
        self, client: httpx.AsyncClient, server: Server, question: Question, *, unchecked: bool = False
    ) -> Reply:
        query = query_for(question.name, question.type, recursive=True, unchecked=unchecked)
        reply = Reply(Unknown(Silence.TIMEOUT, detail="HTTPS"))
        for _ in range(max(1, self._tries)):
            try:
                async with asyncio.timeout(self._seconds):
                    return await _exchange(client, server.address, query, question)
            except (TimeoutError, httpx.TimeoutException):
                reply = Reply(Unknown(Silence.TIMEOUT, detail="HTTPS"))
            except httpx.HTTPError as error:
                reply = Reply(Unknown(Silence.UNREACHABLE, detail=f"HTTPS: {type(error).__name__}"))
        return reply


async def _exchange(client: httpx.AsyncClient, url: str, query: Query, question: Question) -> Reply:
    """Put one query; its id is 0 so that answers may be cached (RFC 8484 section 4.1). Raises `httpx.HTTPError`."""
    async with client.stream("POST", url, content=query.wire(0)) as response:
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
    return read_reply(bytes(packet), question, tcp=True)


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
