"""Virtual name servers on loopback, and observers that may ask them."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import AsyncExitStack

import dns.name
import dns.rrset
import pytest

from bot.adapters.dns.observer import Observer, ObserverSettings
from core.diagnosis import Case
from core.observations import Evidence, Question, Server
from core.records import RecordSet
from sandbox.nameserver.answering import Authority
from sandbox.nameserver.answering import Server as VirtualServer
from sandbox.nameserver.server import Nameserver
from sandbox.nameserver.sockets import Listener
from sandbox.nameserver.zones import Zone
from tests.fakes.named import free_port

MakeObserver = Callable[..., Observer]


@pytest.fixture
async def nameserver() -> AsyncIterator[Nameserver]:
    async with Nameserver() as nameserver:
        nameserver.create_zone("example.com")
        yield nameserver


def asking(*questions: Question):
    """Stand in for a core that wants to know just these."""

    def next_questions(_: Case, evidence: Evidence) -> tuple[Question, ...]:
        return tuple(question for question in questions if not evidence.asked(question))

    return next_questions


def case(**changes) -> Case:
    return Case(**{"domain": "mail.example.com", "records": RecordSet(), "seconds": 5} | changes)


@pytest.fixture
async def make_observer(nameserver) -> AsyncIterator[MakeObserver]:
    """Make observers of `nameserver`; settings by name, `questions` as a tuple. Patience is short."""
    made = []

    def make(*questions: Question, refused=lambda _: False, **settings) -> Observer:
        defaults = {
            "nameservers": nameserver.nameservers,
            "resolvers": nameserver.resolvers,
            "timeout": 1.0,  # whoever answers is in time, however busy the machine is
            "tcp_timeout": 2.0,
            "per_second": 0,
        }
        observer = Observer(ObserverSettings(**defaults | settings), questions=asking(*questions), refused=refused)
        made.append(observer)
        return observer

    yield make
    for observer in made:
        await observer.aclose()


@pytest.fixture
def outcome(make_observer):
    """Ask the first server of `nameserver` one question; return what it is found to say."""

    async def ask(question: Question, *, server: int = 0, **settings):
        evidence = await make_observer(question, **settings).observe(case())
        return evidence.to(question)[server].outcome

    return ask


class Internet:
    """Name servers at several loopback addresses on one port: a root, registries, providers."""

    def __init__(self) -> None:
        self.port = 0
        self.servers: dict[str, VirtualServer] = {}
        self._stack = AsyncExitStack()

    async def add(self, address: str) -> VirtualServer:
        """Start a server without zones."""
        server = VirtualServer(Authority())
        listener = await Listener(server, address, self.port).open()
        self.port = listener.port
        self._stack.push_async_callback(listener.close)
        self.servers[address] = server
        return server

    async def __aenter__(self) -> "Internet":
        return self

    async def __aexit__(self, *_: object) -> None:
        await self._stack.aclose()

    def serve(self, origin: str, *addresses: str) -> None:
        """Have servers serve a zone, empty yet."""
        for address in addresses:
            name = dns.name.from_text(origin)
            self.servers[address].source.zones[name] = Zone.new(name, 5)

    def put(self, origin: str, address: str, name: str, rdtype: str, *values: str, ttl: int = 300) -> None:
        zone = self.servers[address].source.zones[dns.name.from_text(origin)]
        zone.put(dns.rrset.from_text(dns.name.from_text(name), ttl, "IN", rdtype, *values))

    def asked(self, address: str) -> list[tuple[str, str]]:
        """Return the questions that a server was asked."""
        return [(seen.name.to_text(), seen.type.name) for seen in self.servers[address].seen]

    @property
    def root(self) -> tuple[Server, ...]:
        return (Server("a.root", "127.0.0.11", self.port),)


@pytest.fixture
async def internet() -> AsyncIterator[Internet]:
    """The root at .11, the registries of com and jp at .12, example.com's provider at .13 and .14."""
    async with Internet() as internet:
        for last in (11, 12, 13, 14, 15):
            await internet.add(f"127.0.0.{last}")
        internet.serve(".", "127.0.0.11")
        internet.serve("com", "127.0.0.12")
        internet.serve("jp", "127.0.0.12")
        internet.serve("example.com", "127.0.0.13", "127.0.0.14")
        for registry in ("com", "jp"):
            internet.put(".", "127.0.0.11", registry, "NS", f"a.nic.{registry}.")
            internet.put(".", "127.0.0.11", f"a.nic.{registry}", "A", "127.0.0.12")
        internet.put("com", "127.0.0.12", "example.com", "NS", "ns1.example.com.", "ns2.example.com.")
        internet.put("com", "127.0.0.12", "ns1.example.com", "A", "127.0.0.13")
        internet.put("com", "127.0.0.12", "ns2.example.com", "A", "127.0.0.14")
        yield internet


@pytest.fixture
def walker(internet, make_observer) -> MakeObserver:
    """Make observers that know nothing but the root of `internet`."""

    def make(*questions: Question, **settings) -> Observer:
        return make_observer(
            *questions,
            **{"nameservers": (), "resolvers": (), "root_hints": internet.root, "port": internet.port} | settings,
        )

    return make


@pytest.fixture
async def strange_server() -> AsyncIterator[Callable]:
    """Start a UDP server that answers with whatever `answer(query, client)` returns, a list of packets."""
    transports = []

    async def start(answer) -> tuple[str, int]:
        class Protocol(asyncio.DatagramProtocol):
            def connection_made(self, transport):
                self.transport = transport

            def datagram_received(self, data, addr):
                for packet in answer(data):
                    self.transport.sendto(packet, addr)

        place = ("127.0.0.1", free_port())  # over TCP, too, where a test wants to listen
        transport, _ = await asyncio.get_running_loop().create_datagram_endpoint(Protocol, local_addr=place)
        transports.append(transport)
        return transport.get_extra_info("sockname")

    yield start
    for transport in transports:
        transport.close()
