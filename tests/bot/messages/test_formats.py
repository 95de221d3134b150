"""A line reads the same as rich text, as mrkdwn and as plain text."""

from datetime import UTC, datetime, timedelta

import pytest

from bot.messages.advice import Scene, advice
from bot.messages.formats import fallback, mrkdwn, plain, rich
from bot.messages.lines import Emoji, Link, Mention, MentionKind, Moment, Words, bold_lead, joined, line
from bot.messages.outside import clean, shorten, shorten_list
from bot.messages.spans import exactly, roughly
from bot.messages.voice import Voice
from core.findings import Code
from core.sending_domain import DomainStatus, Language, VerificationStatus
from tests.fakes.record_sets import record_set

AT = datetime(2026, 11, 23, 14, 5, tzinfo=UTC)


def test_a_moment_follows_the_reader_in_blocks_and_is_utc_in_text():
    said = (Moment(AT),)

    assert mrkdwn(said) == "<!date^1795442700^{date_num} {time}|2026-11-23 14:05 UTC>"
    assert rich(said) == [
        {
            "type": "date",
            "timestamp": 1795442700,
            "format": "{date_num} {time}",
            "fallback": "2026-11-23 14:05 UTC",
        }
    ]
    assert plain(said) == fallback(said) == "2026-11-23 14:05 UTC"


def test_mrkdwn_sets_japanese_bold_and_code_apart():
    said = (Words("送信"), Words("mail.example.com", code=True), Words("は"), Words("停止中", bold=True), Words("です"))

    assert mrkdwn(said) == "送信 `mail.example.com` は *停止中* です"


def test_mrkdwn_adds_no_space_where_latin_text_needs_none():
    said = (Words("k="), Words("rsa", code=True), Words(", "), Words("now", bold=True), Words("."))

    assert mrkdwn(said) == "k=`rsa`, *now*."


def test_rich_text_needs_no_spaces():
    said = (Words("送信"), Words("x", code=True), Words("です"))

    assert "".join(element["text"] for element in rich(said)) == "送信xです"


def test_what_mrkdwn_would_read_as_formatting_is_made_inert():
    assert mrkdwn(line("<!here> & *a* _b_ ~c~ `d`")) == "&lt;!here&gt; &amp; ∗a∗ ˍbˍ ∼c∼ ˋdˋ"
    assert mrkdwn((Words("a`b<c>", code=True),)) == "`aˋb&lt;c&gt;`"


def test_the_fallback_is_escaped_and_keeps_mentions():
    said = (Words("<!here> "), Mention(MentionKind.USER, "U0ADMIN"), Emoji("x"))

    assert fallback(said) == "&lt;!here&gt; <@U0ADMIN>"


def test_a_mention_of_what_is_no_id_is_words():
    said = (Mention(MentionKind.USER, "x> <!channel"),)

    assert "<!channel" not in mrkdwn(said)
    assert rich(said)[0]["type"] == "text"


def test_links_and_groups_have_their_forms():
    said = (Link("https://example.com/x", "card"), Mention(MentionKind.USERGROUP, "S0X"))

    assert mrkdwn(said) == "<https://example.com/x|card><!subteam^S0X>"
    assert [element["type"] for element in rich(said)] == ["link", "usergroup"]
    assert plain(said) == "https://example.com/xS0X"


def test_lines_are_joined_without_the_empty_ones():
    assert plain(joined(((), line("a"), (), line("b")), " ")) == "a b"


def test_the_lead_of_a_turn_is_its_bold_part():
    turn = Voice(Language.EN).say("turn.it_add", n=2, provider="Gandi")

    assert plain(bold_lead(turn)) == "Waiting for IT."
    assert bold_lead(line("plain")) == line("plain")


@pytest.mark.parametrize(
    ("length", "english", "japanese"),
    [
        (timedelta(hours=72), "72 h", "72時間"),
        (timedelta(minutes=5), "5 min", "5分"),
        (timedelta(seconds=90), "1 min 30 s", "1分30秒"),
        (timedelta(milliseconds=400), "400 ms", "400ミリ秒"),
        (timedelta(microseconds=10), "1 ms", "1ミリ秒"),
        (timedelta(), "0 s", "0秒"),
    ],
)
def test_settings_are_written_exactly(length, english, japanese):
    assert exactly(length, Language.EN) == english
    assert exactly(length, Language.JA) == japanese


@pytest.mark.parametrize(
    ("length", "text"),
    [
        (timedelta(hours=47, minutes=59, seconds=50), "48 h"),
        (timedelta(hours=9, minutes=20, seconds=10), "9 h 20 min"),
        (timedelta(minutes=12, seconds=20), "12 min"),
        (timedelta(milliseconds=300), "1 s"),
        (timedelta(), "0 s"),
        (timedelta(seconds=-5), "0 s"),
    ],
)
def test_what_has_passed_is_rounded(length, text):
    assert roughly(length, Language.EN) == text


def test_what_was_seen_is_shortened_in_the_middle_to_eighty():
    said = plain(Voice(Language.EN).say("row.seen", seen="a" * 100 + "z" * 100, length=200))

    seen = said.removeprefix("Seen ").partition(" (")[0]

    assert len(seen) == 80
    assert seen.startswith("aaa")
    assert seen.endswith("zzz")
    assert "…" in seen


