"""The workspace's state and the only ways to change it. One event loop owns it; nothing here waits."""

import asyncio
import bisect
import copy
import itertools
import secrets
import time
from collections.abc import Iterator

from sandbox.slack import people
from sandbox.slack.errors import NotPossible
from sandbox.slack.model import BOT_USER, Channel, File, Json, Message, User


class Workspace:
    """People, channels, messages and files, and a signal whenever something changed."""

    def __init__(self, base_url: str, notes: list[str] | None = None) -> None:
        self.base_url = base_url
        self.notes = notes or []
        self.users = people.users()
        self.channels = people.channels()
        self.usergroups = people.USERGROUPS
        self.messages: dict[str, list[Message]] = {channel: [] for channel in self.channels}
        self.files: dict[str, File] = {}
        self.version = 0
        self._last_ts = 0.0
        self._numbers = itertools.count(1)
        self._changed = asyncio.Event()

    # -- telling the page ---------------------------------------------------------------------------------------

    def touch(self) -> None:
        """Tell whoever watches that something changed."""
        self.version += 1
        self._changed.set()
        self._changed = asyncio.Event()

    async def wait_for_change(self, seen: int, seconds: float) -> bool:
        """Wait until the version differs from `seen`; False if it did not within `seconds`."""
        if self.version != seen:
            return True
        try:
            await asyncio.wait_for(self._changed.wait(), seconds)
        except TimeoutError:
            return False
        return True

    # -- names --------------------------------------------------------------------------------------------------

    def new_id(self, prefix: str) -> str:
        """Return a new id such as ``F000003A1B2``."""
        return f"{prefix}{next(self._numbers):06d}{secrets.token_hex(2).upper()}"

    def new_ts(self) -> str:
        """Return a timestamp that is later than every one before."""
        self._last_ts = max(time.time(), self._last_ts + 0.000_1)
        return f"{self._last_ts:.6f}"

    def user(self, name: str) -> User:
        """Find somebody by id or name. Raises `NotPossible`."""
        for user in self.users.values():
            if name.removeprefix("@") in {user.id, user.name}:
                return user
        raise NotPossible(f"there is no user {name}")

    def channel(self, name: str) -> Channel:
        """Find a conversation by id or name, with or without ``#``. Raises `NotPossible`."""
        for channel in self.channels.values():
            if name.removeprefix("#") in {channel.id, channel.name}:
                return channel
        raise NotPossible(f"there is no channel {name}")

    def direct_channel(self, user: User) -> Channel:
        """Return the direct conversation of a user with the bot; open it if need be."""
        channel_id = f"D{user.id[1:]}"
        if channel_id not in self.channels:
            self.channels[channel_id] = Channel(
                channel_id, f"dm-{user.name}", members=[user.id, BOT_USER], is_private=True, partner=user.id
            )
            self.messages[channel_id] = []
            self.touch()
        return self.channels[channel_id]

    # -- messages -----------------------------------------------------------------------------------------------

    def find(self, channel: str, ts: str) -> Message | None:
        """Find a message that still exists."""
        for message in self.messages.get(channel, ()):
            if message.ts == ts and not message.deleted:
                return message
        return None

    def since(self, channel: str, after: float) -> Iterator[Message]:
        """Yield what was posted later than `after`, oldest first, deleted messages included."""
        messages = self.messages[channel]
        first = bisect.bisect_right(messages, after, key=lambda message: float(message.ts))
        return itertools.islice(messages, first, None)

    def replies(self, channel: str, ts: str) -> Iterator[Message]:
        """Yield what was answered in a thread, oldest first, ephemeral messages included."""
        return (each for each in self.messages[channel] if each.thread_ts == ts and not each.deleted)

    def thread_of(self, channel: str, thread_ts: str | None) -> str | None:
        """Return the thread that a reply lands in: None, the top level, if the parent is gone."""
        parent = self.find(channel, thread_ts) if thread_ts else None
        if parent is None or parent.only_for:
            return None
        return parent.thread_ts or parent.ts

    def post(
        self,
        channel: Channel,
        user: str,
        text: str,
        blocks: list[Json] | None = None,
        *,
        thread_ts: str | None = None,
        broadcast: bool = False,
        only_for: str | None = None,
        metadata: Json | None = None,
        files: list[str] | None = None,
        from_slackbot: bool = False,
    ) -> Message:
        """Add a message. A reply whose parent is gone lands at the top level, as in Slack, without an error."""
        thread = self.thread_of(channel.id, thread_ts)
        message = Message(
            self.new_ts(), channel.id, user, text, self.with_ids(blocks or []), thread, broadcast and thread is not None
        )
        message.only_for, message.metadata, message.files = only_for, metadata, files or []
        message.from_slackbot = from_slackbot
        self.messages[channel.id].append(message)
        self.touch()
        return message

    def edit(self, message: Message, text: str, blocks: list[Json] | None, *, metadata: Json | None = None) -> None:
        """Replace what a message says."""
        message.text = text
        if blocks is not None:
            message.blocks = self.with_ids(blocks)
        if metadata is not None:
            message.metadata = metadata
        message.edited_ts = self.new_ts()
        self.touch()

    def delete(self, message: Message) -> None:
        """Delete a message; its replies stay, below a tombstone."""
        message.deleted = True
        message.text, message.blocks, message.files = "", [], []
        self.touch()

    def with_ids(self, blocks: list[Json]) -> list[Json]:
        """Copy blocks, with an id for each one, and for each of their elements, that has none."""
        copied = copy.deepcopy(blocks)
        for block in copied:
            block.setdefault("block_id", secrets.token_hex(3))
            for element in elements_of(block):
                element.setdefault("action_id", secrets.token_hex(3))
        return copied

    def tell_privately(self, channel: Channel, user: str, text: str, thread_ts: str | None = None) -> Message:
        """Say something to one person as Slackbot, which is how Slack reports what went wrong."""
        return self.post(channel, "USLACKBOT", text, only_for=user, from_slackbot=True, thread_ts=thread_ts)


def elements_of(block: Json) -> Iterator[Json]:
    """Yield the interactive elements of a block."""
    kind = block.get("type")
    if kind == "actions":
        yield from block["elements"]
    elif kind == "input":
        yield block["element"]
    elif kind == "section" and block.get("accessory"):
        yield block["accessory"]
