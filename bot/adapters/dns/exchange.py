"""One question to one server, with everything that may be in the way: silence, truncation, SERVFAIL, EDNS."""

import asyncio
import errno
from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol

import dns.rcode

from bot.adapters.dns.limits import Allowance, Place
from bot.adapters.dns.pacing import Lane, Slots
from bot.adapters.dns.queries import Query, Unaskable, query_for
from bot.adapters.dns.replies import Reply, kept, read_reply
from bot.adapters.dns.sockets import UdpPool, exchange_tcp
from core.observations import Absent, Present, Question, Server, Silence, Unknown, Vantage

_BEFORE_EDNS = frozenset({dns.rcode.FORMERR, dns.rcode.NOTIMP})  # what old servers say to it (RFC 6891 section 7)
_OURS = frozenset({errno.EMFILE, errno.ENFILE, errno.ENOBUFS, errno.ENOMEM, errno.EADDRINUSE})  # what this host lacks


class AskAgain(Protocol):
    """Puts the same question once more; with `unchecked`, the server shall not validate (CD=1)."""

    async def __call__(self, *, unchecked: bool) -> Reply:
        """Return what comes."""
        ...


async def checked(reply: Reply, ask_again: AskAgain) -> Reply:
    """Tell bogus signatures from a server that fails: SERVFAIL, an answer with CD=1, and SERVFAIL still without."""
    if not _failed(reply):
        return reply
    unchecked = await ask_again(unchecked=True)
    if not isinstance(unchecked.outcome, Present | Absent):
        return reply
    again = await ask_again(unchecked=False)
    if isinstance(again.outcome, Present | Absent):
        return again  # it had failed for a moment
    ede = _ede(again) or _ede(reply)
    return Reply(Unknown(Silence.BOGUS, ede, "answers with CD=1"), rcode=reply.rcode)


def read_bounded(packet: bytes, question: Question, allowance: Allowance, *, tcp: bool) -> Reply:
    """Read a response, if the look has room for it: for what came, and for what of it is kept."""
    if allowance.take_octets(len(packet)):
        reply = read_reply(packet, question, tcp=tcp)
        if allowance.take_octets(max(0, kept(reply) - len(packet))):
            return reply
    return Reply(Unknown(Silence.GARBAGE, detail="more than a look can hold"))


def _failed(reply: Reply) -> bool:
    return isinstance(reply.outcome, Unknown) and reply.outcome.reason is Silence.SERVFAIL


def _ede(reply: Reply) -> str | None:
    return reply.outcome.ede if isinstance(reply.outcome, Unknown) else None


class Exchanger:
    """Asks servers.

    `patience` holds the seconds of each try over UDP, `tcp_patience` those of one over TCP; `refused` is
    the SSRF guard.
    """

    def __init__(
        self, slots: Slots, patience: tuple[float, ...], tcp_patience: float, refused: Callable[[Server], bool]
    ) -> None:
        self.patience = patience
        self._tcp_patience = tcp_patience
        self._slots = slots
        self._refused = refused
        self._udp = UdpPool()

    def close(self) -> None:
        """Close the sockets."""
        self._udp.close()

    async def ask(
        self, server: Server, question: Question, allowance: Allowance, patience: tuple[float, ...] | None = None
    ) -> Reply:
        """Ask until there is an answer or nothing more to try; never raises for what a server does.

        With `patience` given, those tries over UDP must do; without, TCP is tried where UDP stays silent, too.
        """
        if not server.address:
            return Reply(Unknown(Silence.UNREACHABLE, detail="no address is known"))
        place = (server.address, server.port)
        try:
            async with self._slots.held(place, allowance.deadline) as lane:
                if self._refused(server):  # judged now that it would be sent
                    return Reply(Unknown(Silence.FORBIDDEN, detail=server.address))
                tries, tcp_after_silence = self._patience(place, allowance, patience)
                conversation = _Conversation(self._udp, self._tcp_patience, place, question, allowance, lane)
                return await conversation.run(tries, tcp_after_silence)
        except TimeoutError:
            if place in allowance.silent or self._slots.lane(place).mute:
                return Reply(Unknown(Silence.TIMEOUT, detail="UDP"))
            return Reply(Unknown(Silence.BUDGET, detail="no time left"))
        except Unaskable as error:
            return Reply(Unknown(Silence.GARBAGE, detail=f"cannot be asked: {error}"))

    def _patience(
        self, place: Place, allowance: Allowance, given: tuple[float, ...] | None
    ) -> tuple[tuple[float, ...], bool]:
        """Return how long to wait over UDP, and whether to try TCP then: for who was silent in this look, once."""
        patience = given or self.patience
        if place in allowance.silent:
            patience = (min(patience[0], self.patience[0]),)
        return patience, given is None and place not in allowance.mute


