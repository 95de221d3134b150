"""The one place where messages are posted: each with a text that says everything, and at its channel's pace."""

import secrets
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from bot.adapters.slack.calls import Answer, Calls
from bot.adapters.slack.errors import SlackRefused
from bot.adapters.slack.pacing import Pacer
from bot.messages import Message

EVENT_TYPE = "engage_domain"
"""The type of the metadata that names the outbox row, and what part of it a message is."""

_EDIT = "edit"
_MOST_PAGES = 10
_GONE = frozenset({"message_not_found", "cant_update_message", "edit_window_closed", "thread_not_found"})


class MessageGone(Exception):
    """The message to edit or to reply to is no longer there."""


@dataclass(frozen=True, slots=True)
class Posted:
    """A message in Slack. `thread_ts` is None where it stands at top level."""

    channel: str
    ts: str
    thread_ts: str | None = None


class Poster:
    """Posts, edits and deletes messages. Nothing else calls these methods of Slack."""

    def __init__(self, calls: Calls, pacer: Pacer) -> None:
        self._calls = calls
        self._pacer = pacer

    async def post(
        self,
        channel: str,
        message: Message,
        *,
        outbox_id: int | None = None,
        part: str = "",
        thread_ts: str | None = None,
        broadcast: bool = False,
    ) -> Posted:
        """Post to a channel, or reply in a thread. Raises `MessageGone` when Slack says that the thread is.

        One row may post more than one message: `part` tells them apart when one is looked for.
        """
        answer = await self._say(
            "chat.postMessage",
            channel,
            message,
            thread_ts=thread_ts,
            reply_broadcast=True if broadcast and thread_ts else None,
            unfurl_links=False,
            unfurl_media=False,
            mrkdwn=False,
            metadata=_metadata(outbox_id, part),
        )
        posted = answer.get("message") or {}
        return Posted(str(answer.get("channel", channel)), str(answer["ts"]), posted.get("thread_ts"))

    async def edit(self, channel: str, ts: str, message: Message, *, outbox_id: int | None = None) -> None:
        """Put `message` in the place of an earlier one. Raises `MessageGone`."""
        await self._say("chat.update", channel, message, ts=ts, metadata=_metadata(outbox_id, _EDIT))

    async def whisper(self, channel: str, user_id: str, message: Message, *, thread_ts: str | None = None) -> None:
        """Say something to one user alone, in a channel."""
        await self._say("chat.postEphemeral", channel, message, user=user_id, thread_ts=thread_ts)

    async def delete(self, channel: str, ts: str) -> None:
        """Delete a message of ours."""
        await self._calls.call("chat.delete", about=channel, channel=channel, ts=ts)

    async def open_dm(self, user_id: str) -> str:
        """Return the id of the direct-message channel with a user."""
        answer = await self._calls.call("conversations.open", users=user_id)
        return str(answer["channel"]["id"])

    async def permalink(self, channel: str, ts: str) -> str | None:
        """Return a link to a message; None when Slack names none."""
        answer = await self._calls.call("chat.getPermalink", channel=channel, message_ts=ts)
        return answer.get("permalink")

    async def find(self, channel: str, outbox_id: int, part: str, *, thread_ts: str | None = None) -> Posted | None:
        """Look among the latest messages, or through a thread, for `part` of what the row `outbox_id` says."""
        method = "conversations.replies" if thread_ts else "conversations.history"
        cursor = None
        for _ in range(_MOST_PAGES):
            answer = await self._calls.call(
                method, channel=channel, ts=thread_ts, cursor=cursor, limit=200, include_all_metadata=True
            )
            for message in answer.get("messages", ()):
                if _says(message, outbox_id, part):
                    return Posted(channel, str(message["ts"]), message.get("thread_ts"))
            cursor = (answer.get("response_metadata") or {}).get("next_cursor")
            if not cursor:
                break
        return None

    async def _say(self, method: str, channel: str, message: Message, **arguments: Any) -> Answer:
        if not message.text.strip():
            raise ValueError("every message needs a text that says what its blocks say")
        if method != "chat.postEphemeral":  # which has no such limit, and somebody waits for it
            await self._pacer.turn(channel)
        try:
            return await self._calls.call(
                method,
                about=channel,
                channel=channel,
                text=message.text,
                blocks=fresh(message.blocks) or None,
                # Where the blocks are refused the text stands alone. It makes no links and no formatting of its own.
                parse="none",
                link_names=False,
                **arguments,
            )
        except SlackRefused as error:
            if error.word in _GONE:
                raise MessageGone(error.word) from error
            raise


def fresh(blocks: Sequence[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """Return the blocks with ids that no earlier state of the message had, as Slack asks for on updates."""
    once = secrets.token_hex(4)
    return [{**block, "block_id": f"{once}.{number}"} for number, block in enumerate(blocks)]


def _metadata(outbox_id: int | None, part: str) -> dict[str, Any] | None:
    if outbox_id is None:
        return None
    return {"event_type": EVENT_TYPE, "event_payload": {"outbox_id": outbox_id, "part": part}}


def _says(message: Mapping[str, Any], outbox_id: int, part: str) -> bool:
    metadata = message.get("metadata") or {}
    payload = metadata.get("event_payload") or {}
    wanted = (EVENT_TYPE, str(outbox_id), part)
    return (metadata.get("event_type"), str(payload.get("outbox_id", "")), payload.get("part")) == wanted
