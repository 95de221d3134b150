"""A record's row: what it names, what was seen there, and what that is set against."""

from dataclasses import replace

import pytest

from bot.messages import render_notice
from core import dkim
from core.dkim import DkimSyntaxError
from core.findings import BlockedOn, Code, Finding, State, ZoneFacts
from core.notices import RecordsUpdate, ZoneTable
from core.sending_domain import Language, TrackedRecord
from core.turns import Turn, TurnKey
from tests.bot.messages.checks import elements, wording
from tests.bot.messages.samples import CTX, NAME, findings, subject
from tests.fakes.record_sets import record_set


def told(*rows, language=Language.EN):
    turn = Turn(TurnKey.IT_FIX, n=1)
    changed = tuple(row.expected.purpose for row in rows)
    notice = RecordsUpdate(
        subject=subject(language), turn=turn, rows=rows, changed=changed, newly_verified=(), verified=3, required=6
    )
    return render_notice(notice, CTX)


def wrong(code, record=1, **facts):
    expected = record_set(NAME).records[record]
    return TrackedRecord(expected, finding=Finding(expected, State.ACTION, code, BlockedOn.IT, facts=facts))


def read(message):
    return wording(message).replace("\n", "")


def compared(message):
    return [block["elements"][0]["text"] for block in elements(message.blocks, "rich_text_preformatted")]


def table(zone):
    return render_notice(ZoneTable(subject=replace(subject(), zone=zone), records=record_set(NAME)), CTX)


def test_a_value_that_is_right_in_a_wrong_place_is_not_set_against_itself():
    value = record_set(NAME).records[1].value

    message = told(wrong(Code.WRONG_HOST, found_at=NAME, seen=value, length=len(value)))

    assert compared(message) == []
    assert "(410 characters)" in read(message)


@pytest.mark.parametrize(("language", "count"), [(Language.EN, " (2 records)"), (Language.JA, "（2件）")])
def test_several_values_are_counted_as_records_and_not_compared(language, count):
    row = wrong(Code.MULTIPLE_SPF, 0, count=2, merged="v=spf1 ~all", seen="v=spf1 a | v=spf1 b", length=19)

    message = told(row, language=language)

    assert f"v=spf1 a | v=spf1 b{count}" in read(message)
    assert compared(message) == []


def test_a_whole_value_is_shown_where_the_advice_names_a_part_of_it():
    value = "v=DKIM1; k=ed25519; p=AA"

    message = told(wrong(Code.DKIM_WRONG_TYPE, seen="ed25519", expected="rsa", value=value, length=len(value)))

    assert f"Seen {value} (24 characters)" in read(message)
    assert "The key type is k=ed25519 instead of k=rsa." in read(message)
    assert value in compared(message)[0]


@pytest.mark.parametrize("code", [Code.CAA_BLOCKS, Code.CNAME_CONFLICT, Code.MX_EXTRA])
def test_another_record_is_not_set_against_what_is_expected(code):
    message = told(wrong(code, 4, caa_at=NAME, seen="letsencrypt.org", length=15, count=1))

    assert compared(message) == []


def test_a_record_whose_purpose_is_its_type_is_named_once():
    message = table(ZoneFacts("example.com"))

    assert "MX bounce.mail – " in read(told(findings()[5]))
    assert next(elements(message.blocks, "table"))["rows"][6][0]["text"] == "MX"
    assert "\nMX bounce.mail = 10 feedback-smtp" in message.text


@pytest.mark.parametrize(
    ("zone", "host"),
    [("example.com", "td1._domainkey.mail"), (f"_domainkey.{NAME}", "td1"), ("example.net", "td1._domainkey.mail")],
)
def test_a_host_is_relative_to_the_zone_that_holds_the_record(zone, host):
    message = told(wrong(Code.SUBZONE_DELEGATED, zone=zone, parent="example.com"))

    assert f"DKIM (TXT) {host} – " in read(message)
    assert f"DKIM {host}: " in message.text


