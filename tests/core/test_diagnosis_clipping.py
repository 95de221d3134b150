"""However much strangers say, a finding keeps what anybody reads of it: it is stored, and said in messages."""

import pytest

from core.diagnosis import Case
from core.observations import Server, Silence
from core.preflight import judge, preflight_case
from core.records import Purpose
from tests.fakes.dns_world import NOW, World
from tests.fakes.record_sets import record_set

DOMAIN = "mail.example.com"
RECORDS = record_set(DOMAIN)
CLICK, BOUNCE = f"click.{DOMAIN}", f"bounce.{DOMAIN}"
CASE = Case(DOMAIN, RECORDS, resolvers=3, beside=True)
LONG = "x" * 60_000
MANY = tuple(f"{number} mx{number}.example.net" for number in range(3000))
TEXT, ITEMS, NAME = 4096, 32, 256


def world():
    return World(resolvers=3).add(RECORDS)


def sizes(facts):
    texts = [fact for fact in facts.values() if isinstance(fact, str)]
    lists = [fact for fact in facts.values() if isinstance(fact, tuple)]
    return (
        max(map(len, texts), default=0),
        max(map(len, lists), default=0),
        max((len(item) for items in lists for item in items), default=0),
    )


def assert_is_bounded(facts):
    text, items, item = sizes(facts)
    assert text <= TEXT
    assert items <= ITEMS
    assert item <= NAME


FLOODS = {
    "text beside a CNAME": lambda: world().put(CLICK, "TXT", LONG),
    "exchanges": lambda: world().put(BOUNCE, "MX", *MANY),
    "addresses": lambda: (
        world().take(CLICK, "CNAME").put(CLICK, "A", *(f"192.0.{n // 256}.{n % 256}" for n in range(999)))
    ),
    "CAA": lambda: world().put("example.com", "CAA", f'0 issue "{LONG}"'),
    "SPF records": lambda: world().put(BOUNCE, "TXT", *(f"v=spf1 {number}" for number in range(3000))),
    "a long term": lambda: world().put(BOUNCE, "TXT", f"{LONG} v=spf1 -all"),
    "lookups": lambda: world().put(
        BOUNCE, "TXT", "v=spf1 include:amazonses.com " + " ".join(f"a:h{number}.example.net" for number in range(2000))
    ),
    "a long lookup": lambda: world().put(
        BOUNCE, "TXT", "v=spf1 include:amazonses.com " + " ".join(f"a:{'%{d}' * 200}{n}.example" for n in range(12))
    ),
    "policies": lambda: world().put(f"_dmarc.{DOMAIN}", "TXT", *(f"v=DMARC1; p=none; n={n}" for n in range(3000))),
    "a long key": lambda: world().put(RECORDS.records[1].name, "TXT", f"v=DKIM1; p={LONG}"),
    "a key that is cut": lambda: world().put(RECORDS.records[1].name, "TXT", f"v=DKIM1; k={LONG}; p=AAAA"),
    "silent servers": lambda: World(
        servers=tuple(Server(f"ns{n}.example.net", "192.0.2.1") for n in range(999)), resolvers=3
    ).fail(Silence.TIMEOUT, ede=f"22 {LONG}"),
    "name servers at the registrar": lambda: World(
        delegated=tuple(f"ns{n}.example.net" for n in range(999)), own=("ns1.example.net",), resolvers=3
    ).add(RECORDS),
}


@pytest.mark.parametrize("flood", FLOODS)
def test_what_a_finding_keeps_is_bounded(flood):
    flooded = FLOODS[flood]()

    findings = flooded.diagnose(CASE).values()

    for finding in findings:
        assert_is_bounded(finding.facts)
        assert len(finding.servers) <= ITEMS
        for remark in finding.remarks:
            assert_is_bounded(remark.facts)
    assert len(flooded.zone_facts(CASE).nameservers) <= ITEMS
    kept = [facts for finding in findings for facts in (finding.facts, *(each.facts for each in finding.remarks))]
    marked = [facts for facts in kept if "…" in repr(facts)]
    assert marked, "nothing says that there was more"


def test_what_is_left_out_is_marked_and_its_length_stays_true():
    finding = world().put(CLICK, "TXT", LONG).diagnose(CASE)[Purpose.CLICK_TRACKING]

    assert finding.facts["seen"] == "TXT " + "x" * (TEXT - 5) + "…"
    assert finding.facts["length"] == len("TXT ") + len(LONG)


def test_what_fits_is_kept_as_it_is():
    text = "x" * (TEXT - len("TXT "))

    finding = world().put(CLICK, "TXT", text).diagnose(CASE)[Purpose.CLICK_TRACKING]

    assert finding.facts["seen"] == f"TXT {text}"


@pytest.mark.parametrize(
    ("name", "kind", "values"),
    [
        (f"_dmarc.{DOMAIN}", "TXT", (f"v=DMARC1; p=none; n={LONG}",)),
        (DOMAIN, "TXT", (f"v=spf1 exp={LONG}.example -all",)),
        (DOMAIN, "MX", MANY),
        (DOMAIN, "CAA", (f'0 issue "{LONG}"',)),
        (CLICK, "TXT", (LONG,)),
    ],
)
def test_what_a_preflight_keeps_is_bounded(name, kind, values):
    case = preflight_case(DOMAIN, resolvers=3)
    flooded = World(resolvers=3).put(CLICK, "CNAME", "www.example.net").put(name, kind, *values)

    rows = judge(case, flooded.observe(case), NOW).rows

    for row in rows:
        assert_is_bounded(row.facts)
        for remark in row.remarks:
            assert_is_bounded(remark.facts)
