"""A real name server on loopback: NSD, which `.ci/install` installs."""

import asyncio
import contextlib
import shutil
import socket
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from pathlib import Path

import dns.asyncquery
import dns.exception
import dns.message

from bench.zones import Domain

Place = tuple[str, int]
HOST = "127.0.0.1"
_STARTING = 20.0  # seconds


class NoServerError(Exception):
    """There is no name server to measure against; the message says what is missing."""


@asynccontextmanager
async def serving(domains: Sequence[Domain], folder: Path) -> AsyncIterator[Place]:
    """Serve the zones of `domains` from files in `folder`; yield where. Raises `NoServerError`."""
    program = shutil.which("nsd") or shutil.which("/usr/sbin/nsd")
    if program is None:
        raise NoServerError("nsd is not installed: run .ci/install (Debian's package nsd)")
    port = _free_port()
    configuration = _write(domains, folder, port)
    with (folder / "log").open("wb") as log:
        process = await asyncio.create_subprocess_exec(program, "-d", "-c", str(configuration), stderr=log, stdout=log)
    try:
        async with asyncio.timeout(_STARTING):
            while not await _answers(domains[-1].origin, port):
                if process.returncode is not None:
                    raise NoServerError(f"nsd ended at once: {(folder / 'log').read_text().strip()}")
                await asyncio.sleep(0.05)
        yield HOST, port
    except TimeoutError:
        raise NoServerError(f"nsd did not answer within {_STARTING:.0f} s") from None
    finally:
        with contextlib.suppress(ProcessLookupError):
            process.terminate()
        await process.wait()


def _write(domains: Sequence[Domain], folder: Path, port: int) -> Path:
    lines = [
        "server:",
        f"  ip-address: {HOST}@{port}",
        '  username: ""',
        '  chroot: ""',
        '  database: ""',
        f'  zonesdir: "{folder}"',
        f'  pidfile: "{folder / "pid"}"',
        f'  xfrdfile: "{folder / "xfrd"}"',
        f'  zonelistfile: "{folder / "zones"}"',
        f'  xfrdir: "{folder}"',
        "  server-count: 1",
        "  rrl-ratelimit: 0",
        "remote-control:",
        "  control-enable: no",
    ]
    for domain in domains:
        (folder / domain.origin).write_text(domain.zone)
        lines += ["zone:", f'  name: "{domain.origin}"', f'  zonefile: "{domain.origin}"']
    configuration = folder / "nsd.conf"
    configuration.write_text("\n".join(lines) + "\n")
    return configuration


def _free_port() -> int:
    """Return a port that is free over TCP and UDP."""
    while True:
        with socket.socket() as tcp, socket.socket(type=socket.SOCK_DGRAM) as udp:
            tcp.bind((HOST, 0))
            with contextlib.suppress(OSError):
                udp.bind(tcp.getsockname())
                return int(tcp.getsockname()[1])


async def _answers(origin: str, port: int) -> bool:
    with contextlib.suppress(dns.exception.DNSException, OSError):
        await dns.asyncquery.udp(dns.message.make_query(origin, "SOA"), HOST, port=port, timeout=0.2)
        return True
    return False
