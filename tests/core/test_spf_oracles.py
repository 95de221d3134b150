"""Whether mail of ours passes SPF, as checkdmarc and pyspf judge the same records: each difference has its reason."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from core.diagnosis import Case
from core.findings import Code
from core.records import Purpose
from core.spf_merging import merge
from tests.fakes.dns_world import World
from tests.fakes.record_sets import record_set
from tests.fakes.spf_oracles import checkdmarc_objects, pyspf_says

DOMAIN = "mail.example.com"
RECORDS = record_set(DOMAIN)
NAME = f"bounce.{DOMAIN}"
OURS = "include:amazonses.com"
SES, STRANGER = "192.0.2.77", "203.0.113.9"
NAMES = {
    ("amazonses.com", "TXT"): ["v=spf1 ip4:192.0.2.64/26 -all"],
    ("host.example.net", "A"): ["198.51.100.1"],
    ("six.example.net", "AAAA"): ["2001:db8::1"],
    ("mx.example.net", "MX"): ["10 host.example.net"],
    ("ten.example.net", "MX"): [f"10 m{i}.example.net" for i in range(10)],
    ("eleven.example.net", "MX"): [f"10 m{i}.example.net" for i in range(11)],
    **{(f"m{i}.example.net", "A"): [f"198.51.100.{i + 10}"] for i in range(11)},
    **{(f"h{i}.example.net", "A"): [f"198.51.100.{i + 40}"] for i in range(12)},
    ("plain.example.net", "TXT"): ["v=spf1 ip4:198.51.100.0/24 -all"],
    ("amazonses.com.example.net", "TXT"): ["v=spf1 ip4:198.51.100.200 -all"],
    ("two.example.net", "TXT"): ["v=spf1 -all", "v=spf1 ~all"],
    ("text.example.net", "TXT"): ["hello"],
    ("wrong.example.net", "TXT"): ["v=spf1 inclued:x.example ~all"],
    ("deep.example.net", "TXT"): ["v=spf1 include:plain.example.net -all"],
    ("deeper.example.net", "TXT"): ["v=spf1 include:deep.example.net include:wrong.example.net -all"],
    ("to.example.net", "TXT"): ["v=spf1 redirect=plain.example.net"],
    ("ours.example.net", "TXT"): [f"v=spf1 {OURS} -all"],
    ("loop.example.net", "TXT"): ["v=spf1 include:pool.example.net -all"],
    ("pool.example.net", "TXT"): ["v=spf1 include:loop.example.net -all"],
    ("self.example.net", "TXT"): ["v=spf1 redirect=self.example.net"],
    ("eight.example.net", "TXT"): ["v=spf1 " + " ".join(f"a:h{i}.example.net" for i in range(8)) + " -all"],
    ("nine.example.net", "TXT"): ["v=spf1 " + " ".join(f"a:h{i}.example.net" for i in range(9)) + " -all"],
    ("dead.example.net", "TXT"): ["v=spf1 a:d1.example.net a:d2.example.net -all"],
}
RIGHT = [
    f"v=spf1 {OURS} ~all",
    f"v=spf1 {OURS} -all",
    f"v=spf1 {OURS}",
    "V=SPF1 +INCLUDE:AmazonSES.COM. ~ALL",
    f"v=spf1   {OURS}   ?all  ",
    f"v=spf1 a:host.example.net mx:mx.example.net {OURS} ~all",
    f"v=spf1 a:host.example.net/24//64 mx:mx.example.net//64 {OURS} -all",
    f"v=spf1 ip4:198.51.100.0/24 ip6:2001:db8::/32 {OURS} -all",
    f"v=spf1 exists:%{{ir}}.%{{v}}._spf.%{{d2}} {OURS} -all",
    f"v=spf1 exists:%%%_%-.example.net {OURS} -all",
    f"v=spf1 {OURS} all=x -all",
    f"v=spf1 ptr {OURS} -all",
    f"v=spf1 include:plain.example.net {OURS} -all",
    f"v=spf1 include:deep.example.net {OURS} -all",
    f"v=spf1 include:to.example.net {OURS} -all",
    f"v=spf1 mx:ten.example.net {OURS} -all",
    f"v=spf1 include:eight.example.net {OURS} -all",
    f"v=spf1 {OURS} redirect=plain.example.net",
    f"v=spf1 {OURS} redirect=loop.example.net -all",
    f"v=spf1 {OURS} moo=foo -all",
    f"v=spf1 {OURS} include=x -all",
    f"v=spf1 {OURS} {OURS} -all",
    f"v=spf1 a:d1.example.net mx:d2.example.net {OURS} -all",
    f"v=spf1 -ip4:198.51.100.7 {OURS} -all",
    f"v=spf1 {OURS} +all",
    "v=spf1 include:ours.example.net -all",
    "v=spf1 redirect=ours.example.net",
    "v=spf1 redirect=amazonses.com",
    f"v=spf1 {OURS} exp=explain.%{{d}} -all",
]
"""Mail passes, and a stranger's causes no error."""
NOT_OURS = {
    f"v=spf1 -{OURS} ~all": Code.SPF_INCLUDE_NEGATED,
    f"v=spf1 ?{OURS} ~all": Code.SPF_INCLUDE_NEGATED,
    f"v=spf1 mx:mx.example.net ~all {OURS}": Code.SPF_INCLUDE_AFTER_ALL,
    "v=spf1 mx:mx.example.net -all": Code.SPF_MISSING_INCLUDE,
    "v=spf1 include:amazonses.com.example.net ~all": Code.SPF_MISSING_INCLUDE,
    "v=spf1 include=amazonses.com ~all": Code.SPF_MISSING_INCLUDE,
    "v=spf1 redirect=ours.example.net ~all": Code.SPF_MISSING_INCLUDE,
    "v=spf1 ?include:ours.example.net ~all": Code.SPF_MISSING_INCLUDE,
}
"""Nothing is wrong with the record, but mail does not pass."""
BROKEN = {
    f"v=spf1 {OURS}; ~all": Code.SPF_SYNTAX,
    f"v=spf1 {OURS}, ~all": Code.SPF_SYNTAX,
    f"v=spf1 inclued:x.example {OURS} ~all": Code.SPF_SYNTAX,
    f"v=spf1 include: amazonses.com {OURS} ~all": Code.SPF_SYNTAX,
    f"v=spf1 ip4:192.0.2.0/33 {OURS} ~all": Code.SPF_SYNTAX,
    f"v=spf1 ip4:192.0.2.300 {OURS} ~all": Code.SPF_SYNTAX,
    f"v=spf1 ip4:192.0.2.0/024 {OURS} ~all": Code.SPF_SYNTAX,
    f"v=spf1 ip6:192.0.2.1 {OURS} ~all": Code.SPF_SYNTAX,
    f"v=spf1 ipv4:192.0.2.1 {OURS} ~all": Code.SPF_SYNTAX,
    f"v=spf1 192.0.2.1 {OURS} ~all": Code.SPF_SYNTAX,
    f"v=spf1 a/33 {OURS} ~all": Code.SPF_SYNTAX,
    f"v=spf1 exists:%{{x}}.example.net {OURS} ~all": Code.SPF_SYNTAX,
    f"v=spf1 exists:%{{d.example {OURS} ~all": Code.SPF_SYNTAX,
    f"v=spf1 exists {OURS} ~all": Code.SPF_SYNTAX,
    f"v=spf1 mx:1 {OURS} -all": Code.SPF_SYNTAX,
    f"v=spf1 include:{'x' * 64}.example {OURS} -all": Code.SPF_SYNTAX,
    f"v=spf1 {OURS} exp=%{{d}}.a.example exp=%{{d}}.b.example -all": Code.SPF_SYNTAX,
    f"v=spf1 {OURS} all:x": Code.SPF_SYNTAX,
    f"v=spf1 {OURS} -redirect=plain.example.net": Code.SPF_SYNTAX,
    f"v=spf1 {OURS} redirect=plain.example.net redirect=to.example.net": Code.SPF_SYNTAX,
    f"v=spf1 {OURS} redirect=": Code.SPF_SYNTAX,
    f"v=spf1 {OURS} ~all;": Code.SPF_SYNTAX,
    f"v=spf1 include:https://plain.example.net {OURS} ~all": Code.SPF_SYNTAX,
    f"v=spf1 include:例え.jp {OURS} ~all": Code.SPF_SYNTAX,
    f"v=spf1 include:loop.example.net {OURS} ~all": Code.SPF_LOOP,
    f"v=spf1 include:self.example.net {OURS} ~all": Code.SPF_LOOP,
    f"v=spf1 include:{NAME} {OURS} ~all": Code.SPF_LOOP,
    f"v=spf1 include:none.example.net {OURS} ~all": Code.SPF_NESTED_ERROR,
    f"v=spf1 include:text.example.net {OURS} ~all": Code.SPF_NESTED_ERROR,
    f"v=spf1 include:two.example.net {OURS} ~all": Code.SPF_NESTED_ERROR,
    f"v=spf1 include:wrong.example.net {OURS} ~all": Code.SPF_NESTED_ERROR,
    f"v=spf1 include:deeper.example.net {OURS} ~all": Code.SPF_NESTED_ERROR,
    f"v=spf1 {OURS} redirect=none.example.net": Code.SPF_NESTED_ERROR,
    f"v=spf1 mx:eleven.example.net {OURS} ~all": Code.SPF_NESTED_ERROR,
    f"v=spf1 include:nine.example.net {OURS} ~all": Code.SPF_TOO_MANY_LOOKUPS,
    f"v=spf1 {' '.join(f'a:h{i}.example.net' for i in range(10))} {OURS} ~all": Code.SPF_TOO_MANY_LOOKUPS,
    f"v=spf1 include:dead.example.net exists:d3.example.net {OURS} ~all": Code.SPF_VOID_LOOKUPS,
    f"v=spf1 a:six.example.net a:d1.example.net a:d2.example.net {OURS} -all": Code.SPF_VOID_LOOKUPS,
    f"v=spf1 a:d1.example.net mx:d1.example.net a:d2.example.net {OURS} ~all": Code.SPF_VOID_LOOKUPS,
}
"""Receivers end with an error: at once, or for whoever is told apart late."""
CHECKDMARC_DIFFERS = {
    "V=SPF1 +INCLUDE:AmazonSES.COM. ~ALL": "it wants the version in lower case; RFC 5234 section 2.3 gives it no case",
    f"v=spf1 include:dead.example.net exists:d3.example.net {OURS} ~all": "it looks up no exists",
    f"v=spf1 a:six.example.net a:d1.example.net a:d2.example.net {OURS} -all": "to it AAAA is "
    "an answer, but whoever comes from an IPv4 address is not asked for it",
    f"v=spf1 mx:1 {OURS} -all": "to it a domain outside the grammar (RFC 7208 section 7.1) is worth a warning",
}
PYSPF_DIFFERS = {
    f"v=spf1 exists:%{{d.example {OURS} ~all": "it does not see the brace that is missing (RFC 7208 section 7.1)",
}


