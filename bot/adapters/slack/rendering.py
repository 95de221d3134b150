"""The one place where the adapter meets the texts: a delivery and what is known around it, as a message."""

from collections.abc import Mapping
from dataclasses import dataclass

from bot.messages import Context, Links, Message, Snippet, render_alert_resolved, render_card, render_notice
from bot.ports import Anchor, Clock, Delivery, Places
from core.durations import Durations
from core.errors import PermanentError
from core.notices import AlertResolved, Notice
from core.sending_domain import SendingDomain
from core.turns import turn_of

Anchors = Mapping[str, Anchor]


@dataclass(frozen=True, slots=True)
class Renderer:
    """Renders what is on its way out."""

    places: Places
    durations: Durations
    clock: Clock

    def card(self, domain: SendingDomain, anchors: Anchors) -> Message:
        """Render the card as `domain` stands now."""
        ctx = self._context(anchors)
        return render_card(domain, turn_of(domain, self.durations, ctx.now), ctx)

    def notice(self, delivery: Delivery, anchors: Anchors) -> Message | Snippet:
        """Render a notice, which keeps its facts whatever the domain has become since."""
        return render_notice(delivery.notice, self._context(anchors))

    def message(self, delivery: Delivery, anchors: Anchors) -> Message:
        """Render a notice that is no file."""
        said = self.notice(delivery, anchors)
        if not isinstance(said, Message):
            raise PermanentError(f"{delivery.notice.kind} is a file and cannot be said here")
        return said

    def resolved_alert(self, notice: AlertResolved, original: Notice | None, anchors: Anchors) -> Message:
        """Render the alert as it reads when its incident is over; `original` is what it was, where that is known."""
        before = None if original is None else render_notice(original, self._context(anchors))
        return render_alert_resolved(notice, original=before if isinstance(before, Message) else None)

    def _context(self, anchors: Anchors) -> Context:
        card, file = anchors.get("card"), anchors.get("zone_file")
        return Context(
            places=self.places,
            durations=self.durations,
            now=self.clock(),
            links=Links(card=card.link if card else None, file=file.link if file else None),
        )
