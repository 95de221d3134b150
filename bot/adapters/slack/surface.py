"""What a listener may do to the asker's screen: answer them alone, open a modal, publish their App Home."""

from collections.abc import Mapping
from datetime import timedelta
from typing import Any

import aiohttp
import structlog
from slack_sdk.web.async_client import AsyncWebClient
from slack_sdk.webhook.async_client import AsyncWebhookClient

from bot.adapters.slack.calls import Calls
from bot.adapters.slack.client import TIMEOUT_SECONDS
from bot.adapters.slack.errors import SlackRefused
from bot.adapters.slack.pacing import Pacer
from bot.adapters.slack.posting import MessageGone, Poster, fresh
from bot.messages import Message
from bot.ports import NO_METER, Meter
from core.errors import ChannelUnavailable
from core.web_addresses import leads_to_loopback

log = structlog.get_logger(__name__)


class SlackSurface:
    """The `Surface` of `bot.listeners`."""

    def __init__(self, client: AsyncWebClient, meter: Meter = NO_METER) -> None:
        self._calls = Calls(client, meter)
        self._poster = Poster(self._calls, Pacer(timedelta()))

    async def answer(
        self,
        message: Message,
        *,
        user_id: str,
        channel: str | None = None,
        thread_ts: str | None = None,
        response_url: str | None = None,
        replace: bool = False,
    ) -> None:
        """Say something to one user alone: by the response URL, else in the channel, else by DM.

        `replace` puts it in the place of the ephemeral message that was clicked.
        """
        if response_url and await self._respond(response_url, message, thread_ts, replace=replace):
            return
        if channel:
            try:
                await self._poster.whisper(channel, user_id, message, thread_ts=thread_ts)
            except (ChannelUnavailable, SlackRefused, MessageGone) as error:
                log.info("slack.answered_by_dm", reason=str(error))
            else:
                return
        await self._poster.post(await self._poster.open_dm(user_id), message)

    async def open_view(self, trigger_id: str, view: Mapping[str, Any]) -> None:
        """Open a modal, within three seconds of the click that `trigger_id` stands for."""
        await self._calls.call("views.open", trigger_id=trigger_id, view=dict(view))

    async def push_view(self, trigger_id: str, view: Mapping[str, Any]) -> None:
        """Lay a modal over the one that is open."""
        await self._calls.call("views.push", trigger_id=trigger_id, view=dict(view))

    async def update_view(self, view_id: str, view: Mapping[str, Any]) -> None:
        """Put `view` in the place of a modal that is open."""
        await self._calls.call("views.update", view_id=view_id, view=dict(view))

    async def publish_home(self, user_id: str, view: Mapping[str, Any]) -> None:
        """Show `view` as the App Home of a user."""
        await self._calls.call("views.publish", user_id=user_id, view=dict(view))

    async def _respond(self, url: str, message: Message, thread_ts: str | None, *, replace: bool) -> bool:
        if not message.text.strip():
            raise ValueError("every answer needs a text that says what its blocks say")
        webhook = AsyncWebhookClient(url, timeout=TIMEOUT_SECONDS, retry_handlers=[])
        if leads_to_loopback(url):
            webhook.proxy = None
        body: dict[str, Any] = {
            "text": message.text,
            "mrkdwn": False,
            "parse": "none",
            "response_type": "ephemeral",
            "replace_original": replace,
        }
        if message.blocks:
            body["blocks"] = fresh(message.blocks)
        if thread_ts and not replace:
            body["thread_ts"] = thread_ts
        try:
            response = await webhook.send_dict(body)
        except aiohttp.ClientConnectorError as error:
            log.info("slack.response_url_unreachable", error=str(error))
            return False
        except (aiohttp.ClientError, TimeoutError) as error:
            # Perhaps it was said. Only one person sees it: rather twice than not at all.
            log.info("slack.response_url_silent", error=type(error).__name__)
            return False
        # Used up (five uses) or too old (30 minutes): Slack answers 404 or 410.
        return response.status_code == 200
