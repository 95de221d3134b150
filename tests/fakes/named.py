"""Real name servers as oracles: BIND, NSD and Unbound as processes on loopback, with files in a folder of the test."""

import asyncio
import contextlib
import shutil
import socket
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from pathlib import Path

import dns.asyncquery
import dns.exception
import dns.message
import pytest

Place = tuple[str, int]


def program(name: str) -> str:
    """Return where a program is; the test is skipped (in CI: fails) where it is not."""
    found = shutil.which(name) or shutil.which(f"/usr/sbin/{name}")
    if found is None:
        pytest.skip(f"{name} is not installed")
    return found


def free_port() -> int:
    """Return a port of loopback that is free over TCP and UDP."""
    while True:
        with socket.socket() as tcp, socket.socket(type=socket.SOCK_DGRAM) as udp:
            tcp.bind(("127.0.0.1", 0))
            with contextlib.suppress(OSError):
                udp.bind(tcp.getsockname())
                return int(tcp.getsockname()[1])


@asynccontextmanager
async def bind(
    folder: Path, zones: Mapping[str, str], options: str = "recursion no; notify no;", port: int = 0
) -> AsyncIterator[Place]:
    """Serve `zones`, texts by origin, with `named`, as they are: BIND's own opinion of them is not asked."""
    port = port or free_port()
    folder.mkdir(parents=True, exist_ok=True)  # noqa: ASYNC240 -- a test that nobody shares the loop with
    lines = [
        f'options {{ directory "{folder}"; listen-on port {port} {{ 127.0.0.1; }}; listen-on-v6 {{ none; }};',
        f'  pid-file "{folder}/pid"; session-keyfile "{folder}/key"; {options} }};',
        "controls { };",
    ]
    for number, (origin, text) in enumerate(zones.items()):
        (folder / f"zone{number}").write_text(text)
        checks = "check-integrity no; check-names ignore; check-mx ignore;"
        lines.append(f'zone "{origin}" {{ type primary; file "{folder}/zone{number}"; {checks} }};')
    (folder / "named.conf").write_text("\n".join(lines) + "\n")
    words = (program("named"), "-g", "-n", "1", "-c", str(folder / "named.conf"))
    async with _running(words, folder, port):
        yield "127.0.0.1", port


@asynccontextmanager
async def nsd(folder: Path, place: Place, zones: Mapping[str, str]) -> AsyncIterator[None]:
    """Serve `zones`, texts by origin, at any address of loopback with NSD; BIND listens at none but 127.0.0.1."""
    folder.mkdir(parents=True, exist_ok=True)  # noqa: ASYNC240 -- a test that nobody shares the loop with
    lines = [
        "server:",
        f"  ip-address: {place[0]}@{place[1]}",
        '  username: ""',
        '  chroot: ""',
        '  database: ""',
        f'  zonesdir: "{folder}"',
        f'  pidfile: "{folder}/pid"',
        f'  xfrdfile: "{folder}/xfrd"',
        f'  zonelistfile: "{folder}/zones"',
        f'  xfrdir: "{folder}"',
        "  server-count: 1",
        "  rrl-ratelimit: 0",
        "remote-control:",
        "  control-enable: no",
    ]
    for number, (origin, text) in enumerate(zones.items()):
        (folder / f"zone{number}").write_text(text)
        lines += ["zone:", f'  name: "{origin}"', f'  zonefile: "zone{number}"']
    (folder / "nsd.conf").write_text("\n".join(lines) + "\n")
    words = (program("nsd"), "-d", "-c", str(folder / "nsd.conf"))
    async with _running(words, folder, place[1], place[0]):
        yield


@asynccontextmanager
async def validating_bind(folder: Path, upstream: Place, anchors: Mapping[str, str]) -> AsyncIterator[Place]:
    """Resolve with `named`, which trusts `anchors` (flags, protocol, algorithm, key by zone) and asks `upstream`."""
    keys = " ".join(f'"{zone}" static-key {_quoted(key)};' for zone, key in anchors.items())
    options = (
        "recursion yes; dnssec-validation yes; empty-zones-enable no; qname-minimization off; "
        f"forward only; forwarders {{ {upstream[0]} port {upstream[1]}; }}; }};\ntrust-anchors {{ {keys} }};\n"
        "logging { category default { null; };"
    )
    async with bind(folder, {}, options) as place:
        yield place


def _quoted(key: str) -> str:
    flags, protocol, algorithm, *rest = key.split()
    return f'{flags} {protocol} {algorithm} "{"".join(rest)}"'


@asynccontextmanager
async def validating_unbound(
    folder: Path, upstream: Place, anchors: Mapping[str, str], unsigned: tuple[str, ...] = ()
) -> AsyncIterator[Place]:
    """Resolve with Unbound, which names extended errors (RFC 8914); `unsigned` zones are there beside the signed."""
    port = free_port()
    zones = (*anchors, *unsigned)
    folder.mkdir(parents=True, exist_ok=True)  # noqa: ASYNC240 -- a test that nobody shares the loop with
    lines = [
        "server:",
        f"  interface: 127.0.0.1@{port}",
        f'  directory: "{folder}"',
        f'  pidfile: "{folder}/pid"',
        '  username: ""',
        '  chroot: ""',
        "  use-syslog: no",
        "  do-not-query-localhost: no",
        "  ede: yes",
        '  module-config: "validator iterator"',
        *(f'  trust-anchor: "{zone}. DNSKEY {key}"' for zone, key in anchors.items()),
        *(f'  local-zone: "{zone.rpartition(".")[2]}." nodefault' for zone in zones),
    ]
    for zone in zones:
        lines += ["stub-zone:", f'  name: "{zone}"', f"  stub-addr: {upstream[0]}@{upstream[1]}"]
    lines += ["remote-control:", "  control-enable: no"]
    (folder / "unbound.conf").write_text("\n".join(lines) + "\n")
    async with _running((program("unbound"), "-d", "-c", str(folder / "unbound.conf")), folder, port):
        yield "127.0.0.1", port


@asynccontextmanager
async def _running(words: tuple[str, ...], folder: Path, port: int, address: str = "127.0.0.1") -> AsyncIterator[None]:
    with (folder / "log").open("wb") as log:
        process = await asyncio.create_subprocess_exec(*words, stdout=log, stderr=log)
    try:
        for _ in range(200):
            if await _answers(address, port):
                break
            assert process.returncode is None, (folder / "log").read_text()
            await asyncio.sleep(0.05)
        yield
    finally:
        with contextlib.suppress(ProcessLookupError):
            process.terminate()
        await process.wait()


async def _answers(address: str, port: int) -> bool:
    query = dns.message.make_query("nobody.invalid", "SOA", flags=0)
    with contextlib.suppress(dns.exception.DNSException, OSError):
        await dns.asyncquery.udp(query, address, port=port, timeout=0.2)
        return True
    return False
