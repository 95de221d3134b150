"""SPF is right when it lets our mail pass and can be evaluated; everything else is named."""

import importlib
import warnings

import pytest

from core.diagnosis import Case
from core.findings import BlockedOn, Code, State
from core.observations import Silence
from core.records import Purpose
from tests.fakes.dns_world import World
from tests.fakes.record_sets import record_set
from tests.fakes.spf_looks import DOMAIN, NAME, OURS, RECORDS, look, look_at, world_with

with warnings.catch_warnings():
    warnings.simplefilter("ignore")  # pyspf's source has escapes that Python frowns on
    pyspf = importlib.import_module("spf")


@pytest.mark.parametrize(
    ("values", "code", "facts"),
    [
        (
            ["v=spf1 include:_spf.google.com ~all", f"v=spf1 {OURS} ~all"],
            Code.MULTIPLE_SPF,
            {"count": 2, "merged": f"v=spf1 {OURS} include:_spf.google.com ~all"},
        ),
        (["v=spf1 include:amazonses.com; ~all"], Code.SPF_SYNTAX, {"term": "include:amazonses.com;"}),
        (["v=spf10 include:amazonses.com ~all"], Code.SPF_SYNTAX, {"term": "v=spf10"}),
        (["v=spf1 redirect=a.example redirect=b.example"], Code.SPF_SYNTAX, {"term": "redirect=b.example"}),
        ([f"v=spf1 -{OURS} ~all"], Code.SPF_INCLUDE_NEGATED, {"term": f"-{OURS}", "expected": OURS}),
        ([f"v=spf1 ~{OURS} ~all"], Code.SPF_INCLUDE_NEGATED, {"term": f"~{OURS}"}),
        ([f"v=spf1 ?{OURS} ~all"], Code.SPF_INCLUDE_NEGATED, {"term": f"?{OURS}"}),
        ([f"v=spf1 mx -all {OURS}"], Code.SPF_INCLUDE_AFTER_ALL, {"expected": OURS, "all": "-all"}),
        (
            ["v=spf1 mx -all"],
            Code.SPF_MISSING_INCLUDE,
            {"expected": OURS, "merged": f"v=spf1 {OURS} mx -all"},
        ),
        (["v=spf1 include:amazonses.com.evil.example ~all"], Code.SPF_MISSING_INCLUDE, {"expected": OURS}),
        (["v=spf1 include:x.amazonses.com ~all"], Code.SPF_MISSING_INCLUDE, {"expected": OURS}),
        (["v=spf1 redirect=amazonses.com -all"], Code.SPF_MISSING_INCLUDE, {"expected": OURS}),
        (
            ["v=spf1 include=amazonses.com ~all"],
            Code.SPF_MISSING_INCLUDE,
            {"expected": OURS, "merged": f"v=spf1 {OURS} ~all"},
        ),
        ([f"v=spf1 all=x -{OURS} ~all"], Code.SPF_INCLUDE_NEGATED, {"term": f"-{OURS}"}),
    ],
)
def test_what_keeps_our_mail_from_passing_is_named(values, code, facts):
    finding = look(*values)

    assert (finding.code, finding.state, finding.blocked_on) == (code, State.ACTION, BlockedOn.IT)
    assert facts.items() <= finding.facts.items()
    assert finding.facts["length"] > 0


@pytest.mark.parametrize(
    ("value", "code"),
    [(f"v=spf1 {OURS} +all", Code.SPF_PLUS_ALL), (f"v=spf1 {OURS} ptr ~all", Code.SPF_PTR)],
)
def test_unwise_terms_are_noted_beside_a_right_record(value, code):
    finding = look(value)

    assert finding.verified
    assert [remark.code for remark in finding.remarks] == [code]


def test_too_many_lookups_are_counted_without_asking_anybody():
    finding = look(f"v=spf1 {OURS} {' '.join(f'a:h{i}.example.net' for i in range(10))} ~all")

    assert (finding.code, finding.facts["count"]) == (Code.SPF_TOO_MANY_LOOKUPS, 11)
    assert "a:h9.example.net 1" in finding.facts["counts"]


def test_exactly_ten_lookups_are_allowed():
    assert look(f"v=spf1 {OURS} {' '.join(f'a:h{i}.example.net' for i in range(9))} ~all").verified


def test_lookups_of_includes_are_counted_with_them():
    deep = "v=spf1 " + " ".join(f"mx:m{i}.example.com" for i in range(5)) + " ~all"
    world = world_with(f"v=spf1 {OURS} include:a.example.net include:b.example.net ~all", a=deep, b=deep)
    for i in range(5):
        world.put(f"m{i}.example.com", "MX", "10 m.example.com")

    finding = look_at(world)

    assert (finding.code, finding.facts["count"]) == (Code.SPF_TOO_MANY_LOOKUPS, 13)
    assert finding.facts["counts"] == ("a.example.net 6", "b.example.net 6")


