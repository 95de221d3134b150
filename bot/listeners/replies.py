"""The reply to a form that was submitted: in time, or else in a message.

Slack waits three seconds for it. A form that cannot be judged by then is closed; what would have been said
inside it is said to the asker as any other answer.
"""

from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from datetime import timedelta
from typing import Any

from slack_bolt.async_app import AsyncAck

from bot.listeners.waiting import after
from core.errors import UserError


class FormClosed(UserError):
    """What is wrong with the form comes too late to be said in it. `problems` may be empty: it was a question."""

    def __init__(self, problems: tuple[str, ...]) -> None:
        super().__init__(f"{len(problems)} problems")
        self.problems = problems


class Reply:
    """Says to Slack what becomes of a form; see `within`."""

    def __init__(self, ack: AsyncAck) -> None:
        self._ack = ack
        self._late = False

    @classmethod
    @asynccontextmanager
    async def within(cls, soon: timedelta, ack: AsyncAck) -> AsyncIterator["Reply"]:
        """A reply that closes the form when nothing was said of it until `soon`, or at all."""
        reply = cls(ack)
        with after(soon, reply._close):
            yield reply
        if ack.response is None:  # refused before it came to that: the reason is in the answer
            await ack()

    async def __call__(
        self,
        *,
        response_action: str | None = None,
        errors: Mapping[str, str] | None = None,
        view: Mapping[str, Any] | None = None,
    ) -> None:
        """Close the form, or have Slack keep it open with `errors` or as `view`. Raises `FormClosed` if it is late."""
        if self._late:
            if response_action in {"errors", "update"}:
                raise FormClosed(tuple((errors or {}).values()))
            return
        await self._ack(
            response_action=response_action,
            errors=dict(errors) if errors else None,
            view=dict(view) if view else None,
        )

    async def _close(self) -> None:
        if self._ack.response is None:
            self._late = True
            await self._ack()
