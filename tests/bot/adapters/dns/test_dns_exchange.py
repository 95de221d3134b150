"""One question to one server, and everything that may be in the way, over real packets."""

import asyncio
import contextlib
import errno
import os
import time
from collections import Counter

import dns.flags
import dns.message
import dns.opcode
import dns.rcode
import dns.rrset
import pytest

from bot.adapters.dns import exchange, sockets
from bot.adapters.dns.queries import query_for
from core.observations import Absent, Present, Question, Silence, Unknown, Vantage
from tests.bot.adapters.dns.conftest import case

TXT = Question("mail.example.com", "TXT")
IMPATIENT = {"timeout": 0.05, "tcp_timeout": 0.2}  # for servers that say nothing
RESOLVED = Question("mail.example.com", "TXT", Vantage.RESOLVERS)


@pytest.fixture
def published(nameserver):
    nameserver.put("mail.example.com", "TXT", ['"x"'])
    return nameserver


async def test_authoritative_servers_are_asked_without_recursion_and_resolvers_with_it(published, make_observer):
    await make_observer(TXT, RESOLVED).observe(case())

    wanted = {
        name: [s.recursion_desired for s in published.servers[name].seen if s.client[1]] for name in ("ns1", "resolver")
    }
    assert set(wanted["ns1"]) == {False}
    assert wanted["resolver"] == [True]


@pytest.mark.usefixtures("published")
async def test_resolvers_show_what_is_left_of_a_ttl(outcome):
    result = await outcome(RESOLVED)

    assert result.rrsets[0].ttl == 300


async def test_an_answer_too_long_for_udp_comes_over_tcp(nameserver, outcome):
    nameserver.put("mail.example.com", "TXT", [" ".join(['"' + "x" * 255 + '"'] * 240)])

    result = await outcome(TXT)

    assert len(result.rrsets[0].rdatas[0].joined) == 61_200
    assert [seen.tcp for seen in nameserver.servers["ns1"].seen if seen.type.name == "TXT"] == [False, True]


async def test_truncation_without_tcp_is_tcp_blocked(published, outcome):
    published.fault("tcp-refused")

    assert (await outcome(TXT)).reason is Silence.TCP_BLOCKED


def failing(number):
    def fail(*_):
        raise OSError(number, os.strerror(number))

    return fail


@pytest.mark.usefixtures("published")
@pytest.mark.parametrize(
    ("number", "reason"), [(errno.EMFILE, Silence.BUDGET), (errno.ENETUNREACH, Silence.UNREACHABLE)]
)
async def test_a_socket_that_this_host_cannot_give_is_no_fault_of_the_server(outcome, monkeypatch, number, reason):
    monkeypatch.setattr(sockets.UdpPool, "_take", failing(number))

    assert await outcome(TXT) == Unknown(reason, detail=os.strerror(number))


@pytest.mark.parametrize(
    ("number", "reason"), [(errno.EMFILE, Silence.BUDGET), (errno.ECONNREFUSED, Silence.TCP_BLOCKED)]
)
async def test_a_connection_that_this_host_cannot_give_is_no_blocked_tcp(
    nameserver, outcome, monkeypatch, number, reason
):
    nameserver.put("mail.example.com", "TXT", [" ".join(['"' + "x" * 255 + '"'] * 240)])
    monkeypatch.setattr(exchange, "exchange_tcp", failing(number))

    assert (await outcome(TXT)).reason is reason


@pytest.mark.parametrize(
    ("fault", "reason"),
    [
        ("servfail", Silence.SERVFAIL),
        ("refused", Silence.REFUSED),
        ("lame", Silence.LAME),
        ("silent", Silence.TIMEOUT),
        ("wrong-id", Silence.TIMEOUT),
        ("garbage", Silence.TIMEOUT),
    ],
)
async def test_each_fault_has_its_own_unknown(published, outcome, fault, reason):
    published.fault(fault, rdtype="TXT")

    result = await outcome(TXT, **IMPATIENT)

    assert isinstance(result, Unknown)
    assert result.reason is reason


async def test_servfail_that_answers_with_checking_disabled_is_bogus_and_names_the_error(published, outcome):
    published.fault("servfail", server="resolver")
    published.fault("bogus", server="resolver")

    bogus = await outcome(RESOLVED)
    disabled = [seen.checking_disabled for seen in published.servers["resolver"].seen]

    assert (bogus.reason, bogus.ede) == (Silence.BOGUS, "6 signature expired")
    assert disabled == [False]


