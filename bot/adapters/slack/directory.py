"""Who people are, by Slack: roles from channel membership, user group and settings; language from the locale."""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Generic, TypeVar

from slack_sdk.web.async_client import AsyncWebClient

from bot.adapters.slack.calls import Answer, Calls
from bot.adapters.slack.errors import SlackRefused
from bot.ports import NO_METER, Clock, Meter, Person, Places
from core.access import Role
from core.errors import ChannelUnavailable, ConfigurationError, TransientError
from core.sending_domain import Language

ROLES_KEPT = timedelta(minutes=5)
T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class _Kept(Generic[T]):
    value: T
    at: datetime

    def is_fresh(self, now: datetime) -> bool:
        # A clock that was put back must not let anybody keep a role for longer.
        return timedelta() <= now - self.at < ROLES_KEPT


class Remembered(Generic[T]):
    """Remembers what `read` returned for five minutes; errors are not remembered."""

    def __init__(self, clock: Clock, read: Callable[[str], Awaitable[T]]) -> None:
        self._clock = clock
        self._read = read
        self._kept: dict[str, _Kept[T]] = {}

    async def get(self, key: str) -> T:
        """Return the value for `key`, read anew where it is too old."""
        now = self._clock()
        if (kept := self._kept.get(key)) and kept.is_fresh(now):
            return kept.value
        value = await self._read(key)
        self._kept = {name: old for name, old in self._kept.items() if old.is_fresh(now)}
        self._kept[key] = _Kept(value, now)
        return value


class SlackDirectory:
    """Describes people. Strangers, guests, bots and the deleted have no role at all."""

    def __init__(
        self,
        client: AsyncWebClient,
        places: Places,
        clock: Clock,
        *,
        admin_users: Sequence[str] = (),
        admin_usergroup: str | None = None,
        default_language: Language = Language.EN,
        meter: Meter = NO_METER,
    ) -> None:
        self._calls = Calls(client, meter)
        self._places = places
        self._admin_users = tuple(admin_users)
        self._admin_usergroup = admin_usergroup
        self._default_language = default_language
        self._members = Remembered(clock, self._read_members)
        self._group = Remembered(clock, self._read_group)
        self._users = Remembered(clock, self._read_user)

    async def person(self, team_id: str, user_id: str) -> Person:
        """Describe a user. Raises `TransientError` when Slack does not say who they are."""
        try:
            user = await self._users.get(user_id)
            language = _language(user, self._default_language)
            if team_id != self._places.team_id or not _is_one_of_us(user, self._places.team_id):
                return Person(user_id, language, frozenset())
            return Person(user_id, language, await self._roles(user_id))
        except (SlackRefused, ChannelUnavailable, ConfigurationError) as error:
            # Whatever the reason, nobody gets a role that could not be read.
            raise TransientError(f"roles cannot be read: {error}") from error

    async def admins(self) -> tuple[str, ...]:
        """Return the user ids of the admins: those in the settings first, then the user group's."""
        grouped = await self._group.get(self._admin_usergroup) if self._admin_usergroup else ()
        return tuple(dict.fromkeys((*self._admin_users, *grouped)))

    async def _roles(self, user_id: str) -> frozenset[Role]:
        # All at once: a form must open within three seconds of the click.
        admins, it, support = await asyncio.gather(
            self.admins(),
            self._members.get(self._places.it_channel),
            self._members.get(self._places.support_channel),
        )
        held = {Role.ADMIN: user_id in admins, Role.IT: user_id in it, Role.SUPPORT: user_id in support}
        return frozenset({Role.ANYONE, *(role for role, has in held.items() if has)})

    async def _read_user(self, user_id: str) -> Answer:
        return dict((await self._calls.call("users.info", user=user_id, include_locale=True)).get("user") or {})

    async def _read_members(self, channel: str) -> frozenset[str]:
        pages = self._calls.members("conversations.members", "members", about=channel, channel=channel)
        return frozenset([member async for member in pages])

    async def _read_group(self, usergroup: str) -> tuple[str, ...]:
        answer = await self._calls.call("usergroups.users.list", usergroup=usergroup)
        return tuple(str(user) for user in answer.get("users", ()))


def _is_one_of_us(user: Answer, team_id: str) -> bool:
    outside = ("deleted", "is_bot", "is_restricted", "is_ultra_restricted", "is_stranger", "is_workflow_bot")
    return user.get("team_id") == team_id and not any(user.get(trait) for trait in outside)


def _language(user: Answer, default: Language) -> Language:
    locale = str(user.get("locale") or "")
    if not locale:
        return default
    return Language.JA if locale.lower().startswith("ja") else Language.EN
