"""SPF records merged into one line: valid, without losing a sender, and no looser than the records were."""

import importlib
import warnings

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from core.spf import parse
from core.spf_merging import merge

with warnings.catch_warnings():
    warnings.simplefilter("ignore")  # pyspf's source has escapes that Python frowns on
    pyspf = importlib.import_module("spf")

OURS = "include:amazonses.com"
EXPECTED = f"v=spf1 {OURS} ~all"

MERGED = {
    ("v=spf1 include:_spf.google.com a +mx -all", "v=spf1 MX include:_spf.google.com redirect=other.example"): (
        f"v=spf1 {OURS} include:_spf.google.com a +mx include:other.example ~all"
    ),
    ("v=spf1 mx ~all",): f"v=spf1 {OURS} mx ~all",
    ("v=spf1 mx -all",): f"v=spf1 {OURS} mx -all",
    ("v=spf1 mx ?all",): f"v=spf1 {OURS} mx ?all",
    ("v=spf1 mx +all",): f"v=spf1 {OURS} mx ~all",
    ("v=spf1 mx",): f"v=spf1 {OURS} mx ~all",
    ("v=spf1 mx -all", "v=spf1 a -all"): f"v=spf1 {OURS} mx a -all",
    ("v=spf1 mx -all", "v=spf1 a ~all"): f"v=spf1 {OURS} mx a ~all",
    ("v=spf1 mx -all", EXPECTED): f"v=spf1 {OURS} mx -all",
    ("v=spf1 mx -all", EXPECTED.upper()): f"v=spf1 {OURS} mx -all",
    (EXPECTED, "v=spf1 include:amazon"): EXPECTED,
    (EXPECTED, f"v=spf1 -{OURS} -all"): f"v=spf1 {OURS} -all",
    (EXPECTED, "v=spf1 include:AmazonSES.com. mx ~all"): f"v=spf1 {OURS} mx ~all",
    (EXPECTED, "v=spf1 include:spf.example.net; mx, ~all"): f"v=spf1 {OURS} include:spf.example.net mx ~all",
    (EXPECTED, "v=spf1 incldue:spf.example.net ~all"): f"v=spf1 {OURS} incldue:spf.example.net ~all",
    ("v=spf1 mx exp=a.example -all", f"v=spf1 {OURS} exp=b.example -all"): f"v=spf1 {OURS} mx exp=a.example -all",
    ("v=spf1 redirect=x.example -all",): f"v=spf1 {OURS} -all",
    ("v=spf1 redirect=%{d}.x.example",): f"v=spf1 {OURS} include:%{{d}}.x.example ~all",
    ("v=spf1 include=amazonses.com mx ~all",): f"v=spf1 {OURS} mx ~all",
    ("v=spf1 include=f.example include:f.example ~all",): f"v=spf1 {OURS} include:f.example ~all",
    ("v=spf1 mx ~all'",): f"v=spf1 {OURS} mx ~all",
    ("v=spf1 mx ~all v=spf1 a ~all",): f"v=spf1 {OURS} mx a ~all",
    ("v=spf1 -ip4:192.0.2.1 ~all", "v=spf1 ip4:192.0.2.1 ~all"): f"v=spf1 {OURS} ip4:192.0.2.1 ~all",
    ("v=spf1 ip4:192.0.2.1 ip4:192.0.2.1/24 ~all",): f"v=spf1 {OURS} ip4:192.0.2.1 ip4:192.0.2.1/24 ~all",
}


@pytest.mark.parametrize(("records", "merged"), MERGED.items())
def test_merging_keeps_every_sender_once_and_closes_once(records, merged):
    assert merge(records, EXPECTED) == merged


PLAIN = [
    "a",
    "mx",
    "+mx",
    "-a:x.example",
    "a:x.example",
    "ip4:192.0.2.0/24",
    "ip6:2001:db8::/32",
    "ptr",
    "ip4:192.0.2.9;",
]
NAMED = ["include:b.example", "exists:%{i}.c.example", "INCLUDE:AmazonSES.com.", "?include:amazonses.com"]
OTHERS = ["redirect=d.example", "exp=e.example", "include=f.example", "v=spf1", "x=y", "-all", "~all", "?all", "+all"]
TERMS = st.sampled_from([*PLAIN, *NAMED, *OTHERS])


class OfflineQuery(pyspf.query):
    """pyspf without a network: every domain includes nothing and has no address."""

    def dns(self, *_args, **_kwargs):
        return []

    def dns_spf(self, *_args):
        return "v=spf1 ?all"

    def get_explanation(self, _spec):
        return "no"


@settings(max_examples=50)
@given(st.lists(st.lists(TERMS, max_size=8).map(lambda words: " ".join(["v=spf1", *words])), min_size=1, max_size=3))
def test_a_merged_line_is_valid_says_everything_once_and_lets_our_mail_pass(records):
    merged = merge(records, EXPECTED)

    record = parse(merged)
    identities = [(term.name, term.target, term.cidr) for term in record.terms]
    query = OfflineQuery("192.0.2.77", "news@mail.example.com", "host.example.com", strict=1)
    assert len(set(identities)) == len(identities)
    assert record.terms[0].text == OURS
    assert [term.name for term in record.effective].count("all") == 1
    assert record.terms[-1].name == "all"
    assert query.check(merged)[0] != "permerror"
    for text in records:
        for word in text.replace(";", "").split(" "):
            kept = word.lower().removeprefix("+") in [term.text.lower().removeprefix("+") for term in record.terms]
            assert kept or word.startswith(("v=", "redirect=", "exp=", "?", "-", "~", "+all", "INCLUDE", "include="))


@settings(max_examples=50)
@given(st.lists(st.lists(TERMS, max_size=8).map(lambda words: " ".join(["v=spf1", *words])), min_size=1, max_size=3))
def test_a_merged_line_is_merged(records):
    once = merge(records, EXPECTED)

    assert merge([once], EXPECTED) == once
