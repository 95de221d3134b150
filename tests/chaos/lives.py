"""The lives of one bot: born in the nursery, killed or ended by pid."""

import asyncio
import contextlib
import json
import os
import signal
import sys
from collections.abc import AsyncIterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

ROOT = Path(__file__).parents[2]


@dataclass
class Life:
    """One process."""

    pid: int
    ended: "asyncio.Future[int]" = field(default_factory=lambda: asyncio.get_running_loop().create_future())

    async def end(self, with_: signal.Signals, within: float = 40) -> int:
        """Send a signal, and wait for the end; return the exit code, negative for a signal."""
        if not self.ended.done():
            with contextlib.suppress(ProcessLookupError):
                os.kill(self.pid, with_)
        return await asyncio.wait_for(asyncio.shield(self.ended), within)


class Nursery:
    """Starts processes of the command line. Use `open_nursery`."""

    def __init__(self, process: asyncio.subprocess.Process) -> None:
        self._process = process
        self._started: asyncio.Queue[int] = asyncio.Queue()
        self._lives: dict[int, Life] = {}
        self._turn = asyncio.Lock()
        self.listening = asyncio.create_task(self._listen())

    async def start(self, arguments: Sequence[str], environment: Mapping[str, str], log: Path) -> Life:
        """Start ``engage-domain <arguments>``, with what it prints in `log`."""
        assert self._process.stdin is not None
        order = {"arguments": list(arguments), "environment": dict(environment), "log": str(log)}
        async with self._turn:
            self._process.stdin.write(json.dumps(order).encode() + b"\n")
            return self._lives[await asyncio.wait_for(self._started.get(), 30)]

    async def _listen(self) -> None:
        assert self._process.stdout is not None
        async for line in self._process.stdout:
            told = json.loads(line)
            if "started" in told:
                self._lives[told["started"]] = Life(told["started"])
                self._started.put_nowait(told["started"])
            else:
                self._lives[told["ended"]].ended.set_result(told["code"])


@contextlib.asynccontextmanager
async def open_nursery() -> AsyncIterator[Nursery]:
    """Start the nursery's process, and end it with all that it started."""
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        "-m",
        "tests.chaos.nursery",
        cwd=ROOT,
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
    )
    nursery = Nursery(process)
    try:
        yield nursery
    finally:
        assert process.stdin is not None
        process.stdin.close()
        await process.wait()
        await nursery.listening
