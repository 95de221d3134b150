"""A lane whose channel cannot be posted to is parked, and somebody who can mend it is told: once each time."""

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, replace

import structlog

from bot.ports import Clock, Directory
from core.errors import ChannelUnavailable, ConfigurationError, OutsideError
from core.notices import ChannelLost, DmChannelLost, Notice, Subject
from core.sending_domain import Actor
from storage import outbox, troubles
from storage.engine import Database
from storage.outbox import Claimed
from storage.troubles import Trouble, place_of

log = structlog.get_logger(__name__)

Admins = Callable[[], Awaitable[Sequence[Actor]]]
"""Who is told of support's channel, each in their language."""


async def nobody() -> Sequence[Actor]:
    """Name no admin."""
    return ()


def naming(directory: Directory, team_id: str) -> Admins:
    """Name the admins that `directory` knows."""

    async def admins() -> Sequence[Actor]:
        people = [await directory.person(team_id, user_id) for user_id in await directory.admins()]
        return [Actor(person.user_id, person.language) for person in people]

    return admins


@dataclass(frozen=True, slots=True)
class Parking:
    """Parks lanes. Support is told of IT's channel, in its own; the admins are told of support's, by DM."""

    database: Database
    clock: Clock
    admins: Admins = nobody

    async def park(self, row: Claimed, error: ChannelUnavailable) -> None:
        """Park the lane of `row`. Housekeeping opens it again by and by, and so does `engage-domain outbox`."""
        now, place = self.clock(), place_of(row.lane)
        told = await self._to_tell(row, error, place)
        async with self.database.transaction() as session:
            await outbox.park(session, row.id, error.reason, now)
            if place is None or not told:
                return
            if await troubles.begin(session, Trouble(row.team_id, place, error.channel, error.reason, now)):
                log.error("channel.lost", place=place, channel=error.channel, reason=error.reason)
                await outbox.append(session, row.team_id, told, now, row.cause)

    async def _to_tell(self, row: Claimed, error: ChannelUnavailable, place: str | None) -> Sequence[Notice]:
        """Return what is to be said, unless it has been. No transaction is open: Slack is asked who the admins are."""
        subject = row.notice.subject
        facts = {"channel": error.channel, "reason": error.reason}
        if place is None:
            return ()
        async with self.database.reading() as session:
            if await troubles.known(session, row.team_id, place):
                return ()
        if place == "it":
            return (ChannelLost(subject=subject, **facts),)
        return tuple(
            DmChannelLost(subject=_for(subject, admin), to=admin, **facts) for admin in await self._known_admins()
        )

    async def _known_admins(self) -> Sequence[Actor]:
        try:
            return await self.admins()
        except (OutsideError, ConfigurationError) as error:
            # The lane is tried again within minutes, and parked again: they are told then.
            log.warning("admins.unread", error=str(error))
            return ()


def _for(subject: Subject, admin: Actor) -> Subject:
    return replace(subject, language=admin.language)
