"""One call of a Web API method: what it is given, and how its arguments are read."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from typing import Any

from sandbox.slack.acting import Actors
from sandbox.slack.errors import ApiError
from sandbox.slack.faults import Faults
from sandbox.slack.model import BOT_USER, Channel, Json
from sandbox.slack.socket_mode import SocketMode
from sandbox.slack.tickets import Tickets
from sandbox.slack.views import Views
from sandbox.slack.workspace import Workspace

SCOPES = frozenset(
    {
        "commands",
        "chat:write",
        "files:write",
        "files:read",
        "users:read",
        "channels:read",
        "groups:read",
        "im:write",
        "usergroups:read",
        "channels:history",
        "groups:history",
    }
)


@dataclass(slots=True)
class Slack:
    """Everything that the workspace's server holds."""

    workspace: Workspace
    views: Views
    tickets: Tickets
    socket_mode: SocketMode
    actors: Actors
    faults: Faults
    bot_token: str
    app_token: str
    scopes: frozenset[str] = SCOPES


@dataclass(frozen=True, slots=True)
class Call:
    """One call. The methods below raise `ApiError` with the codes that Slack uses."""

    slack: Slack
    args: Json

    @property
    def workspace(self) -> Workspace:
        """The workspace's state."""
        return self.slack.workspace

    def text(self, name: str) -> str:
        """Return an argument that has to be there."""
        value = self.args.get(name)
        if value in {None, ""}:
            raise ApiError(
                "invalid_arguments",
                response_metadata={"messages": [f"[ERROR] missing required field: {name}"]},
            )
        return str(value)

    def optional(self, name: str) -> str | None:
        """Return an argument, or None if it is missing or empty."""
        value = self.args.get(name)
        return str(value) if value else None

    def flag(self, name: str) -> bool:
        """Return a boolean argument, which forms carry as ``1`` or ``true``."""
        return self.args.get(name) in {True, "1", "true", "True"}

    def readable_channel(self, name: str = "channel") -> Channel:
        """Return a conversation that the bot can know of."""
        channel = self.workspace.channels.get(self.text(name))
        if channel is None or (channel.is_private and BOT_USER not in channel.members):
            raise ApiError("channel_not_found")
        return channel

    def writable_channel(self, name: str = "channel") -> Channel:
        """Return a conversation that the bot can post in; a user id stands for the direct messages with them."""
        user = self.workspace.users.get(self.text(name))
        if user is not None:
            if user.deleted or user.is_bot:
                raise ApiError("channel_not_found")
            return self.workspace.direct_channel(user)
        channel = self.readable_channel(name)
        if channel.is_archived:
            raise ApiError("is_archived")
        if BOT_USER not in channel.members:
            raise ApiError("not_in_channel")
        return channel

    def page(self, items: list[Any], most: int = 1000) -> tuple[list[Any], Json]:
        """Return the part of a list that `cursor` and `limit` ask for, and the next cursor."""
        start = self.args.get("cursor") or 0
        try:
            first, limit = int(start), int(self.args.get("limit") or 100)
        except ValueError:
            raise ApiError("invalid_cursor") from None
        if not 1 <= limit <= most:
            raise ApiError("invalid_limit")
        after = first + limit
        return items[first:after], {"next_cursor": str(after) if after < len(items) else ""}


Handler = Callable[[Call], Awaitable[Json]]


@dataclass(frozen=True, slots=True)
class Method:
    """A method: its handler, the scopes of which one suffices, and whether it takes the app's token."""

    handler: Handler
    scopes: tuple[str, ...] = field(default=())
    for_app: bool = False
