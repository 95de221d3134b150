"""What people paste into panels as SPF: each verdict names the part at fault, and its advice mends it."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from core.diagnosis import Case
from core.diagnosis.text import is_international
from core.findings import Code, State
from core.observations import Silence, Vantage
from core.records import ExpectedRecord, Purpose, RecordSet, RecordType
from tests.fakes.dns_world import NS1, NS2, RESOLVERS, World
from tests.fakes.spf_looks import DOMAIN, NAME, OURS, look, look_at, world_with

LINE = f"v=spf1 {OURS} ~all"


@pytest.mark.parametrize(
    ("value", "term"),
    [
        (f"spf1 {OURS} ~all", "spf1"),
        (f"v=spf {OURS} ~all", "v=spf"),
        (f"v = spf1 {OURS} ~all", "v = spf1"),
        (f"v:spf1 {OURS} ~all", "v:spf1"),
        (f"'{LINE}'", "'v=spf1"),
        (f"v=spf1; {OURS}; ~all", "v=spf1;"),
        (f"{NAME}. IN TXT {LINE}", f"{NAME}. IN TXT"),
        (f"{NAME}. IN TXT '{LINE}'", f"{NAME}. IN TXT '"),
        (f"SPF {LINE} {LINE}", "SPF"),
        (f"v=spf1 {OURS} ~all;", "~all;"),
        ("v=spf1 include: amazonses.com ~all", "include:"),
        ("v=spf1 include:amazonses.com/ ~all", "include:amazonses.com/"),
        ("v=spf1 include:https://amazonses.com ~all", "include:https://amazonses.com"),
        (f"v=spf1 {OURS} redirect=a..example ~all include:a..example", None),
        (f"v=spf1 {OURS} include:a..example ~all", "include:a..example"),
        (f"v=spf1 {OURS} include:{'x' * 64}.example ~all", f"include:{'x' * 64}.example"),
        (f"v=spf1 {OURS} include:例え.jp ~all", "include:例え.jp"),
        (f"v=spf1 {OURS} include:bücher.example ~all", "include:bücher.example"),
        (f"v=spf1 mx ~all{LINE}", "~allv=spf1"),
        (f"v=spf1 ipv4:192.0.2.1 {OURS} ~all", "ipv4:192.0.2.1"),
        (f"v=spf1 192.0.2.1 {OURS} ~all", "192.0.2.1"),
    ],
)
def test_the_part_at_fault_is_named(value, term):
    finding = look(value)

    assert finding.facts.get("term") == term
    assert finding.code is (Code.OK if term is None else Code.SPF_SYNTAX)


def test_a_line_without_a_version_is_shown_with_it():
    finding = look(f"{OURS} mx -all")

    assert (finding.code, finding.state) == (Code.SPF_MISSING_INCLUDE, State.ACTION)
    assert (finding.facts["expected"], finding.facts["merged"]) == ("v=spf1", f"v=spf1 {OURS} mx -all")


@pytest.mark.parametrize("value", [f"spf2.0/pra {OURS} ~all", "google-site-verification=x", "v=DMARC1; p=none", b""])
def test_text_that_was_never_meant_as_spf_leaves_ours_missing(value):
    assert look(value).code is Code.MISSING


@pytest.mark.parametrize("letter", ["\N{CYRILLIC SMALL LETTER A}", "\N{FULLWIDTH LATIN SMALL LETTER A}", "\u200ba"])
def test_a_letter_that_only_looks_right_is_named_by_its_place(letter):
    finding = look(f"v=spf1 include:{letter}mazonses.com ~all")

    assert finding.code is Code.TXT_ODD_CHARACTERS
    assert finding.facts["position"] == 16


@pytest.mark.parametrize("name", ["例え.jp", "bücher.example", "почта.example"])
def test_a_name_in_another_script_was_meant_so(name):
    assert is_international(name)


@pytest.mark.parametrize(
    "name", ["ascii.example", "\N{CYRILLIC SMALL LETTER A}b.com", "ａ.example", "a\u00a0b.example", "a“b.example"]
)
def test_a_name_with_a_look_alike_was_not(name):
    assert not is_international(name)


def test_what_needs_too_many_lookups_is_listed_without_our_own():
    finding = look(f"v=spf1 {OURS} a mx {' '.join(f'a:h{i}.example.net' for i in range(8))} ~all")

    assert (finding.code, finding.facts["count"]) == (Code.SPF_TOO_MANY_LOOKUPS, 11)
    assert finding.facts["counts"] == ("a 1", "mx 1", *(f"a:h{i}.example.net 1" for i in range(8)))


@pytest.mark.parametrize(("inside", "code"), [(8, Code.OK), (9, Code.SPF_TOO_MANY_LOOKUPS)])
def test_the_eleventh_lookup_is_one_too_many_wherever_it_is(inside, code):
    nested = " ".join(f"exists:%{{i}}.e{i}.example.net" for i in range(inside))

    finding = look_at(world_with(f"v=spf1 {OURS} include:a.example.net ~all", a=f"v=spf1 {nested} ~all"))

    assert finding.code is code


def test_an_mx_term_with_more_than_ten_exchanges_is_named():
    world = world_with(f"v=spf1 {OURS} mx:ten.example.net mx:more.example.net ~all")
    world.put("ten.example.net", "MX", *(f"10 m{i}.example.net" for i in range(10)))
    world.put("more.example.net", "MX", *(f"10 m{i}.example.net" for i in range(11)))

    finding = look_at(world)

    assert (finding.code, finding.state) == (Code.SPF_NESTED_ERROR, State.ACTION)
    assert finding.facts["term"] == "mx:more.example.net"
    assert finding.facts["problem"] == "11 × MX > 10"


def test_an_error_further_down_is_laid_to_the_term_that_stands_in_the_record():
    world = world_with(
        f"v=spf1 {OURS} include:a.example.net ~all",
        a="v=spf1 include:b.example.net ~all",
        b="v=spf1 include:c.example.net ~all",
        c="v=spf1 bogus ~all",
    )

    broken = look_at(world)
    silent = look_at(world.fail(Silence.SERVFAIL, name="c.example.net", kind="TXT"))

    for finding in (broken, silent):
        assert finding.code is Code.SPF_NESTED_ERROR
        assert finding.facts["term"] == "include:a.example.net"
        assert finding.facts["target"] == "c.example.net"


def test_a_nested_include_of_what_is_no_name_is_an_error_nobody_waits_for():
    finding = look_at(world_with(f"v=spf1 {OURS} include:a.example.net ~all", a="v=spf1 include:http://x.y ~all"))

    assert (finding.code, finding.state) == (Code.SPF_NESTED_ERROR, State.ACTION)
    assert finding.facts["target"] == "http://x.y"


def test_lookups_that_find_nothing_are_counted_one_by_one():
    world = world_with(f"v=spf1 {OURS} a:x.example.net mx:x.example.net a:y.example.net ~all")

    finding = look_at(world)

    assert (finding.code, finding.facts["count"]) == (Code.SPF_VOID_LOOKUPS, 3)
    assert finding.facts["names"] == ("x.example.net", "y.example.net")


def test_what_an_include_of_ours_looks_up_in_vain_is_laid_to_that_include():
    dead = "v=spf1 a:x.example.net a:y.example.net -all"

    finding = look_at(world_with(f"v=spf1 {OURS} include:a.example.net a:z.example.net ~all", a=dead))

    assert (finding.code, finding.facts["count"]) == (Code.SPF_VOID_LOOKUPS, 3)
    assert finding.facts["names"] == (
        "include:a.example.net (x.example.net)",
        "include:a.example.net (y.example.net)",
        "z.example.net",
    )


def test_lookups_are_counted_to_the_last_include():
    ten = "v=spf1 " + " ".join(f"exists:%{{i}}.e{i}.example.net" for i in range(10)) + " ~all"
    includes = " ".join(f"include:{label}.example.net" for label in "abcde")

    finding = look_at(world_with(f"v=spf1 {OURS} {includes} ~all", **dict.fromkeys("abcde", ten)))

    assert (finding.code, finding.facts["count"]) == (Code.SPF_TOO_MANY_LOOKUPS, 56)
    assert finding.facts["counts"] == tuple(f"{label}.example.net 11" for label in "abcde")


def test_counting_ends_somewhere():
    endless = "v=spf1 " + "a:h.example.net " * 150

    finding = look_at(world_with(f"v=spf1 {OURS} {'include:a.example.net ' * 5}~all", a=endless))

    assert (finding.code, finding.facts["count"]) == (Code.SPF_TOO_MANY_LOOKUPS, 200)


REFERENCES = st.lists(st.sampled_from([f"include:{label}.example.net" for label in "abcdefg"]), max_size=2)
FAULTY = st.sampled_from([["bogus"], ["a:dead1.example.net", "a:dead2.example.net"]])
GRAPH = st.fixed_dictionaries(dict.fromkeys("abcdef", REFERENCES | FAULTY))
TOP = st.lists(
    st.sampled_from([*(f"include:{x}.example.net" for x in "abcdef"), "mx", "a:dead3.example.net", f"include:{NAME}"]),
    max_size=7,
    unique=True,
)


@given(GRAPH, TOP)
@settings(max_examples=25, deadline=None)
def test_whoever_removes_what_is_named_ends_with_a_right_record(graph, top):
    nested = {label: " ".join(["v=spf1", *terms, "~all"]) for label, terms in graph.items()}

    for _ in range(len(top) + 1):
        finding = look_at(world_with(" ".join(["v=spf1", OURS, *top, "~all"]), **nested))
        if finding.verified:
            break
        top = [term for term in top if term != _to_remove(finding, top)]

    assert finding.verified


def _to_remove(finding, top):
    facts = finding.facts
    match finding.code:
        case Code.SPF_NESTED_ERROR:
            term = facts["term"]
        case Code.SPF_LOOP:
            term = f"include:{facts['path'].split(' → ')[1]}"
        case Code.SPF_TOO_MANY_LOOKUPS:
            most = facts["counts"][0].partition(" ")[0]
            term = next(term for term in top if most in {term, term.removeprefix("include:")})
        case Code.SPF_VOID_LOOKUPS:
            first = facts["names"][0].partition(" ")[0]
            term = next(
                term for term in top if first in {term, term.partition(":")[2]} or (term == "mx" and first == NAME)
            )
    assert term in top, f"{term} is nowhere in the record"
    return term


def test_the_resolvers_are_never_asked_for_what_is_yet_to_be_added():
    world = world_with(f"v=spf1 {OURS} mx a include:spf.example.com ~all").take(NAME, "MX")
    world.put("spf.example.com", "TXT", "v=spf1 -all")

    look_at(world)

    asked = {(question.name, question.type) for question in world.asked if question.vantage is Vantage.RESOLVERS}
    assert not asked & {(NAME, "MX"), (NAME, "A"), ("spf.example.com", "TXT")}
    assert {(NAME, "MX"), (NAME, "A"), ("spf.example.com", "TXT")} <= {(q.name, q.type) for q in world.asked}


def _expecting(value):
    return RecordSet(1, (ExpectedRecord(Purpose.SPF, RecordType.TXT, NAME, value),))


@pytest.mark.parametrize(
    ("value", "code"),
    [
        ("v=spf1 redirect=spf.example.net", Code.OK),
        ("v=spf1 include:spf.example.net -all", Code.OK),
        ("v=spf1 mx ~all", Code.SPF_MISSING_INCLUDE),
        ("v=spf1 redirect=spf.example.net ~all", Code.SPF_MISSING_INCLUDE),
    ],
)
def test_a_redirect_that_is_expected_must_stand_there(value, code):
    records = _expecting("v=spf1 redirect=spf.example.net")

    finding = World().put(NAME, "TXT", value).diagnose(Case(DOMAIN, records))[Purpose.SPF]

    assert finding.code is code


def test_what_is_expected_outside_the_grammar_must_stand_as_it_is():
    records = _expecting("v=spf1 new:thing ~all")

    def code_for(value):
        return World().put(NAME, "TXT", value).diagnose(Case(DOMAIN, records))[Purpose.SPF].code

    assert code_for("v=spf1 new:thing ~all") is Code.OK
    assert code_for("v=spf1 mx ~all") is Code.MISSING


@pytest.mark.parametrize("ours", [f"{OURS} include:spf.example.com", "include:spf.example.com"])
def test_an_include_of_our_own_zone_that_leads_elsewhere_is_followed_there(ours):
    text = f"v=spf1 {OURS} -all"
    world = world_with(f"v=spf1 {ours} a:www.example.com ~all")
    world.put("spf.example.com", "CNAME", "spf.example.net", at=(NS1, NS2)).put(
        "spf.example.com", "TXT", text, at=RESOLVERS
    )
    world.put("www.example.com", "CNAME", "cdn.example.net", at=(NS1, NS2)).put(
        "www.example.com", "A", "192.0.2.1", at=RESOLVERS
    )

    finding = look_at(world)

    assert finding.verified
