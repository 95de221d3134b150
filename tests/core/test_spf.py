"""SPF records are parsed as pyspf and checkdmarc parse them, and merged without losing a sender."""

import importlib
import tracemalloc
import warnings

import pytest
from checkdmarc.spf import SPFSyntaxError, parse_spf_record
from hypothesis import given
from hypothesis import strategies as st

from core.spf import SpfSyntaxError, is_spf, parse

with warnings.catch_warnings():
    warnings.simplefilter("ignore")  # pyspf's source has escapes that Python frowns on
    pyspf = importlib.import_module("spf")

VALID = [
    "v=spf1",
    "v=spf1 ",
    "v=spf1 -all",
    "v=spf1 include:amazonses.com ~all",
    "V=SPF1 INCLUDE:AmazonSES.com. ~ALL",
    "v=spf1  include:amazonses.com   ?all",
    "v=spf1 a mx -all",
    "v=spf1 a/24 mx//64 a:example.org/24//64 -all",
    "v=spf1 ip4:192.0.2.1 ip4:192.0.2.0/24 ip6:2001:db8::1 ip6:2001:db8::/32 -all",
    "v=spf1 ptr ptr:example.org -all",
    "v=spf1 exists:%{i}._spf.%{d} -all",
    "v=spf1 exists:%{ir}.%{l1r+-}._spf.%{d2} -all",
    "v=spf1 redirect=_spf.example.org",
    "v=spf1 mx exp=explain._spf.%{d} -all",
    "v=spf1 a:xn--wgv71a119e.jp include:_spf.xn--p1ai -all",
    "v=spf1 unknown=value -all",
    "v=spf1 include:amazonses.com.evil.example -all",
]
INVALID = {
    "v=spf1 include -all": "include",
    "v=spf1 include: -all": "include:",
    "v=spf1 incldue:amazonses.com -all": "incldue:amazonses.com",
    "v=spf1 amazonses.com -all": "amazonses.com",
    "v=spf1 ip4:192.0.2.300 -all": "ip4:192.0.2.300",
    "v=spf1 ip4:192.0.2.0/33 -all": "ip4:192.0.2.0/33",
    "v=spf1 ip4:192.0.2.0/ -all": "ip4:192.0.2.0/",
    "v=spf1 ip6:2001:db8::g -all": "ip6:2001:db8::g",
    "v=spf1 ip6:2001:db8::/129 -all": "ip6:2001:db8::/129",
    "v=spf1 a/33 -all": "a/33",
    "v=spf1 a//129 -all": "a//129",
    "v=spf1 all:foo": "all:foo",
    "v=spf1 -all/24": "-all/24",
    "v=spf1 exists -all": "exists",
    "v=spf1 exists:%{z} -all": "exists:%{z}",
    "v=spf1 exists:%{d.example -all": "exists:%{d.example",
    "v=spf1 redirect=a.example redirect=b.example": "redirect=b.example",
    "v=spf1 redirect= -all": "redirect=",
    "v=spf1 exp= -all": "exp=",
    "v=spf1 -include:amazonses.com; ~all": "-include:amazonses.com;",
    "v=spf1 include:amazonses.com, ~all": "include:amazonses.com,",
    "v=spf1 ++all": "++all",
    "v=spf1 mx:1 -all": "mx:1",
    "v=spf1 \u00a0include:amazonses.com ~all": "\u00a0include:amazonses.com",
}


class OfflineQuery(pyspf.query):
    """pyspf without a network: every domain includes nothing and has no address."""

    def dns(self, *_args, **_kwargs):
        return []

    def dns_spf(self, *_args):
        return "v=spf1 ?all"


def pyspf_says(text):
    query = OfflineQuery("192.0.2.77", "news@mail.example.com", "host.example.com", strict=1)
    return query.check(text)[0]


@pytest.mark.parametrize("text", VALID)
def test_a_valid_record_parses_here_and_in_pyspf(text):
    assert parse(text)
    assert pyspf_says(text) != "permerror"


@pytest.mark.parametrize(("text", "term"), INVALID.items())
def test_the_term_that_breaks_the_record_is_named(text, term):
    with pytest.raises(SpfSyntaxError) as caught:
        parse(text)

    assert caught.value.term == term


LENIENT = {"v=spf1 exists:%{d.example -all", "v=spf1 mx:1 -all"}
"""What pyspf lets pass although the grammar does not (RFC 7208 sections 7.1 and 12)."""


@pytest.mark.parametrize("text", sorted(INVALID.keys() - LENIENT))
def test_pyspf_calls_the_same_records_broken(text):
    assert pyspf_says(text) == "permerror"


@pytest.mark.parametrize("text", ["v=spf1 ip4:192.0.2.1 -all", "v=spf1 ip6:2001:db8::/32 ~all", "v=spf1 -all"])
def test_checkdmarc_reads_the_same_terms(text):
    theirs = parse_spf_record(text, "example.com")["parsed"]

    ours = parse(text)

    assert [item["value"] for item in theirs["mechanisms"]] == [
        term.target + term.cidr for term in ours.terms if term.target
    ]
    assert theirs["all"] == {"-": "fail", "~": "softfail"}[ours.all_term.sign]


@pytest.mark.parametrize("text", ["v=spf1 ip4:192.0.2.300 -all", "v=spf1 bogus -all"])
def test_checkdmarc_refuses_the_same_records(text):
    with pytest.raises(SPFSyntaxError):
        parse_spf_record(text, "example.com")

    with pytest.raises(SpfSyntaxError):
        parse(text)


@pytest.mark.parametrize(
    ("text", "claims"),
    [
        ("v=spf1", True),
        ("v=spf1\n", False),
        ("V=SPF1 -all", True),
        ("v=spf10 -all", False),
        ("v=spf1;-all", False),
        (" v=spf1 -all", False),
        ("google-site-verification=v=spf1 ", False),
        ("v=spf2.0/pra", False),
    ],
)
def test_only_version_one_is_spf(text, claims):
    assert is_spf(text) is claims


def test_an_include_is_compared_as_a_whole_name():
    record = parse("v=spf1 include:amazonses.com.evil.example -include:amazonses.com include:AMAZONSES.COM. ~all")

    found = record.includes("amazonses.com")

    assert [(term.sign, term.text) for term in found] == [
        ("-", "-include:amazonses.com"),
        ("+", "include:AMAZONSES.COM."),
    ]


def test_a_modifier_with_the_name_of_a_mechanism_is_none():
    record = parse("v=spf1 all=x include=amazonses.com ip4=192.0.2.1 -all")

    assert record.includes("amazonses.com") == ()
    assert [term.text for term in record.effective if term.sign] == ["-all"]
    assert not any(term.looks_up for term in record.terms)


def test_nothing_is_evaluated_behind_all_and_no_redirect_beside_it():
    record = parse("v=spf1 redirect=x.example a -all include:amazonses.com")

    assert [term.text for term in record.effective] == ["a", "-all"]


@given(st.text(max_size=400))
def test_no_text_breaks_the_parser(text):
    for candidate in (text, f"v=spf1 {text}"):
        try:
            parse(candidate)
        except SpfSyntaxError as error:
            problem = error.term
        else:
            problem = candidate

        assert problem in candidate


def test_records_of_strangers_do_not_fill_the_memory_once_they_are_read():
    texts = [f"v=spf1 {' '.join(f'a:{name}{n}.example' for n in range(2000))}" for name in "abcd"]
    parse("v=spf1 -all")
    tracemalloc.start()

    for text in texts:
        assert len(parse(text).terms) == 2000

    kept, _ = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert kept < 1 << 20
