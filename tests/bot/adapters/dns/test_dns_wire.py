"""Octets as records: dnspython reads them independently, and what is no message is said to be none."""

import dns.exception
import dns.message
import dns.name
import dns.rdatatype
import pytest
from dns.message import Message
from hypothesis import given
from hypothesis import strategies as st

from bot.adapters.dns.queries import query_for
from bot.adapters.dns.replies import read_reply
from bot.adapters.dns.wire import Malformed, Packet, octets_of
from core.observations import Question, Unknown

NAME = "mail.example.com"
TYPES = {
    "TXT": ['"v=spf1 ~all"', '"other" "words"', r'"\195\164\000"'],
    "MX": ["10 MX.mail.example.com.", "0 ."],
    "CNAME": ["a.example.net."],
    "A": ["192.0.2.1", "192.0.2.2"],
    "AAAA": ["2001:db8::1", "::ffff:192.0.2.1"],
    "NS": ["NS1.example.net."],
    "CAA": ['0 issue "amazon.com"'],
}
SOA = "example.com. 900 IN SOA ns1.example.com. Host\\.Master.example.com. 1 2 3 4 60"
HEADER = bytes.fromhex("0007 8400 0001 0001 0000 0000".replace(" ", ""))
QUESTION = query_for(NAME, "TXT").question


def message(rdtype: str, values: list[str]) -> Message:
    query = dns.message.make_query(NAME, rdtype, use_edns=0, id=7)
    response = dns.message.make_response(query)
    response.flags |= dns.flags.AA
    for section, owner, kind, texts in (
        (response.answer, "Mail.Example.com.", rdtype, values),
        (response.additional, "ns1.example.net.", "A", ["192.0.2.9"]),
    ):
        if texts:
            section.append(dns.rrset.from_text(owner, 300, "IN", kind, *texts))
    if not values:
        response.authority.append(dns.rrset.from_text(*SOA.split(" ", 4)))
    return response


MESSAGES = [(rdtype, message(rdtype, values).to_wire()) for rdtype in TYPES for values in (TYPES[rdtype], [])]


def by_dnspython(wire: bytes) -> list[tuple[str, str, int, int]] | None:
    """Return owner, type, TTL and number of records of each set of the answer; None if it is no message."""
    try:
        read = dns.message.from_wire(wire)
    except (dns.exception.DNSException, ValueError):
        return None
    return [
        (rrset.name.to_text(omit_final_dot=True).lower(), rrset.rdtype.name, min(rrset.ttl, 604_800), len(rrset))
        for rrset in read.answer
    ]


@pytest.mark.parametrize(("rdtype", "wire"), MESSAGES, ids=[f"{rdtype}-{len(wire)}" for rdtype, wire in MESSAGES])
def test_a_whole_message_says_what_dnspython_reads_in_it(rdtype, wire):
    reply = read_reply(wire, Question(NAME, rdtype))

    found = [(rrset.name, rrset.type, rrset.ttl, len(rrset.rdatas)) for rrset in getattr(reply.outcome, "rrsets", ())]
    assert found == by_dnspython(wire)
    assert not isinstance(reply.outcome, Unknown)


@given(
    st.sampled_from(MESSAGES),
    st.lists(st.tuples(st.integers(0, 300), st.integers(0, 255)), min_size=1, max_size=3),
)
def test_a_damaged_message_says_what_dnspython_reads_in_it_or_nothing(message, changes):
    rdtype, wire = message
    damaged = bytearray(wire)
    for place, octet in changes:
        damaged[place % len(damaged)] = octet
    expected = by_dnspython(bytes(damaged))

    outcome = read_reply(bytes(damaged), Question(NAME, rdtype), tcp=True).outcome

    if expected is not None and hasattr(outcome, "rrsets"):
        assert [(rrset.name, rrset.type, rrset.ttl, len(rrset.rdatas)) for rrset in outcome.rrsets] == expected


def record(owner: bytes, kind: int, data: bytes, group: int = 1) -> bytes:
    numbers = kind.to_bytes(2, "big") + group.to_bytes(2, "big") + bytes(4) + len(data).to_bytes(2, "big")
    return owner + numbers + data


@pytest.mark.parametrize(
    "octets",
    [
        record(b"\xc0\x22", 16, b"\1x"),  # a pointer at itself
        record(b"\xc0\x23", 16, b"\1x"),  # forward
        record(b"\3abc\xc0\x22", 16, b"\1x"),  # into the name it belongs to
        record(b"\x80\0", 16, b"\1x"),  # a label of no known kind
        record(b"\x3f" + b"x" * 63 + (b"\x3f" + b"x" * 63) * 3 + b"\0", 16, b"\1x"),  # 257 octets
        record(b"\xc0\x0c", 16, b"\1x")[:-1],
        record(b"\xc0\x0c", 16, b"\1x") + b"\0",
        record(b"\xc0\x0c", 16, b"\1x", group=3),  # Chaosnet
        record(b"\0", 41, b""),  # EDNS in the answer
        record(b"\xc0\x0c", 250, b""),  # a signature by a key that there is not
    ],
)
def test_what_breaks_the_rules_of_the_format_is_no_message(octets):
    with pytest.raises(Malformed):
        Packet(HEADER + QUESTION + octets)


@pytest.mark.parametrize(
    "data",
    [b"", b"\5x", b"\0\12\2x", b"\xc0\x0c\0", b"\1x"],
)
@pytest.mark.parametrize("rdtype", ["A", "AAAA", "CNAME", "MX", "TXT"])
def test_data_that_do_not_fit_their_type_are_garbage(rdtype, data):
    question = query_for(NAME, rdtype).question
    wire = HEADER + question + record(b"\xc0\x0c", dns.rdatatype.from_text(rdtype), data)

    outcome = read_reply(wire, Question(NAME, rdtype)).outcome

    assert isinstance(outcome, Unknown) == (by_dnspython(wire) is None)


@pytest.mark.parametrize(("hops", "is_message"), [(12, True), (20, False)])
def test_a_chain_of_pointers_is_followed_so_far_and_no_further(hops, is_message):
    first = len(HEADER + QUESTION) + len(record(b"\0", 10, b""))
    places = [12, *range(first, first + 2 * hops, 2)]
    chain = b"".join((0xC000 | place).to_bytes(2, "big") for place in places[:-1])
    owner = (0xC000 | places[-1]).to_bytes(2, "big")
    wire = HEADER[:6] + b"\0\2" + HEADER[8:] + QUESTION + record(b"\0", 10, chain) + record(owner, 16, b"\1x")

    try:
        owners = [found.owner for found in Packet(wire).answer]
    except Malformed:
        owners = []

    assert owners == (["", NAME] if is_message else [])


@given(st.one_of(st.text(max_size=80), st.from_regex(r"[a-z0-9_.-]{0,260}", fullmatch=True)))
def test_a_name_is_encoded_as_dnspython_does(name):
    try:
        expected = dns.name.from_text(name or ".").to_wire()
    except (dns.exception.DNSException, ValueError):
        expected = None

    try:
        encoded = octets_of(name)
    except (dns.exception.DNSException, ValueError):
        encoded = None

    assert encoded == expected
