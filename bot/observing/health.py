"""Is the bot ready? Every reason why it is not, in words for the operator, without names or secrets."""

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from datetime import timedelta

from bot.scheduler import Pulse
from storage.engine import Database
from storage.migrations import is_current

LONGEST_RUN = timedelta(minutes=5)
"""A run of a tick that takes longer has outlived its own leases."""

_GRACE = timedelta(seconds=30)
_PATIENCE = 3.0


async def nobody() -> bool:
    """Tell that there is no connection: what holds until Socket Mode has been started."""
    return False


@dataclass(slots=True)
class Health:
    """What readiness is judged by. `connected` and `pulses` are filled in as the bot comes up.

    A tick is late when it has missed three turns and half a minute more, unless it is running, and not for too long.
    """

    database: Database
    connected: Callable[[], Awaitable[bool]] = nobody
    pulses: Callable[[], Mapping[str, Pulse]] = dict

    async def reasons(self) -> list[str]:
        """Return why the bot is not ready; nothing if it is."""
        found = await self._of_database()
        if not await self.connected():
            found.append("slack: no Socket Mode connection")
        pulses = self.pulses()
        if not pulses:
            found.append("ticks: not started yet")
        found.extend(reason for name, pulse in pulses.items() if (reason := _of_tick(name, pulse)))
        return found

    async def _of_database(self) -> list[str]:
        try:
            async with asyncio.timeout(_PATIENCE):
                current = await is_current(self.database)
        except TimeoutError:
            return [f"database: no answer within {_PATIENCE:.0f} s"]
        except Exception:  # noqa: BLE001 -- whatever it is, the probe gets its answer, and ticks tell the log
            return ["database: cannot be read"]
        return [] if current else ["database: its schema is not the one of this release"]


def _of_tick(name: str, pulse: Pulse) -> str | None:
    if pulse.running is not None and pulse.running() > LONGEST_RUN:
        return f"ticks: {name} has been running for {pulse.running().total_seconds():.0f} s"
    if pulse.succeeded() <= 3 * pulse.every + _GRACE or (pulse.running is not None and not pulse.failing):
        return None
    ago = pulse.succeeded().total_seconds()
    return f"ticks: {name} {'fails' if pulse.failing else 'stands still'}; it last ended well {ago:.0f} s ago"
