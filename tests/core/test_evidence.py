"""The evidence behind an alert: what it shows, and what never reaches a shell."""

import shlex
from dataclasses import replace
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.diagnosis import wildcard
from core.events import ProvisioningRefused, TimePassed
from core.evidence import Witness, control_of, exhibited
from core.findings import BlockedOn, Code, Finding, State
from core.lifecycle import decide
from core.notices import AlertFailed, AlertProvisioning, AlertTemporary, AlertUnseen, EvidenceFile
from core.observations import (
    Absent,
    Answer,
    Cname,
    Evidence,
    Mx,
    Nothing,
    Other,
    Present,
    Question,
    RRset,
    Server,
    Silence,
    Txt,
    Unknown,
    Vantage,
    Zone,
)
from core.phases import Phase
from core.records import Purpose
from core.transcript import dig, transcribe
from tests.core.building import DURATIONS, NAME, NOW, a_domain, a_finding, a_look, a_window, kinds, looked, record_of

NS1 = Server("ns1.example.net", "192.0.2.53")
NS2 = Server("ns2.example.net", "192.0.2.54")
HOSTILE = [
    "a b",
    "a'b",
    "$(id)",
    "`id`",
    "a;b",
    "a|b",
    "-x.example.com",
    "+short",
    "a\nb",
    "日本.jp",
    "",
    "a\\.b",
    "@x",
]


def answer(outcome, name=NAME, kind="TXT", server=NS1, vantage=Vantage.AUTHORITATIVE, **more):
    return Answer(Question(name, kind, vantage), server, outcome, NOW, took_ms=24, **more)


def present(*rdatas, name=NAME, kind="TXT", ttl=300):
    return Present((RRset(name, kind, ttl, rdatas),))


def exhibit_of(code, *answers, zones=(), **facts):
    """Let the window of a domain pass with this finding for its DKIM record, and return what is shown of it."""
    domain = a_domain(Phase.DP, window=a_window(NOW - timedelta(hours=72)))
    dkim = record_of(domain, Purpose.DKIM).expected
    look = a_look(domain, found={Purpose.DKIM: replace(a_finding(dkim, code), facts=facts)})
    decision = decide(domain, looked(look), NOW, DURATIONS)
    shown = exhibited(decision, Witness(look.findings, Evidence(answers, zones)), NOW)
    file = next(notice for notice in shown.notices if isinstance(notice, EvidenceFile))
    return next(each for each in file.exhibits.exhibits if each.finding.record == dkim)


DKIM = record_of(a_domain(Phase.DP), Purpose.DKIM).expected.name


def test_a_command_asks_the_same_server_for_the_same():
    shown = transcribe(answer(present(Txt((b"v=DKIM1; ", b"p=x"))), rcode="NOERROR"))

    assert shown.dig == f"dig +norecurse @'ns1.example.net' '{NAME}' TXT"
    assert (shown.said, shown.took_ms, shown.ttl) == ("NOERROR aa", 24, 300)
    assert shown.lines == ('12 characters  "v=DKIM1; " "p=x"',)


def test_a_resolver_is_asked_to_recurse_at_its_own_port():
    shown = transcribe(answer(Absent(Nothing.NXDOMAIN, 5), server=Server("", "::1", 5302), vantage=Vantage.RESOLVERS))

    assert shown.dig == f"dig @'::1' -p 5302 '{NAME}' TXT"
    assert (shown.said, shown.ttl) == ("NXDOMAIN", 5)


def test_a_server_with_two_addresses_is_asked_at_each():
    other = replace(NS1, address="2001:db8::53")

    shown = exhibit_of(Code.MISSING, *(answer(Absent(Nothing.NODATA), DKIM, server=at) for at in (NS1, other)))

    assert [asked.dig for asked in shown.asked] == [
        f"dig +norecurse @'192.0.2.53' '{DKIM}' TXT",
        f"dig +norecurse @'2001:db8::53' '{DKIM}' TXT",
    ]
    assert [asked.server.name for asked in shown.asked] == ["ns1.example.net"] * 2


@pytest.mark.parametrize("name", HOSTILE)
def test_a_name_that_is_none_gets_no_command(name):
    assert dig(name, "TXT", NS1, Vantage.AUTHORITATIVE) == ""


@pytest.mark.parametrize("name", HOSTILE)
def test_a_server_with_a_hostile_name_is_asked_by_its_address(name):
    command = dig(NAME, "TXT", Server(f"{name}.net" if name else "", "192.0.2.1"), Vantage.AUTHORITATIVE)

    assert command == f"dig +norecurse @'192.0.2.1' '{NAME}' TXT"


def test_a_server_without_a_real_address_is_asked_by_nobody():
    assert dig(NAME, "TXT", Server("", "192.0.2.1;id"), Vantage.AUTHORITATIVE) == ""


