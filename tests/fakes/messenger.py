"""A Messenger in memory: keeps what it was told to say, and fails on demand."""

from collections.abc import Sequence
from itertools import count

from bot.ports import Anchor, Delivery, SaveProgress
from core.notices import Alert, CardChanged, ThreadNotice, ZoneFile


class FakeMessenger:
    """Says nothing to anybody. `failures` are raised first, one per delivery, before anything is said."""

    def __init__(self, failures: Sequence[Exception] = ()) -> None:
        self.deliveries: list[Delivery] = []
        self.failures = list(failures)
        self._numbers = count(1)

    @property
    def said(self) -> list[str]:
        """The kinds of what was said, in order."""
        return [delivery.notice.kind for delivery in self.deliveries]

    async def deliver(self, delivery: Delivery, save_progress: SaveProgress) -> Sequence[Anchor]:
        """Keep the delivery; return the anchors that Slack would have given."""
        if self.failures:
            await save_progress({**delivery.progress, "posting": "begun"})
            raise self.failures.pop(0)
        self.deliveries.append(delivery)
        return self._anchors(delivery)

    def _anchors(self, delivery: Delivery) -> Sequence[Anchor]:
        match delivery.notice:
            case CardChanged() | ThreadNotice() if "card" not in delivery.anchors:
                return (self._anchor("card", "C0IT"),)
            case ZoneFile():
                return (self._anchor("zone_file", "C0IT"),)
            case Alert(incident_id=incident) if f"alert:{incident}" not in delivery.anchors:
                return (self._anchor(f"alert:{incident}", "C0SUPPORT"),)
            case _:
                return ()

    def _anchor(self, name: str, channel: str) -> Anchor:
        ts = f"1700000000.{next(self._numbers):06d}"
        return Anchor(name, channel, ts, f"https://example.slack.com/archives/{channel}/p{ts.replace('.', '')}")