async def test_servfail_without_explanation_is_tried_with_checking_disabled(outcome, strange_server):
    def answer(packet):
        query = dns.message.from_wire(packet)
        response = dns.message.make_response(query)
        if query.flags & dns.flags.CD:
            response.answer.append(dns.rrset.from_text("mail.example.com.", 60, "IN", "TXT", '"x"'))
        else:
            response.set_rcode(dns.rcode.SERVFAIL)
        return [response.to_wire()]

    result = await outcome(RESOLVED, resolvers=(await strange_server(answer),))

    assert (result.reason, result.detail) == (Silence.BOGUS, "answers with CD=1")


async def test_a_filtering_resolver_is_told_apart(published, outcome):
    published.fault("filtered", server="resolver")

    assert await outcome(RESOLVED) == Unknown(Silence.FILTERED, "15 on a list")


async def test_a_server_from_before_edns_is_asked_without(outcome, strange_server):
    def answer(packet):
        query = dns.message.from_wire(packet)
        response = dns.message.make_response(query)
        response.use_edns(False)
        if query.edns >= 0:
            response.set_rcode(dns.rcode.FORMERR)
        else:
            response.answer.append(dns.rrset.from_text("mail.example.com.", 60, "IN", "TXT", '"x"'))
        return [response.to_wire()]

    result = await outcome(RESOLVED, resolvers=(await strange_server(answer),))

    assert isinstance(result, Present)


def holding(query):
    response = dns.message.make_response(query)
    response.answer.append(dns.rrset.from_text("mail.example.com.", 60, "IN", "TXT", '"x"'))
    return response


@pytest.mark.parametrize("rcode", [dns.rcode.FORMERR, dns.rcode.NOTIMP])
async def test_a_server_that_answers_edns_with_a_bare_header_is_asked_without(outcome, strange_server, rcode):
    def answer(packet):
        query = dns.message.from_wire(packet)
        if query.edns >= 0:
            return [packet[:2] + bytes([0x80, rcode]) + bytes(8)]
        return [holding(query).to_wire()]

    result = await outcome(RESOLVED, resolvers=(await strange_server(answer),))

    assert isinstance(result, Present)


async def test_a_bare_header_that_says_no_failure_answers_nothing(outcome, strange_server):
    place = await strange_server(lambda packet: [packet[:2] + bytes([0x84, 0]) + bytes(8)])

    result = await outcome(RESOLVED, resolvers=(place,), **IMPATIENT)

    assert result.reason is Silence.TIMEOUT


async def test_a_server_that_failed_for_a_moment_is_not_taken_for_bogus(outcome, strange_server):
    seen = []

    def answer(packet):
        query = dns.message.from_wire(packet)
        seen.append(bool(query.flags & dns.flags.CD))
        if len(seen) > 1:
            return [holding(query).to_wire()]
        failure = dns.message.make_response(query)
        failure.set_rcode(dns.rcode.SERVFAIL)
        return [failure.to_wire()]

    result = await outcome(RESOLVED, resolvers=(await strange_server(answer),))

    assert isinstance(result, Present)
    assert seen == [False, True, False]


async def test_a_response_to_another_operation_answers_nothing(outcome, strange_server):
    def answer(packet):
        update = bytearray(holding(dns.message.from_wire(packet)).to_wire())
        update[2] |= dns.opcode.UPDATE << 3
        return [bytes(update)]

    result = await outcome(RESOLVED, resolvers=(await strange_server(answer),), **IMPATIENT)

    assert result.reason is Silence.TIMEOUT


async def test_a_server_that_talks_of_something_else_over_tcp_is_not_listened_to_for_long(outcome, strange_server):
    host, port = await strange_server(lambda packet: [packet[:2] + b"\x82\0" + packet[4:]])  # truncated
    sent = 0

    async def serve(_, writer):
        nonlocal sent
        with contextlib.suppress(ConnectionError), contextlib.closing(writer):
            while True:
                writer.write(bytes(2) * 512)
                sent += 512
                await writer.drain()

    async with await asyncio.start_server(serve, host, port):
        result = await outcome(RESOLVED, resolvers=((host, port),), tcp_timeout=20)

    assert result == Unknown(Silence.TCP_BLOCKED, detail="TCP: EOFError")
    assert sent


async def test_an_answer_that_drips_over_tcp_is_waited_for_no_longer_than_patience_lasts(outcome, strange_server):
    host, port = await strange_server(lambda packet: [packet[:2] + b"\x82\0" + packet[4:]])

    async def serve(_, writer):
        with contextlib.suppress(ConnectionError), contextlib.closing(writer):
            while True:
                writer.write(b"\1")
                await asyncio.sleep(0.02)

    async with await asyncio.start_server(serve, host, port):
        result = await outcome(RESOLVED, resolvers=((host, port),), tcp_timeout=0.1)

    assert result == Unknown(Silence.TCP_BLOCKED, detail="TCP timed out")


