"""The asker's screen, in memory."""

from dataclasses import dataclass, field
from typing import Any

from bot.messages import Message


@dataclass
class FakeSurface:
    """What was answered, opened and published; `failure` is raised by everything while it is set."""

    answers: list[tuple[Message, dict[str, Any]]] = field(default_factory=list)
    opened: list[dict[str, Any]] = field(default_factory=list)
    pushed: list[dict[str, Any]] = field(default_factory=list)
    updated: list[tuple[str, dict[str, Any]]] = field(default_factory=list)
    homes: list[tuple[str, dict[str, Any]]] = field(default_factory=list)
    triggers: list[str] = field(default_factory=list)
    failure: Exception | None = None

    @property
    def texts(self) -> list[str]:
        """The texts of the answers."""
        return [message.text for message, _ in self.answers]

    async def answer(self, message: Message, **where: Any) -> None:
        """Keep an answer."""
        self._fail()
        self.answers.append((message, where))

    async def open_view(self, trigger_id: str, view: dict[str, Any]) -> None:
        """Keep a modal."""
        self._fail()
        self.triggers.append(trigger_id)
        self.opened.append(view)

    async def push_view(self, trigger_id: str, view: dict[str, Any]) -> None:
        """Keep a modal that lies over another one."""
        self._fail()
        self.triggers.append(trigger_id)
        self.pushed.append(view)

    async def update_view(self, view_id: str, view: dict[str, Any]) -> None:
        """Keep what a modal was replaced by."""
        self._fail()
        self.updated.append((view_id, view))

    async def publish_home(self, user_id: str, view: dict[str, Any]) -> None:
        """Keep an App Home."""
        self._fail()
        self.homes.append((user_id, view))

    def _fail(self) -> None:
        if self.failure is not None:
            raise self.failure
