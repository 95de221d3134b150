"""DMARC records and the tree walk, as checkdmarc (RFC 9989) reads the same: each difference has its reason."""

import pytest
from checkdmarc.dmarc import DMARCError, DMARCRecordNotFound, parse_dmarc_record, query_dmarc_record
from hypothesis import given, settings
from hypothesis import strategies as st

from core.diagnosis import Case
from core.dmarc import DmarcSyntaxError, parse, walk
from core.findings import Code
from core.records import ExpectedRecord, Purpose, RecordSet, RecordType
from tests.fakes.dns_world import World
from tests.fakes.spf_oracles import Zone

DOMAIN = "mail.example.com"
NAMES = {
    ("example.com", "MX"): ["10 mx.example.com"],
    ("mail.example.com", "MX"): ["10 mx.example.com"],
    ("reports.example.net", "MX"): ["10 mx.example.com"],
    ("mail.example.com._report._dmarc.reports.example.net", "TXT"): ["v=DMARC1"],
}
RIGHT = {
    "v=DMARC1; p=none;": "none",
    "v=DMARC1;p=none": "none",
    "v=DMARC1; p=none; ": "none",
    "V=DMARC1; P=NONE": "none",
    "v = DMARC1 ; p = reject ;": "reject",
    "v\t=\tDMARC1\t;\tp\t=\tnone": "none",
    "v=DMARC1; p=Quarantine; sp=none; np=reject": "quarantine",
    "v=DMARC1; rua=mailto:d@example.com; p=reject": "reject",
    "v=DMARC1; p=none; rua=mailto:a@example.com!10m,mailto:b@example.com!5g": "none",
    "v=DMARC1; p=none; rua=mailto:d@reports.example.net": "none",
    "v=DMARC1; p=none; ruf=mailto:d@example.com; fo=d:s": "none",
    "v=DMARC1; p=none; ruf=mailto:d@example.com; fo=1:0": "none",
    "v=DMARC1; p=none; adkim=s; aspf=S": "none",
    "v=DMARC1; p=none; adkim=strict": "none",
    "v=DMARC1; p=none; psd=u; t=n": "none",
    "v=DMARC1; p=reject; t=Y": "reject",
    "v=DMARC1; p=reject; pct=101; rf=x; ri=never": "reject",
    "v=DMARC1; p=none; unknown=1; another=2": "none",
    "v=DMARC1; sp=reject": "none",
    "v=DMARC1; rua=mailto:d@example.com": "none",
    "v=DMARC1": "none",
    "v=DMARC1;": "none",
    "v=DMARC1; p=none; psd=x": "none",
    "v=DMARC1; p=none; t=maybe": "none",
    "v=DMARC1; p=none; ruf=mailto:d@example.com; fo=x": "none",
    "v=DMARC1; p=none; rua=d@example.com": "none",
    "v=DMARC1; p=none; x=1; x=2": "none",
}
"""Records that are valid, with the policy that they give."""
WRONG = [
    "",
    "p=none",
    "p=none; v=DMARC1",
    " v=DMARC1; p=none",
    "v=DMARC2; p=none",
    "v=DMARC12; p=none",
    "v=dmarc1; p=none",
    "v=DMARC1 p=none",
    "v=DMARC1, p=none",
    "v=DMARC1:p=none",
    "v=DMARC1; p=",
    "v=DMARC1; p=;",
    "v=DMARC1; p=monitor",
    "v=DMARC1; p=none.",
    "v=DMARC1; p=none rua=mailto:d@example.com",
    "v=DMARC1; p=none; sp=no",
    "v=DMARC1; p=none; np=x",
    "v=DMARC1; p=none; p=reject",
    "v=DMARC1; p=none; P=reject",
    "v=DMARC1; none",
    "v=DMARC1; p:none",
    "v=DMARC1; =none",
    "v=DMARC1;; p=none",
    "v=DMARC1; p=none; hello",
    "v=DMARC1\u00a0; p=none",
    "v=spf1 -all",
    "v=DKIM1; p=none",
]
DIFFERENCES = {
    "v=DMARC1; p=none; psd=x": "a value that does not exist is discarded (RFC 9989 section 4.8), checkdmarc refuses it",
    "v=DMARC1; p=none; t=maybe": "the same",
    "v=DMARC1; p=none; ruf=mailto:d@example.com; fo=x": "the same",
    "v=DMARC1; p=none; rua=d@example.com": "what is no URI is ignored (RFC 9989 section 4.7), checkdmarc refuses it",
    " v=DMARC1; p=none": "checkdmarc refuses it where it looks it up, not where it parses it",
    "v=DMARC1\u00a0; p=none": "its parser takes any white space, the grammar (section 4.8) space and tab alone",
    "v=DMARC1; p=none; x=1; x=2": "DKIM's grammar knows no tag twice, checkdmarc minds only those it knows",
}