@dataclass(slots=True)
class _Conversation:
    """The tries of one question at one server, on the `lane` that leads there."""

    udp: UdpPool
    tcp_patience: float
    place: Place
    question: Question
    allowance: Allowance
    lane: Lane
    begun: bool = False

    async def run(self, patience: tuple[float, ...], tcp_after_silence: bool) -> Reply:  # noqa: FBT001 -- private
        reply = await self._tries(self._query(), patience, tcp_after_silence=tcp_after_silence)
        if reply.rcode in _BEFORE_EDNS:
            reply = await self._tries(self._query(edns=False), patience, tcp_after_silence=False)

        async def ask_again(*, unchecked: bool) -> Reply:
            return await self._tries(self._query(unchecked=unchecked), patience, tcp_after_silence=False)

        return await checked(reply, ask_again)

    def _query(self, *, unchecked: bool = False, edns: bool = True) -> Query:
        recursive = self.question.vantage is Vantage.RESOLVERS
        return query_for(self.question.name, self.question.type, recursive=recursive, unchecked=unchecked, edns=edns)

    async def _tries(self, query: Query, patience: tuple[float, ...], *, tcp_after_silence: bool) -> Reply:
        for seconds in patience:
            reply = await self._over_udp(query, seconds)
            if reply is not None:
                return await self._over_tcp(query, Silence.TCP_BLOCKED) if reply.truncated else reply
        self.allowance.silent.add(self.place)
        if tcp_after_silence:
            return await self._over_tcp(query, Silence.TIMEOUT)
        return Reply(Unknown(Silence.TIMEOUT, detail="UDP"))

    async def _over_udp(self, query: Query, seconds: float) -> Reply | None:
        left = self._begin()
        try:
            packet = await self.udp.exchange(query, *self.place, min(seconds, left))
        except TimeoutError:
            if left < seconds:
                raise
            self.lane.silent()
            return None
        except OSError as error:
            reason = Silence.BUDGET if error.errno in _OURS else Silence.UNREACHABLE
            return Reply(Unknown(reason, detail=error.strerror or "unreachable"))
        self.allowance.silent.discard(self.place)
        return self._read(packet)

    async def _over_tcp(self, query: Query, otherwise: Silence) -> Reply:
        left = self._begin()
        try:
            async with asyncio.timeout(min(self.tcp_patience, left)):
                packet = await exchange_tcp(query, *self.place)
        except TimeoutError:
            if left < self.tcp_patience:
                raise
            self.allowance.mute.add(self.place)
            return Reply(Unknown(otherwise, detail="TCP timed out"))
        except (OSError, EOFError) as error:
            if isinstance(error, OSError) and error.errno in _OURS:
                return Reply(Unknown(Silence.BUDGET, detail=error.strerror or "no socket"))
            self.allowance.mute.add(self.place)
            return Reply(Unknown(otherwise, detail=f"TCP: {type(error).__name__}"))
        return self._read(packet, tcp=True)

    def _begin(self) -> float:
        """Count the packet (the first was counted when its turn came); return the seconds that the look has left.

        Raises `TimeoutError` where that is none. No timeout spans it all: one for each query costs more than the query.
        """
        left = self.allowance.deadline - asyncio.get_running_loop().time()
        if left <= 0:
            raise TimeoutError
        if self.begun:
            self.lane.bucket.spend()
        self.begun = True
        return left

    def _read(self, packet: bytes, *, tcp: bool = False) -> Reply:
        self.lane.heard()
        return read_bounded(packet, self.question, self.allowance, tcp=tcp)