def test_the_table_names_the_provider_only_where_it_is_known():
    assert "Zone example.com, DNS at Cloudflare, TTL 300 s." in table(ZoneFacts("example.com", (), "Cloudflare")).text
    assert "Zone example.com, TTL 300 s." in table(ZoneFacts("example.com")).text


def test_a_short_value_that_is_cut_off_needs_no_advice_on_long_ones():
    short, long = (wrong(Code.TXT_TRUNCATED, record, seen="v=", length=2, expected_length=9) for record in (0, 1))

    assert "Enter the whole value" in read(told(short))
    assert "at most 255 characters" in read(told(long))


def test_nobody_is_asked_to_lengthen_the_key_that_was_given():
    given, weaker = wrong(Code.DKIM_WEAK, bits=1024), wrong(Code.DKIM_WEAK, bits=512)

    assert "1024 bits, as in the zone file" in read(told(given))
    assert "Use the key from the zone file" in read(told(weaker))


@pytest.mark.parametrize(
    ("tags", "said"),
    [(("pct",), "pct has no effect any more"), (("pct", "ri"), "pct, ri have no effect any more")],
)
def test_removed_tags_are_told_in_their_number(tags, said):
    assert said in read(told(wrong(Code.DMARC_LEGACY_TAGS, 2, tags=tags, count=len(tags))))


def test_an_mx_term_that_asks_too_much_is_told_in_words():
    row = wrong(Code.SPF_NESTED_ERROR, 0, term="mx", target=NAME, problem="11 × MX > 10")

    assert "11 MX records, more than the 10 that SPF allows" in read(told(row))
    assert "（MXが11件で、SPFの上限10件を超過）" in read(told(row, language=Language.JA))


@pytest.mark.parametrize(
    ("value", "english", "japanese"),
    [
        ("v=DKIM1; k=rsa", "p= is absent", "p=がない"),
        ("v=DKIM1; P=x", "P= instead of p=", "p=ではなくP=になっている"),
        ("p=x; v=DKIM1", "v= is not first", "v=が先頭にない"),
        ("v=DKIM1; p=x; p=y", "p= stands there twice", "p=が2つある"),
        ("v=DKIM1; p=x; a b", '"a b" is not tag=value', "「a b」がタグ=値の形でない"),
        ("v=DKIM1;; p=x", ";;", ";;"),
        ("v=DKIM2; p=x", "v=DKIM2", "v=DKIM2"),
    ],
)
def test_why_a_key_record_cannot_be_read_is_told_in_words(value, english, japanese):
    with pytest.raises(DkimSyntaxError) as caught:
        dkim.parse(value)
    row = wrong(Code.DKIM_SYNTAX, problem=caught.value.problem)

    assert f"parse as DKIM: {english}. Paste" in read(told(row))
    assert f"（{japanese}）" in read(told(row, language=Language.JA))


@pytest.mark.parametrize(
    ("language", "head"),
    [(Language.EN, "SPF, DKIM, MX – Action needed"), (Language.JA, "SPF、DKIM、MX – 要対応")],
)
def test_the_trouble_of_a_whole_zone_is_told_once(language, head):
    denied = [wrong(Code.NXDOMAIN_PARENT, number, parent="example.com") for number in (0, 1, 5)]
    cut = wrong(Code.NULL_MX, 3)

    message = told(*denied, cut, language=language)

    assert read(message).count("example.com") == 1 + read(told(cut, language=language)).count("example.com")
    assert head in read(message)


def test_the_troubles_of_two_zones_are_told_apart():
    one, other = (
        wrong(Code.LAME, number, zone=zone, ns=("ns1",), rcode="REFUSED")
        for number, zone in ((0, "a.test"), (1, "b.test"))
    )

    assert all(zone in read(told(one, other)) for zone in ("a.test", "b.test"))
