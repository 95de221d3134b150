"""The evidence file: labels for whoever it is passed on to, advice for whoever is asked to act."""

from dataclasses import replace
from datetime import timedelta

import pytest

from bot.messages import render_notice
from core.evidence import control_of
from core.exhibits import Asked, Exhibit, Exhibits
from core.findings import BlockedOn, Code, Finding, State, ZoneFacts
from core.notices import EvidenceFile
from core.observations import Server
from core.records import Purpose
from core.sending_domain import Language, Window
from tests.bot.messages.samples import CTX, NAME, NOW, subject
from tests.fakes.record_sets import record_set

DKIM = next(record for record in record_set(NAME) if record.purpose is Purpose.DKIM)
NS1 = Server("ns1.example.net", "192.0.2.53")
CUT = Finding(
    DKIM, State.ACTION, Code.TXT_TRUNCATED, BlockedOn.IT, facts={"length": 255, "expected_length": 410, "seen": "v=D"}
)
ASKED = Asked(
    DKIM.name,
    "TXT",
    NS1,
    NOW - timedelta(seconds=7),
    "NOERROR aa",
    24,
    300,
    ('255 characters  "v=DKIM1; k=rsa; p=MII"',),
    f"dig +norecurse @'ns1.example.net' '{DKIM.name}' TXT",
)


def evidence(*exhibits, language=Language.EN, **changes):
    about = replace(subject(language), zone=ZoneFacts("example.com", ("ns1.example.net",), "Amazon Route 53"))
    facts = Exhibits(
        "alert.failed",
        NOW,
        exhibits or (Exhibit(CUT, NOW - timedelta(hours=1), (ASKED,)),),
        Window("w1", NOW - timedelta(hours=72), NOW),
        "PENDING",
        NOW,
        control=control_of("example.com", Server("", "192.0.2.1"), 12),
    )
    return EvidenceFile(subject=about, incident_id="i1", exhibits=replace(facts, **changes))


def lines_of(notice):
    return render_notice(notice, CTX).content.splitlines()


def test_a_finding_without_its_answers_names_the_servers_that_gave_them():
    finding = replace(CUT, servers=(ASKED.server, Server("192.0.2.54", "192.0.2.54", 5353)), seen_at=NOW)

    lines = lines_of(evidence(Exhibit(finding)))

    assert f"      {NOW:%H:%M:%SZ}  ns1.example.net 192.0.2.53  192.0.2.54 port 5353" in lines


def test_the_file_shows_what_was_found_where_when_and_how_to_ask_again():
    lines = lines_of(evidence())

    assert lines == [
        "mail.example.com  alert.failed  made 2026-11-23T14:05:00Z  reference i1",
        "status       DEPLOYING / Pending  window 2026-11-20T14:05:00Z – 2026-11-23T14:05:00Z",
        "provisioner  Engage: PENDING, asked 2026-11-23T14:05:00Z",
        "zone         example.com  DNS Amazon Route 53  nameservers 1  vantage authoritative",
        "",
        f"[1] DKIM TXT {DKIM.name}  action  txt-truncated  since 2026-11-23T13:05:00Z",
        '    Cut off at 255 of 410 characters. Enter one record made of strings of at most 255 characters: "…" "…"',
        f"    expected 410 characters  {DKIM.value}",
        f"    $ dig +norecurse @'ns1.example.net' '{DKIM.name}' TXT",
        "      14:04:53Z  ns1.example.net 192.0.2.53  NOERROR aa  24 ms  TTL 300",
        '      255 characters  "v=DKIM1; k=rsa; p=MII"',
        "",
        "control      answered  12 ms",
        "    $ dig @'192.0.2.1' 'example.com' NS",
    ]


def test_only_the_advice_is_in_the_language_of_the_domain():
    english, japanese = lines_of(evidence()), lines_of(evidence(language=Language.JA))

    differing = [number for number, pair in enumerate(zip(english, japanese, strict=True)) if pair[0] != pair[1]]
    assert differing == [6]
    assert "410文字中255文字で切れています" in japanese[6]


def test_what_cannot_be_asked_again_is_named_without_a_command():
    left_out = replace(ASKED, server=Server("", ""), said="not asked: budget", took_ms=0, ttl=None, lines=(), dig="")

    lines = lines_of(evidence(Exhibit(CUT, asked=(left_out,), left_out=3), control=None, verdict_at=None))

    assert lines[8:] == [
        f"    {DKIM.name} TXT",
        "      14:04:53Z  not asked: budget",
        "    and 3 more answers",
        "",
        "control      no control query was made",
    ]
    assert not any("$" in line for line in lines)


def test_a_listed_server_is_named_with_its_port():
    listed = replace(ASKED, server=Server("127.0.0.1:5301", "127.0.0.1", 5301))

    assert "      14:04:53Z  127.0.0.1 port 5301  NOERROR aa  24 ms  TTL 300" in lines_of(
        evidence(Exhibit(CUT, asked=(listed,)))
    )


def test_a_regression_names_what_it_comes_down_to():
    facts = {**CUT.facts, "underlying": "txt-truncated", "since_at": NOW}
    finding = replace(CUT, state=State.TEMPORARY, code=Code.REGRESSED, facts=facts)

    lines = lines_of(evidence(Exhibit(finding)))

    assert lines[5].endswith("  temporary  regressed (txt-truncated)")
    assert lines[6].startswith("    It was correct until 2026-11-23 14:05 UTC. Now: Cut off at 255 of 410")


@pytest.mark.parametrize("hostile", ["\x1b[2J", "\u202ex", "a\nb $ rm", "\r\n$ rm -rf"])
def test_nothing_from_outside_begins_a_line_or_steers_a_terminal(hostile):
    asked = replace(ASKED, said=hostile, lines=(f'9 characters  "{hostile}"',), server=Server(hostile, "192.0.2.53"))

    text = render_notice(evidence(Exhibit(CUT, asked=(asked,)), verdict=hostile, error=hostile), CTX).content

    assert all(char.isprintable() or char == "\n" for char in text)
    commands = [line.strip() for line in text.splitlines() if line.strip().startswith("$")]
    assert all(command.startswith("$ dig ") for command in commands)
    assert len(text.splitlines()) == 14


def test_secrets_are_blotted_out():
    key = "1/" + "0123456789abcdef" * 2 + "01234567"
    asked = replace(ASKED, lines=(f'42 characters  "{key}"',))

    assert key not in render_notice(evidence(Exhibit(CUT, asked=(asked,)), error=f"bad key {key}"), CTX).content
