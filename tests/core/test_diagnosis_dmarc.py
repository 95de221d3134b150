"""DMARC is right when one valid record stands there, or a policy is inherited."""

import pytest

from core.diagnosis import Case
from core.findings import BlockedOn, Code, State
from core.observations import Silence
from core.records import ExpectedRecord, Purpose, RecordSet, RecordType
from tests.fakes.dns_world import NS1, NS2, RESOLVERS, World
from tests.fakes.record_sets import OTHER_KEY, record_set

DOMAIN = "mail.example.com"
RECORDS = record_set(DOMAIN)
NAME = f"_dmarc.{DOMAIN}"


def world_with(*values, resolvers=0, records=RECORDS):
    world = World(resolvers=resolvers).add(records)
    return world.put(NAME, "TXT", *values) if values else world.take(NAME, "TXT")


def look(world, records=RECORDS):
    return world.diagnose(Case(DOMAIN, records, resolvers=world.resolvers, budget=300))[Purpose.DMARC]


@pytest.mark.parametrize(
    ("values", "code", "facts"),
    [
        (["v=DMARC1; p=none", "v=DMARC1; p=reject"], Code.DMARC_DUPLICATE, {"count": 2}),
        (["v=DMARC2; p=none"], Code.DMARC_INVALID, {"tag": "v=DMARC2", "suggestion": "v=DMARC1"}),
        (["v=dmarc1; p=none"], Code.DMARC_INVALID, {"tag": "v=dmarc1"}),
        (["v=DMARC1; p=monitor"], Code.DMARC_INVALID, {"tag": "p=monitor", "suggestion": "p=none"}),
        (["v=DMARC1; p=none; sp=x"], Code.DMARC_INVALID, {"tag": "sp=x", "suggestion": "sp=none"}),
        (["v=DMARC1; p=quarentine"], Code.DMARC_INVALID, {"tag": "p=quarentine", "suggestion": "p=quarantine"}),
        (["v=DMARC1;; p=none"], Code.DMARC_INVALID, {"tag": ";;", "suggestion": "v=DMARC1; p=none;"}),
        (["v=DMARC1; p=none; P=reject"], Code.DMARC_INVALID, {"tag": "p=none; P=reject"}),
        (["v=DMARC1 p=none"], Code.DMARC_INVALID, {"suggestion": "v=DMARC1; p=none;"}),
        (["p=none"], Code.DMARC_INVALID, {"tag": "p=none", "suggestion": "v=DMARC1; p=none;"}),
        (["DMARC1; p=none"], Code.DMARC_INVALID, {"tag": "DMARC1", "suggestion": "v=DMARC1; p=none;"}),
        (["v=DKIM1; p=reject"], Code.DMARC_INVALID, {"tag": "v=DKIM1", "suggestion": "v=DMARC1; p=none;"}),
        ([f"{NAME}. TXT v=DMARC1; p=none"], Code.DMARC_INVALID, {"suggestion": "v=DMARC1; p=none;"}),
    ],
)
def test_what_makes_the_record_invalid_is_named(values, code, facts):
    finding = look(world_with(*values))

    assert (finding.code, finding.state, finding.blocked_on) == (code, State.ACTION, BlockedOn.IT)
    assert facts.items() <= finding.facts.items()


@pytest.mark.parametrize(
    ("value", "code", "facts"),
    [
        ("v=DMARC1; rua=mailto:d@example.com", Code.DMARC_NO_P, {}),
        ("v=DMARC1; p=none; pct=50; ri=1", Code.DMARC_LEGACY_TAGS, {"tags": ("pct", "ri"), "count": 2}),
        ("v=DMARC1; p=reject; t=y", Code.DMARC_TEST_MODE, {"policy": "reject"}),
        (
            "v=DMARC1; p=none; aspf=s",
            Code.DMARC_STRICT_ALIGNMENT,
            {"tag": "aspf=s", "seen": f"bounce.{DOMAIN}", "domain": DOMAIN, "suggestion": "aspf=r"},
        ),
    ],
)
def test_what_is_unwise_is_noted_beside_a_right_record(value, code, facts):
    finding = look(world_with(value))

    assert finding.verified
    assert [(remark.code, remark.facts) for remark in finding.remarks] == [(code, facts)]


