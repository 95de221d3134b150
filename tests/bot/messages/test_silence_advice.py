"""What is said of name servers that say nothing usable: only what is true of them."""

import pytest

from bot.messages.advice import Scene, advice
from bot.messages.formats import plain
from bot.messages.voice import Voice
from core.diagnosis import Case
from core.findings import Code, Finding
from core.observations import Silence
from core.records import Purpose
from core.sending_domain import Language
from tests.fakes.dns_world import NOW, NS1, NS2, World
from tests.fakes.record_sets import record_set

DOMAIN = "mail.example.com"
RECORDS = record_set(DOMAIN)
CASE = Case(DOMAIN, RECORDS)


def said(finding: Finding, language: Language = Language.EN) -> str:
    scene = Scene(DOMAIN, "example.com")
    return plain(advice(Voice(language), finding.code, finding.record, finding.facts, scene))


def found(world: World) -> Finding:
    return world.diagnose(CASE)[Purpose.MX]


@pytest.mark.parametrize(
    ("language", "text"),
    [
        (Language.EN, f"Correct at {NS1}, but {NS2} does not answer over UDP or TCP"),
        (Language.JA, f"{NS1}では正しく登録済みですが、{NS2}がUDP・TCPとも応答しません"),
    ],
)
def test_one_silent_server_beside_a_right_one_is_not_told_as_silence_of_all(language, text):
    finding = found(World().add(RECORDS).fail(Silence.TIMEOUT, at=NS2))

    assert finding.code is Code.NS_UNREACHABLE
    assert said(finding, language).startswith(text)


def test_silence_of_all_servers_is_told_as_that():
    finding = found(World().add(RECORDS).fail(Silence.TIMEOUT))

    assert said(finding).startswith(f"No nameserver of example.com answers over UDP or TCP ({NS1}, {NS2}).")


@pytest.mark.parametrize(
    ("reason", "language", "text"),
    [
        (Silence.GARBAGE, Language.EN, "is not valid DNS"),
        (Silence.GARBAGE, Language.JA, "DNSとして不正な応答"),
        (Silence.FORBIDDEN, Language.EN, "has no public address"),
        (Silence.FORBIDDEN, Language.JA, "公開アドレスがなく"),
        (Silence.BUDGET, Language.EN, "This check ended before"),
        (Silence.BUDGET, Language.JA, "今回の確認時間内に"),
    ],
)
@pytest.mark.parametrize("silent", [None, NS2], ids=["all", "one"])
def test_other_silence_is_told_for_what_it_is(reason, language, text, silent):
    finding = found(World().add(RECORDS).fail(reason, at=silent))

    assert text in said(finding, language)
    assert "SERVFAIL" not in said(finding, language)


def test_no_next_try_is_promised_where_none_is_known():
    finding = found(World().add(RECORDS).fail(Silence.BUDGET))
    unasked = Finding(finding.record, finding.state, Code.CHECKER_OFFLINE, finding.blocked_on)

    later = Scene(DOMAIN, "example.com", next_at=NOW)
    promised = plain(advice(Voice(Language.EN), unasked.code, unasked.record, {}, later))

    assert said(unasked).endswith("we keep trying.")
    assert "next try" in promised
