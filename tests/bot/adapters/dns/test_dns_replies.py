"""What a response says, and that none of them, however hostile, makes the reader raise."""

import itertools

import dns.edns
import dns.flags
import dns.message
import dns.rcode
import dns.rdatatype
import dns.rrset
import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.adapters.dns.queries import Unaskable, query_for
from bot.adapters.dns.replies import (
    MAX_ALIASES,
    MAX_TEXT,
    MAX_TTL,
    MOST_ALIKE,
    MOST_NAMES,
    kept,
    parse_response,
    read_reply,
)
from bot.adapters.dns.wire import MOST_RECORDS
from core.observations import (
    Absent,
    Address,
    Cname,
    Mx,
    Nothing,
    Other,
    Present,
    Question,
    RRset,
    Silence,
    Txt,
    Unknown,
    Vantage,
)

NAME = "mail.example.com"
TXT = Question(NAME, "TXT")
SOA = "example.com. 900 IN SOA ns1.example.com. host.example.com. 1 2 3 4 60"


def message(question=TXT, *, rcode="NOERROR", answer=(), authority=(), additional=(), aa=True, ede=None):
    query = dns.message.make_query(question.name, question.type, use_edns=0, payload=1232)
    response = dns.message.make_response(query)
    response.set_rcode(dns.rcode.from_text(rcode))
    response.flags |= dns.flags.AA if aa else 0
    for section, lines in (
        (response.answer, answer),
        (response.authority, authority),
        (response.additional, additional),
    ):
        section.extend(dns.rrset.from_text(*line.split(" ", 4)) for line in lines)
    if ede is not None:
        several = ede if isinstance(ede, list) else [ede]
        response.use_edns(0, options=[dns.edns.EDEOption(*one) for one in several])
    return response


def said(question=TXT, **parts):
    return parse_response(message(question, **parts).to_wire(max_size=65535), question)


def resolved(rdtype="TXT"):
    return Question(NAME, rdtype, Vantage.RESOLVERS)


def test_txt_keeps_its_strings_and_octets():
    outcome = said(answer=[rf'{NAME}. 300 IN TXT "v=spf1 " "~all" "\195\164"'])

    assert outcome == Present((RRset(NAME, "TXT", 300, (Txt((b"v=spf1 ", b"~all", b"\xc3\xa4")),)),))


def test_names_come_back_lower_case_without_final_dot():
    outcome = said(Question(NAME, "MX"), answer=["Mail.Example.COM. 60 IN MX 10 MX.Example.NET."])

    assert outcome == Present((RRset(NAME, "MX", 60, (Mx(10, "mx.example.net"),)),))


def test_a_null_mx_has_no_exchange():
    outcome = said(Question(NAME, "MX"), answer=[f"{NAME}. 60 IN MX 0 ."])

    assert outcome.rrsets[0].rdatas == (Mx(0, ""),)


@pytest.mark.parametrize(
    ("rdtype", "value", "rdata"),
    [
        ("CNAME", "a.example.net.", Cname("a.example.net")),
        ("A", "192.0.2.1", Address("192.0.2.1")),
        ("AAAA", "2001:db8::1", Address("2001:db8::1")),
        ("CAA", '0 issue "amazon.com"', Other('0 issue "amazon.com"')),
        ("NS", "ns1.example.net.", Other("ns1.example.net.")),
    ],
)
def test_each_type_has_its_value(rdtype, value, rdata):
    outcome = said(Question(NAME, rdtype), answer=[f"{NAME}. 60 IN {rdtype} {value}"])

    assert outcome.rrsets[0].rdatas == (rdata,)


def test_a_cname_in_place_of_the_type_is_present_with_its_chain():
    outcome = said(answer=[f"{NAME}. 60 IN CNAME a.example.net.", 'a.example.net. 60 IN TXT "x"'])

    assert [(rrset.name, rrset.type) for rrset in outcome.rrsets] == [(NAME, "CNAME"), ("a.example.net", "TXT")]


def test_what_an_answer_adds_about_other_names_is_left_out():
    outcome = said(
        answer=[
            'evil.example.org. 60 IN TXT "planted"',
            f"{NAME}. 60 IN CNAME a.example.net.",
            f"{NAME}. 60 IN A 192.0.2.1",
            'a.example.net. 60 IN TXT "x"',
            "other.example.net. 60 IN CNAME a.example.net.",
        ]
    )

    beside = (NAME, "A")  # where nothing may stand
    told = [(rrset.name, rrset.type) for rrset in outcome.rrsets]
    assert told == [(NAME, "CNAME"), beside, ("a.example.net", "TXT")]


