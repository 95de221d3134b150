"""HTTP to the Engage API: TLS, time limits, bounded answers, a few tries. Knows nothing of email domains."""

import asyncio
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from types import TracebackType
from typing import Any, NoReturn, Self

import httpx
import structlog

from bot.adapters.engage.documents import parsed
from bot.adapters.engage.fields import nonsense
from bot.adapters.engage.refusals import errors_of, not_the_api, plain
from bot.adapters.engage.retrying import GiveUp, next_try, retry_after
from core.errors import ConfigurationError, TransientError
from core.web_addresses import faults_of_api, is_loopback

MEDIA_TYPE = "application/vnd.api+json"
LARGEST_ANSWER = 1024 * 1024
"""Octets. The description of one domain has some five thousand."""
_PASSING = frozenset({408, 425, 429}) | frozenset(range(500, 600))

_log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class Reply:
    """An answer: its status, and its JSON (None where there is none)."""

    status: int
    document: object = field(repr=False)

    @property
    def accepted(self) -> bool:
        """Tell whether the API did what was asked."""
        return 200 <= self.status < 300


@dataclass(frozen=True, slots=True)
class _Passing:
    """A try that failed in a way that may pass."""

    why: str
    wish: timedelta | None = None


class Transport:
    """One client for one account of the API.

    `patience` bounds the time within which another try is begun, `time_limit` each single try.
    """

    def __init__(
        self,
        url: str,
        api_key: str,
        *,
        clock: Callable[[], datetime],
        patience: timedelta,
        time_limit: timedelta,
        transport: httpx.AsyncBaseTransport | None = None,
    ) -> None:
        faults = [f"ENGAGE_API_URL: {fault}" for fault in faults_of_api(url)]
        if not api_key.strip() or not api_key.isascii() or not api_key.isprintable():
            faults.append("ENGAGE_API_KEY: not a key: it must be one line of ASCII")
        if faults:
            raise ConfigurationError(faults)
        self._base = base = _address(url)
        self._api_key = api_key.strip()
        self._clock = clock
        self._patience = patience
        self._time_limit = time_limit
        self._client = httpx.AsyncClient(
            timeout=httpx.Timeout(time_limit.total_seconds(), connect=min(5.0, time_limit.total_seconds())),
            # A proxy of the environment must not be asked for this very machine.
            trust_env=not is_loopback(base.host),
            follow_redirects=False,
            transport=transport,
        )

    def __repr__(self) -> str:
        return f"{type(self).__name__}({self._base.scheme}://{self._base.netloc.decode()})"

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        await self.aclose()

    async def aclose(self) -> None:
        """Close the connections."""
        await self._client.aclose()

    @property
    def api_key(self) -> str:
        """The key, for blotting it out of foreign words."""
        return self._api_key

    async def send(
        self,
        method: str,
        path: str,
        *,
        params: Mapping[str, str] | None = None,
        document: Mapping[str, Any] | None = None,
        secrets: tuple[str, ...] = (),
    ) -> Reply:
        """Send one request, at most three times.

        Returns any answer that is worth reading. Raises `TransientError` when there was none, or only 429 and 5xx,
        and `ConfigurationError` for a redirect: the API gives none, and the key must not follow it.
        """
        began = time.monotonic()
        tried = 0
        while True:
            tried += 1
            result = await self._try(method, path, params, document, secrets)
            if isinstance(result, Reply):
                return result
            spent = timedelta(seconds=time.monotonic() - began)
            decision = next_try(tried, spent, self._patience, result.wish)
            if isinstance(decision, GiveUp):
                raise TransientError(f"Engage: {result.why}", decision.retry_after)
            _log.info("engage.try_again", method=method, path=path, tried=tried, why=result.why)
            await asyncio.sleep(decision.pause.total_seconds())

    async def _try(
        self,
        method: str,
        path: str,
        params: Mapping[str, str] | None,
        document: Mapping[str, Any] | None,
        secrets: tuple[str, ...],
    ) -> Reply | _Passing:
        url = self._base.copy_with(raw_path=(self._base.raw_path.rstrip(b"/") + path.encode()))
        request = self._client.build_request(method, url, params=params, json=document, headers=self._headers(document))
        try:
            async with asyncio.timeout(self._time_limit.total_seconds()):
                response = await self._client.send(request, stream=True)
                try:
                    body = await _bounded(response)
                finally:
                    await response.aclose()
        except (httpx.TimeoutException, TimeoutError):
            return _Passing("no answer in time")
        except httpx.HTTPError as error:
            # The words of httpx name hosts and causes, and quote a line of an answer that is no HTTP.
            words = plain(str(error), (self._api_key, *secrets))
            return _Passing(f"no connection, {type(error).__name__} {words}".rstrip())
        if response.is_redirect or 300 <= response.status_code < 400:
            raise not_the_api(f"answered with a redirect ({response.status_code})")
        reply = Reply(response.status_code, parsed(body))
        if reply.status not in _PASSING:
            return reply
        words = errors_of(reply.document, (self._api_key, *secrets))
        why = f"HTTP status {reply.status}" + (f", {words}" if words else "")
        return _Passing(why, retry_after(response.headers.get("retry-after"), self._clock()))

    def _headers(self, document: Mapping[str, Any] | None) -> dict[str, str]:
        headers = {
            "Accept": MEDIA_TYPE,
            # Compressed answers could unfold to any size.
            "Accept-Encoding": "identity",
            "Authorization": f"TD1 {self._api_key}",
            "User-Agent": "engage-domain-bot",
        }
        return headers if document is None else {**headers, "Content-Type": MEDIA_TYPE}


async def _bounded(response: httpx.Response) -> bytes:
    if response.headers.get("content-encoding", "identity").lower() != "identity":
        nonsense("it is compressed, which was not asked for")
    body = bytearray()
    async for chunk in response.aiter_bytes():
        body += chunk
        if len(body) > LARGEST_ANSWER:
            _too_large()
    return bytes(body)


def _too_large() -> NoReturn:
    nonsense(f"it is larger than {LARGEST_ANSWER} octets")


def _address(url: str) -> httpx.URL:
    try:
        return httpx.URL(url.strip())
    except httpx.InvalidURL:
        raise ConfigurationError(["ENGAGE_API_URL: not a URL"]) from None