async def test_forged_packets_are_ignored_until_the_answer_comes(outcome, strange_server):
    def answer(packet):
        query = dns.message.from_wire(packet)
        good = dns.message.make_response(query)
        good.answer.append(dns.rrset.from_text("mail.example.com.", 60, "IN", "TXT", '"true"'))
        other = dns.message.make_response(dns.message.make_query("evil.example.com", "TXT", id=query.id))
        other.answer.append(dns.rrset.from_text("evil.example.com.", 60, "IN", "TXT", '"forged"'))
        forged = bytes([packet[0] ^ 1, packet[1]]) + good.to_wire()[2:].replace(b"true", b"lies")
        return [b"", b"\0", forged, other.to_wire(), packet, good.to_wire()]

    result = await outcome(RESOLVED, resolvers=(await strange_server(answer),))

    assert result.rrsets[0].rdatas[0].joined == b"true"


@pytest.fixture
async def pool():
    pool = sockets.UdpPool()
    yield pool
    pool.close()


def echo(packet):
    return [dns.message.make_response(dns.message.from_wire(packet)).to_wire()]


async def test_ports_are_chosen_by_chance_and_renewed_before_long(pool, monkeypatch):
    monkeypatch.setattr(sockets, "QUERIES", 5)
    clients = []

    class Listener(asyncio.DatagramProtocol):
        def connection_made(self, transport):
            self.transport = transport

        def datagram_received(self, data, addr):
            clients.append(addr[1])
            self.transport.sendto(echo(data)[0], addr)

    transport, _ = await asyncio.get_running_loop().create_datagram_endpoint(Listener, local_addr=("127.0.0.1", 0))
    place = transport.get_extra_info("sockname")
    open_before = len(os.listdir("/proc/self/fd"))

    for number in range(10):
        query = query_for(f"x{number}.example.com", "A")
        await asyncio.gather(*(pool.exchange(query, *place, 5) for _ in range(20)))
    transport.close()

    used = Counter(clients)
    assert len(clients) == 200
    assert len(used) > 30  # 40, but the system may choose one again
    assert max(used.values()) <= 4 * 5
    assert len(os.listdir("/proc/self/fd")) - open_before <= sockets.POOL


async def test_an_answer_to_a_port_that_is_being_replaced_is_still_heard(pool, monkeypatch):
    monkeypatch.setattr(sockets, "QUERIES", 1)
    held = []

    class Listener(asyncio.DatagramProtocol):
        def connection_made(self, transport):
            self.transport = transport

        def datagram_received(self, data, addr):
            held.append((data, addr))
            for earlier, client in held if len(held) == 3 else ():
                self.transport.sendto(echo(earlier)[0], client)

    transport, _ = await asyncio.get_running_loop().create_datagram_endpoint(Listener, local_addr=("127.0.0.1", 0))
    place = transport.get_extra_info("sockname")

    answers = await asyncio.gather(*(pool.exchange(query_for(n, "A"), *place, 5) for n in ("a.", "b.", "c.")))
    transport.close()

    assert len(answers) == 3
    assert len({client for _, client in held}) == 3


async def test_queries_under_way_on_replaced_ports_end_when_the_pool_is_closed(monkeypatch, strange_server):
    monkeypatch.setattr(sockets, "QUERIES", 1)
    place = await strange_server(lambda _: [])
    pool = sockets.UdpPool()
    waiting = [asyncio.create_task(pool.exchange(query_for("a.", "A"), *place, 60)) for _ in range(3)]
    await asyncio.sleep(0)

    pool.close()

    ends = await asyncio.wait_for(asyncio.gather(*waiting, return_exceptions=True), 5)
    assert {type(end) for end in ends} == {OSError}


async def test_a_second_try_waits_twice_as_long(published, outcome):
    published.fault("delay", server="resolver", seconds=0.08)

    patient = await outcome(RESOLVED, timeout=0.05, tries=2)
    impatient = await outcome(RESOLVED, timeout=0.01, tries=2)

    assert isinstance(patient, Present)
    assert isinstance(impatient, Present), "TCP has more patience"


async def test_silence_over_udp_is_tried_over_tcp(outcome, strange_server):
    host, port = await strange_server(lambda _: [])

    async def serve(reader, writer):
        packet = await reader.readexactly(int.from_bytes(await reader.readexactly(2), "big"))
        response = dns.message.make_response(dns.message.from_wire(packet))
        response.answer.append(dns.rrset.from_text("mail.example.com.", 60, "IN", "TXT", '"x"'))
        wire = response.to_wire()
        writer.write(len(wire).to_bytes(2, "big") + wire)
        writer.close()

    async with await asyncio.start_server(serve, host, port):
        result = await outcome(RESOLVED, resolvers=((host, port),), timeout=0.05)

    assert isinstance(result, Present)