@pytest.mark.parametrize("back", [0, 1, 5])
def test_a_ring_of_aliases_in_an_answer_is_told_once_round(back):
    names = [NAME, *(f"a{number}.example.net" for number in range(9))]
    ring = [f"{one}. 60 IN CNAME {two}." for one, two in zip(names, [*names[1:], names[back]], strict=True)]

    assert [rrset.name for rrset in said(answer=ring).rrsets] == names


def test_a_chain_of_aliases_in_an_answer_is_followed_so_far():
    names = [NAME, *(f"a{number}.example.net" for number in range(400))]
    chain = [f"{one}. 60 IN CNAME {two}." for one, two in itertools.pairwise(names)]

    assert [rrset.name for rrset in said(answer=chain).rrsets] == names[: MAX_ALIASES + 1]


@pytest.mark.parametrize("most", [MOST_RECORDS, MOST_ALIKE])
def test_a_crowd_of_records_is_not_read_at_all(most):
    crowd = said(answer=[f'{NAME}. 60 IN TXT "{number}"' for number in range(most + 1)])

    assert crowd.reason is Silence.GARBAGE


@pytest.mark.parametrize(
    ("ede", "reason", "named"),
    [
        ([(22, "nobody"), (7, "expired")], Silence.BOGUS, "7 expired"),
        ([(22, "nobody"), (15, "listed")], Silence.FILTERED, "15 listed"),
        ([(22, "nobody"), (23, "network")], Silence.SERVFAIL, "22 nobody"),
    ],
)
def test_of_several_extended_errors_the_one_that_says_most_is_named(ede, reason, named):
    outcome = said(resolved(), rcode="SERVFAIL", ede=ede)

    assert (outcome.reason, outcome.ede) == (reason, named)


@pytest.mark.parametrize("text", ["x" * 60_000, "\x00\x1b[31m\u202e@channel" * 10])
def test_what_an_extended_error_says_is_short_and_draws_nothing(text):
    outcome = said(resolved(), rcode="SERVFAIL", ede=(22, text))

    assert len(outcome.ede) <= MAX_TEXT
    assert outcome.ede.isprintable()


def test_a_cname_whose_target_does_not_exist_is_present_all_the_same():
    outcome = said(rcode="NXDOMAIN", answer=[f"{NAME}. 60 IN CNAME gone.example.net."], authority=[SOA])

    assert isinstance(outcome, Present)


@pytest.mark.parametrize(("rcode", "kind"), [("NOERROR", Nothing.NODATA), ("NXDOMAIN", Nothing.NXDOMAIN)])
def test_the_negative_ttl_is_the_lesser_of_soa_ttl_and_minimum(rcode, kind):
    lower_minimum = said(rcode=rcode, authority=[SOA])
    lower_ttl = said(rcode=rcode, authority=[SOA.replace("900", "30")])

    assert (lower_minimum.kind, lower_minimum.negative_ttl) == (kind, 60)
    assert lower_ttl.negative_ttl == 30
    assert lower_minimum.soa == "example.com ns1.example.com. host.example.com. 1 2 3 4 60"


def test_the_soa_of_a_foreign_zone_says_nothing():
    outcome = said(authority=[SOA.replace("example.com.", "example.org.", 1)])

    assert outcome == Absent(Nothing.NODATA)


def test_ttls_are_capped():
    outcome = said(answer=[f'{NAME}. 2147483647 IN TXT "x"'])

    assert outcome.rrsets[0].ttl == MAX_TTL


def test_an_answer_without_authority_is_lame_but_good_from_a_resolver():
    answer = [f'{NAME}. 60 IN TXT "x"']

    assert said(answer=answer, aa=False).reason is Silence.LAME
    assert isinstance(said(resolved(), answer=answer, aa=False), Present)


def test_an_absence_without_authority_is_lame_and_not_absent():
    assert said(rcode="NXDOMAIN", authority=[SOA], aa=False).reason is Silence.LAME


def test_of_a_crowd_of_name_servers_a_few_are_read():
    names = [f"ns{number:03}.example.net." for number in range(MOST_NAMES + 1)]
    glue = [f"ns000.example.net. 60 IN A 192.0.2.{number}" for number in range(99)]
    crowd = message(aa=False, authority=[f"{NAME}. 60 IN NS {name}" for name in names], additional=glue)

    referral = read_reply(crowd.to_wire(max_size=65535), TXT).referral

    assert referral.servers == tuple(name.removesuffix(".") for name in names[:MOST_NAMES])
    assert len(referral.glue["ns000.example.net"]) < 20


ODD = b"".join(bytes((size,)) + b"\0" * size for size in (63, 63, 63, 61)) + b"\0"  # 255 octets, spelled with four each