def test_includes_that_are_right_are_followed_and_accepted():
    world = world_with(f"v=spf1 {OURS} include:a.example.net ~all", a="v=spf1 redirect=b.example.net", b="v=spf1 -all")

    assert look_at(world).verified
    assert {"a.example.net", "b.example.net"} <= {question.name for question in world.asked}
    assert "amazonses.com" not in {question.name for question in world.asked}


@pytest.mark.parametrize(
    ("nested", "problem"),
    [(None, "0 × v=spf1"), ("hello", "0 × v=spf1"), ("v=spf1 bogus -all", "bogus")],
)
def test_an_include_without_a_valid_record_is_named(nested, problem):
    finding = look_at(world_with(f"v=spf1 {OURS} include:a.example.net ~all", a=nested))

    assert (finding.code, finding.state) == (Code.SPF_NESTED_ERROR, State.ACTION)
    assert finding.facts["target"] == "a.example.net"
    assert finding.facts["term"] == "include:a.example.net"
    assert finding.facts["problem"] == problem


def test_an_include_that_nobody_answers_for_completes_nothing_and_blames_nobody():
    world = world_with(f"v=spf1 {OURS} include:a.example.net ~all", a="v=spf1 -all")
    world.fail(Silence.SERVFAIL, name="a.example.net", kind="TXT")

    finding = look_at(world)

    assert (finding.code, finding.state, finding.blocked_on) == (
        Code.SPF_NESTED_ERROR,
        State.TEMPORARY,
        BlockedOn.DNS_PROVIDER,
    )
    assert not finding.definite


def test_a_circle_of_includes_is_shown():
    world = world_with(
        f"v=spf1 {OURS} include:a.example.net ~all",
        a="v=spf1 include:b.example.net ~all",
        b="v=spf1 include:a.example.net ~all",
    )

    finding = look_at(world)

    assert finding.code is Code.SPF_LOOP
    assert finding.facts["path"] == f"{NAME} → a.example.net → b.example.net → a.example.net"


def test_a_record_that_includes_itself_is_a_circle():
    assert look_at(world_with(f"v=spf1 {OURS} include:{NAME} ~all")).code is Code.SPF_LOOP


def test_more_than_two_names_that_do_not_exist_are_listed():
    world = world_with(f"v=spf1 {OURS} a:x.example.net mx:y.example.net exists:z.example.net ~all")

    finding = look_at(world)

    assert finding.code is Code.SPF_VOID_LOOKUPS
    assert finding.facts["names"] == ("x.example.net", "y.example.net", "z.example.net")


def test_two_names_that_do_not_exist_are_allowed():
    assert look_at(world_with(f"v=spf1 {OURS} a:x.example.net mx:y.example.net ~all")).verified


def test_includes_are_followed_behind_no_end():
    names = {f"n{i}": f"v=spf1 include:n{i + 1}.example.net ~all" for i in range(40)}
    world = world_with(f"v=spf1 {OURS} include:n0.example.net ~all", **names)

    finding = look_at(world)

    assert finding.code is Code.SPF_TOO_MANY_LOOKUPS
    assert len([question for question in world.asked if question.name.endswith("example.net")]) <= 30


def test_without_resolvers_third_parties_are_left_alone():
    world = World().add(RECORDS).put(NAME, "TXT", f"v=spf1 {OURS} include:a.example.net ~all")

    finding = world.diagnose(Case(DOMAIN, RECORDS))[Purpose.SPF]

    assert finding.verified
    assert "a.example.net" not in {question.name for question in world.asked}


def test_macros_are_not_looked_up():
    world = world_with(f"v=spf1 {OURS} exists:%{{i}}.x.example.net include:%{{d}}.example.net ~all")

    assert look_at(world).verified
    assert not [question for question in world.asked if "%" in question.name]


def test_spf_at_the_registered_domain_is_merged_with_the_companys():
    records = record_set("example.com")
    spf = records.records[0]
    world = World().add(records).put(spf.name, "TXT", "v=spf1 include:_spf.google.com -all")

    finding = world.diagnose(Case("example.com", records))[Purpose.SPF]

    assert finding.facts["merged"] == f"v=spf1 {OURS} include:_spf.google.com -all"


# Our include behind references


SES = "199.255.192.7"
ZONE = {
    "amazonses.com": "v=spf1 ip4:199.255.192.0/22 -all",
    "ours.example.net": "v=spf1 include:amazonses.com ~all",
    "on.example.net": "v=spf1 mx redirect=ours.example.net",
    "deep.example.net": "v=spf1 include:on.example.net ?all",
    "ignored.example.net": "v=spf1 redirect=ours.example.net ~all",
    "negated.example.net": "v=spf1 -include:amazonses.com +all",
    "late.example.net": "v=spf1 ~all include:amazonses.com",
    "none.example.net": "v=spf1 ip4:192.0.2.1 -all",
}


