"""One attempt at one notice: what is known of it, and what must be remembered if it breaks off."""

from collections.abc import Mapping, Sequence
from dataclasses import replace

import structlog

from bot.adapters.slack.errors import SlackRefused
from bot.adapters.slack.posting import MessageGone, Posted, Poster
from bot.messages import Message, without_table
from bot.ports import Anchor, Delivery, SaveProgress
from core.errors import ConfigurationError, OutsideError

log = structlog.get_logger(__name__)
_UNDRAWABLE = frozenset({"invalid_blocks", "invalid_blocks_format", "msg_blocks_too_long"})


class Attempt:
    """Posts on behalf of one delivery, and never twice what an earlier attempt may have posted."""

    def __init__(self, delivery: Delivery, save_progress: SaveProgress, poster: Poster) -> None:
        self.delivery = delivery
        self._save = save_progress
        self._poster = poster
        self._new: dict[str, Anchor] = {}
        self.progress = dict(delivery.progress)

    @property
    def new_anchors(self) -> Sequence[Anchor]:
        """The anchors that are new or have changed."""
        return tuple(self._new.values())

    @property
    def anchors(self) -> dict[str, Anchor]:
        """All anchors as they stand after what this attempt has done."""
        return {**self.delivery.anchors, **self._new}

    def anchor(self, name: str) -> Anchor | None:
        """Return an anchor by name: this attempt's, one that an earlier attempt remembered, or the stored one."""
        if name not in self._new and (remembered := self.progress.get(f"anchor:{name}")):
            channel, _, ts = remembered.partition(" ")
            self._new[name] = Anchor(name, channel, ts)
        return self.anchors.get(name)

    def tie(self, anchor: Anchor) -> None:
        """Have an anchor stored when the delivery is done."""
        self._new[anchor.name] = anchor

    async def note(self, **facts: str) -> None:
        """Remember `facts` for the next attempt, should this one break off."""
        await self.save_all({**self.progress, **facts})

    async def save_all(self, progress: Mapping[str, str]) -> None:
        """Replace what is remembered."""
        self.progress = dict(progress)
        await self._save(self.progress)

    async def post(
        self,
        channel: str,
        message: Message,
        *,
        thread_ts: str | None = None,
        broadcast: bool = False,
        step: str = "posting",
    ) -> Posted:
        """Post, unless an earlier attempt at this `step` did and its message can be found."""
        if self.progress.get(step) and (found := await self._find(channel, step, thread_ts)):
            return found
        await self.note(**{step: "begun"})
        try:
            return await self._post(channel, message, step, thread_ts, broadcast=broadcast)
        except SlackRefused as error:
            if error.word not in _UNDRAWABLE:
                raise
            log.warning("slack.blocks_refused", kind=self.delivery.notice.kind, error=str(error))
            return await self._post(channel, _plainer(message), step, thread_ts, broadcast=broadcast)

    async def anchored(self, name: str, channel: str, message: Message) -> Anchor:
        """Post a message that later ones will be tied to, and tie it."""
        posted = await self.post(channel, message, step=f"posting:{name}")
        await self.note(**{f"anchor:{name}": f"{posted.channel} {posted.ts}"})
        self.tie(Anchor(name, posted.channel, posted.ts))
        return await self.linked(name)

    async def linked(self, name: str) -> Anchor:
        """Return an anchor with its permalink, asking Slack for one that is not known yet."""
        anchor = self.anchors[name]
        if anchor.link is None and (link := await self.link(anchor.channel, anchor.ts)):
            anchor = replace(anchor, link=link)
            self.tie(anchor)
        return anchor

    async def link(self, channel: str, ts: str) -> str | None:
        """Return a permalink, or None: a message goes without one rather than not at all."""
        try:
            return await self._poster.permalink(channel, ts)
        except (OutsideError, ConfigurationError) as error:
            log.info("slack.no_permalink", error=str(error))
            return None

    async def discard(self, posted: Posted) -> None:
        """Delete a message of ours that landed in the wrong place."""
        try:
            await self._poster.delete(posted.channel, posted.ts)
        except (MessageGone, OutsideError) as error:
            log.warning("slack.stray_left", channel=posted.channel, ts=posted.ts, error=str(error))

    async def _post(
        self, channel: str, message: Message, step: str, thread_ts: str | None, *, broadcast: bool
    ) -> Posted:
        row = self.delivery.outbox_id
        return await self._poster.post(
            channel, message, outbox_id=row, part=step, thread_ts=thread_ts, broadcast=broadcast
        )

    async def _find(self, channel: str, step: str, thread_ts: str | None) -> Posted | None:
        try:
            return await self._poster.find(channel, self.delivery.outbox_id, step, thread_ts=thread_ts)
        except (OutsideError, ConfigurationError) as error:
            # Without the history scopes there is nothing to look it up with: at most one duplicate.
            log.info("slack.not_looked_up", error=str(error))
            return None


def _plainer(message: Message) -> Message:
    # Where tables are refused there are rows. The text says everything that matters: rather that than nothing.
    rows = without_table(message)
    return rows if rows.blocks != message.blocks else Message(message.text, ())
