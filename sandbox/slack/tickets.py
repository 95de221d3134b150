"""What Slack hands out for a short while: trigger ids (3 s, once) and response URLs (30 min, 5 times)."""

import secrets
import time
from dataclasses import dataclass

from sandbox.slack.errors import ApiError

TRIGGER_SECONDS = 3.0
RESPONSE_SECONDS = 30 * 60.0
RESPONSE_USES = 5


@dataclass(slots=True)
class Trigger:
    """The right to open one view for a user. `view_id` is the view it came from, if any."""

    user: str
    made: float
    view_id: str | None = None
    used: bool = False


@dataclass(slots=True)
class ResponseUrl:
    """The right to answer in a conversation. `message_ts` is the message whose button was pressed, if any."""

    user: str
    channel: str
    made: float
    message_ts: str | None = None
    thread_ts: str | None = None
    uses: int = 0


class Tickets:
    """The trigger ids and response URLs that were given out."""

    def __init__(self) -> None:
        self._triggers: dict[str, Trigger] = {}
        self._responses: dict[str, ResponseUrl] = {}

    def trigger(self, user: str, view_id: str | None = None) -> str:
        """Give out a trigger id."""
        trigger_id = f"{secrets.randbelow(10**12)}.{secrets.randbelow(10**12)}.{secrets.token_hex(16)}"
        self._triggers[trigger_id] = Trigger(user, time.monotonic(), view_id)
        return trigger_id

    def use_trigger(self, trigger_id: str) -> Trigger:
        """Use up a trigger id. Raises `ApiError` if it is unknown, older than 3 s, or used."""
        trigger = self._triggers.get(trigger_id)
        if trigger is None:
            raise ApiError("invalid_trigger_id")
        if trigger.used:
            raise ApiError("exchanged_trigger_id")
        if time.monotonic() - trigger.made > TRIGGER_SECONDS:
            raise ApiError("expired_trigger_id")
        trigger.used = True
        return trigger

    def response(self, user: str, channel: str, message_ts: str | None = None, thread_ts: str | None = None) -> str:
        """Give out the last part of a response URL."""
        token = secrets.token_urlsafe(18)
        self._responses[token] = ResponseUrl(user, channel, time.monotonic(), message_ts, thread_ts)
        return token

    def use_response(self, token: str) -> ResponseUrl:
        """Use a response URL once. Raises `ApiError` if it is unknown, older than 30 min, or used up."""
        response = self._responses.get(token)
        if response is None:
            raise ApiError("invalid_url", status=404)
        if time.monotonic() - response.made > RESPONSE_SECONDS:
            raise ApiError("expired_url", status=404)
        if response.uses >= RESPONSE_USES:
            raise ApiError("used_url", status=404)
        response.uses += 1
        return response
