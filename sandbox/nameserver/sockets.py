"""UDP and TCP on one loopback address and port, for one virtual server."""

import asyncio
import contextlib
from typing import Self

from sandbox.nameserver.answering import Server

_TRIES = 20  # for a port that is free over both UDP and TCP
_IDLE = 30.0  # seconds that a TCP client may keep silent


class Listener:
    """Serves a `Server` over UDP and TCP until it is closed. Port 0 takes any port."""

    def __init__(self, server: Server, host: str, port: int) -> None:
        self.server = server
        self.host = host
        self.port = port
        self._udp: asyncio.DatagramTransport | None = None
        self._tcp: asyncio.Server | None = None
        self._tasks: set[asyncio.Task[None]] = set()

    async def open(self) -> Self:
        """Bind both sockets. Raises `OSError` if the port is taken."""
        wanted = self.port
        for left in reversed(range(_TRIES)):
            try:
                await self._bind(wanted)
            except OSError:
                if wanted or not left:
                    raise
            else:
                return self
        return self

    async def _bind(self, port: int) -> None:
        self._tcp = await asyncio.start_server(self._serve, self.host, port)
        self.port = self._tcp.sockets[0].getsockname()[1]
        loop = asyncio.get_running_loop()
        try:
            self._udp, _ = await loop.create_datagram_endpoint(lambda: _Udp(self), local_addr=(self.host, self.port))
        except OSError:
            self._tcp.close()
            raise

    async def close(self) -> None:
        """Close the sockets and whatever is still being answered."""
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        if self._udp is not None:
            self._udp.close()
        if self._tcp is not None:
            self._tcp.close()
            await self._tcp.wait_closed()

    def answer_datagram(self, data: bytes, client: tuple[str, int], transport: asyncio.DatagramTransport) -> None:
        """Answer one packet, at once unless a fault delays it."""
        reply = self.server.reply(data, client, tcp=False)
        if reply.wire is None:
            return
        if not reply.delay:
            transport.sendto(reply.wire, client)
            return
        asyncio.get_running_loop().call_later(reply.delay, _send, transport, reply.wire, client)

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task is not None  # noqa: S101 # nosec B101 # a coroutine runs in a task
        self._tasks.add(task)
        try:
            with contextlib.suppress(asyncio.IncompleteReadError, TimeoutError, ConnectionError):
                await self._converse(reader, writer)
        finally:
            self._tasks.discard(task)
            writer.close()

    async def _converse(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        client = writer.get_extra_info("peername")[:2]
        while True:
            async with asyncio.timeout(_IDLE):
                length = int.from_bytes(await reader.readexactly(2), "big")
                reply = self.server.reply(await reader.readexactly(length), client, tcp=True)
            await asyncio.sleep(reply.delay)
            if reply.wire is None:
                return
            writer.write(len(reply.wire).to_bytes(2, "big") + reply.wire)
            await writer.drain()


class _Udp(asyncio.DatagramProtocol):
    def __init__(self, listener: Listener) -> None:
        self._listener = listener
        self._transport: asyncio.DatagramTransport | None = None

    def connection_made(self, transport: asyncio.DatagramTransport) -> None:  # type: ignore[override] # it is one
        self._transport = transport

    def datagram_received(self, data: bytes, addr: tuple[str, int]) -> None:
        if self._transport is not None:
            self._listener.answer_datagram(data, addr, self._transport)


def _send(transport: asyncio.DatagramTransport, wire: bytes, client: tuple[str, int]) -> None:
    if not transport.is_closing():
        transport.sendto(wire, client)