@pytest.mark.parametrize(
    ("value", "suggestion"),
    [
        ("v=DMARC1; p=", "p=reject"),
        ("v=DMARC1; p=block", "p=reject"),
        ("v=DMARC1; p=non", "p=none"),
        ("v=DMARC1; none", "v=DMARC1; p=reject; rua=mailto:d@example.com"),
    ],
)
def test_what_was_chosen_is_suggested_where_nobody_can_tell_what_was_meant(value, suggestion):
    chosen = _policy("v=DMARC1; p=reject; rua=mailto:d@example.com")
    records = RecordSet(1, tuple(r if r.purpose is not Purpose.DMARC else chosen for r in RECORDS))

    finding = look(world_with(f"{value}; adkim=r", records=records), records)

    assert (finding.code, finding.facts["suggestion"]) == (Code.DMARC_INVALID, suggestion)


def test_a_policy_weaker_than_chosen_is_right_but_noted():
    records = RecordSet(
        1, tuple(r if r.purpose is not Purpose.DMARC else _policy("v=DMARC1; p=reject;") for r in RECORDS)
    )

    finding = look(world_with("v=DMARC1; p=none", records=records), records)

    assert finding.verified
    assert [(remark.code, remark.facts) for remark in finding.remarks] == [
        (Code.DMARC_WEAKER_POLICY, {"seen": "none", "expected": "reject"})
    ]


@pytest.mark.parametrize(("above", "weaker"), [("p=none", True), ("p=reject; sp=none", True), ("p=reject", False)])
def test_an_inherited_policy_weaker_than_chosen_is_noted_too(above, weaker):
    records = RecordSet(
        1, tuple(r if r.purpose is not Purpose.DMARC else _policy("v=DMARC1; p=quarantine") for r in RECORDS)
    )
    world = world_with(records=records).put("_dmarc.example.com", "TXT", f"v=DMARC1; {above}")

    finding = look(world, records)

    assert (finding.code, finding.verified) == (Code.DMARC_INHERITED, True)
    assert [remark.code for remark in finding.remarks] == [Code.DMARC_WEAKER_POLICY] * weaker


def _policy(value):
    return ExpectedRecord(Purpose.DMARC, RecordType.TXT, NAME, value, required=False)


def test_strict_alignment_that_neither_spf_nor_dkim_can_meet_needs_action():
    dkim = ExpectedRecord(Purpose.DKIM, RecordType.TXT, "td1._domainkey.example.com", f"p={OTHER_KEY}")
    records = RecordSet(1, tuple(dkim if r.purpose is Purpose.DKIM else r for r in RECORDS))

    finding = look(world_with("v=DMARC1; p=none; adkim=s; aspf=s", records=records), records)

    assert (finding.code, finding.state) == (Code.DMARC_STRICT_ALIGNMENT, State.ACTION)


def test_strict_alignment_of_names_that_are_the_same_is_fine():
    finding = look(world_with("v=DMARC1; p=none; adkim=s"))

    assert (finding.verified, finding.remarks) == (True, ())


def test_reports_to_a_stranger_need_his_consent():
    value = "v=DMARC1; p=none; rua=mailto:d@reports.example.net,mailto:d@example.com"
    name = f"{DOMAIN}._report._dmarc.reports.example.net"

    refused = look(world_with(value, resolvers=3))
    agreed = look(world_with(value, resolvers=3).put(name, "TXT", "v=DMARC1;"))
    unknown = look(world_with(value, resolvers=3).fail(Silence.TIMEOUT, name=name, kind="TXT"))

    assert [(remark.code, remark.facts) for remark in refused.remarks] == [
        (Code.DMARC_RUA_UNAUTHORISED, {"rua": "reports.example.net", "report_name": name})
    ]
    assert agreed.remarks == unknown.remarks == ()
    assert refused.verified


def test_only_a_receiver_that_was_given_needs_no_consent():
    given = _policy("v=DMARC1; p=none; rua=mailto:d@reports.example.net")
    records = RecordSet(1, tuple(r if r.purpose is not Purpose.DMARC else given for r in RECORDS))

    def remarked(address):
        world = world_with(f"v=DMARC1; p=none; rua=mailto:{address}", resolvers=3, records=records)
        return [remark.facts["rua"] for remark in look(world, records).remarks]

    assert remarked("d@reports.example.net") == []
    assert remarked("d@example.net") == ["example.net"]


