"""The check-list for accessibility and phones, point by point, over every message in both languages."""

import re
from itertools import groupby, pairwise

import pytest

from bot.messages import without_table
from bot.messages.formats import rich
from bot.messages.lines import Words
from core.sending_domain import Language
from tests.bot.messages.checks import (
    assert_message,
    assert_view,
    elements,
    strings,
    wording,
)
from tests.bot.messages.samples import NAME, at_every_layout, everything, said_in_channels
from tests.bot.messages.views import all_files, all_views

LANGUAGES = pytest.mark.parametrize("language", list(Language))
# Said to somebody who has just named the domain, or about no single domain.
ABOUT_NO_DOMAIN = {
    "channel.lost",
    "dm.channel_lost",
    "alert.offline",
    "thread.online",
    "HelpRoot",
    "HelpVerb",
    "UsageProblem",
    "InvalidName",
    "Denied",
    "DeniedUnread",
    "Busy",
    "Broken",
    "TakesLong",
    "FormLate",
    "SlowDown",
    "KeyNeeded",
    "DomainList",
    "HomeShown",
}
HOSTILE = "<!channel> *bold* `code` _it_ ~no~ & <@U0EVIL> :x: \u202egro.live\u202c \u200b\x00\x1b[31m\r\n> "
HOSTILE += "A" * 65536
BUTTON_LABEL = 30


@LANGUAGES
def test_1_the_first_hundred_characters_of_the_text_name_the_domain(language):
    unnamed = [
        kind for kind, message in everything(language) if kind not in ABOUT_NO_DOMAIN and NAME not in message.text[:100]
    ]

    assert unnamed == []


@pytest.mark.parametrize("layout", at_every_layout())
def test_1_the_text_of_the_card_tells_statuses_turn_and_deadline_alone(layout):
    texts = {kind: message.text for kind, message in said_in_channels(Language.EN)}
    text = texts[f"card {layout}"]

    assert "Domain status" in text or "removed" in text
    assert re.search("Waiting for|Nothing to do", text)
    assert "2026-11-24 21:05 UTC" in text or layout not in {"pending", "temporary", "failure"}


@LANGUAGES
def test_1_the_text_says_what_every_paragraph_says(language):
    for kind, message in said_in_channels(language):
        for block in elements(message.blocks, "rich_text_section"):
            first = next(element["text"] for element in block["elements"] if element["type"] == "text")
            assert first.split("\n")[0].strip()[:12] in message.text, (kind, first)


@LANGUAGES
def test_2_every_emoji_follows_a_word_and_stands_alone_in_its_line(language):
    for kind, message in everything(language):
        for section in elements(message.blocks, "rich_text_section"):
            pieces = section["elements"]
            places = [index for index, piece in enumerate(pieces) if piece["type"] == "emoji"]
            for index in places:
                before = pieces[index - 1]["text"] if index else ""
                assert before.endswith(" "), kind
                assert index > 1 or before.strip(), kind
            between = [
                "".join(piece.get("text", "") for piece in pieces[left:right]) for left, right in pairwise(places)
            ]
            assert all("\n" in text for text in between), kind


@LANGUAGES
def test_2_the_only_bar_stands_after_its_numbers(language):
    for _, message in everything(language):
        for line in wording(message).split("\n"):
            if "●" in line or "○" in line:
                assert re.search(r"\d.*[●○]{6}", line)


@LANGUAGES
def test_3_blocks_are_read_in_order_with_the_turn_among_the_first_three(language):
    for kind, message in said_in_channels(language):
        if not kind.startswith("card"):
            continue
        types = [block["type"] for block in message.blocks]
        assert types[0] == "header"
        assert "rich_text" in types[:3]
        assert "actions" not in types[:-1]


@LANGUAGES
def test_4_buttons_are_few_short_distinct_and_never_two_primaries(language):
    views = [("view", view["blocks"]) for view in all_views(language)]
    messages = [(kind, message.blocks) for kind, message in everything(language)]
    for kind, blocks in [*messages, *views]:
        rows = [block["elements"] for block in blocks if block["type"] == "actions"]
        for row in rows:
            buttons = [element for element in row if element["type"] == "button"]
            choices = [button for button in buttons if button["action_id"].startswith("run_verb_")]
            labels = [button["text"]["text"] for button in buttons]
            styles = [button.get("style") for button in buttons]
            assert len(buttons) <= (5 if choices else 4), kind
            assert len(labels) == len(set(labels)), kind
            assert choices or all(len(label) <= BUTTON_LABEL for label in labels), kind
            assert styles.count("primary") <= 1, kind
            assert not {"primary", "danger"} <= set(styles), kind
        primaries = [button for row in rows for button in row if button.get("style") == "primary"]
        assert len(primaries) <= 1, kind


@LANGUAGES
def test_4_danger_stands_behind_a_confirmation(language):
    """*Remove domain* opens its own form; *Stop setup* carries the question."""
    seen = 0
    contents = [message.blocks for _, message in everything(language)]
    for content in [*contents, *(view["blocks"] for view in all_views(language))]:
        for button in elements(content, "button"):
            if button.get("style") == "danger":
                seen += 1
                assert button["action_id"] == "remove_domain" or button["confirm"]["title"]["text"]

    assert seen


@LANGUAGES
def test_5_tables_have_four_wrapped_columns_and_their_values_stand_in_the_text(language):
    seen = 0
    for _, message in everything(language):
        for table in elements(message.blocks, "table"):
            seen += 1
            assert len(table["rows"][0]) == 4
            assert table["column_settings"] == [{"is_wrapped": True}] * 4
            for row in table["rows"][1:]:
                assert row[1]["text"] in message.text
            assert not list(elements(without_table(message).blocks, "table"))

    assert seen


