"""Child processes: started, watched until ready, and ended by their pids."""

import asyncio
import contextlib
import random
import socket
import sys
from asyncio.subprocess import Process
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

READY_WITHIN = 30.0
ENDS_WITHIN = 25.0


@dataclass(slots=True)
class Child:
    """One process. What it prints goes to `log`."""

    name: str
    process: Process
    log: Path

    @property
    def pid(self) -> int:
        """The process id."""
        return self.process.pid

    def last_words(self, lines: int = 20) -> str:
        """Return the end of what it printed."""
        return "\n".join(self.log.read_text(errors="replace").splitlines()[-lines:])

    async def end(self) -> int:
        """Ask the process to end, wait, and only then kill it; return its exit code."""
        if self.process.returncode is None:
            with contextlib.suppress(ProcessLookupError):
                self.process.terminate()
            try:
                await asyncio.wait_for(self.process.wait(), ENDS_WITHIN)
            except TimeoutError:
                self.process.kill()
        return await self.process.wait()


async def start(name: str, module: Sequence[str], folder: Path, environment: Mapping[str, str] | None = None) -> Child:
    """Start ``python -m <module>`` with its output in `folder`."""
    log = folder / f"{name}.log"
    with log.open("ab") as output:
        process = await asyncio.create_subprocess_exec(
            sys.executable,
            "-m",
            *module,
            env=dict(environment) if environment is not None else None,
            stdin=asyncio.subprocess.DEVNULL,
            stdout=output,
            stderr=output,
        )
    return Child(name, process, log)


async def listening(child: Child, port: int) -> None:
    """Wait until `port` of 127.0.0.1 accepts connections. Raises `RuntimeError` with the child's last words."""
    for _ in range(int(READY_WITHIN / 0.1)):
        if child.process.returncode is not None:
            break
        with contextlib.suppress(OSError):
            _, writer = await asyncio.open_connection("127.0.0.1", port)
            writer.close()
            return
        await asyncio.sleep(0.1)
    raise RuntimeError(f"{child.name} did not start:\n{child.last_words()}")


def free_ports(count: int) -> int:
    """Return the first of `count` consecutive ports that are free for TCP and UDP on 127.0.0.1 right now.

    They lie below those that systems give to outgoing connections: one of these would take a port before it is used.
    """
    for _ in range(200):
        first = random.randrange(15_000, 32_000)  # nosec B311 # a port to try, no secret
        if all(_is_free(port) for port in range(first, first + count)):
            return first
    raise RuntimeError(f"no {count} consecutive free ports were found on 127.0.0.1")


def _is_free(port: int) -> bool:
    for kind in (socket.SOCK_STREAM, socket.SOCK_DGRAM):
        with socket.socket(socket.AF_INET, kind) as probe:
            try:
                probe.bind(("127.0.0.1", port))
            except OSError:
                return False
    return True