def beside_an_alias(count, kind=dns.rdatatype.MX):
    """Return an answer with a CNAME, and beside it MX whose exchange is a pointer to the CNAME's target."""
    query = query_for(NAME, "CNAME")
    at = 12 + len(query.question)
    pointer = (0xC000 | at + 12).to_bytes(2, "big")  # a record's data come after a pointer for its name, and ten octets
    head = b"\0\7\x84\0\0\1" + (1 + count).to_bytes(2, "big") + bytes(4)
    alias = b"\xc0\x0c" + (5).to_bytes(2, "big") + b"\0\1" + bytes(4) + len(ODD).to_bytes(2, "big") + ODD
    exchange = b"\xc0\x0c" + kind.to_bytes(2, "big") + b"\0\1" + bytes(4) + b"\0\4"
    crowd = b"".join(exchange + number.to_bytes(2, "big") + pointer for number in range(count))
    return head + query.question + alias + crowd


def test_what_it_takes_to_keep_an_answer_is_told_as_it_is_spelled():
    wire = beside_an_alias(200)
    plain = message(answer=[f'{NAME}. 300 IN TXT "v=spf1 ~all"']).to_wire()
    pieces = message(answer=[f"{NAME}. 300 IN TXT {' '.join(['a'] * 200)}"]).to_wire()
    question = Question(NAME, "CNAME")

    assert len(read_reply(wire, question).outcome.rrsets[1].rdatas) == 200
    assert kept(read_reply(wire, question)) > 200 * 4 * 250 > 40 * len(wire)
    assert kept(read_reply(plain, TXT)) < 200
    assert kept(read_reply(pieces, TXT)) > 20 * len(pieces)
    assert kept(read_reply(b"", TXT)) == 0


def test_a_crowd_beside_an_alias_is_not_read_at_all():
    assert parse_response(beside_an_alias(999), Question(NAME, "CNAME")).reason is Silence.GARBAGE


def test_a_referral_is_lame_and_tells_the_cut_with_its_glue():
    response = message(
        aa=False,
        authority=["Mail.Example.com. 60 IN NS NS1.example.com.", f"{NAME}. 60 IN NS ns2.example.net."],
        additional=["ns1.example.com. 60 IN A 192.0.2.1", "other.example.com. 60 IN A 192.0.2.9"],
    )

    reply = read_reply(response.to_wire(), TXT)

    assert reply.outcome.reason is Silence.LAME
    assert (reply.referral.apex, reply.referral.servers) == (NAME, ("ns1.example.com", "ns2.example.net"))
    assert (reply.referral.glue, reply.referral.ttl) == ({"ns1.example.com": ("192.0.2.1",)}, 60)


@pytest.mark.parametrize(
    ("rcode", "reason"),
    [
        ("SERVFAIL", Silence.SERVFAIL),
        ("REFUSED", Silence.REFUSED),
        ("NOTAUTH", Silence.LAME),
        ("FORMERR", Silence.GARBAGE),
        ("NOTIMP", Silence.GARBAGE),
    ],
)
def test_an_rcode_is_no_absence(rcode, reason):
    assert said(rcode=rcode, aa=False).reason is reason


@pytest.mark.parametrize("code", [6, 7, 8, 9, 10, 11, 12, 25])
def test_extended_errors_about_signatures_name_bogus_dnssec(code):
    outcome = said(resolved(), rcode="SERVFAIL", aa=False, ede=(code, "sig\x1b[31m expired"))

    assert outcome == Unknown(Silence.BOGUS, f"{code} sig[31m expired")


@pytest.mark.parametrize("code", [15, 16, 17, 18])
def test_a_filtering_resolver_is_no_witness(code):
    assert said(resolved(), rcode="NXDOMAIN", aa=False, ede=(code, "")).reason is Silence.FILTERED


def test_an_authoritative_server_that_prohibits_refuses():
    outcome = said(rcode="REFUSED", aa=False, ede=(18, "acl"))

    assert outcome == Unknown(Silence.REFUSED, "18 acl")


def test_a_truncated_answer_is_no_answer_but_over_tcp_the_bit_means_nothing():
    response = message(answer=[f'{NAME}. 60 IN TXT "x"'])
    response.flags |= dns.flags.TC

    assert read_reply(response.to_wire(), TXT).truncated
    assert parse_response(response.to_wire(), TXT).reason is Silence.TCP_BLOCKED
    assert isinstance(read_reply(response.to_wire(), TXT, tcp=True).outcome, Present)


def test_an_answer_about_something_else_is_garbage():
    assert said(answer=['other.example.com. 60 IN TXT "x"']).reason is Silence.GARBAGE


