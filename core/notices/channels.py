"""A channel cannot be posted to: support hears of IT's, the admins of support's, once each time."""

from dataclasses import dataclass
from typing import ClassVar

from core.notices.parts import Notice, Place
from core.sending_domain import Actor


@dataclass(frozen=True, slots=True, kw_only=True)
class ChannelLost(Notice):
    """To support: messages wait for `channel`. `reason` is Slack's word, such as ``not_in_channel``."""

    kind: ClassVar[str] = "channel.lost"
    place: ClassVar[Place] = Place.ALERT
    channel: str
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class DmChannelLost(Notice):
    """To one admin: alerts wait for support's `channel`."""

    kind: ClassVar[str] = "dm.channel_lost"
    place: ClassVar[Place] = Place.DM
    to: Actor
    channel: str
    reason: str


CHANNELS: tuple[type[Notice], ...] = (ChannelLost, DmChannelLost)
