"""Servers that the operator lists as host and port."""

import asyncio
import ipaddress
import socket
from collections.abc import Callable
from datetime import datetime

from bot.adapters.dns.limits import Cache
from core.observations import Server

Listed = tuple[str, int]
"""(host, port); the host is an address, or a name that the system's resolver knows."""

REMEMBERED = 60.0  # seconds
PATIENCE = 2.0  # seconds that the system's resolver may take: looks wait for it


class Places:
    """Knows the addresses of the places that the operator listed. Belongs to one event loop."""

    def __init__(self, places: tuple[Listed, ...], clock: Callable[[], datetime]) -> None:
        self._places = places
        self._fresh: Cache[str, bool] = Cache(clock, 1)
        self._found: dict[Listed, Server] = {}
        self._searching = asyncio.Lock()

    def __bool__(self) -> bool:
        return bool(self._places)

    async def servers(self) -> tuple[Server, ...]:
        """Return them as servers, soon: one whose name nobody tells has no address, or the one it had."""
        async with self._searching:
            if not self._fresh.get(""):
                found = await asyncio.gather(*(_server(host, port) for host, port in self._places))
                for place, server in zip(self._places, found, strict=True):
                    if server.address or place not in self._found:
                        self._found[place] = server
                self._fresh.put("", value=True, ttl=REMEMBERED)
        return tuple(self._found[place] for place in self._places)

    def hold(self, server: Server) -> bool:
        """Tell whether the operator listed this server himself."""
        return any((server.address, server.port) == (known.address, known.port) for known in self._found.values())


async def _server(host: str, port: int) -> Server:
    name = host if port == 53 else f"{host}:{port}"
    try:
        return Server(name, str(ipaddress.ip_address(host)), port)
    except ValueError:
        pass
    try:
        async with asyncio.timeout(PATIENCE):
            found = await asyncio.get_running_loop().getaddrinfo(host, port, type=socket.SOCK_DGRAM)
    except OSError:  # a time-out is one
        return Server(name, "", port)
    return Server(name, str(min(found, key=lambda entry: entry[0])[4][0]), port)
