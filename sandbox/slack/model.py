"""What a workspace is made of: people, channels, messages, files and views. Values only; `workspace` changes them."""

from dataclasses import dataclass, field
from typing import Any

Json = dict[str, Any]

TEAM_ID = "T00SANDBOX"
APP_ID = "A00ENGAGE"
BOT_ID = "B00ENGAGE"
BOT_USER = "U00ENGAGE"
TEAM_DOMAIN = "sandbox"
COMMAND = "/engage-domain"


@dataclass(slots=True)
class User:
    """Somebody in the workspace. `title` says in the page whom one plays; `can_act` whether one can."""

    id: str
    name: str
    real_name: str
    title: str = ""
    locale: str = "en-US"
    tz: str = "Europe/Berlin"
    team_id: str = TEAM_ID
    is_admin: bool = False
    is_restricted: bool = False
    is_bot: bool = False
    is_stranger: bool = False
    deleted: bool = False
    can_act: bool = True


@dataclass(slots=True)
class Channel:
    """A conversation. `partner` is the user id at the other end of a direct message with the bot."""

    id: str
    name: str
    topic: str = ""
    members: list[str] = field(default_factory=list)
    is_private: bool = False
    is_archived: bool = False
    partner: str | None = None

    @property
    def is_im(self) -> bool:
        """Whether it is a direct message."""
        return self.partner is not None

    def shown_to(self, user_id: str) -> bool:
        """Whether a user sees it in the sidebar."""
        return user_id in self.members or not (self.is_private or self.is_im)


@dataclass(slots=True)
class Message:
    """A message. `thread_ts` is set on replies, and on nothing else; `only_for` makes it ephemeral."""

    ts: str
    channel: str
    user: str
    text: str
    blocks: list[Json] = field(default_factory=list)
    thread_ts: str | None = None
    broadcast: bool = False
    edited_ts: str | None = None
    only_for: str | None = None
    from_slackbot: bool = False
    metadata: Json | None = None
    files: list[str] = field(default_factory=list)
    deleted: bool = False


@dataclass(slots=True)
class File:
    """A file, from the moment its upload URL is asked for. `shares`: (channel, ts, thread_ts) per share."""

    id: str
    name: str
    length: int
    snippet_type: str
    alt_txt: str
    ticket: str
    title: str = ""
    content: bytes | None = None
    completed: bool = False
    created: int = 0
    shares: list[tuple[str, str, str | None]] = field(default_factory=list)


@dataclass(slots=True)
class View:
    """A modal or an App Home. `values` is what its user has entered, by block id and action id."""

    id: str
    user: str
    body: Json
    hash: str
    root_id: str
    previous_id: str | None = None
    values: dict[str, dict[str, Any]] = field(default_factory=dict)
    errors: dict[str, str] = field(default_factory=dict)

    @property
    def blocks(self) -> list[Json]:
        """Its blocks."""
        blocks: list[Json] = self.body["blocks"]
        return blocks
