"""What real name servers serve, found from a root of their own, shows each code: good zones and broken ones.

The first name server of every domain is BIND, the second NSD; root and registry are another NSD, which only refers.
"""

import asyncio
import json

import pytest

from bot.adapters.dns.observer import Observer, ObserverSettings
from bot.clock import utcnow
from core.diagnosis import Case, diagnose
from core.findings import Code, State
from core.observations import Present, Question, Server
from core.records import Purpose
from core.zonefile import character_strings, resource_record
from tests.fakes import named
from tests.fakes.record_sets import OTHER_KEY, PUBLIC_KEYS, record_set

pytestmark = pytest.mark.oracle

FIRST, REGISTRY, SECOND, NOBODY = "127.0.0.1", "127.0.0.81", "127.0.0.82", "127.0.0.83"
SPF, DKIM, DMARC, MX = Purpose.SPF, Purpose.DKIM, Purpose.DMARC, Purpose.MX
CLICK, IMG, CERTIFICATE = Purpose.CLICK_TRACKING, Purpose.IMAGE_HOSTING, Purpose.CERTIFICATE
KEY = f"v=DKIM1; k=rsa; p={PUBLIC_KEYS[2048]}"
SES = "feedback-smtp.us-east-1.amazonses.com."


def text(*strings):
    """Write texts as a zone file has them: each string in quotes, its own quotes and backslashes escaped."""
    return "TXT " + " ".join(json.dumps(string) for string in strings)


def whole(value):
    return text(*(part.decode() for part in character_strings(value.encode())))


