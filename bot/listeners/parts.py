"""What the listeners are given: the services, and ways to reach the asker's screen."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any, Protocol

from bot.causes import ref_of
from bot.listeners.pace import Pace
from bot.listeners.underway import Underway
from bot.messages import Message
from bot.ports import NO_METER, Clock, Directory, Meter, Places
from bot.services.onboarding import Onboarding
from bot.services.queries import Queries
from core.durations import Durations
from core.sending_domain import Language


class Surface(Protocol):
    """The asker's screen. Everything raises `OutsideError` or `ConfigurationError` when Slack will not."""

    async def answer(
        self,
        message: Message,
        *,
        user_id: str,
        channel: str | None = None,
        thread_ts: str | None = None,
        response_url: str | None = None,
        replace: bool = False,
    ) -> None:
        """Say something to one user alone: by the response URL, else in the channel, else by DM."""
        ...

    async def open_view(self, trigger_id: str, view: Mapping[str, Any]) -> None:
        """Open a modal, within three seconds of the click."""
        ...

    async def push_view(self, trigger_id: str, view: Mapping[str, Any]) -> None:
        """Lay a modal over the one that is open."""
        ...

    async def update_view(self, view_id: str, view: Mapping[str, Any]) -> None:
        """Put `view` in the place of a modal that is open."""
        ...

    async def publish_home(self, user_id: str, view: Mapping[str, Any]) -> None:
        """Show `view` as the App Home of a user."""
        ...


@dataclass(frozen=True, slots=True)
class Listening:
    """The parts. `ref_of` makes of a click's id the reference by which it is found in the log.

    Slack waits three seconds for everything. `roles_within` is how long it may take to say who somebody is;
    after `soon` a form is closed, and whoever still waits is told so. `meter` counts for the operator,
    `underway` for whoever stops the process.
    """

    onboarding: Onboarding
    queries: Queries
    directory: Directory
    surface: Surface
    places: Places
    durations: Durations
    clock: Clock
    default_language: Language = Language.EN
    ref_of: Callable[[str], str] = ref_of
    meter: Meter = NO_METER
    pace: Pace = field(default_factory=Pace)
    underway: Underway = field(default_factory=Underway)
    roles_within: timedelta = timedelta(seconds=1.5)
    soon: timedelta = timedelta(seconds=2)