@given(st.text(max_size=40), st.text(max_size=20), st.text(max_size=20), st.text(max_size=6))
def test_no_command_says_more_to_a_shell_than_its_words(name, server, address, kind):
    command = dig(name, kind, Server(server, address), Vantage.AUTHORITATIVE)

    words = shlex.split(command)
    assert not set(command) & set(';|&$`<>\\"\n*?(){}!#~')
    assert not command or (words[0] == "dig" and words[-2] == name and len(words) in {4, 5})


@pytest.mark.parametrize(
    ("outcome", "said"),
    [
        (Absent(Nothing.NODATA, 300), "NOERROR aa no data"),
        (Unknown(Silence.BOGUS, "9 DNSKEY Missing", "answers with CD=1"), "dnssec-bogus EDE 9 DNSKEY Missing"),
        (Unknown(Silence.TIMEOUT, detail="TCP timed out"), "timeout (TCP timed out)"),
        (Unknown(Silence.REFUSED, "18 Prohibité"), "REFUSED EDE 18 Prohibit\\195\\169"),
    ],
)
def test_it_says_why_there_is_no_answer(outcome, said):
    shown = transcribe(answer(outcome))

    assert shown.said.startswith(said)
    assert shown.dig


@pytest.mark.parametrize("reason", [Silence.FORBIDDEN, Silence.BUDGET])
def test_what_was_not_asked_is_not_to_be_asked_again(reason):
    shown = transcribe(answer(Unknown(reason, detail="10.0.0.1")))

    assert shown.dig == ""
    assert shown.said == f"not asked: {reason.value} (10.0.0.1)"


def test_octets_that_are_not_printable_ascii_are_spelt_as_numbers():
    rdatas = (Txt((b'\x1b[31m"\\caf\xe9\x00',)), Cname("x\u202e.example"), Mx(10, ""), Other('0 issue "é"'))

    shown = transcribe(answer(present(*rdatas)))

    assert shown.lines[0] == '12 characters  "\\027[31m\\"\\\\caf\\233\\000"'
    assert all(line.isascii() and line.isprintable() for line in shown.lines)
    assert shown.lines[2] == "MX 10 ."


def test_records_of_other_names_in_an_answer_say_where_they_stand():
    chain = (RRset(NAME, "CNAME", 60, (Cname("x.example"),)), RRset("$ x.example", "TXT", 5, (Txt((b"y",)),)))

    shown = transcribe(answer(Present(chain)))

    assert shown.lines == ("CNAME x.example.", '1 characters  "y"  at $ x.example')
    assert shown.ttl == 60


def test_a_huge_answer_is_cut_and_says_so():
    shown = transcribe(answer(present(*[Txt((b"x" * 255,) * 250)] * 100)))

    assert len(shown.lines) == 9
    assert shown.lines[-1] == "and 92 more"
    assert shown.lines[0].startswith('63750 characters  "xxx')
    assert shown.lines[0].endswith('" ...')
    assert sum(map(len, shown.lines)) < 8000


def test_a_key_of_4096_bits_is_shown_whole():
    value = (b"v=DKIM1; k=rsa; p=" + b"A" * 736,)

    (line,) = transcribe(answer(present(Txt(value)))).lines

    assert line.count("A") == 736
    assert not line.endswith("...")


def test_answers_about_the_record_come_with_those_that_its_facts_name():
    misplaced = f"{DKIM}.example.com"
    nothing = Absent(Nothing.NXDOMAIN)

    shown = exhibit_of(
        Code.DOUBLED_SUFFIX,
        answer(nothing, DKIM),
        answer(nothing, "example.com.example.com"),
        answer(present(Txt((b"p=x",)), name=misplaced), misplaced),
        answer(nothing, f"bounce.{NAME}"),
        found_at=misplaced,
        zone="example.com",
    )

    assert [asked.name for asked in shown.asked] == [DKIM, misplaced]


def test_a_wildcard_is_shown_with_the_name_that_nobody_made():
    sibling = wildcard.sibling(DKIM)
    same = present(Txt((b"x",)))

    shown = exhibit_of(Code.WILDCARD_SHADOW, answer(same, DKIM), answer(same, sibling))

    assert [asked.name for asked in shown.asked] == [DKIM, sibling]


def test_other_data_in_place_of_the_record_is_shown():
    there = present(Other('"v=DKIM1"'), name=DKIM, kind="SPF")

    shown = exhibit_of(
        Code.WRONG_TYPE,
        answer(Absent(Nothing.NODATA), DKIM),
        answer(there, DKIM, "SPF"),
        answer(Absent(Nothing.NODATA), DKIM, "A"),
        seen_type="SPF",
    )

    assert [asked.type for asked in shown.asked] == ["TXT", "SPF"]