# By case: the records that it says instead of the right ones, by purpose (owner relative to the zone, type and data;
# none: left out), what it adds, and the purpose and code to be found.
BOUNCE, KEYS, LINK, POLICY = "bounce.mail", "td1._domainkey.mail", "click.mail", "_dmarc.mail"
VOIDS = "v=spf1 a:x.void.example a:y.void.example a:z.void.example include:amazonses.com ~all"
SPOILED = {
    "missing": ({CLICK: []}, [], CLICK, Code.MISSING),
    "doubled": ({DKIM: []}, [f"{KEYS}.doubled.example {whole(KEY)}"], DKIM, Code.DOUBLED_SUFFIX),
    "misplaced": ({CLICK: []}, ["click CNAME click.engage.example.net."], CLICK, Code.WRONG_HOST),
    "no-underscore": ({DKIM: []}, [f"td1.domainkey.mail {whole(KEY)}"], DKIM, Code.UNDERSCORE_LOST),
    "as-text": ({CLICK: [f"{LINK} {text('click.engage.example.net')}"]}, [], CLICK, Code.WRONG_TYPE),
    "wildcard": ({CLICK: []}, ["*.mail CNAME parked.example.net."], CLICK, Code.WILDCARD_SHADOW),
    "wildcard-above": ({CLICK: [], IMG: []}, ["*.wildcard-above.example. A 192.0.2.9"], CLICK, Code.MISSING),
    "quoted": ({DKIM: [f"{KEYS} {text(chr(34) + KEY[:200], KEY[200:] + chr(34))}"]}, [], DKIM, Code.TXT_EXTRA_QUOTES),
    "escaped": ({DMARC: [f"{POLICY} {text('v=DMARC1' + chr(92) + '; p=none;')}"]}, [], DMARC, Code.TXT_ESCAPED),
    "unquoted": ({DKIM: [f"{KEYS} TXT {KEY}"]}, [], DKIM, Code.TXT_CUT_AT_SEMICOLON),
    "truncated": ({DKIM: [f"{KEYS} {text(KEY[:255])}"]}, [], DKIM, Code.TXT_TRUNCATED),
    "split": ({DKIM: [f"{KEYS} {text(KEY[:255])}", f"{KEYS} {text(KEY[255:])}"]}, [], DKIM, Code.TXT_SPLIT_RECORDS),
    "spaceless": ({SPF: [f"{BOUNCE} TXT v=spf1include:amazonses.com~all"]}, [], SPF, Code.TXT_SPACES_LOST),
    "two-spf": ({}, [f"{BOUNCE} {text('v=spf1 ip4:192.0.2.1 -all')}"], SPF, Code.MULTIPLE_SPF),
    "other-spf": ({SPF: [f"{BOUNCE} {text('v=spf1 ip4:192.0.2.1 -all')}"]}, [], SPF, Code.SPF_MISSING_INCLUDE),
    "negated": ({SPF: [f"{BOUNCE} {text('v=spf1 ~include:amazonses.com -all')}"]}, [], SPF, Code.SPF_INCLUDE_NEGATED),
    "behind-all": (
        {SPF: [f"{BOUNCE} {text('v=spf1 -all include:amazonses.com')}"]},
        [],
        SPF,
        Code.SPF_INCLUDE_AFTER_ALL,
    ),
    "misspelt": ({SPF: [f"{BOUNCE} {text('v=spf1 inclde:amazonses.com ~all')}"]}, [], SPF, Code.SPF_SYNTAX),
    "nested": (
        {SPF: [f"{BOUNCE} {text('v=spf1 include:none.nested.example include:amazonses.com ~all')}"]},
        [],
        SPF,
        Code.SPF_NESTED_ERROR,
    ),
    "looping": (
        {SPF: [f"{BOUNCE} {text('v=spf1 include:a.looping.example include:amazonses.com ~all')}"]},
        [
            f"a {text('v=spf1 include:b.looping.example -all')}",
            f"b {text('v=spf1 include:a.looping.example -all')}",
        ],
        SPF,
        Code.SPF_LOOP,
    ),
    "void": (
        {SPF: [f"{BOUNCE} {text(VOIDS)}"]},
        [],
        SPF,
        Code.SPF_VOID_LOOKUPS,
    ),
    "revoked": ({DKIM: [f"{KEYS} {text('v=DKIM1; p=')}"]}, [], DKIM, Code.DKIM_REVOKED),
    "old-key": ({DKIM: [f"{KEYS} {whole(f'v=DKIM1; k=rsa; p={OTHER_KEY}')}"]}, [], DKIM, Code.DKIM_OTHER_KEY),
    "two-keys": ({}, [f"{KEYS} {whole(f'v=DKIM1; k=rsa; p={OTHER_KEY}')}"], DKIM, Code.DKIM_DUPLICATE),
    "restricted": ({DKIM: [f"{KEYS} {whole(KEY.replace('k=rsa', 'k=rsa; s=web'))}"]}, [], DKIM, Code.DKIM_RESTRICTED),
    "testing": ({DKIM: [f"{KEYS} {whole(KEY.replace('k=rsa', 'k=rsa; t=y'))}"]}, [], DKIM, Code.DKIM_TESTING),
    "two-policies": ({}, [f"{POLICY} {text('v=DMARC1; p=reject')}"], DMARC, Code.DMARC_DUPLICATE),
    "no-policy": ({DMARC: [f"{POLICY} {text('v=DMARC1; p=nothing')}"]}, [], DMARC, Code.DMARC_INVALID),
    "inherited": ({DMARC: []}, [f"_dmarc {text('v=DMARC1; p=quarantine; sp=reject')}"], DMARC, Code.DMARC_INHERITED),
    "elsewhere": ({CLICK: [f"{LINK} CNAME www.example.net."]}, [], CLICK, Code.CNAME_WRONG_TARGET),
    "chained": (
        {CLICK: [f"{LINK} CNAME hop.chained.example."]},
        ["hop CNAME click.engage.example.net."],
        CLICK,
        Code.CNAME_CHAIN,
    ),
    "no-final-dot": ({CLICK: [f"{LINK} CNAME click.engage.example.net"]}, [], CLICK, Code.TARGET_DOUBLED_SUFFIX),
    "address": ({CLICK: [f"{LINK} A 192.0.2.77"]}, [], CLICK, Code.ADDRESS_INSTEAD),
    "flattened": ({CLICK: [f"{LINK} A 192.0.2.10"]}, [], CLICK, Code.CNAME_FLATTENED),
    "alias": ({SPF: [], MX: [f"{BOUNCE} CNAME www.example.net."]}, [], SPF, Code.CNAME_CONFLICT),
    "caa": ({}, ['@ CAA 0 issue "letsencrypt.org"'], CERTIFICATE, Code.CAA_BLOCKS),
    "null-mx": ({MX: [f"{BOUNCE} MX 0 ."]}, [], MX, Code.NULL_MX),
    "more-mx": ({}, [f"{BOUNCE} MX 20 mx.example.net."], MX, Code.MX_EXTRA),
    "other-region": ({MX: [f"{BOUNCE} MX 10 {SES.replace('us-east-1', 'eu-west-1')}"]}, [], MX, Code.MX_WRONG_REGION),
    "mailboxes": ({MX: [f"{BOUNCE} MX 10 mx.example.net."]}, [], MX, Code.MX_MAILBOX_IN_USE),
    "mx-no-dot": ({MX: [f"{BOUNCE} MX 10 {SES[:-1]}"]}, [], MX, Code.MX_TARGET_DOUBLED),
    "last": ({MX: [f"{BOUNCE} MX 50 {SES}"]}, [], MX, Code.MX_WRONG_PRIORITY),
    "delegated": (
        {DKIM: []},
        ["_domainkey.mail NS ns1.delegated.example.", "_domainkey.mail NS ns2.delegated.example."],
        DKIM,
        Code.SUBZONE_DELEGATED,
    ),
    "ns-differ": ({}, ["@ NS ns3.ns-differ.example.", f"ns3 A {FIRST}"], SPF, Code.NS_SET_MISMATCH),
}
# Where it is the servers that differ: which of them have the zone, which the right records.
SERVERS = {
    "lame": ((), Code.LAME),
    "half-lame": ((FIRST,), Code.LAME_PARTIAL),
    "disagreeing": ((FIRST, SECOND), Code.NAMESERVERS_DISAGREE),
    "silent": ((), Code.NS_UNREACHABLE),
    "unregistered": ((), Code.NXDOMAIN_PARENT),
}
VERIFIED = {"good", "long"}
LONG = [f"{BOUNCE} {text(f'site-verification={number:0200}')}" for number in range(12)]  # too long for UDP