class Query(pyspf.query):
    """pyspf in a DNS that holds `ZONE` alone."""

    def dns(self, name, qtype, *_args, **_kwargs):
        text = {**ZONE, NAME: self.line}.get(name)
        return [(text.encode(),)] if qtype == "TXT" and text else []


def pyspf_says(line):
    """Evaluate mail from an address of Amazon SES."""
    query = Query(SES, f"bounces@{NAME}", "a.smtp-out.amazonses.com", strict=1)
    query.line = line
    return query.check()[0]


@pytest.mark.parametrize(
    ("line", "passes"),
    [
        ("v=spf1 redirect=ours.example.net", True),
        ("v=spf1 redirect=amazonses.com", True),
        ("v=spf1 ip4:192.0.2.1 redirect=on.example.net", True),
        ("v=spf1 redirect=ours.example.net mx", True),
        ("v=spf1 include:ours.example.net ~all", True),
        ("v=spf1 include:none.example.net include:deep.example.net -all", True),
        ("v=spf1 include:ignored.example.net ~all", False),
        ("v=spf1 redirect=ignored.example.net", False),
        ("v=spf1 redirect=ours.example.net ~all", False),
        ("v=spf1 ~all redirect=ours.example.net", False),
        ("v=spf1 ~all include:ours.example.net", False),
        ("v=spf1 ~include:ours.example.net ~all", False),
        ("v=spf1 redirect=negated.example.net", False),
        ("v=spf1 redirect=late.example.net", False),
        ("v=spf1 redirect=none.example.net", False),
        ("v=spf1 include:none.example.net ~all", False),
    ],
)
def test_our_include_counts_wherever_it_lets_mail_pass(line, passes):
    world = World(resolvers=3).add(RECORDS).put(NAME, "TXT", line).put(NAME, "A", "192.0.2.9")
    for name, text in ZONE.items():
        world.put(name, "TXT", text)

    finding = look_at(world)

    assert (pyspf_says(line) == "pass") is passes
    assert finding.verified is passes
    assert finding.code is (Code.OK if passes else Code.SPF_MISSING_INCLUDE)


def test_whether_our_include_is_behind_a_silent_reference_is_not_known():
    world = world_with("v=spf1 redirect=a.example.net", a=f"v=spf1 {OURS} ~all")
    world.fail(Silence.SERVFAIL, name="a.example.net", kind="TXT")

    finding = look_at(world)

    assert (finding.code, finding.state, finding.definite) == (Code.SPF_NESTED_ERROR, State.TEMPORARY, False)


@pytest.mark.parametrize(("target", "verified"), [("_spf.example.com", True), ("_spf.example.net", False)])
def test_without_resolvers_references_within_the_zone_are_followed(target, verified):
    world = World().add(RECORDS).put(NAME, "TXT", f"v=spf1 redirect={target}").put(target, "TXT", f"v=spf1 {OURS} ~all")

    finding = world.diagnose(Case(DOMAIN, RECORDS))[Purpose.SPF]

    assert finding.verified is verified
    assert (target in {question.name for question in world.asked}) is verified


def test_a_redirect_in_a_circle_has_no_include_of_ours():
    world = world_with("v=spf1 redirect=a.example.net", a="v=spf1 include:b.example.net ~all")
    world.put("b.example.net", "TXT", "v=spf1 redirect=a.example.net")

    assert look_at(world).code is Code.SPF_MISSING_INCLUDE


# The order of the rules


def ordered(line, **names):
    return look_at(world_with(f"v=spf1 {OURS} {line} ~all", **names)).code


def test_a_circle_is_told_before_what_is_broken_besides():
    circle = {"a": "v=spf1 include:b.example.net ~all", "b": "v=spf1 include:a.example.net ~all"}

    assert ordered("include:dead.example.net include:a.example.net", **circle) is Code.SPF_LOOP


def test_a_broken_include_is_told_before_the_number_of_lookups():
    many = " ".join(f"a:h{number}.example.net" for number in range(12))

    assert ordered(f"{many} include:dead.example.net") is Code.SPF_NESTED_ERROR
    assert ordered(many) is Code.SPF_TOO_MANY_LOOKUPS


def test_what_is_broken_for_certain_is_told_before_what_nobody_answers_for():
    world = world_with(f"v=spf1 {OURS} include:a.example.net include:dead.example.net ~all")
    world.fail(Silence.SERVFAIL, name="a.example.net", kind="TXT")

    finding = look_at(world)

    assert (finding.code, finding.state) == (Code.SPF_NESTED_ERROR, State.ACTION)
    assert finding.facts["target"] == "dead.example.net"