def test_the_largest_txt_and_hundreds_of_records_are_read():
    many = " ".join(['"' + "x" * 255 + '"'] * 250)
    large = said(answer=[f"{NAME}. 60 IN TXT {many}"])
    crowd = said(Question(NAME, "A"), answer=[f"{NAME}. 60 IN A 10.0.0.{n}" for n in range(MOST_ALIKE)])

    assert len(large.rrsets[0].rdatas[0].joined) == 255 * 250
    assert sum(len(rrset.rdatas) for rrset in crowd.rrsets) == MOST_ALIKE


def test_a_cname_loop_is_shown_as_it_is():
    outcome = said(answer=[f"{NAME}. 60 IN CNAME b.example.com.", f"b.example.com. 60 IN CNAME {NAME}."])

    assert [rrset.rdatas[0].target for rrset in outcome.rrsets] == ["b.example.com", NAME]


GOOD = [
    message(answer=[f'{NAME}. 300 IN TXT "v=spf1 ~all"', f'{NAME}. 300 IN TXT "other"']).to_wire(),
    message(rcode="NXDOMAIN", authority=[SOA], ede=(22, "no reachable authority")).to_wire(),
    message(
        aa=False, authority=[f"{NAME}. 60 IN NS ns1.{NAME}."], additional=[f"ns1.{NAME}. 60 IN A 192.0.2.1"]
    ).to_wire(),
    message(Question(NAME, "MX"), answer=[f"{NAME}. 300 IN MX 10 mx.{NAME}."]).to_wire(),
]
QUESTIONS = st.sampled_from([TXT, Question(NAME, "MX"), Question("", "NS"), resolved(), Question("a..b", "TXT")])


@given(st.binary(max_size=600), QUESTIONS)
def test_random_octets_are_read_without_raising(wire, question):
    assert isinstance(parse_response(wire, question), Present | Absent | Unknown)


@given(
    st.sampled_from(GOOD),
    st.lists(st.tuples(st.integers(0, 300), st.integers(0, 255)), min_size=1, max_size=6),
    st.integers(0, 300),
    QUESTIONS,
)
def test_mutated_responses_are_read_without_raising(wire, changes, cut, question):
    mutated = bytearray(wire)
    for place, octet in changes:
        mutated[place % len(mutated)] = octet
    outcomes = [read_reply(octets, question, tcp=True) for octets in (bytes(mutated), bytes(mutated[:cut]))]

    for reply in outcomes:
        assert isinstance(reply.outcome, Present | Absent | Unknown)
        for rrset in reply.outcome.rrsets if isinstance(reply.outcome, Present) else ():
            assert rrset.name.isprintable()
            assert all(rdata.text.isprintable() for rdata in rrset.rdatas if isinstance(rdata, Other))


@given(st.text(max_size=300), st.text(max_size=10))
def test_any_name_and_type_is_encoded_or_refused(name, rdtype):
    try:
        query = query_for(name, rdtype)
    except Unaskable:
        return
    assert query.answered_by(query.wire(7)[:2] + b"\x84\0\0\1\0\0\0\0\0\0" + query.question)


def test_a_query_has_edns_with_1232_octets_and_the_bits_asked_for():
    plain = dns.message.from_wire(query_for(NAME, "TXT").wire(4711))
    other = dns.message.from_wire(query_for(NAME, "TXT", recursive=True, unchecked=True, edns=False).wire(1))

    assert (plain.id, plain.edns, plain.payload, plain.flags) == (4711, 0, 1232, 0)
    assert (other.edns, other.flags) == (-1, dns.flags.RD | dns.flags.CD)
    assert plain.question[0].to_text() == "mail.example.com. IN TXT"


def test_only_a_response_with_the_very_question_answers_it():
    query = query_for(NAME, "TXT")
    response = message().to_wire()

    assert query.answered_by(response)
    assert query.answered_by(response.replace(b"example", b"eXamPLE"))
    assert not query.answered_by(query.wire(1))
    assert not query.answered_by(message(Question(NAME, "MX")).to_wire())
    assert not query.answered_by(message(Question("nail.example.com", "TXT")).to_wire())
    assert not query.answered_by(response[:20])
    assert not query.answered_by(b"")


def test_a_set_that_is_rotated_by_its_server_looks_the_same():
    response = message()
    response.answer.append(dns.rrset.from_text(NAME + ".", 300, "IN", "TXT", '"v=spf1 a"', '"v=spf1 b"'))
    rotated = message()
    rotated.answer.append(dns.rrset.from_text(NAME + ".", 300, "IN", "TXT", '"v=spf1 b"', '"v=spf1 a"'))

    first, second = (parse_response(each.to_wire(), TXT) for each in (response, rotated))

    assert isinstance(first, Present)
    assert first == second