def judged(text):
    world = World(resolvers=3).add(RECORDS).put(NAME, "TXT", text)
    for (name, kind), values in NAMES.items():
        world.put(name, kind, *values)
    return world.diagnose(Case(DOMAIN, RECORDS, resolvers=3, budget=400))[Purpose.SPF]


def pyspf_passes(text):
    """Mail of Engage passes, and a stranger's mail is told from it without an error."""
    return pyspf_says(text, NAME, NAMES, SES) == "pass" and pyspf_says(text, NAME, NAMES, STRANGER) != "permerror"


@pytest.mark.parametrize("text", RIGHT)
def test_what_is_right_here_passes_there(text):
    objection = checkdmarc_objects(text, NAME, NAMES)

    assert judged(text).verified
    assert pyspf_passes(text)
    assert (objection == "") is (text not in CHECKDMARC_DIFFERS)


@pytest.mark.parametrize(("text", "code"), NOT_OURS.items())
def test_what_lets_no_mail_of_ours_pass_does_not_there(text, code):
    assert judged(text).code is code
    assert pyspf_says(text, NAME, NAMES, SES) not in {"pass", "permerror"}
    assert checkdmarc_objects(text, NAME, NAMES) == ""


@pytest.mark.parametrize(("text", "code"), BROKEN.items())
def test_what_is_broken_here_is_broken_there(text, code):
    objection = checkdmarc_objects(text, NAME, NAMES)

    assert judged(text).code is code
    assert pyspf_passes(text) is (text in PYSPF_DIFFERS)
    assert (objection == "") is (text in CHECKDMARC_DIFFERS)


def test_every_difference_is_one_of_the_corpus():
    assert CHECKDMARC_DIFFERS.keys() | PYSPF_DIFFERS.keys() <= {*RIGHT, *BROKEN}


@pytest.mark.parametrize("text", [*NOT_OURS, *(text for text in BROKEN if f"{OURS};" in text or f"{OURS}," in text)])
def test_the_line_that_is_shown_instead_passes_everywhere(text):
    merged = merge([text], f"v=spf1 {OURS} ~all")

    assert judged(merged).verified
    assert pyspf_passes(merged)
    assert checkdmarc_objects(merged, NAME, NAMES) == ""


@given(st.lists(st.sampled_from([text for text in [*RIGHT, *NOT_OURS] if "loop" not in text]), min_size=2, max_size=3))
@settings(max_examples=15)
def test_what_several_records_are_merged_into_passes_everywhere(texts):
    merged = merge(texts, f"v=spf1 {OURS} ~all")

    verdict = judged(merged)
    assert verdict.verified or verdict.code in {Code.SPF_TOO_MANY_LOOKUPS, Code.SPF_VOID_LOOKUPS}
    assert verdict.verified is pyspf_passes(merged)
    assert verdict.verified is (checkdmarc_objects(merged, NAME, NAMES) == "")
