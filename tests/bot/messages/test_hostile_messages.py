"""Text from outside stays text, in everything that is sent to Slack: it draws nothing, calls nobody, hides nothing."""

import time
from functools import cache

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from bot.messages.outside import clean, cleaned
from core.sending_domain import Language
from tests.bot.messages import hostility
from tests.bot.messages.checks import assert_message, assert_view
from tests.bot.messages.samples import NAME
from tests.bot.messages.views import all_files

LANGUAGES = pytest.mark.parametrize("language", list(Language))
SHORT = 48


def assert_draws_letters(language, text):
    """What is drawn around a hostile text is what is drawn around letters."""
    drawn = {}
    for number, (kind, payload) in enumerate(hostility.payloads(language, NAME, text[:SHORT])):
        assert hostility.invisible(payload) == [], kind
        drawn[number, kind] = hostility.skeleton(payload)

    for place, around_letters in harmless(language).items():
        assert drawn.pop(place) == around_letters, place
    assert drawn == {}


@cache
def harmless(language):
    """The skeleton of everything that is sent, by its number and kind, when nobody means harm."""
    payloads = hostility.payloads(language, NAME, "x" * (SHORT // 2))
    return {(number, kind): hostility.skeleton(payload) for number, (kind, payload) in enumerate(payloads)}


def packed():
    """The nasty texts, as many at once as are shown whole; each begins and ends its text somewhere."""
    packs = [""]
    for text in hostility.NASTY:
        if len(packs[-1]) + len(text) > SHORT:
            packs.append("")
        packs[-1] += text
    return packs


@pytest.mark.parametrize("text", packed(), ids=ascii)
def test_what_was_made_to_be_more_than_letters_is_drawn_as_letters(text):
    assert_draws_letters(list(Language)[len(text) % 2], text)


@settings(max_examples=3, deadline=None, suppress_health_check=list(HealthCheck))
@given(text=hostility.texts, language=st.sampled_from(Language))
def test_any_text_is_drawn_as_letters(text, language):
    assert_draws_letters(language, text)


@settings(max_examples=3, deadline=None, suppress_health_check=list(HealthCheck))
@given(name=hostility.texts, language=st.sampled_from(Language))
def test_a_name_that_is_none_is_drawn_as_letters_too(name, language):
    for _, payload in hostility.payloads(language, name, "seen"):
        assert hostility.invisible(payload) == []


@pytest.mark.parametrize(
    ("language", "text"),
    [(Language.EN, "<!channel> *x* `y` " * 600), (Language.JA, "&" * 10_000), (Language.EN, "\u202e" * 10_000)],
)
def test_ten_thousand_characters_break_no_limit(language, text):
    name = text.replace("&", "a")  # ten names of 253 ampersands each cannot be registered, and would not fit a list
    started = time.process_time()

    for _, message in hostility.messages(language, name, text):
        assert_message(message)
    for view in hostility.views(language, name, text):
        assert_view(view)
    for entry in hostility.entries(language, name, text):
        assert 0 < len(entry) <= 3000

    assert time.process_time() - started < 10


@LANGUAGES
@pytest.mark.parametrize("text", hostility.NASTY, ids=ascii)
def test_files_hold_lines_of_letters(language, text):
    for snippet in all_files(language, text=text):
        assert hostility.invisible(snippet.content) == []
        assert hostility.invisible([snippet.title, snippet.filename, snippet.comment]) == []


@given(st.text())
@settings(max_examples=200, deadline=None)
def test_cleaning_is_done_once_and_for_all(text):
    once = clean(text)

    assert clean(once) == once
    assert hostility.invisible(once) == []
    assert len(cleaned(text, 40)) <= 40


@pytest.mark.parametrize("text", ["例え.jp", "が", "한국", "naïve", "Größe", "ก็ได้", "हिन्दी", "v=spf1 ~all", "a_b*c"])
def test_what_people_write_is_left_alone(text):
    assert clean(text) == text