@LANGUAGES
def test_6_every_field_has_its_name_above_its_value(language):
    for _, message in everything(language):
        for block in message.blocks:
            for field in block.get("fields", ()):
                name, _, value = field["text"].partition("\n")
                assert name.startswith("*")
                assert value


@LANGUAGES
def test_6_preformatted_lines_stay_under_sixty_characters(language):
    seen = 0
    for _, message in everything(language):
        for block in elements(message.blocks, "rich_text_preformatted"):
            for line in block["elements"][0]["text"].split("\n"):
                seen += 1
                assert len(line) < 60

    assert seen


@LANGUAGES
def test_7_hosts_to_enter_are_in_code_and_ascii(language):
    hosts = {"td1._domainkey.mail", "_dmarc.mail", "bounce.mail"}
    message = next(message for kind, message in said_in_channels(language) if kind == "card pending")
    coded = {
        element["text"] for element in elements(message.blocks, "text") if element.get("style", {}).get("code") is True
    }

    assert hosts <= coded
    assert all(host.isascii() for host in hosts)


@LANGUAGES
def test_8_times_follow_the_reader_and_plain_text_carries_utc(language):
    for kind, message in everything(language):
        assert not re.search(r"\b\d\d:\d\d\b(?! UTC)", message.text), kind
        assert not re.search(r"\btoday\b|今日|本日", message.text), kind
        for date in elements(message.blocks, "date"):
            assert date["format"] == "{date_num} {time}"
            assert date["fallback"].endswith(" UTC")
        for text in elements(message.blocks, "mrkdwn"):
            plain = re.sub(r"<!date\^\d+\^\{date_num\} \{time\}\|\d{4}-\d\d-\d\d \d\d:\d\d UTC>", "", text["text"])
            assert not re.search(r"\d\d:\d\d", plain), kind


def test_9_both_languages_have_the_same_order_and_buttons():
    english, japanese = (list(everything(language)) for language in Language)

    assert [kind for kind, _ in english] == [kind for kind, _ in japanese]
    for (kind, one), (_, other) in zip(english, japanese, strict=True):
        assert outline(one) == outline(other), kind


def outline(message):
    """The blocks by type, with their buttons and times."""
    return [
        (
            block["type"],
            [button["action_id"] for button in elements(block, "button")],
            sorted(date["timestamp"] for date in elements(block, "date")),
        )
        for block in message.blocks
    ]


def test_9_a_japanese_button_fits_one_line():
    for _, message in everything(Language.JA):
        for button in elements(message.blocks, "button"):
            assert button["action_id"].startswith("run_verb_") or len(button["text"]["text"]) <= 15


@LANGUAGES
def test_10_hostile_facts_break_no_block_and_notify_nobody(language):
    for kind, message in everything(language, text=HOSTILE):
        assert_message(message)
        assert_harmless(message, kind)


@LANGUAGES
def test_10_a_hostile_name_breaks_no_block_either(language):
    for kind, message in everything(language, name=HOSTILE):
        assert_message(message)
        assert_harmless(message, kind)
    for view in all_views(language, name=HOSTILE, text=HOSTILE):
        assert_view(view)
    for snippet in all_files(language, text=HOSTILE):
        assert "\x1b" not in snippet.content
        assert "\u202e" not in snippet.content


def assert_harmless(message, kind):
    assert "<!channel>" not in message.text, kind
    assert "<@U0EVIL>" not in message.text, kind
    for element in elements(message.blocks, "mrkdwn"):
        assert "<!channel>" not in element["text"], kind
        assert "<@U0EVIL>" not in element["text"], kind
        outside_code = re.sub(r"`[^`]*`", "", element["text"])
        assert "*bold*" not in outside_code, kind
        assert "_it_" not in outside_code, kind
    assert not list(elements(message.blocks, "broadcast")), kind
    for key, text in strings([*message.blocks, message.text]):
        assert not re.search("[\u202a-\u202e\u2066-\u2069\u200b-\u200f\x00-\x09\x0b-\x1f]", text), (kind, key)


def test_10_a_fact_in_rich_text_stays_what_it_is():
    element = rich((Words("<!channel> & *x*", code=True),))

    assert element == [{"type": "text", "text": "<!channel> & *x*", "style": {"code": True}}]


@LANGUAGES
def test_11_everything_is_counted_before_it_is_posted(language):
    for kind, message in everything(language):
        assert_message(message, 20 if kind.startswith("card") else 50)
    for view in all_views(language):
        assert_view(view)


@LANGUAGES
def test_a_turn_is_said_once(language):
    """Bold lines that say whose turn it is: at most one in a message about one domain."""
    leads = {
        Language.EN: re.compile(r"^(Waiting for|Nothing to do)"),
        Language.JA: re.compile(r"(対応待ちです|処理待ちです|伝播待ちです|復旧待ちです|^対応は不要です)"),
    }
    for kind, message in everything(language):
        if kind in {"DomainList", "HomeShown"}:
            continue
        bold = [
            element["text"]
            for element in elements(message.blocks, "text")
            if isinstance(element["text"], str) and element.get("style", {}).get("bold")
        ]
        turns = [text for text in bold if leads[language].search(text)]
        assert len(turns) <= 1, (kind, turns)


@LANGUAGES
def test_every_domain_button_names_its_domain_aloud(language):
    for kind, message in everything(language):
        for action_id, buttons in groupby(elements(message.blocks, "button"), lambda each: each["action_id"]):
            for button in buttons:
                if action_id not in {"create_domain", "page_newer", "page_older"}:
                    assert button["accessibility_label"], kind
