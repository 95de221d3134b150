"""An MX is right when it is the only one and names the expected exchange."""

import pytest

from core.diagnosis import Case
from core.findings import BlockedOn, Code, State
from core.records import Purpose
from tests.fakes.dns_world import World
from tests.fakes.record_sets import record_set

DOMAIN = "mail.example.com"
RECORDS = record_set(DOMAIN)
NAME = f"bounce.{DOMAIN}"
EXCHANGE = "feedback-smtp.us-east-1.amazonses.com"


def look(*values):
    world = World().add(RECORDS).put(NAME, "MX", *values)
    return world.diagnose(Case(DOMAIN, RECORDS))[Purpose.MX]


def test_a_target_is_entered_without_final_dot_where_the_panel_refuses_one():
    servers = ("dns01.muumuu-domain.com", "dns02.muumuu-domain.com")
    world = World(delegated=servers).add(RECORDS).put(NAME, "MX", f"10 {EXCHANGE}.example.com")
    world.put(f"click.{DOMAIN}", "CNAME", "click.engage.example.net.example.com")

    found = world.diagnose(Case(DOMAIN, RECORDS))

    assert found[Purpose.MX].facts["typed"] == EXCHANGE
    assert found[Purpose.CLICK_TRACKING].facts["typed"] == "click.engage.example.net"


@pytest.mark.parametrize(
    ("values", "code", "facts"),
    [
        (["0 "], Code.NULL_MX, {"expected": f"10 {EXCHANGE}", "seen": "0 ."}),
        (
            [f"10 {EXCHANGE}", "20 mx.example.org"],
            Code.MX_EXTRA,
            {"count": 1, "seen": "20 mx.example.org", "length": 17},
        ),
        ([f"10 {EXCHANGE}", f"20 {EXCHANGE}"], Code.MX_EXTRA, {"count": 1}),
        (
            [f"10 {EXCHANGE}.example.com"],
            Code.MX_TARGET_DOUBLED,
            {"seen": f"{EXCHANGE}.example.com", "typed": f"{EXCHANGE}."},
        ),
        ([f"10 {EXCHANGE}.{DOMAIN}"], Code.MX_TARGET_DOUBLED, {}),
        ([f"0 10\\032{EXCHANGE}"], Code.MX_PRIORITY_IN_TARGET, {"target": EXCHANGE}),
        ([f"0 10 {EXCHANGE}"], Code.MX_PRIORITY_IN_TARGET, {"seen": f"10 {EXCHANGE}"}),
        (["0 10 mx.example.net"], Code.MX_PRIORITY_IN_TARGET, {"seen": "10 mx.example.net", "target": EXCHANGE}),
        ([f"0 10.{EXCHANGE}"], Code.MX_PRIORITY_IN_TARGET, {"seen": f"10.{EXCHANGE}"}),
        (["0 10.mx.example.net"], Code.MX_MAILBOX_IN_USE, {}),
        (["10 192.0.2.25"], Code.MX_PRIORITY_IN_TARGET, {"seen": "192.0.2.25"}),
        (
            ["10 feedback-smtp.eu-west-1.amazonses.com"],
            Code.MX_WRONG_REGION,
            {"seen_region": "eu-west-1", "region": "us-east-1"},
        ),
        (["10 mx.example.org"], Code.MX_MAILBOX_IN_USE, {"seen": "10 mx.example.org"}),
        (["1 aspmx.l.google.com", "5 alt1.aspmx.l.google.com"], Code.MX_MAILBOX_IN_USE, {"length": 47}),
    ],
)
def test_what_is_wrong_with_the_mx_is_named(values, code, facts):
    finding = look(*values)

    assert (finding.code, finding.state, finding.blocked_on) == (code, State.ACTION, BlockedOn.IT)
    assert facts.items() <= finding.facts.items()


def test_another_priority_is_right_but_noted():
    finding = look(f"20 {EXCHANGE}")

    assert finding.verified
    assert [(remark.code, remark.facts) for remark in finding.remarks] == [(Code.MX_WRONG_PRIORITY, {"seen": "20"})]