def checkdmarc_reads(text):
    """Return the policy, or None where the record is refused."""
    try:
        return parse_dmarc_record(text, DOMAIN, resolver=Zone(names=NAMES), retries=0)["tags"]["p"]["value"]
    except DMARCError:
        return None


def we_read(text):
    try:
        return parse(text).policy
    except DmarcSyntaxError:
        return None


@pytest.mark.parametrize(("text", "policy"), RIGHT.items())
def test_a_valid_record_gives_the_same_policy(text, policy):
    agreed = we_read(text) == checkdmarc_reads(text)

    assert policy in {we_read(text), checkdmarc_reads(text)}
    assert agreed is (text not in DIFFERENCES)


@pytest.mark.parametrize("text", WRONG)
def test_an_invalid_record_gives_none(text):
    assert we_read(text) is None
    assert (checkdmarc_reads(text) is None) is (text not in DIFFERENCES)


LABELS = "a.b.c.d.e.f.g.h.mail.example.com"
DEPTHS = [
    "mail.example.com",
    "b.mail.example.com",
    "d.e.f.g.h.mail.example.com",
    "c.d.e.f.g.h.mail.example.com",
    LABELS,
]
POLICIES = [
    "v=DMARC1; p=reject",
    "v=DMARC1; p=none; psd=n",
    "v=DMARC1; p=quarantine; psd=y",
    "v=DMARC1; p=reject; psd=u",
]


def inherited(domain, records):
    """Return whose policy applies to `domain` in our view; None where nobody's."""
    expected = ExpectedRecord(Purpose.DMARC, RecordType.TXT, f"_dmarc.{domain}", "v=DMARC1; p=none;", required=False)
    world = World(resolvers=3)
    for name, texts in records.items():
        world.put(f"_dmarc.{name}", "TXT", *texts)
    case = Case(domain, RecordSet(1, (expected,)), resolvers=3, budget=400, probe=False)
    finding = world.diagnose(case)[Purpose.DMARC]
    assert finding.code in {Code.DMARC_INHERITED, Code.MISSING}
    return finding.facts.get("parent"), finding.facts.get("policy")


def found_by_checkdmarc(domain, records):
    names = {(f"_dmarc.{name}", "TXT"): texts for name, texts in records.items()}
    try:
        found = query_dmarc_record(domain, resolver=Zone(names={(domain, "A"): ["192.0.2.1"], **names}), retries=0)
    except DMARCRecordNotFound:
        return None, None
    return found["location"], parse_dmarc_record(found["record"], found["location"])["tags"]["sp"]["value"]


@pytest.mark.parametrize(
    ("records", "parent"),
    [
        ({}, None),
        ({"example.com": "v=DMARC1; p=reject"}, "example.com"),
        ({"com": "v=DMARC1; p=reject; psd=y"}, "com"),
        ({"com": "v=DMARC1; p=reject; psd=y", "example.com": "v=DMARC1; p=none"}, "example.com"),
        ({"com": "v=DMARC1; p=reject; psd=y", "mail.example.com": "v=DMARC1; p=none"}, "com"),
        ({"com": "v=DMARC1; p=reject", "example.com": "v=DMARC1; p=none"}, "com"),
        ({"example.com": "v=DMARC1; p=reject", "mail.example.com": "v=DMARC1; p=none; psd=n"}, "mail.example.com"),
        ({"example.com": "v=DMARC1; p=reject", "mail.example.com": "v=DMARC1; p=none"}, "example.com"),
        ({"e.f.g.h.mail.example.com": "v=DMARC1; p=reject"}, "e.f.g.h.mail.example.com"),
        ({"d.e.f.g.h.mail.example.com": "v=DMARC1; p=reject"}, None),
    ],
)
def test_the_walk_ends_where_checkdmarc_ends(records, parent):
    placed = {name: [text] for name, text in records.items()}

    assert inherited(LABELS, placed)[0] == parent
    assert inherited(LABELS, placed) == found_by_checkdmarc(LABELS, placed)


@given(st.sampled_from(DEPTHS), st.data())
@settings(max_examples=40)
def test_whatever_stands_above_is_inherited_as_checkdmarc_has_it(domain, data):
    above = data.draw(st.lists(st.sampled_from(walk(domain)), unique=True, max_size=4))
    placed = {name: [data.draw(st.sampled_from(POLICIES))] for name in above}

    assert inherited(domain, placed) == found_by_checkdmarc(domain, placed)


def test_of_two_policies_at_one_name_receivers_take_neither():
    """checkdmarc ends there with an error, which its users are to see; RFC 9989 section 4.10 walks on."""
    placed = {"mail.example.com": ["v=DMARC1; p=none", "v=DMARC1; p=reject"], "example.com": ["v=DMARC1; p=reject"]}

    with pytest.raises(DMARCError):
        found_by_checkdmarc("b.mail.example.com", placed)

    assert inherited("b.mail.example.com", placed)[0] == "example.com"