@pytest.mark.parametrize(
    ("above", "policy"),
    [
        ("v=DMARC1; p=none", "none"),
        ("v=DMARC1; p=none; sp=quarantine", "quarantine"),
        ("v=DMARC1; p=reject; sp=none", "none"),
    ],
)
def test_a_policy_above_is_inherited(above, policy):
    world = world_with().put("_dmarc.example.com", "TXT", above)

    finding = look(world)

    assert (finding.code, finding.blocked_on) == (Code.DMARC_INHERITED, BlockedOn.NOBODY)
    assert finding.verified
    assert finding.facts["parent"] == "example.com"
    assert finding.facts["policy"] == policy


def test_a_policy_above_that_somebody_else_keeps_is_inherited():
    world = world_with(resolvers=3).put("_dmarc.example.com", "CNAME", "example.com.vendor.example", at=(NS1, NS2))
    world.put("_dmarc.example.com", "TXT", "v=DMARC1; p=reject", at=RESOLVERS)

    finding = look(world)

    assert (finding.code, finding.facts["policy"]) == (Code.DMARC_INHERITED, "reject")


def test_an_inherited_policy_needs_no_resolver_to_confirm_it():
    world = world_with(resolvers=3).put("_dmarc.example.com", "TXT", "v=DMARC1; p=none")

    assert look(world).verified


def test_an_enforcing_policy_above_is_a_warning_until_spf_and_dkim_are_right():
    world = world_with().put("_dmarc.example.com", "TXT", "v=DMARC1; p=reject")
    too_early = world_with().put("_dmarc.example.com", "TXT", "v=DMARC1; p=reject").take(f"bounce.{DOMAIN}", "TXT")

    assert look(world).remarks == ()
    assert [remark.code for remark in look(too_early).remarks] == [Code.DMARC_INHERITED_ENFORCING]


@pytest.mark.parametrize("other", ["v=DMARC1; p=none", "v=DMARC1; p=bogus"])
def test_two_policies_above_are_none(other):
    world = world_with().put("_dmarc.example.com", "TXT", other, "v=DMARC1; p=reject")

    assert look(world).code is Code.MISSING


def test_no_policy_anywhere_is_missing():
    assert look(world_with()).code is Code.MISSING
    assert look(world_with(resolvers=3)).code is Code.MISSING


def test_a_policy_above_that_nobody_answers_for_is_not_denied():
    world = world_with().fail(Silence.TIMEOUT, name="_dmarc.example.com", kind="TXT")

    finding = look(world)

    assert (finding.code, finding.definite) == (Code.MISSING, False)


def test_a_silent_registry_does_not_matter():
    world = world_with(resolvers=3).fail(Silence.TIMEOUT, name="_dmarc.com", kind="TXT")

    finding = look(world)

    assert (finding.code, finding.definite) == (Code.MISSING, True)


def test_the_policy_of_a_public_suffix_does_not_beat_that_of_the_organisation():
    world = world_with(resolvers=3).put("_dmarc.example.com", "TXT", "v=DMARC1; p=none")
    world.put("_dmarc.com", "TXT", "v=DMARC1; p=reject; psd=y")

    finding = look(world)

    assert (finding.facts["parent"], finding.facts["policy"]) == ("example.com", "none")


def test_the_policy_of_a_public_suffix_applies_where_there_is_no_other():
    world = world_with(resolvers=3).put("_dmarc.com", "TXT", "v=DMARC1; p=reject; psd=y")

    assert look(world).facts["parent"] == "com"


def test_the_walk_stops_at_the_top_of_an_organisation():
    records = record_set("a.b.example.com")
    world = World().add(records).take("_dmarc.a.b.example.com", "TXT")
    world.put("_dmarc.b.example.com", "TXT", "v=DMARC1; p=none; psd=n").put(
        "_dmarc.example.com", "TXT", "v=DMARC1; p=reject"
    )

    finding = world.diagnose(Case("a.b.example.com", records))[Purpose.DMARC]

    assert finding.facts["parent"] == "b.example.com"


def test_without_resolvers_nobody_above_the_registered_domain_is_asked():
    world = world_with()

    look(world)

    assert "_dmarc.com" not in {question.name for question in world.asked}
