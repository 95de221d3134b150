"""A CNAME is right when it leads to the expected target."""

from dataclasses import replace
from itertools import pairwise

import pytest

from core.diagnosis import Case
from core.findings import BlockedOn, Code, State
from core.observations import Silence
from core.records import Purpose, RecordSet
from tests.fakes.dns_world import World
from tests.fakes.record_sets import record_set

DOMAIN = "mail.example.com"
RECORDS = record_set(DOMAIN)
NAME = f"click.{DOMAIN}"
TARGET = "click.engage.example.net"


def look(world, **case):
    case = Case(DOMAIN, RECORDS, resolvers=world.resolvers, budget=300, **case)
    return world.diagnose(case)[Purpose.CLICK_TRACKING]


def pointing_to(target, resolvers=0):
    return World(resolvers=resolvers).add(RECORDS).put(NAME, "CNAME", target)


@pytest.mark.parametrize("suffix", ["example.com", DOMAIN, NAME])
def test_a_target_with_the_zone_appended_is_named(suffix):
    finding = look(pointing_to(f"{TARGET}.{suffix}"))

    assert (finding.code, finding.state) == (Code.TARGET_DOUBLED_SUFFIX, State.ACTION)
    assert finding.facts["seen"] == f"{TARGET}.{suffix}"
    assert finding.facts["typed"] == f"{TARGET}."


def test_another_target_is_named():
    finding = look(pointing_to("elsewhere.example.org"))

    assert (finding.code, finding.state, finding.blocked_on) == (
        Code.CNAME_WRONG_TARGET,
        State.ACTION,
        BlockedOn.IT,
    )
    assert finding.facts["seen"] == "elsewhere.example.org"
    assert finding.definite


def test_a_target_whose_name_merely_ends_alike_is_wrong():
    assert look(pointing_to(f"evil-{TARGET}")).code is Code.CNAME_WRONG_TARGET
    assert look(pointing_to(f"{TARGET}.evil.example.org")).code is Code.CNAME_WRONG_TARGET


def test_a_chain_that_leads_to_the_target_is_right_and_noted():
    world = pointing_to("one.example.org", resolvers=3).put("one.example.org", "CNAME", "two.example.org")
    world.put("two.example.org", "CNAME", TARGET)

    finding = look(world)

    assert finding.verified
    assert [(remark.code, remark.facts["via"]) for remark in finding.remarks] == [
        (Code.CNAME_CHAIN, ("one.example.org", "two.example.org"))
    ]


def test_a_chain_that_leads_elsewhere_is_wrong():
    world = pointing_to("one.example.org", resolvers=3).put("one.example.org", "CNAME", "two.example.org")

    assert look(world).code is Code.CNAME_WRONG_TARGET


def test_a_chain_that_nobody_can_follow_is_not_called_wrong_for_certain():
    world = pointing_to("one.example.org", resolvers=3)
    world.fail(Silence.TIMEOUT, name="one.example.org", kind="CNAME")

    finding = look(world)

    assert (finding.code, finding.definite) == (Code.CNAME_WRONG_TARGET, False)


def test_a_chain_in_a_circle_ends():
    world = pointing_to("one.example.org", resolvers=3).put("one.example.org", "CNAME", "two.example.org")
    world.put("two.example.org", "CNAME", "one.example.org")

    assert look(world).code is Code.CNAME_WRONG_TARGET


@pytest.mark.parametrize(("kind", "address"), [("A", "192.0.2.80"), ("AAAA", "2001:db8::80")])
def test_an_address_instead_of_the_alias_is_named(kind, address):
    finding = look(World().add(RECORDS).take(NAME, "CNAME").put(NAME, kind, address))

    assert (finding.code, finding.facts["seen_type"], finding.facts["seen"]) == (
        Code.ADDRESS_INSTEAD,
        kind,
        address,
    )


def test_the_targets_own_address_means_a_flattened_alias():
    world = World(resolvers=3).add(RECORDS).take(NAME, "CNAME").put(NAME, "A", "192.0.2.80")
    world.put(TARGET, "A", "192.0.2.80", "192.0.2.81")

    assert look(world).code is Code.CNAME_FLATTENED


def test_an_address_at_cloudflare_means_its_proxy():
    world = World().add(RECORDS).take(NAME, "CNAME").put(NAME, "A", "104.16.0.1")
    world.delegated = ("ada.ns.cloudflare.com", "bob.ns.cloudflare.com")

    assert look(world).code is Code.CNAME_PROXIED