def zone_text(case, replaced=None, added=()):
    """Write the zone of a case."""
    head = [
        f"$ORIGIN {case}.example.",
        "$TTL 300",
        "@ SOA ns1 hostmaster 1 3600 600 86400 60",
        "@ NS ns1",
        "@ NS ns2",
        f"ns1 A {FIRST}",
        f"ns2 A {SECOND}",
    ]
    lines = []
    for record in record_set(f"mail.{case}.example"):
        lines += [resource_record(record)] if record.purpose not in (replaced or {}) else replaced[record.purpose]
    return "\n".join([*head, *lines, *added]) + "\n"


def hosted():
    """Write the zones that both name servers have."""
    zones = {f"{case}.example": zone_text(case, *parts[:2]) for case, parts in SPOILED.items()}
    zones["_domainkey.mail.delegated.example"] = "@ 60 SOA ns1 h 1 3600 600 86400 60\n@ 60 NS ns1.delegated.example.\n"
    zones["good.example"] = zone_text("good")
    zones["long.example"] = zone_text("long", added=LONG)
    return zones


def world():
    """Write all zones by address: the registry's, those of each name server, and the third parties'."""
    soa = "@ 300 SOA a.nic.example. h 1 3600 600 86400 60\n@ 300 NS a.nic.example.\n"
    cases = [*SPOILED, *VERIFIED, *(case for case in SERVERS if case != "unregistered")]
    delegations = [
        f"{case} 300 NS ns1.{case}\n{case} 300 NS ns2.{case}\n"
        + f"ns1.{case} 300 A {NOBODY if case == 'silent' else FIRST}\n"
        + f"ns2.{case} 300 A {NOBODY if case == 'silent' else SECOND}\n"
        for case in cases
    ]
    registry = {
        ".": f"{soa}example. 300 NS a.nic.example.\na.nic.example. 300 A {REGISTRY}\n",
        "example": f"{soa}a.nic 300 A {REGISTRY}\n{''.join(delegations)}",
    }
    third_parties = {
        "amazonses.com": f"{soa}@ 300 {text('v=spf1 ip4:199.255.192.0/22 -all')}\n",
        "example.net": f"{soa}click.engage 300 A 192.0.2.10\n",
        "cloudfront.net": f"{soa}d111111abcdef8 300 A 192.0.2.11\n",
    }
    zones = hosted()
    first = {**zones, **third_parties, **{f"{case}.example": zone_text(case) for case in ("half-lame", "disagreeing")}}
    second = {**zones, "disagreeing.example": zone_text("disagreeing", {CLICK: []})}
    return registry, first, second


