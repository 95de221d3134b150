"""Every slip can be made, and mended without a trace."""

import dns.rcode
import pytest

from sandbox.engage.records import make_token, record_set
from sandbox.nameserver.notation import Mistake
from sandbox.nameserver.slips import SLIPS

DOMAIN = "mail.example.com"


def standing(nameserver):
    state = nameserver.state()
    zones = {zone["name"]: zone["servers"] for zone in state["zones"] if zone["name"].endswith("example.com")}
    return zones, state["faults"], state["slips"], state["delegations"].get("example.com")


@pytest.mark.parametrize("slip", SLIPS)
async def test_a_slip_is_mended_without_a_trace(nameserver, zone_file, slip):
    nameserver.apply(zone_file.replace("p=none", "p=reject"))
    before = standing(nameserver)
    nameserver.slip(slip, DOMAIN)
    spoilt = standing(nameserver)

    nameserver.mend(DOMAIN)

    assert spoilt[2] == [{"slip": slip, "domain": DOMAIN}]
    assert standing(nameserver) == before


async def test_slips_on_top_of_one_another_are_mended_newest_first(nameserver, zone_file):
    nameserver.apply(zone_file)
    before = standing(nameserver)
    for slip in ("wrong-target", "forgotten", "second-mx", "keys-delegated"):
        nameserver.slip(slip, DOMAIN)

    nameserver.mend()

    assert standing(nameserver) == before


async def test_a_dead_target_is_that_of_one_domain_alone(nameserver, ask):
    for name in ("mail.example.com", "mail.example.org"):
        records = record_set(name, region="us-east-1", policy="none", selector="td1", dkim_key="A", token=make_token())
        (target,) = [record["value"] for record in records if record["purpose"] == "CLICK_TRACKING"]
        nameserver.put(f"click.{name}", "CNAME", [f"{target}."])

    nameserver.slip("target-dead", "mail.example.com")

    found = [await ask(f"click.{name}", "A", "resolver") for name in ("mail.example.com", "mail.example.org")]
    assert [answer.rcode() for answer in found] == [dns.rcode.NXDOMAIN, dns.rcode.NOERROR]
    assert found[1].answer[-1][0].address == "192.0.2.10"


async def test_a_policy_of_none_has_no_milder_one(nameserver, zone_file):
    nameserver.apply(zone_file)

    with pytest.raises(Mistake, match="no record there"):
        nameserver.slip("dmarc-milder", DOMAIN)


@pytest.mark.parametrize("slip", SLIPS)
async def test_where_no_record_stands_nothing_can_be_spoilt(nameserver, slip):
    with pytest.raises(Mistake):
        nameserver.slip(slip, "mail.example.org")
