"""How Slack's SDK is set up: no hidden retries, no proxy on loopback, no payloads in the log."""

import itertools
import logging
from collections.abc import Mapping
from typing import Any

import structlog
from slack_bolt.adapter.socket_mode.async_handler import AsyncSocketModeHandler
from slack_bolt.async_app import AsyncApp
from slack_sdk.web.async_client import AsyncWebClient

from bot.ports import NO_METER, Meter
from core.web_addresses import leads_to_loopback

log = structlog.get_logger(__name__)
TIMEOUT_SECONDS = 15
_VERIFICATION = "slack_bolt.RequestVerification"


def make_client(token: str | None, api_url: str) -> AsyncWebClient:
    """Return a client of the Web API at `api_url`.

    It retries nothing: Slack's posts have no idempotency key, so the outbox decides what is said again. The
    SDK sends even 127.0.0.1 through `HTTP_PROXY`; that is undone here.
    """
    client = AsyncWebClient(token=token, base_url=api_url, timeout=TIMEOUT_SECONDS, retry_handlers=[])
    if leads_to_loopback(api_url):
        client.proxy = None
    return client


def make_socket(app: AsyncApp, app_token: str, api_url: str, meter: Meter = NO_METER) -> AsyncSocketModeHandler:
    """Return Socket Mode for `app`. It, too, takes the proxy of the environment, even for loopback.

    Slack asks for a new connection every few hours (https://docs.slack.dev/apis/events-api/using-socket-mode);
    what is logged and counted here tells that from one which keeps breaking.
    """
    handler = AsyncSocketModeHandler(app, app_token, web_client=make_client(None, api_url))
    if leads_to_loopback(api_url):
        handler.client.proxy = None
    numbers = itertools.count(1)

    async def told(_: object, message: Mapping[str, Any], __: str | None) -> None:
        if message.get("type") == "hello":
            meter.slack_connected()
            log.info("slack.connected", number=next(numbers))

    handler.client.message_listeners.append(told)
    return handler


def quiet_vendor_loggers() -> None:
    """Keep Slack's libraries at INFO or above, and silence the one that logs whole bodies.

    At DEBUG they print payloads, and the payload of a modal holds the write-only key. Bolt sets the level of
    its loggers anew whenever an app is made, so levels alone do not last: filters do.
    """
    for name in ("slack_bolt", "slack_sdk", *_made_so_far()):
        logger = logging.getLogger(name)
        logger.setLevel(max(logger.getEffectiveLevel(), logging.INFO))
        if _not_debug not in logger.filters:
            logger.addFilter(_not_debug)
    silenced = logging.getLogger(_VERIFICATION)
    if _nothing not in silenced.filters:
        silenced.addFilter(_nothing)


def _made_so_far() -> list[str]:
    known = logging.getLogger().manager.loggerDict
    return [name for name in list(known) if name.startswith(("slack_bolt.", "slack_sdk."))]


def _not_debug(record: logging.LogRecord) -> bool:
    # Bolt warns of a token that it finds in the environment by itself, and is right not to use.
    return record.levelno >= logging.INFO and not str(record.msg).startswith("As you gave `client` as well")


def _nothing(record: logging.LogRecord) -> bool:
    # What Bolt says of a wrong signature is the whole request.
    return record.levelno >= logging.CRITICAL
