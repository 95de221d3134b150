"""Calls of Slack's Web API: one way in, and every error translated."""

from collections.abc import AsyncIterator, Mapping
from datetime import timedelta
from typing import Any

import aiohttp
from slack_sdk.errors import SlackClientError
from slack_sdk.web.async_client import AsyncWebClient

from bot.adapters.slack.client import TIMEOUT_SECONDS
from bot.adapters.slack.errors import translate
from bot.ports import NO_METER, Meter
from core.errors import AmbiguousError, ChannelUnavailable, ConfigurationError, PermanentError, TransientError
from core.web_addresses import leads_to_loopback

Answer = Mapping[str, Any]
_PAGE = 200


class Calls:
    """The Web API, as the adapter uses it."""

    def __init__(self, client: AsyncWebClient, meter: Meter = NO_METER) -> None:
        self._client = client
        self._meter = meter

    async def call(self, method: str, *, about: str = "", **arguments: Any) -> Answer:
        """Call `method` (as in Slack's reference: ``chat.postMessage``); leave out arguments that are None.

        `about` is the channel at stake, for `ChannelUnavailable`. Raises the errors of `translate`.
        """
        return (await self.answer(method, about=about, **arguments))[0]

    async def answer(self, method: str, *, about: str = "", **arguments: Any) -> tuple[Answer, Mapping[str, str]]:
        """Call `method`; return what it answers and the HTTP headers (names in lower case)."""
        send = getattr(self._client, method.replace(".", "_"))
        given = {name: value for name, value in arguments.items() if value is not None}
        try:
            response = await send(**given)
        except (SlackClientError, aiohttp.ClientError, TimeoutError) as error:
            failure = translate(error, method, about)
            self._meter.slack_failed(method, kind_of(failure))
            raise failure from error
        headers = {str(name).lower(): str(value) for name, value in response.headers.items()}
        return (response.data if isinstance(response.data, dict) else {}), headers

    async def members(self, method: str, key: str, **arguments: Any) -> AsyncIterator[str]:
        """Yield the strings under `key` of every page of `method`."""
        cursor = None
        while True:
            page = await self.call(method, cursor=cursor, limit=_PAGE, **arguments)
            for member in page.get(key, ()):
                yield str(member)
            cursor = (page.get("response_metadata") or {}).get("next_cursor")
            if not cursor:
                return

    async def upload(self, url: str, content: bytes) -> None:
        """Send the bytes of a file to the address that Slack named for them."""
        proxy = None if leads_to_loopback(url) else self._client.proxy
        timeout = aiohttp.ClientTimeout(total=TIMEOUT_SECONDS)
        try:
            async with (
                aiohttp.ClientSession(timeout=timeout) as session,
                session.post(url, data=content, proxy=proxy) as response,
            ):
                status = response.status
        except (aiohttp.ClientError, TimeoutError) as error:
            failure = translate(error, "upload")
            self._meter.slack_failed("upload", kind_of(failure))
            raise failure from error
        if status != 200:
            self._meter.slack_failed("upload", "refused")
            raise PermanentError(f"upload: HTTP {status}")


def kind_of(error: Exception) -> str:
    """Return in one word what `translate` made of an error, for the meter."""
    match error:
        case AmbiguousError():
            return "no_answer"
        case TransientError(retry_after=timedelta()):
            return "rate_limited"
        case TransientError():
            return "unavailable"
        case ChannelUnavailable():
            return "channel"
        case ConfigurationError():
            return "misconfigured"
        case _:
            return "refused"