def test_a_zone_that_nobody_found_is_asked_for_in_full():
    zone = Zone(DKIM, None, problem=Absent(Nothing.NXDOMAIN))

    shown = exhibit_of(Code.NXDOMAIN_PARENT, zones=(zone,), parent="example.com")

    assert [(asked.said, asked.dig) for asked in shown.asked] == [("no zone found: NXDOMAIN", "dig 'example.com' NS")]


def test_only_so_many_answers_are_shown():
    shown = exhibit_of(Code.MISSING, *[answer(Absent(Nothing.NXDOMAIN), DKIM)] * 40)

    assert (len(shown.asked), shown.left_out) == (16, 24)


def test_the_evidence_follows_the_alert_that_it_is_about():
    domain = a_domain(Phase.DP, window=a_window(NOW - timedelta(hours=72)))
    decision = decide(domain, looked(a_look(domain, otherwise=Code.MISSING)), NOW, DURATIONS)
    control = control_of("example.com", Server("", "192.0.2.1"), 12)

    shown = exhibited(decision, Witness(control=control), NOW)

    said = kinds(shown)
    alert = next(notice for notice in shown.notices if isinstance(notice, AlertFailed))
    file = shown.notices[said.index(EvidenceFile)]
    assert said.index(EvidenceFile) == said.index(AlertFailed) + 1
    assert [kind for kind in said if kind is not EvidenceFile] == kinds(decision)
    assert (file.incident_id, file.subject, file.exhibits.alert) == (alert.incident_id, alert.subject, "alert.failed")
    assert file.exhibits.control.dig == "dig @'192.0.2.1' 'example.com' NS"
    assert [shown.finding.record for shown in file.exhibits.exhibits] == [row.expected for row in alert.rows]


def test_a_record_that_went_wrong_is_shown_as_it_was_found():
    once = replace(record_of(a_domain(Phase.AV), Purpose.DKIM), bad_since=NOW - timedelta(minutes=2), bad_look="before")
    domain = a_domain(Phase.AV)
    domain = replace(domain, records=tuple(once if r.expected == once.expected else r for r in domain.records))
    look = a_look(domain, found={Purpose.DKIM: Code.MISSING}, otherwise=Code.OK)
    decision = decide(domain, looked(look), NOW, DURATIONS)

    shown = exhibited(decision, Witness(look.findings), NOW)

    file = next(notice for notice in shown.notices if isinstance(notice, EvidenceFile))
    assert AlertTemporary in kinds(shown)
    assert file.exhibits.alert == "alert.temporary"
    assert file.exhibits.exhibits[0].finding.facts["underlying"] == "missing"


def test_a_record_without_answers_is_shown_by_what_the_look_found():
    silent_since = NOW - timedelta(hours=25)
    domain = a_domain(Phase.AV)
    domain = replace(domain, records=tuple(replace(r, unknown_since=silent_since) for r in domain.records))
    dkim = record_of(domain, Purpose.DKIM).expected
    silence = Finding(dkim, State.TEMPORARY, Code.NS_UNREACHABLE, BlockedOn.DNS_PROVIDER, definite=False)
    told = answer(Unknown(Silence.TIMEOUT), dkim.name)
    decision = decide(domain, TimePassed("incident-1"), NOW, DURATIONS)

    shown = exhibited(decision, Witness((silence,), Evidence((told,))), NOW)

    file = next(notice for notice in shown.notices if isinstance(notice, EvidenceFile))
    exhibit = next(each for each in file.exhibits.exhibits if each.finding.record == dkim)
    assert AlertUnseen in kinds(shown)
    assert (exhibit.finding.code, exhibit.since_at) == (Code.NS_UNREACHABLE, silent_since)
    assert [asked.said for asked in exhibit.asked] == ["timeout"]


def test_an_alert_that_no_look_led_to_has_no_evidence():
    refused = ProvisioningRefused("deploy", "quota exceeded", "Ask for more.", "incident-1")
    decision = decide(a_domain(Phase.D0), refused, NOW, DURATIONS)

    shown = exhibited(decision, Witness(), NOW)

    assert AlertProvisioning in kinds(shown)
    assert shown == decision


@pytest.mark.parametrize(
    ("url", "command"),
    [
        ("https://dns.google/dns-query", "dig +https='/dns-query' @'dns.google' 'mail.example.com' TXT"),
        ("https://[::1]/dns-query", ""),
        ("https://dns.google/$(id)", ""),
        ("https://dns.google:8443/q", "dig +https='/q' @'dns.google' -p 8443 'mail.example.com' TXT"),
    ],
)
def test_a_resolver_behind_a_url_is_asked_over_https_again(url, command):
    assert dig("mail.example.com", "TXT", Server("dns.google", url, 443), Vantage.RESOLVERS) == command
