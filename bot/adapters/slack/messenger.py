"""The Messenger of Slack: renders a notice, posts it where it belongs, and tells what it is tied to."""

from collections.abc import Awaitable, Callable, Sequence
from datetime import timedelta

import structlog
from slack_sdk.web.async_client import AsyncWebClient

from bot.adapters.slack.attempt import Attempt
from bot.adapters.slack.calls import Calls
from bot.adapters.slack.errors import SlackRefused
from bot.adapters.slack.files import Files
from bot.adapters.slack.pacing import Pacer
from bot.adapters.slack.posting import MessageGone, Posted, Poster
from bot.adapters.slack.rendering import Renderer
from bot.messages import Message, Snippet
from bot.ports import NO_METER, Anchor, Clock, Delivery, Meter, Places, SaveProgress
from core.durations import Durations
from core.errors import ChannelUnavailable, OutsideError
from core.notices import Alert, AlertResolved, ChannelLost, EvidenceFile, Notice, Place, ThreadNotice, ZoneFile
from core.sending_domain import Actor, SendingDomain

log = structlog.get_logger(__name__)
_ELSEWHERE = frozenset({"user_not_in_channel", "messages_tab_disabled", "invalid_channel", "no_text"})


class SlackMessenger:
    """Says notices in Slack. One instance serves all lanes at once; it keeps no state between deliveries."""

    def __init__(
        self,
        client: AsyncWebClient,
        places: Places,
        durations: Durations,
        clock: Clock,
        pacer: Pacer | None = None,
        meter: Meter = NO_METER,
    ) -> None:
        calls = Calls(client, meter)
        self._poster = Poster(calls, pacer or Pacer(timedelta(seconds=1)))
        self._files = Files(calls)
        self._places = places
        self._renderer = Renderer(places, durations, clock)

    async def deliver(self, delivery: Delivery, save_progress: SaveProgress) -> Sequence[Anchor]:
        """Say one notice; see `bot.ports.Messenger`."""
        attempt = Attempt(delivery, save_progress, self._poster)
        try:
            await self._where(delivery.notice)(attempt)
        except MessageGone as error:
            raise SlackRefused("chat", str(error)) from error
        for anchor in attempt.new_anchors:
            if anchor.name != "zone_file":  # whose link is the file's
                await attempt.linked(anchor.name)
        return attempt.new_anchors

    def _where(self, notice: Notice) -> Callable[[Attempt], Awaitable[None]]:
        return {
            Place.CARD: self._card,
            Place.THREAD: self._thread,
            Place.ALERT: self._alert,
            Place.ALERT_THREAD: self._under_alert,
            Place.DM: self._dm,
            Place.ASKER: self._asker,
        }[notice.place]

    # The IT channel

    async def _card(self, attempt: Attempt) -> None:
        domain = attempt.delivery.domain
        if domain is None:
            return
        card = attempt.anchor("card")
        if card is None:
            await self._fresh_card(attempt, domain)
            return
        try:
            await self._edit_card(attempt, card, domain)
        except MessageGone:
            await self._fresh_card(attempt, domain)

    async def _edit_card(self, attempt: Attempt, card: Anchor, domain: SendingDomain) -> None:
        message = self._renderer.card(domain, attempt.anchors)
        await self._poster.edit(card.channel, card.ts, message, outbox_id=attempt.delivery.outbox_id)

    async def _fresh_card(self, attempt: Attempt, domain: SendingDomain) -> Anchor:
        message = self._renderer.card(domain, attempt.anchors)
        return await attempt.anchored("card", self._places.it_channel, message)

    async def _thread(self, attempt: Attempt) -> None:
        card, domain = attempt.anchor("card"), attempt.delivery.domain
        if card is None and domain is not None:
            card = await self._fresh_card(attempt, domain)
        said = self._renderer.notice(attempt.delivery, attempt.anchors)
        if isinstance(said, Snippet):
            await self._zone_file(attempt, card, said)
        elif card is None:
            await attempt.post(self._places.it_channel, said)
        else:
            await self._reply(attempt, card, said)

    async def _reply(self, attempt: Attempt, card: Anchor, message: Message) -> None:
        notice = attempt.delivery.notice
        broadcast = isinstance(notice, ThreadNotice) and notice.broadcast
        posted: Posted | None = None
        try:
            posted = await attempt.post(card.channel, message, thread_ts=card.ts, broadcast=broadcast)
        except MessageGone:
            log.info("slack.thread_gone", channel=card.channel)
        if posted is not None and posted.thread_ts:
            return
        # The card was deleted: Slack then posts a reply at top level, without an error.
        if posted is not None:
            await attempt.discard(posted)
        domain = attempt.delivery.domain
        if domain is None:
            await attempt.post(card.channel, message, step="posting:again")
            return
        card = await self._fresh_card(attempt, domain)
        await attempt.post(card.channel, message, thread_ts=card.ts, broadcast=broadcast, step="posting:again")

    async def _zone_file(self, attempt: Attempt, card: Anchor | None, snippet: Snippet) -> None:
        channel, thread_ts = (card.channel, card.ts) if card else (self._places.it_channel, None)
        shared = await self._files.share(snippet, channel, thread_ts, attempt.progress, attempt.save_all)
        if not isinstance(attempt.delivery.notice, ZoneFile):
            return
        attempt.tie(Anchor("zone_file", channel, shared.ts or shared.file_id, shared.link))
        domain = attempt.delivery.domain
        if card is not None and domain is not None:
            # The card links to the newest file; its next change would bring the link late.
            try:
                await self._edit_card(attempt, card, domain)
            except (MessageGone, OutsideError) as error:
                log.info("slack.card_not_linked", error=str(error))

    # The support channel

    async def _alert(self, attempt: Attempt) -> None:
        notice = attempt.delivery.notice
        if isinstance(notice, ChannelLost):
            await attempt.post(self._places.support_channel, self._renderer.message(attempt.delivery, attempt.anchors))
            return
        if not isinstance(notice, Alert):
            raise TypeError(f"{notice.kind} is no alert")
        await self._link_card(attempt)
        message = self._renderer.message(attempt.delivery, attempt.anchors)
        name = f"alert:{notice.incident_id}"
        if name in attempt.delivery.anchors:
            await self._follow(attempt, attempt.delivery.anchors[name], message)
            return
        await attempt.anchored(name, self._places.support_channel, message)

    async def _under_alert(self, attempt: Attempt) -> None:
        notice = attempt.delivery.notice
        if isinstance(notice, AlertResolved):
            await self._resolve(attempt, notice)
        elif isinstance(notice, EvidenceFile):
            await self._evidence(attempt, notice)
        else:
            raise TypeError(f"{notice.kind} belongs to no alert")

    async def _resolve(self, attempt: Attempt, notice: AlertResolved) -> None:
        alert = attempt.anchor(f"alert:{notice.incident_id}")
        line = self._renderer.message(attempt.delivery, attempt.anchors)
        if alert is None:
            await attempt.post(self._places.support_channel, line)
            return
        try:
            edited = self._renderer.resolved_alert(notice, attempt.delivery.original, attempt.anchors)
            await self._poster.edit(alert.channel, alert.ts, edited, outbox_id=attempt.delivery.outbox_id)
        except MessageGone:
            log.info("slack.alert_gone", incident=notice.incident_id)
        await self._follow(attempt, alert, line)

    async def _evidence(self, attempt: Attempt, notice: EvidenceFile) -> None:
        alert = attempt.anchor(f"alert:{notice.incident_id}")
        snippet = self._renderer.notice(attempt.delivery, attempt.anchors)
        if not isinstance(snippet, Snippet):
            raise TypeError("evidence is a file")
        channel, thread_ts = (alert.channel, alert.ts) if alert else (self._places.support_channel, None)
        await self._files.share(snippet, channel, thread_ts, attempt.progress, attempt.save_all)

    async def _follow(self, attempt: Attempt, alert: Anchor, message: Message) -> None:
        try:
            posted = await attempt.post(alert.channel, message, thread_ts=alert.ts)
        except MessageGone:
            posted = await attempt.post(alert.channel, message, step="posting:again")
        if not posted.thread_ts:
            # The alert was deleted; this message now stands for the incident, and the rest follows it.
            attempt.tie(Anchor(alert.name, posted.channel, posted.ts))

    async def _link_card(self, attempt: Attempt) -> None:
        if attempt.anchor("card") is not None:
            await attempt.linked("card")

    # One person

    async def _dm(self, attempt: Attempt) -> None:
        channel = await self._poster.open_dm(_addressee(attempt.delivery.notice).user_id)
        await self._link_card(attempt)
        said = self._renderer.notice(attempt.delivery, attempt.anchors)
        if isinstance(said, Snippet):
            await self._files.share(said, channel, None, attempt.progress, attempt.save_all)
        else:
            await attempt.post(channel, said)

    async def _asker(self, attempt: Attempt) -> None:
        to = _addressee(attempt.delivery.notice)
        if to.channel is None:
            await self._dm(attempt)
            return
        await self._link_card(attempt)
        message = self._renderer.message(attempt.delivery, attempt.anchors)
        try:
            await self._poster.whisper(to.channel, to.user_id, message, thread_ts=to.thread_ts)
        except ChannelUnavailable:
            await self._dm(attempt)
        except SlackRefused as error:
            if error.word not in _ELSEWHERE:
                raise
            await self._dm(attempt)


def _addressee(notice: Notice) -> Actor:
    to = getattr(notice, "to", None)
    if not isinstance(to, Actor):
        raise TypeError(f"{notice.kind} is addressed to nobody")
    return to
