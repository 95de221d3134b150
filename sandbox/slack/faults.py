"""Faults of the Web API on demand: being told to slow down, errors, and answers that never come."""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from enum import StrEnum
from typing import TypeVar

from sandbox.slack.errors import ApiError, NotPossible
from sandbox.slack.model import Json

T = TypeVar("T")


class Kind(StrEnum):
    """What goes wrong. After `ACCEPT_THEN_TIMEOUT` the call was carried out, and its caller cannot know."""

    RATELIMITED = "ratelimited"
    ERROR = "error"
    TIMEOUT = "timeout"
    SLOW = "slow"
    ACCEPT_THEN_TIMEOUT = "accept_then_timeout"


@dataclass(slots=True)
class Fault:
    """One fault of a method (``*``: of every method), for the next `times` calls.

    Besides the methods there are ``upload``, where a file's bytes go, and ``response_url``. `seconds` is how long an
    answer is held back, or what ``Retry-After`` says.
    """

    method: str
    kind: Kind
    times: int = 1
    seconds: float = 1
    error: str = "internal_error"
    channel: str | None = None


class Faults:
    """The faults that are waiting for their call; `held` names the methods of those whose answer was held back."""

    def __init__(self) -> None:
        self.waiting: list[Fault] = []
        self.held: list[str] = []

    def add(self, body: Json) -> None:
        """Add a fault from the page's API. Raises `NotPossible` where it makes no sense."""
        try:
            kind = Kind(body["kind"])
            method = str(body["method"])
        except (KeyError, ValueError):
            raise NotPossible(f"a fault needs `method` and `kind`, one of {', '.join(Kind)}") from None
        self.waiting.append(
            Fault(
                method,
                kind,
                int(body.get("times", 1)),
                float(body.get("seconds", 1)),
                str(body.get("error", "internal_error")),
                body.get("channel"),
            )
        )

    def clear(self) -> None:
        """Forget all faults."""
        self.waiting.clear()
        self.held.clear()

    def take(self, method: str, args: Json) -> Fault | None:
        """Return the fault that this call meets, and use it up."""
        for fault in self.waiting:
            fits = fault.method in {method, "*"} and fault.channel in {None, args.get("channel")}
            if fits and fault.times > 0:
                fault.times -= 1
                self.waiting = [each for each in self.waiting if each.times > 0]
                return fault
        return None

    async def around(self, method: str, args: Json, act: Callable[[], Awaitable[T]]) -> T:
        """Carry a call out, or do what goes wrong with it. Raises `ApiError`, and `TimeoutError` for no answer."""
        fault = self.take(method, args)
        if fault is None:
            return await act()
        if fault.kind is not Kind.ACCEPT_THEN_TIMEOUT:
            await self._suffer(method, fault)
            return await act()
        await act()
        await self._hold(method, fault)
        raise TimeoutError

    async def _suffer(self, method: str, fault: Fault) -> None:
        if fault.kind is Kind.RATELIMITED:
            raise ApiError("ratelimited", status=429, headers={"Retry-After": str(max(1, round(fault.seconds)))})
        if fault.kind is Kind.ERROR:
            raise ApiError(fault.error)
        await self._hold(method, fault)
        if fault.kind is not Kind.SLOW:
            raise TimeoutError

    async def _hold(self, method: str, fault: Fault) -> None:
        self.held.append(method)
        await asyncio.sleep(fault.seconds)
