"""Servers that the operator lists as host and port."""

import asyncio
import ipaddress
import socket
from collections.abc import Callable
from datetime import datetime

from bot.adapters.dns.limits import Cache
from core.observations import Server

Place = tuple[str, int]
"""(host, port); the host is an address, or a name that the system's resolver knows."""

REMEMBERED = 60.0  # seconds


class Places:
    """Knows the addresses of the places that the operator listed."""

    def __init__(self, places: tuple[Place, ...], clock: Callable[[], datetime]) -> None:
        self._places = places
        self._found: Cache[str, tuple[Server, ...]] = Cache(clock, 1)
        self._listed: set[Place] = set()

    def __bool__(self) -> bool:
        return bool(self._places)

    async def servers(self) -> tuple[Server, ...]:
        """Return them as servers; one whose name is not known has no address."""
        found = self._found.get("")
        if found is None:
            found = tuple([await _server(host, port) for host, port in self._places])
            self._found.put("", found, REMEMBERED)
            self._listed = {(server.address, server.port) for server in found}
        return found

    def hold(self, server: Server) -> bool:
        """Tell whether the operator listed this server himself."""
        return (server.address, server.port) in self._listed


async def _server(host: str, port: int) -> Server:
    name = host if port == 53 else f"{host}:{port}"
    try:
        return Server(name, str(ipaddress.ip_address(host)), port)
    except ValueError:
        pass
    try:
        found = await asyncio.get_running_loop().getaddrinfo(host, port, type=socket.SOCK_DGRAM)
    except OSError:
        return Server(name, "", port)
    return Server(name, str(min(found, key=lambda entry: entry[0])[4][0]), port)
