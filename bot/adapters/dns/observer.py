"""The adapter for the `DnsObserver` port."""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from bot.adapters.dns.exchange import Exchanger
from bot.adapters.dns.fixed import FixedServers
from bot.adapters.dns.guard import forbidden
from bot.adapters.dns.hints import ROOT_SERVERS
from bot.adapters.dns.https import HttpsExchanger
from bot.adapters.dns.limits import Allowance
from bot.adapters.dns.look import Look, Means, NextQuestions
from bot.adapters.dns.pacing import Bucket, Slots
from bot.adapters.dns.places import Listed, Places
from bot.adapters.dns.registry import Registry
from bot.adapters.dns.through_resolvers import ThroughResolvers
from bot.adapters.dns.zones import RootWalk, ZoneFinder
from bot.clock import utcnow
from bot.ports import ControlResult
from core.diagnosis import Case, next_questions
from core.observations import Absent, Evidence, Outcome, Present, Question, Server, Silence, Unknown, Vantage

_NO_RESPONSE = frozenset({Silence.TIMEOUT, Silence.UNREACHABLE, Silence.GARBAGE, Silence.BUDGET, Silence.FORBIDDEN})


@dataclass(frozen=True, slots=True)
class ObserverSettings:
    """How to observe.

    `nameservers` (host, port) are asked for everything, in place of a walk from `root_hints`; beside them, `parents`
    are those that hold the delegations. They and `resolvers`, those of the quorum, are exempt from the guard; the
    number of `resolvers` is `Case.resolvers`.
    `timeout` is the first one in seconds; each of the `tries` over UDP waits twice as long as the one before;
    `tcp_timeout` is for a whole exchange over TCP. `max_in_flight` and `per_address` bound the
    queries under way, `per_second` those to one address (0: they are not bounded). `port` is where name servers that
    are found listen.
    With `https`, URLs of resolvers (RFC 8484), only those are asked, and nobody over port 53: cases must then have the
    resolvers' vantage.
    """

    nameservers: tuple[Listed, ...] = ()
    parents: tuple[Listed, ...] = ()
    resolvers: tuple[Listed, ...] = ()
    root_hints: tuple[Server, ...] = ROOT_SERVERS
    timeout: float = 1.0
    tries: int = 2
    tcp_timeout: float = 2.0
    max_in_flight: int = 200
    per_address: int = 50
    per_second: float = 200
    port: int = 53
    control_name: str = "example.com"
    control_seconds: float = 5.0
    https: tuple[str, ...] = ()

    @property
    def patience(self) -> tuple[float, ...]:
        """The seconds of each try."""
        return tuple(self.timeout * 2**number for number in range(max(1, self.tries)))

    def slots(self) -> Slots:
        """Return the bounds, with nothing under way."""
        return Slots(self.max_in_flight, self.per_address, lambda: Bucket(self.per_second))


class Observer:
    """Asks name servers what the core wants to know, over sockets that all looks share.

    `questions` is the core's; `refused` tells addresses that must not be asked (those listed excepted).
    Belongs to one event loop; close it with `aclose`.
    """

    def __init__(
        self,
        settings: ObserverSettings,
        *,
        questions: NextQuestions = next_questions,
        clock: Callable[[], datetime] = utcnow,
        refused: Callable[[str], bool] = forbidden,
    ) -> None:
        self._settings = settings
        self._nameservers = Places(settings.nameservers, clock)
        self._parents = Places(settings.parents, clock)
        self._resolvers = Places(settings.resolvers, clock)
        self._address_refused = refused
        self._exchanger = Exchanger(
            settings.slots(),
            settings.patience,
            settings.tcp_timeout,
            self._is_refused,
        )
        self._https = self._over_https(settings) if settings.https else None
        self._asked = self._https.servers if self._https else self._resolvers.servers
        asker = self._asker = self._https or self._exchanger
        self._means = Means(asker, self._finder(clock), self._asked, questions, clock)

    @staticmethod
    def _over_https(settings: ObserverSettings) -> HttpsExchanger:
        return HttpsExchanger(settings.https, settings.slots(), settings.timeout + settings.tcp_timeout, settings.tries)

    def _finder(self, clock: Callable[[], datetime]) -> ZoneFinder:
        if self._https is not None:
            return ThroughResolvers(self._https, clock)
        if self._nameservers:
            registry = Registry(self._exchanger, self._parents.servers, clock) if self._parents else None
            return FixedServers(self._exchanger, self._nameservers.servers, clock, self._settings.port, registry)
        return RootWalk(self._exchanger, self._settings.root_hints, clock, self._settings.port)

    def _is_refused(self, server: Server) -> bool:
        listed = any(places.hold(server) for places in (self._nameservers, self._parents, self._resolvers))
        return not listed and self._address_refused(server.address)

    async def observe(self, case: Case) -> Evidence:
        """Look once. Never raises for what a server does; ends within `case.seconds` and an `Allowance`."""
        return await Look(self._means, case).run()

    async def control(self) -> ControlResult:
        """Ask all resolvers at once for a name that exists; the first to answer shows that we can ask at all."""
        servers = await self._asked()
        if not servers:
            return ControlResult(online=True)
        loop = asyncio.get_running_loop()
        started = loop.time()
        asking = [asyncio.ensure_future(self._control_one(server)) for server in servers]
        try:
            problems = []
            for answer in asyncio.as_completed(asking):
                server, outcome = await answer
                if _shows_dns(outcome):
                    took_ms = round((loop.time() - started) * 1000)
                    name = self._settings.control_name
                    return ControlResult(online=True, server=str(server), took_ms=took_ms, asked=server, name=name)
                problems.append(f"{server}: {outcome.reason.value if isinstance(outcome, Unknown) else ''}")
            return ControlResult(
                online=False, error="; ".join(sorted(problems)), took_ms=round((loop.time() - started) * 1000)
            )
        finally:
            for task in asking:
                task.cancel()
            await asyncio.gather(*asking, return_exceptions=True)

    async def _control_one(self, server: Server) -> tuple[Server, Outcome]:
        allowance = Allowance(1, asyncio.get_running_loop().time() + self._settings.control_seconds)
        question = Question(self._settings.control_name, "NS", Vantage.RESOLVERS)
        return server, (await self._asker.ask(server, question, allowance)).outcome

    async def survey(self) -> list[ControlResult]:
        """Put the control query to every server that is listed; any response shows that one can be reached."""
        listed = (*await self._nameservers.servers(), *await self._parents.servers(), *await self._asked())
        return list(await asyncio.gather(*(self._reach(server) for server in dict.fromkeys(listed))))

    async def _reach(self, server: Server) -> ControlResult:
        loop = asyncio.get_running_loop()
        started = loop.time()
        _, outcome = await self._control_one(server)
        took_ms = round((loop.time() - started) * 1000)
        name = f"{server} port {server.port}"
        if isinstance(outcome, Unknown) and outcome.reason in _NO_RESPONSE:
            return ControlResult(online=False, error=outcome.reason.value, server=name, took_ms=took_ms)
        return ControlResult(online=True, server=name, took_ms=took_ms)

    async def aclose(self) -> None:
        """Close the sockets."""
        self._exchanger.close()
        if self._https is not None:
            await self._https.aclose()


def _shows_dns(outcome: Outcome) -> bool:
    """Tell whether an outcome shows that queries get out and answers in. A filter's answer does."""
    if isinstance(outcome, Unknown):
        return outcome.reason is Silence.FILTERED
    return isinstance(outcome, Present | Absent)
