"""Slack's errors in the house's words."""

from collections.abc import Mapping
from datetime import timedelta

import aiohttp
from slack_sdk.errors import SlackApiError, SlackClientError

from core.errors import (
    AmbiguousError,
    ChannelUnavailable,
    ConfigurationError,
    OutsideError,
    PermanentError,
    TransientError,
)
from core.secrecy import blotted

CHANNEL_WORDS = frozenset(
    {"not_in_channel", "channel_not_found", "is_archived", "restricted_action", "restricted_action_read_only_channel"}
)
"""Somebody must mend the channel: invite the bot, unarchive it, let it post."""

_OPERATOR_WORDS = frozenset(
    {
        "invalid_auth",
        "not_authed",
        "token_revoked",
        "token_expired",
        "account_inactive",
        "missing_scope",
        "not_allowed_token_type",
        "no_permission",
        "ekm_access_denied",
        "team_access_not_granted",
        "access_denied",
    }
)
_LATER_WORDS = frozenset({"service_unavailable", "team_added_to_org", "rollup_error"})
# Slack: "It's possible some aspect of the operation succeeded before the error was raised."
_PERHAPS_WORDS = frozenset({"fatal_error", "internal_error", "request_timeout"})


class SlackRefused(PermanentError):
    """Slack refuses the call for good; `word` is its error code."""

    def __init__(self, method: str, word: str, detail: str = "") -> None:
        super().__init__(f"{method}: {word}{detail}")
        self.word = word


def translate(error: Exception, method: str, channel: str = "") -> Exception:
    """Return what `error`, raised by a call of `method`, means here; not a vendor's error comes back as it is.

    A refused connection was never accepted; any other break in mid-call leaves it open whether it was.
    """
    if isinstance(error, SlackApiError):
        return _from_answer(error, method, channel)
    if isinstance(error, aiohttp.ClientConnectorError):
        return TransientError(f"{method}: Slack cannot be reached")
    if isinstance(error, TimeoutError | aiohttp.ClientError | SlackClientError):
        return AmbiguousError(f"{method}: no answer from Slack ({type(error).__name__})")
    return error


def word_of(error: SlackApiError) -> str:
    """Return Slack's error code, empty if the answer had none."""
    data = getattr(error.response, "data", None)
    return str(data.get("error", "")) if isinstance(data, Mapping) else ""


def _from_answer(error: SlackApiError, method: str, channel: str) -> OutsideError | ConfigurationError:
    word = word_of(error)
    status = _status(error)
    if status == 429 or word in {"ratelimited", "rate_limited"}:
        return TransientError(f"{method}: ratelimited", _retry_after(error))
    if word in CHANNEL_WORDS and channel:
        return ChannelUnavailable(channel, word)
    if word in _OPERATOR_WORDS:
        return ConfigurationError([f"Slack answers {word} to {method}{_needed(error)}"])
    if word in _LATER_WORDS:
        return TransientError(f"{method}: {word}")
    if word in _PERHAPS_WORDS or not word or status >= 500:
        return AmbiguousError(f"{method}: {word or f'HTTP {status}'}")
    return SlackRefused(method, word, _messages(error))


def _status(error: SlackApiError) -> int:
    response = error.response
    return int(getattr(response, "status_code", 0) or getattr(response, "status", 0) or 0)


def _retry_after(error: SlackApiError) -> timedelta:
    headers = getattr(error.response, "headers", None) or {}
    value = {str(name).lower(): str(value) for name, value in headers.items()}.get("retry-after", "")
    return timedelta(seconds=int(value)) if value.isdigit() else timedelta(seconds=1)


def _needed(error: SlackApiError) -> str:
    data = getattr(error.response, "data", None)
    needed = data.get("needed") if isinstance(data, Mapping) else None
    return f" (needed: {needed})" if needed else ""


def _messages(error: SlackApiError) -> str:
    data = getattr(error.response, "data", None)
    metadata = data.get("response_metadata") if isinstance(data, Mapping) else None
    messages = metadata.get("messages") if isinstance(metadata, Mapping) else None
    return blotted(f" ({'; '.join(map(str, messages))})") if isinstance(messages, list) and messages else ""