async def test_names_that_have_no_wire_form_are_not_asked(make_observer):
    odd = (
        Question("a..example.com", "TXT"),
        Question("x" * 64 + ".example.com", "TXT"),
        Question("mail.example.com", "?"),
    )

    evidence = await make_observer(*odd).observe(case())

    assert {answer.outcome.reason for answer in evidence.answers} == {Silence.GARBAGE}
    assert all(evidence.asked(question) for question in odd)


@pytest.mark.usefixtures("published")
async def test_servers_that_the_operator_lists_are_exempt_from_the_guard(make_observer):
    listed = await make_observer(TXT, refused=lambda _: True).observe(case())

    assert all(isinstance(answer.outcome, Present) for answer in listed.answers)


async def test_not_more_than_so_many_queries_are_under_way_to_one_address(nameserver, make_observer):
    nameserver.fault("delay", seconds=0.02, rdtype="A")
    questions = [Question(f"h{number}.example.com", "A") for number in range(20)]
    observer = make_observer(*questions, nameservers=nameserver.nameservers[:1], per_address=5, timeout=1)

    started = time.perf_counter()
    evidence = await observer.observe(case(domain="example.com"))

    assert {type(answer.outcome) for answer in evidence.answers} == {Absent}
    assert time.perf_counter() - started >= 4 * 0.02


async def test_not_more_than_so_many_queries_a_second_go_to_one_server(nameserver, make_observer):
    questions = [Question(f"h{number}.example.com", "A") for number in range(20)]
    observer = make_observer(*questions, nameservers=nameserver.nameservers[:1], per_second=40, timeout=1)

    started = time.perf_counter()
    evidence = await observer.observe(case(domain="example.com"))

    assert {type(answer.outcome) for answer in evidence.answers} == {Absent}
    assert time.perf_counter() - started >= 10 / 40  # a quarter of a second's queries may go at once


async def test_answers_tell_how_long_they_took(nameserver, make_observer):
    nameserver.fault("delay", seconds=0.05, rdtype="TXT")

    evidence = await make_observer(TXT, timeout=30).observe(case(seconds=60))

    assert all(40 <= answer.took_ms < 30_000 for answer in evidence.answers)


async def test_the_time_of_a_look_is_bounded_and_what_is_left_is_unknown(nameserver, make_observer):
    nameserver.fault("silent")
    observer = make_observer(TXT, Question("click.mail.example.com", "CNAME"), timeout=60)

    started = time.perf_counter()
    evidence = await observer.observe(case(seconds=0.1))

    assert time.perf_counter() - started < 30
    assert {answer.outcome.reason for answer in evidence.answers} == {Silence.BUDGET}


async def test_listed_servers_may_have_names(published, outcome):
    result = await outcome(TXT, nameservers=(("localhost", published.ports["ns1"]),))

    assert isinstance(result, Present)


async def test_a_listed_name_that_nobody_knows_is_unreachable(outcome):
    result = await outcome(TXT, nameservers=(("no-such-host.invalid", 53),))

    assert result.reason is Silence.UNREACHABLE


async def test_without_resolvers_nobody_can_be_asked_there_and_the_control_is_skipped(make_observer):
    observer = make_observer(RESOLVED, resolvers=())

    evidence = await observer.observe(case())
    control = await observer.control()

    assert [answer.outcome.reason for answer in evidence.answers] == [Silence.UNREACHABLE]
    assert (control.online, control.server) == (True, "")


async def test_one_resolver_that_answers_is_enough_to_be_online(nameserver, make_observer, strange_server):
    silent = await strange_server(lambda _: [])

    control = await make_observer(resolvers=(silent, *nameserver.resolvers)).control()

    assert (control.online, control.server) == (True, "127.0.0.1:" + str(nameserver.ports["resolver"]))


async def test_a_resolver_that_refuses_does_not_show_that_we_are_online(nameserver, make_observer):
    nameserver.fault("refused", server="resolver")

    control = await make_observer().control()

    assert not control.online
    assert "REFUSED" in control.error


async def test_a_look_that_is_under_way_when_the_observer_closes_ends_without_an_answer(nameserver, make_observer):
    nameserver.fault("silent")
    observer = make_observer(TXT, timeout=5)
    looking = asyncio.create_task(observer.observe(case()))
    await asyncio.sleep(0.05)

    await observer.aclose()
    evidence = await asyncio.wait_for(looking, 1)

    assert {answer.outcome.reason for answer in evidence.answers} == {Silence.UNREACHABLE}
