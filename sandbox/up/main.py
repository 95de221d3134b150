"""``python -m sandbox up``: everything at once, one URL, and an end by Ctrl-C."""

import argparse
import asyncio
import json
import signal
import tempfile
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

from sandbox.up.environment import Ports, Tokens, bot_environment, shortened
from sandbox.up.processes import Child, free_ports, listening, start

HOST = "127.0.0.1"


@dataclass(slots=True)
class Running:
    """The sandbox while it runs. `bot` may be ended and started again by whoever tries that."""

    url: str
    ports: Ports
    folder: Path
    environment: dict[str, str]
    parts: dict[str, Child]

    async def start_bot(self) -> Child:
        """Start the bot's process; the parts must be up."""
        migrated = await start("migrate", ["bot", "migrate"], self.folder, self.environment)
        if await migrated.process.wait() != 0:
            raise RuntimeError(f"the database could not be made:\n{migrated.last_words()}")
        self.parts["bot"] = await start("bot", ["bot", "run"], self.folder, self.environment)
        return self.parts["bot"]


@asynccontextmanager
async def running(
    folder: Path, changed: Mapping[str, str], slack_port: int = 0, engage_options: Sequence[str] = ()
) -> AsyncIterator[Running]:
    """Start all parts and the bot; end them at the end. Raises `RuntimeError` if one of them does not start."""
    first = free_ports(7)
    ports = Ports(slack=slack_port or first, nameserver=first + 1, engage=first + 6)
    tokens = Tokens()
    commands: list[tuple[str, int, list[str]]] = [
        ("nameserver", ports.control, ["--port", str(ports.nameserver), "--hosts-everything"]),
        ("engage", ports.engage, _engage_options(ports, tokens, engage_options)),
        ("slack", ports.slack, _slack_options(ports, tokens, changed)),
    ]
    environment = bot_environment(ports, tokens, folder / "bot.db", changed)
    async with AsyncExitStack() as stack:
        sandbox = Running(f"http://{HOST}:{ports.slack}/", ports, folder, environment, {})
        stack.push_async_callback(_end_all, sandbox.parts)
        for name, _, options in commands:
            sandbox.parts[name] = await start(name, ["sandbox", name, *options], folder)
        for name, port, _ in commands:
            await listening(sandbox.parts[name], port)
        await sandbox.start_bot()
        yield sandbox


async def _end_all(parts: Mapping[str, Child]) -> None:
    for name in ("bot", "slack", "engage", "nameserver"):
        if name in parts:
            await parts[name].end()


def _engage_options(ports: Ports, tokens: Tokens, more: Sequence[str]) -> list[str]:
    return ["--port", str(ports.engage), "--api-key", tokens.engage, "--dns", f"{HOST}:{ports.nameserver}", *more]


def _slack_options(ports: Ports, tokens: Tokens, changed: Mapping[str, str]) -> list[str]:
    options = {
        "--port": str(ports.slack),
        "--bot-token": tokens.bot,
        "--app-token": tokens.app,
        "--engage": f"http://{HOST}:{ports.engage}",
        "--nameserver-control": f"http://{HOST}:{ports.control}",
        "--speed-note": shortened(changed),
    }
    return [word for pair in options.items() for word in pair]


def main(argv: Sequence[str]) -> int:
    """Read the options, run until interrupted; 1 if a part does not start or dies."""
    parser = argparse.ArgumentParser(prog="python -m sandbox up", description="The whole bot against a local sandbox.")
    parser.add_argument("--port", type=int, default=0, help="the page's port (default: any that is free)")
    parser.add_argument("--set", action="append", default=[], metavar="NAME=VALUE", help="change a setting of the bot")
    parser.add_argument("--json", action="store_true", help="print where everything is as one line of JSON")
    chosen = parser.parse_args(argv)
    if wrong := [pair for pair in chosen.set if "=" not in pair]:
        parser.error(f"--set takes NAME=VALUE, not {wrong[0]}")
    changed = dict(pair.split("=", 1) for pair in chosen.set)
    try:
        return asyncio.run(_until_interrupted(chosen.port, changed, as_json=chosen.json))
    except RuntimeError as error:
        print(f"sandbox: {error}")
        return 1


async def _until_interrupted(port: int, changed: Mapping[str, str], *, as_json: bool) -> int:
    over = asyncio.Event()
    for name in (signal.SIGINT, signal.SIGTERM):
        asyncio.get_running_loop().add_signal_handler(name, over.set)
    try:
        with tempfile.TemporaryDirectory(prefix="engage-domain-sandbox-") as folder:
            async with running(Path(folder), changed, port) as sandbox:
                print(_whereabouts(sandbox) if as_json else _welcome(sandbox, changed), flush=True)
                ended = await _first_end(sandbox, over)
                if ended is not None:
                    print(f"sandbox: {ended.name} has ended by itself:\n{ended.last_words()}")
                    return 1
    except RuntimeError:
        # Ctrl-C reaches the parts, too: one that was just starting has not failed.
        if not over.is_set():
            raise
    return 0


async def _first_end(sandbox: Running, over: asyncio.Event) -> Child | None:
    waits = {asyncio.ensure_future(child.process.wait()): child for child in sandbox.parts.values()}
    stop = asyncio.ensure_future(over.wait())
    done, pending = await asyncio.wait({*waits, stop}, return_when=asyncio.FIRST_COMPLETED)
    for task in pending:
        task.cancel()
    return None if stop in done else waits[next(iter(done))]


def _welcome(sandbox: Running, changed: Mapping[str, str]) -> str:
    return f"{sandbox.url}\n\n{shortened(changed)}\nLogs: {sandbox.folder}. Ctrl-C ends everything."


def _whereabouts(sandbox: Running) -> str:
    pids = {name: child.pid for name, child in sandbox.parts.items()}
    ports = {"slack": sandbox.ports.slack, "nameserver": sandbox.ports.nameserver, "engage": sandbox.ports.engage}
    return json.dumps({"url": sandbox.url, "ports": ports, "pids": pids, "logs": str(sandbox.folder)})