def test_a_dead_target_is_our_own_business_where_targets_are_checked():
    world = pointing_to(TARGET, resolvers=3)

    finding = look(world, check_targets=True)

    assert (finding.code, finding.state, finding.blocked_on) == (Code.TARGET_BROKEN, State.TEMPORARY, BlockedOn.US)
    assert look(pointing_to(TARGET, resolvers=3)).verified
    assert look(pointing_to(TARGET, resolvers=3).put(TARGET, "AAAA", "2001:db8::1"), check_targets=True).verified


def test_a_target_that_nobody_answers_for_is_not_called_dead():
    world = pointing_to(TARGET, resolvers=3).fail(Silence.TIMEOUT, name=TARGET, kind="A")

    assert look(world, check_targets=True).verified


@pytest.mark.parametrize("place", [DOMAIN, "example.com"])
@pytest.mark.parametrize("purpose", [Purpose.IMAGE_HOSTING, Purpose.CERTIFICATE])
def test_a_caa_record_that_excludes_amazon_blocks_the_certificate(place, purpose):
    world = World().add(RECORDS).put(place, "CAA", '0 issue "letsencrypt.org"', '0 iodef "mailto:a@example.com"')

    finding = world.diagnose(Case(DOMAIN, RECORDS))[purpose]

    assert (finding.code, finding.state) == (Code.CAA_BLOCKS, State.ACTION)
    assert finding.facts["caa_at"] == place


@pytest.mark.parametrize(
    "values",
    [
        ('0 issue "letsencrypt.org"', '0 issue "amazonaws.com"'),
        ('0 issue "Amazon.com; policy=ev"',),
        ('0 iodef "mailto:a@example.com"',),
        ('0 issuewild "letsencrypt.org"',),
    ],
)
def test_a_caa_record_that_lets_amazon_in_is_fine(values):
    world = World().add(RECORDS).put(DOMAIN, "CAA", *values)

    assert world.diagnose(Case(DOMAIN, RECORDS))[Purpose.IMAGE_HOSTING].verified


def test_the_nearest_caa_record_counts():
    world = World().add(RECORDS).put(DOMAIN, "CAA", '0 issue "amazon.com"')
    world.put("example.com", "CAA", '0 issue ";"')

    assert world.diagnose(Case(DOMAIN, RECORDS))[Purpose.CERTIFICATE].verified


def test_caa_matters_to_certificates_only():
    world = World().add(RECORDS).put("example.com", "CAA", '0 issue ";"')

    assert world.diagnose(Case(DOMAIN, RECORDS))[Purpose.CLICK_TRACKING].verified


def test_caa_is_a_matter_of_every_full_look_and_of_a_glance_that_wants_it():
    world = World().add(RECORDS).put("example.com", "CAA", '0 issue ";"')

    full = world.diagnose(Case(DOMAIN, RECORDS, probe=False))
    wanted = world.diagnose(Case(DOMAIN, RECORDS, full=False, probe=False, caa=True))
    glance = world.diagnose(Case(DOMAIN, RECORDS, full=False, probe=False))

    codes = [found[Purpose.CERTIFICATE].code is Code.CAA_BLOCKS for found in (full, wanted, glance)]
    assert codes == [True, True, False]


def test_an_unanswered_caa_question_blocks_nothing():
    world = World().add(RECORDS).fail(Silence.TIMEOUT, name=DOMAIN, kind="CAA")
    world.put("example.com", "CAA", '0 issue ";"')

    assert world.diagnose(Case(DOMAIN, RECORDS))[Purpose.CERTIFICATE].verified


def of_the_image_host(world, **case):
    return world.diagnose(Case(DOMAIN, RECORDS, resolvers=world.resolvers, budget=300, **case))[Purpose.CERTIFICATE]


IMAGES = f"img.{DOMAIN}"
CDN = "d111111abcdef8.cloudfront.net"


def test_caa_at_the_name_of_the_certificate_comes_first():
    world = World().add(RECORDS).take(IMAGES, "CNAME").put(IMAGES, "A", "192.0.2.80")
    world.put(IMAGES, "CAA", '0 issue "letsencrypt.org"').put(DOMAIN, "CAA", '0 issue "amazon.com"')

    finding = of_the_image_host(world)

    assert (finding.code, finding.facts["caa_at"]) == (Code.CAA_BLOCKS, IMAGES)


