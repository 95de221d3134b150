"""DMARC policy records as RFC 9989 reads them, in agreement with checkdmarc."""

import pytest
from checkdmarc.dmarc import DMARCError, parse_dmarc_record
from hypothesis import given
from hypothesis import strategies as st

from core.dmarc import DmarcSyntaxError, claims_to_be_dmarc, is_dmarc, is_weaker, parse, walk

VALID = [
    "v=DMARC1; p=none;",
    "v=DMARC1;p=reject",
    "v=DMARC1; p=Quarantine; sp=none; np=reject; psd=n; t=y",
    "v=DMARC1; p=reject; adkim=s; aspf=r",
    "v=DMARC1; p=none; rua=mailto:d@example.com",
    "v=DMARC1; p=none; pct=50; ri=3600; rf=afrf",
    "v=DMARC1; p=none; fo=1:d:s",
    "v=DMARC1; p=none; unknown=1",
    "v=DMARC1; p=none; adkim=strict",
    "v=DMARC1; sp=none; rua=mailto:d@example.com",
    "V=DMARC1; P=none",
    "v = DMARC1 ; p = none ;",
    "v=DMARC1; rua=mailto:d@example.com!10m,mailto:e@example.com!5g; p=none",
    "v=DMARC1",
]
INVALID = {
    "v=DMARC2; p=none": ("v=DMARC2", "v=DMARC1", ""),
    "v=dmarc1; p=none": ("v=dmarc1", "v=DMARC1", ""),
    "'v=DMARC1; p=none": ("'v=DMARC1", "v=DMARC1", ""),
    "v=DMARC1 p=none": ("v=DMARC1 p=none", None, ""),
    "p=none; v=DMARC1": ("p=none", None, ""),
    "v=DMARC1; p=monitor": ("p=monitor", None, "p"),
    "v=DMARC1; p=quarentine": ("p=quarentine", "p=quarantine", "p"),
    "v=DMARC1; P=Rejct": ("P=Rejct", "p=reject", "p"),
    "v=DMARC1; p=none.": ("p=none.", "p=none", "p"),
    "v=DMARC1; p=none; sp=no": ("sp=no", "sp=none", "sp"),
    "v=DMARC1; p=none; np=": ("np=", None, "np"),
    "v=DMARC1; p=none; p=reject": ("p=none; p=reject", None, ""),
    "v=DMARC1; p=none; P=reject": ("p=none; P=reject", None, ""),
    "v=DMARC1; none": ("none", None, ""),
    "v=DMARC1;; p=none": (";;", None, ""),
    "v=DMARC1; p=none; ;": (";;", None, ""),
}


@pytest.mark.parametrize("text", VALID)
def test_a_valid_record_parses_here_and_in_checkdmarc(text):
    theirs = parse_dmarc_record(text, "example.com")

    ours = parse(text)

    assert ours.policy == theirs["tags"]["p"]["value"]
    assert ours.subdomain_policy == theirs["tags"]["sp"]["value"]


@pytest.mark.parametrize(("text", "fault"), INVALID.items())
def test_the_tag_at_fault_is_named_with_what_was_meant(text, fault):
    with pytest.raises(DmarcSyntaxError) as caught:
        parse(text)

    assert (caught.value.tag, caught.value.suggestion, caught.value.policy_tag) == fault


@pytest.mark.parametrize("text", INVALID)
def test_checkdmarc_refuses_the_same_records(text):
    with pytest.raises(DMARCError):
        parse_dmarc_record(text, "example.com")


@pytest.mark.parametrize(
    ("text", "claims"),
    [
        ("v=DMARC1; p=none", True),
        ("v = DMARC1 ; p=none", True),
        ("V=DMARC1; p=none", True),
        ("v=DMARC1\n", False),
        (" v=DMARC1; p=none", False),
        ("v=DMARC1", True),
        ("v=DMARC12; p=none", False),
        ("v=DMARC1 p=none", False),
        ("v=spf1 -all", False),
    ],
)
def test_only_version_one_is_a_policy(text, claims):
    assert is_dmarc(text) is claims


def test_a_misspelled_policy_is_told_from_unrelated_text():
    for text in (
        '"v=dmarc1 p=none',
        "v:DMARC1; p=none",
        "DMARC1; p=none",
        "p=none",
        "v=DKIM1; p=reject",
        "TXT v=DMARC1",
    ):
        assert claims_to_be_dmarc(text)
    for text in ("google-site-verification=dmarc", "v=spf1 -all", "v=DKIM1; p=MIIB", "p=nonesuch", "hello"):
        assert not claims_to_be_dmarc(text)


def test_report_hosts_are_those_of_mail_addresses():
    record = parse("v=DMARC1; p=none; rua=mailto:a@Reports.example.net!10m, mailto:b@reports.example.net,https://x.y/")

    assert record.report_hosts == ("reports.example.net",)


def test_a_bad_alignment_is_passed_over():
    assert parse("v=DMARC1; p=none; adkim=strict; aspf=S").tags == {"v": "DMARC1", "p": "none", "aspf": "s"}


def test_tags_without_effect_are_listed():
    assert parse("v=DMARC1; p=none; ri=1; pct=2").legacy == ("pct", "ri")


def test_policies_have_an_order():
    assert is_weaker("none", "quarantine")
    assert is_weaker("quarantine", "reject")
    assert not is_weaker("reject", "reject")


@pytest.mark.parametrize(
    ("domain", "names"),
    [
        ("mail.example.com", ("example.com", "com")),
        ("com", ()),
        ("a.b.c.d.e.f.g.h", ("b.c.d.e.f.g.h", "c.d.e.f.g.h", "d.e.f.g.h", "e.f.g.h", "f.g.h", "g.h", "h")),
        ("a.b.c.d.e.f.g.h.i.j", ("d.e.f.g.h.i.j", "e.f.g.h.i.j", "f.g.h.i.j", "g.h.i.j", "h.i.j", "i.j", "j")),
    ],
)
def test_the_walk_needs_at_most_eight_queries(domain, names):
    assert walk(domain) == names
    assert 1 + len(walk(domain)) <= 8


@given(st.text(max_size=300), st.booleans())
def test_no_text_breaks_the_parser(text, with_version):
    candidate = f"v=DMARC1;{text}" if with_version else text
    claims_to_be_dmarc(candidate)
    try:
        record = parse(candidate)
    except DmarcSyntaxError:
        return

    assert record.policy in {"none", "quarantine", "reject"}
    assert record.report_hosts == tuple(dict.fromkeys(record.report_hosts))
