"""Packets out and in: one shared pool of UDP sockets, and TCP connections of one query each.

Source ports are the kernel's random choice, ids ours; a packet is taken for an answer only if address, port, id
and question all fit, and anything else is as if it had never come (RFC 5452 section 9).
"""

import asyncio
import contextlib
import errno
import secrets
import socket
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache

from bot.adapters.dns.queries import Query

POOL = 8  # UDP sockets per address family; a power of two, so that chance favours none
QUERIES = 500  # over one of them
_BURST = 64  # packets read before others get their turn
_LARGEST = 65_535
_MOST_MESSAGES = 4  # over a TCP connection that has one query to answer
_BUFFER = 1 << 20  # octets: 200 answers of the largest size must fit

_Place = tuple[int, int, str, int]  # socket, id, address, port


@dataclass(slots=True, eq=False)
class _Waiting:
    query: Query
    answer: asyncio.Future[bytes]

    def give_up(self) -> None:
        if not self.answer.done():
            self.answer.set_exception(TimeoutError())


@dataclass(slots=True, eq=False)
class _Port:
    """A socket. `left` is how many queries it may still carry, `under_way` how many have no answer yet."""

    udp: socket.socket
    left: int
    under_way: int = 0

    def close(self) -> None:
        asyncio.get_running_loop().remove_reader(self.udp)
        self.udp.close()


class UdpPool:
    """Carries any number of queries over a few sockets. Must be used within one event loop.

    A socket that has carried its share is replaced: whoever has seen its port, as the name servers of strangers
    do, knows it for no longer than that.
    """

    def __init__(self) -> None:
        self._ports: dict[socket.AddressFamily, list[_Port]] = {}
        self._retired: set[_Port] = set()
        self._waiting: dict[_Place, _Waiting] = {}
        self._chance = _chance()
        self._closed = False

    async def exchange(self, query: Query, address: str, port: int, seconds: float) -> bytes:
        """Send a query and wait for its answer. Raises `OSError`, or `TimeoutError` after `seconds`."""
        if self._closed:
            raise OSError(errno.EBADF, "closed")
        family, address = _as_the_kernel_has_it(address)
        used = self._take(family)
        place = self._free_place(used.udp, address, port)
        loop = asyncio.get_running_loop()
        waiting = _Waiting(query, loop.create_future())
        self._waiting[place] = waiting
        timer = loop.call_later(seconds, waiting.give_up)  # a timeout of asyncio's costs more than the query
        try:
            with contextlib.suppress(BlockingIOError):  # a full buffer loses packets as any network does
                used.udp.sendto(query.wire(place[1]), (address, port))
            return await waiting.answer
        finally:
            timer.cancel()
            del self._waiting[place]
            used.under_way -= 1
            if not used.under_way and used in self._retired:
                self._retired.remove(used)
                used.close()

    def close(self) -> None:
        """Close all sockets; whoever still waits, or comes later, is told by `OSError`."""
        self._closed = True
        for used in (*(used for pool in self._ports.values() for used in pool), *self._retired):
            used.close()
        self._ports.clear()
        self._retired.clear()
        for waiting in self._waiting.values():
            if not waiting.answer.done():
                waiting.answer.set_exception(OSError(errno.EBADF, "closed"))

    def _take(self, family: socket.AddressFamily) -> _Port:
        """Choose a socket for one query. Raises `OSError` where there can be none."""
        pool = self._ports.setdefault(family, [])
        while len(pool) < POOL:
            pool.append(_Port(self._open(family), QUERIES))
        number = next(self._chance) % POOL
        used = pool[number]
        used.left -= 1
        used.under_way += 1
        if not used.left:
            del pool[number]
            self._retired.add(used)
        return used

    def _open(self, family: socket.AddressFamily) -> socket.socket:
        udp = socket.socket(family, socket.SOCK_DGRAM)
        udp.setblocking(False)  # noqa: FBT003 -- the method takes no keyword
        with contextlib.suppress(OSError):
            udp.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, _BUFFER)
        udp.bind(("", 0))  # answers come to any interface, to a port of the system's choice
        asyncio.get_running_loop().add_reader(udp, self._read, udp)
        return udp

    def _free_place(self, udp: socket.socket, address: str, port: int) -> _Place:
        while True:
            place = (udp.fileno(), next(self._chance), address, port)
            if place not in self._waiting:
                return place

    def _read(self, udp: socket.socket) -> None:
        for _ in range(_BURST):
            try:
                packet, sender = udp.recvfrom(_LARGEST)
            except BlockingIOError:
                return
            except OSError:  # an ICMP error about an earlier packet; its query times out
                continue
            place = (udp.fileno(), int.from_bytes(packet[:2], "big"), sender[0], sender[1])
            waiting = self._waiting.get(place)
            if waiting and not waiting.answer.done() and waiting.query.answered_by(packet):
                waiting.answer.set_result(packet)


def _chance() -> Iterator[int]:
    """Yield numbers of 16 bits that nobody can foresee (RFC 5452 section 9.2), fetched by the thousand."""
    while True:
        yield from memoryview(secrets.token_bytes(2048)).cast("H")


@lru_cache(maxsize=4096)
def _as_the_kernel_has_it(address: str) -> tuple[socket.AddressFamily, str]:
    """Return the family of an address, and the address as the sender of a packet is spelled. Raises `OSError`."""
    family = socket.AF_INET6 if ":" in address else socket.AF_INET
    return family, socket.inet_ntop(family, socket.inet_pton(family, address))


async def exchange_tcp(query: Query, address: str, port: int) -> bytes:
    """Put one query over a TCP connection of its own (RFC 7766). Raises `OSError` or `EOFError`."""
    reader, writer = await asyncio.open_connection(address, port)
    try:
        query_id = secrets.randbits(16)
        packet = query.wire(query_id)
        writer.write(len(packet).to_bytes(2, "big") + packet)
        await writer.drain()
        for _ in range(_MOST_MESSAGES):
            length = int.from_bytes(await reader.readexactly(2), "big")
            answer = await reader.readexactly(length)
            if answer[:2] == packet[:2] and query.answered_by(answer):
                return answer
        raise EOFError("answers other queries")
    finally:
        writer.close()