def test_a_certificate_for_a_name_without_record_of_its_own_is_looked_up_there():
    token = "_fedcba9876543210fedcba9876543210.other." + DOMAIN
    other = replace(RECORDS.records[-1], name=token)
    records = RecordSet(1, (*RECORDS.records[:-1], other))
    world = World().add(records).put(f"other.{DOMAIN}", "CAA", '0 issue ";"')

    finding = world.diagnose(Case(DOMAIN, records))[Purpose.CERTIFICATE]

    assert (finding.code, finding.facts["caa_at"]) == (Code.CAA_BLOCKS, f"other.{DOMAIN}")
    assert world.diagnose(Case(DOMAIN, records))[Purpose.IMAGE_HOSTING].verified


@pytest.mark.parametrize(
    ("policy", "code"),
    [
        (None, Code.CAA_BLOCKS),  # an alias without CAA of its own: the climb goes on from the alias, not its target
        ('0 issue "amazon.com"', Code.OK),
        ('0 issue "letsencrypt.org"', Code.OK),  # for the owner of the target to change, not for IT
    ],
)
def test_caa_behind_an_alias_comes_before_that_of_the_domain(policy, code):
    world = World(resolvers=3).add(RECORDS).put("example.com", "CAA", '0 issue "letsencrypt.org"')
    world.put("cloudfront.net", "CAA", '0 issue "amazon.com"').put(CDN, "A", "192.0.2.1")
    if policy:
        world.put(CDN, "CAA", policy)

    assert of_the_image_host(world).code is code


@pytest.mark.parametrize("everything", [False, True])
@pytest.mark.parametrize("way", [("www.example.com",), ("old.example.com", "www.example.com")])
@pytest.mark.parametrize(
    ("policy", "above", "caa_at"),
    [
        ('0 issue "letsencrypt.org"', '0 issue "amazon.com"', "www.example.com"),  # IT can change it
        ('0 issue "amazon.com"', '0 issue "letsencrypt.org"', None),
        (None, '0 issue "letsencrypt.org"', "example.com"),
    ],
)
def test_caa_behind_an_alias_of_the_companys_own_is_its_own(everything, way, policy, above, caa_at):
    world = World(resolvers=3, everything=everything).add(RECORDS).put("example.com", "CAA", above)
    for alias, leads_to in pairwise((DOMAIN, *way)):
        world.put(alias, "CNAME", leads_to)
    world.put("www.example.com", "A", "192.0.2.80")
    if policy:
        world.put("www.example.com", "CAA", policy)

    finding = of_the_image_host(world)

    assert finding.facts.get("caa_at") == caa_at
    assert finding.verified is (caa_at is None)


@pytest.mark.parametrize("leads_to", ["www.example.net", DOMAIN])
def test_caa_behind_an_alias_to_strangers_by_way_of_an_own_name_is_theirs(leads_to):
    world = World(resolvers=3).add(RECORDS).put("example.com", "CAA", '0 issue "amazon.com"')
    world.put(DOMAIN, "CNAME", "www.example.com").put("www.example.com", "CNAME", leads_to)
    world.put("www.example.net", "CAA", '0 issue "letsencrypt.org"')

    assert of_the_image_host(world).verified


def test_what_an_alias_leads_to_is_asked_only_where_the_domain_would_block():
    world = World(resolvers=3).add(RECORDS).put("example.com", "CAA", '0 issue "amazon.com"')

    assert of_the_image_host(world).verified
    assert (CDN, "CAA") not in {(question.name, question.type) for question in world.asked}


def test_a_target_that_nobody_answers_for_blames_nobody_for_caa():
    world = World(resolvers=3).add(RECORDS).put("example.com", "CAA", '0 issue ";"')
    world.fail(Silence.TIMEOUT, name=CDN, kind="CAA")

    assert of_the_image_host(world).verified


@pytest.mark.parametrize(
    ("values", "tag"),
    [
        (('0 issue "amazon.com"', '128 tbs "unknown"'), "tbs"),
        (('0 issue "amazon.com"', '0 tbs "unknown"'), None),
        (('128 issue "amazon.com"', '128 iodef "mailto:a@example.com"'), None),
        (('0 issue "amazon.com"', '0 issuewild ";"', '128 contactemail "a@example.com"'), None),
    ],
)
def test_an_unknown_tag_blocks_only_where_it_is_critical(values, tag):
    finding = of_the_image_host(World().add(RECORDS).put("example.com", "CAA", *values))

    assert finding.facts.get("tag") == tag
    assert finding.verified is (tag is None)


def test_one_caa_record_set_is_not_completed_by_the_one_above():
    world = World().add(RECORDS).put(DOMAIN, "CAA", '0 iodef "mailto:a@example.com"')
    world.put("example.com", "CAA", '0 issue ";"')

    assert of_the_image_host(world).verified