@pytest.mark.parametrize("name", ["expected", "merged", "typed", "target", "suggestion"])
def test_what_is_to_be_entered_is_code_and_never_shortened(name):
    value = ".".join(["a" * 60] * 4)
    texts = {
        "expected": "advice.cname-wrong-target",
        "merged": "advice.multiple-spf",
        "typed": "advice.target-doubled-suffix",
        "target": "advice.mx-priority-in-target",
        "suggestion": "advice.cname-at-apex",
    }

    said = Voice(Language.EN).say(texts[name], **{name: value})

    assert Words(value, code=True) in said


def test_a_list_is_shortened_by_whole_items():
    names = tuple(f"old{n}.mail.dead-names.example.com" for n in range(4))

    said = plain(Voice(Language.EN).say("advice.spf-void-lookups", count=4, names=names))

    assert said.endswith(f"Remove: {names[0]}, …, {names[3]}")
    assert shorten_list(["a", "b"]) == "a, b"
    assert len(shorten_list(["a" * 200])) == 80


def test_a_value_that_ends_like_the_sentence_is_quoted_where_it_is_plain():
    said = Voice(Language.EN).say(
        "advice.target-doubled-suffix", seen="a.example.net.example.com", typed="a.example.net."
    )

    assert plain(said).endswith('Enter it as "a.example.net.".')
    assert fallback(said).endswith('Enter it as "a.example.net.".')
    assert mrkdwn(said).endswith("Enter it as `a.example.net.`.")
    assert plain(Voice(Language.EN).say("advice.cname-wrong-target", seen="a.b", expected="c.d")).endswith("it to c.d.")


@pytest.mark.parametrize(
    ("ede", "said"),
    [
        ("6 signature expired", "EDE 6 DNSSEC Bogus: signature expired"),
        ("7", "EDE 7 Signature Expired"),
        ("4242 odd", "EDE 4242: odd"),
        ("", "SERVFAIL"),
    ],
)
def test_an_extended_error_is_named(ede, said):
    record = record_set("mail.example.com").records[0]
    scene = Scene("mail.example.com", "example.com")

    text = plain(advice(Voice(Language.EN), Code.DNSSEC_BOGUS, record, {"ede": ede}, scene))

    assert f"fails ({said})." in text


@pytest.mark.parametrize(
    ("code", "facts", "said"),
    [
        (Code.NAMESERVERS_DISAGREE, {"limit": 30}, ("If it lasts 30 s,", "30秒続く場合")),
        (Code.NAMESERVERS_DISAGREE, {"limit": 3600}, ("If it lasts 1 h,", "1時間続く場合")),
        (Code.SPF_NESTED_ERROR, {"problem": "0 × v=spf1"}, ("a problem: no SPF record.", "（SPFレコードなし）")),
        (Code.SPF_NESTED_ERROR, {"problem": "2 × v=spf1"}, ("a problem: 2 SPF records.", "（SPFレコードが2件）")),
        (Code.SPF_NESTED_ERROR, {"problem": "timeout"}, ("a problem: timeout.", "（timeout）")),
    ],
)
def test_what_the_core_counts_is_said_in_words(code, facts, said):
    record = record_set("mail.example.com").records[0]
    scene = Scene("mail.example.com", "example.com")

    for language, text in zip(Language, said, strict=True):
        assert text in plain(advice(Voice(language), code, record, facts, scene))


@pytest.mark.parametrize("code", [Code.TXT_TRUNCATED, Code.DKIM_TRUNCATED])
def test_where_the_provider_cannot_hold_the_key_nobody_is_asked_to_enter_it_there(code):
    facts = {"length": 255, "expected_length": 410, "bytes": 177, "expected_bytes": 294}
    key = record_set("mail.example.com").records[1]

    def said(provider, language=Language.EN):
        return plain(advice(Voice(language), code, key, facts, Scene("mail.example.com", "example.com", provider)))

    assert said("さくらのドメイン") == (
        "Cut off at 255 of 410 characters: a TXT at さくらのドメイン holds 255. "
        "Delegate mail.example.com by NS to another DNS service, or ask Support."
    )
    assert "さくらのドメインのTXTは255文字まで" in said("さくらのドメイン", Language.JA)
    for provider in ("さくらのクラウド", "Cloudflare", None):
        assert "at most 255 characters" in said(provider)


def test_control_and_direction_marks_are_stripped():
    assert clean("a\u202eb\x00c\u200bd\r\ne\x1b[0m\ud800") == "abcd e[0m"
    assert shorten("short") == "short"


def test_an_empty_fact_leaves_no_hole():
    facts = {"provisioner": "Engage", "step": "create", "domain": "a.example", "error": "no.", "remedy": ""}

    said = plain(Voice(Language.EN).say("deploy.refused", **facts))

    assert said.startswith('Engage refused "create" for a.example: no. The domain is SUSPENDED')


def test_japanese_explains_a_status_once():
    voice = Voice(Language.JA)

    first, second = voice.status(DomainStatus.ACTIVE), voice.status(DomainStatus.ACTIVE)

    assert (plain(first), plain(second)) == ("ACTIVE（送信可能）", "ACTIVE")
    assert plain(voice.status(VerificationStatus.PENDING)) == "検証待ち（Pending）"


def test_a_text_that_explains_a_status_itself_counts_as_its_first_mention():
    voice = Voice(Language.JA)

    voice.say("card.head.active", domain="a.example")

    assert plain(voice.status(DomainStatus.ACTIVE)) == "ACTIVE"


def test_english_explains_a_status_only_in_fields():
    voice = Voice(Language.EN)

    assert plain(voice.status(DomainStatus.ACTIVE)) == "ACTIVE"
    assert plain(voice.status(DomainStatus.ACTIVE, explained=True)) == "ACTIVE (can send)"