async def look(case, port):
    """Look at the domain of a case, from the root down; return it with findings and evidence."""
    observer = Observer(
        ObserverSettings(
            root_hints=(Server("a.root", REGISTRY, port),),
            resolvers=((FIRST, port),),
            port=port,
            timeout=0.1 if case == "silent" else 5.0,  # the others answer, however busy the machine is
            tcp_timeout=0.1 if case == "silent" else 5.0,
            tries=1,
        ),
        refused=lambda _: False,
    )
    domain = f"mail.{case}.example"
    full = Case(domain, record_set(domain), resolvers=1, budget=200, seconds=60, check_targets=True)
    evidence = await observer.observe(full)
    await observer.aclose()
    return case, ({found.record.purpose: found for found in diagnose(full, evidence, utcnow())}, evidence)


async def look_at_all(folder):
    """Serve the world and look at every domain at once; return findings and evidence by case."""
    registry, first, second = world()
    port = named.free_port()
    async with (
        named.nsd(folder / "registry", (REGISTRY, port), registry),
        named.bind(folder / "first", first, "recursion no; notify no; minimal-responses yes;", port),
        named.nsd(folder / "second", (SECOND, port), second),
    ):
        return dict(await asyncio.gather(*(look(case, port) for case in [*SPOILED, *VERIFIED, *SERVERS])))


@pytest.fixture(scope="module")
def seen(tmp_path_factory):
    return asyncio.run(look_at_all(tmp_path_factory.mktemp("bind")))


def codes(finding):
    return {finding.code, *(remark.code for remark in finding.remarks)}


@pytest.mark.parametrize("case", SPOILED)
def test_each_spoiled_zone_that_bind_serves_shows_its_code(seen, case):
    replaced, _, purpose, code = SPOILED[case]
    findings, _ = seen[case]

    assert code in codes(findings[purpose]), findings[purpose]
    untouched = set(findings) - set(replaced) - {purpose, DMARC, IMG, MX, CERTIFICATE}
    assert [purpose for purpose in untouched if not findings[purpose].verified] == []


@pytest.mark.parametrize("case", SERVERS)
def test_what_is_wrong_with_name_servers_shows_for_each_record(seen, case):
    findings, _ = seen[case]
    affected = [CLICK] if case == "disagreeing" else list(findings)

    shown = [purpose for purpose in affected if SERVERS[case][1] in codes(findings[purpose])]

    assert shown == affected or (case == "half-lame" and shown)  # once a zone, where it is a remark


def test_good_zones_found_from_the_root_are_verified(seen):
    findings, evidence = seen["good"]

    assert {(finding.state, finding.code, finding.remarks) for finding in findings.values()} == {
        (State.VERIFIED, Code.OK, ())
    }
    zone = evidence.zone_of("mail.good.example")
    assert (zone.apex, zone.delegated) == ("good.example", ("ns1.good.example", "ns2.good.example"))
    assert {server.address for server in zone.servers} == {FIRST, SECOND}


def test_an_answer_that_is_too_long_for_udp_is_read_over_tcp(seen):
    findings, evidence = seen["long"]

    answers = evidence.to(Question("bounce.mail.long.example", "TXT"))
    assert findings[SPF].verified
    assert len(answers) == 2
    for answer in answers:
        assert isinstance(answer.outcome, Present)
        assert sum(len(rdata.joined) for rdata in answer.outcome.rrsets[0].rdatas) > 2400


def test_the_table_holds_what_it_promises():
    assert len({code for *_, code in SPOILED.values()} | {code for _, code in SERVERS.values()}) >= 40
