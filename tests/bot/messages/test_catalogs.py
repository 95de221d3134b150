"""The catalogs say everything in both languages, the same facts in each, and nothing that nobody says."""

import re
from dataclasses import replace
from datetime import UTC, datetime

import pytest

from bot.messages import (
    busy_entry,
    catalog,
    check_offline,
    check_table,
    existing_name,
    invalid_name,
    render_alert_resolved,
    render_answer,
    render_card,
    render_invite,
    render_notice,
    without_table,
    wrong_key,
    wrong_name,
)
from bot.messages.advice import Scene, advice
from bot.messages.voice import Voice
from core.errors import InvalidDomainName
from core.findings import BlockedOn, Code, Finding, State, ZoneFacts
from core.notices import AlertResolved, Resolution, ZoneTable
from core.providers import PROVIDERS, Trait
from core.records import ExpectedRecord, Purpose, RecordSet, RecordType
from core.sending_domain import DomainStatus, Language, VerificationStatus
from core.turns import Turn, TurnKey
from tests.bot.messages import samples
from tests.bot.messages.samples import BARE, CHECKUP, CTX, NAME, NOW, at_every_layout, everything, subject
from tests.bot.messages.views import all_files, all_views
from tests.fakes.record_sets import record_set

PLACEHOLDER = re.compile(r"\{(\w+)\}")
# In files, titles and before the bar, a space sets apart what is no sentence.
SET_APART = {"progress.done", "zone.title", "evidence.title"}
JAPANESE = "ぁ-んァ-ヶ一-龠々。、（）：「」"
LANGUAGES = pytest.mark.parametrize("language", list(Language))


def texts(language):
    """Every text of a language with its key; both plural forms in English."""
    for message in catalog.read(language):
        if message.id:
            forms = message.string if isinstance(message.string, tuple) else (message.string,)
            for form in forms:
                yield str(message.context), form


@LANGUAGES
def test_no_text_is_missing_fuzzy_or_doubled(language):
    messages = [message for message in catalog.read(language) if message.id]
    keys = [message.context for message in messages]

    assert set(keys) == set(catalog.sources())
    assert len(keys) == len(set(keys))
    assert [key for key, text in texts(language) if not text] == []
    assert [message.context for message in messages if message.fuzzy] == []


def test_both_catalogs_have_the_same_source_texts():
    english = {message.context: message.id for message in catalog.read(Language.EN) if message.id}
    japanese = {message.context: message.id for message in catalog.read(Language.JA) if message.id}

    assert english == japanese


def test_english_texts_are_their_own_sources():
    differing = [
        message.context for message in catalog.read(Language.EN) if message.id and message.string != message.id
    ]

    assert differing == []


def test_the_placeholders_of_both_languages_agree():
    sources = {key: source if isinstance(source, str) else source[1] for key, source in catalog.sources().items()}
    differing = {
        key: text
        for key, text in texts(Language.JA)
        if set(PLACEHOLDER.findall(text)) != set(PLACEHOLDER.findall(sources[key]))
    }

    assert differing == {}


def test_every_english_text_that_counts_n_has_a_singular():
    uncounted = [key for key, source in catalog.sources().items() if isinstance(source, str) and "{n}" in source]

    assert uncounted == []


@pytest.mark.parametrize(("n", "text"), [(1, "1 record for"), (7, "7 records for")])
def test_the_number_chooses_the_form(n, text):
    said = Voice(Language.EN).plain("zone.table.1", n=n)

    assert said.startswith(text)


def test_a_text_may_count_something_else_than_n():
    said = [Voice(Language.EN).plain("advice.mx-extra", count=count, seen="20 mx.example.org") for count in (1, 2)]

    assert said[0].startswith("There is 1 other MX record: 20 mx.example.org. Delete it;")
    assert said[1].startswith("There are 2 other MX records:")


def test_no_japanese_text_is_an_english_sentence():
    english = [
        key
        for key, text in texts(Language.JA)
        if re.search(r"[A-Za-z]{2,} [a-z]{2,} [a-z]{2,}", re.sub(r"`[^`]*`", "", text))
    ]

    assert english == []


def test_no_japanese_text_has_half_width_katakana():
    assert [key for key, text in texts(Language.JA) if re.search(r"[\uff61-\uff9f]", text)] == []


def test_japanese_and_latin_are_not_spaced_apart():
    spaced = [
        key
        for key, text in texts(Language.JA)
        if not key.startswith("zone.file.")
        and key not in SET_APART
        and re.search(rf"[{JAPANESE}] +[A-Za-z0-9{{`*]|[A-Za-z0-9}}`*] +[{JAPANESE}]", text)
    ]

    assert spaced == []


def test_no_japanese_text_begs_or_shouts():
    assert [key for key, text in texts(Language.JA) if re.search("させていただ|お客様|[！!]", text)] == []


def test_no_english_text_shouts_or_blames():
    assert [key for key, text in texts(Language.EN) if re.search("!|[Yy]ou forgot|error occurred", text)] == []


def test_english_sentences_are_short():
    long = [
        (key, sentence)
        for key, text in texts(Language.EN)
        for sentence in re.split(r"(?<=[.:;?])\s|\n", re.sub(r"`[^`]*`", "x", text))
        if len(sentence.split()) > 25
    ]

    assert long == []


def test_advice_is_short_before_its_facts_are_filled_in():
    long = [
        key
        for language in Language
        for key, text in texts(language)
        if key.startswith(("advice.", "provider.")) and len(text) > 200
    ]

    assert long == []


@pytest.mark.parametrize("code", [code for code in Code if code is not Code.OK])
def test_every_code_has_advice_in_both_languages(code):
    record = record_set(NAME).records[0]

    said = [advice(Voice(language), code, record, {}, Scene(NAME, "example.com")) for language in Language]

    assert all(said)
    assert said[0] != said[1]


def test_no_advice_is_for_a_code_that_does_not_exist():
    codes = {key.removeprefix("advice.") for key in catalog.sources() if key.startswith("advice.")}

    assert codes == {code.value for code in Code} - {Code.OK.value}


def test_markup_is_closed():
    """Bold and code are the only markup; a single star is one that the text is about."""
    broken = [
        key
        for language in Language
        for key, text in texts(language)
        if text.count("`") % 2 or re.sub(r"[(（]\*[)）]", "", text).count("*") % 2
    ]

    assert broken == []


def test_code_says_every_text_and_no_text_is_left_over(monkeypatch):
    """A key that code names but no catalog has raises `KeyError` here."""
    used = set()
    looked_up = catalog.text

    def noting(key, language, n=1):
        used.add(key)
        return looked_up(key, language, n)

    monkeypatch.setattr(catalog, "text", noting)
    say_everything()

    assert set(catalog.sources()) - used == set()


DKIM_PROBLEMS = ("no p=", "P=, not p=", "v= not first", "p= twice", "`x`: no tag=value")


def say_everything():
    for language in Language:
        list(everything(language))
        list(all_views(language))
        list(all_files(language))
        for item in say_the_rest(language):
            assert item


def say_the_rest(language):
    """What the samples do not happen to say."""
    voice = Voice(language)
    record, scene = record_set(NAME).records[0], Scene(NAME, "example.com")
    yield voice.say("card.refused", provisioner="Engage", step="create", error="no", remedy="Ask.")
    for code in Code:
        if code is not Code.OK:
            yield advice(voice, code, record, {}, replace(scene, next_at=NOW))
    yield advice(voice, Code.CAA_BLOCKS, record, {"tag": "tbs", "seen": '128 tbs "x"', "caa_at": NAME}, scene)
    for trait in Trait:
        yield voice.say(f"provider.{trait.value}")
    for key in TurnKey:
        yield voice.say(key.value)
    for status in (*DomainStatus, *VerificationStatus):
        yield Voice(Language.EN).status(status, explained=True)
        yield Voice(Language.JA).status(status)
        again = Voice(language)
        yield (again.status(status), again.status(status))
    for how in Resolution:
        yield render_notice(resolved(language, how), CTX)
        yield render_alert_resolved(resolved(language, how), "alert.offline")
    layouts = at_every_layout(language)
    yield wrong_key("abc", language)
    yield wrong_name(layouts["active"], "x", language)
    yield existing_name(layouts["active"], language)
    yield invalid_name(InvalidDomainName("syntax", label="_"), language)
    yield busy_entry(language)
    spoilt = replace(CHECKUP.rows[0], state=State.ACTION, code="existing-mx", seen=("0 .",))
    for records in (None, record_set(NAME)):
        yield check_table(CHECKUP, language, records)
        yield check_offline(replace(CHECKUP, problem="timeout" if records else ""), language)
        yield check_table(CHECKUP, language, RecordSet())
        yield check_table(replace(CHECKUP, zone=ZoneFacts("example.com")), language, records)
        yield check_table(replace(CHECKUP, rows=(spoilt,)), language, records)
    yield from say_in_words(voice, record, scene)
    yield voice.say("row.seen.several", seen="a | b", count=2)
    yield render_invite("C0IT", "engage", language)
    yield render_card(samples.replace(layouts["verified"], window=None), Turn(TurnKey.ENGAGE), BARE)
    idle = samples.replace(layouts["pending"], next_check_at=None)
    yield render_card(idle, Turn(TurnKey.PROPAGATION), BARE)
    yield render_answer(samples.status(idle), language, CTX)
    too_soon = samples.answers.TooSoon(domain=idle, ago=samples.HOUR)
    yield render_answer(too_soon, language, CTX, forgiven=("MAIL.example.com", NAME))
    yield render_card(all_silent(layouts["pending"]), Turn(TurnKey.PROVIDER), BARE)
    many = RecordSet(1, tuple(samples.replace(record, name=f"n{number}.{NAME}") for number in range(12)))
    crowded = tuple(samples.TrackedRecord(each, VerificationStatus.PENDING) for each in many)
    yield render_card(samples.replace(layouts["pending"], records=crowded), Turn(TurnKey.IT_ADD), CTX)
    yield render_notice(ZoneTable(subject=replace(subject(language), zone=None), records=record_set(NAME)), CTX)
    yield without_table(render_notice(ZoneTable(subject=subject(language), records=record_set(NAME)), CTX))
    odd = ExpectedRecord(Purpose.MX, RecordType.TXT, NAME, "x", required=False)
    apex = samples.replace(subject(language, "example.com"), zone=ZoneFacts("example.com"))
    dmarc = record_set("example.com").records[2]
    yield render_notice(samples.thread.ZoneFile(subject=apex, records=RecordSet(1, (odd, dmarc)), made_at=NOW), CTX)


def all_silent(domain):
    """Return `domain` with records whose zone is in trouble."""
    lame = (Finding(each.expected, State.TEMPORARY, Code.LAME, BlockedOn.DNS_PROVIDER) for each in domain.records)
    return samples.replace(domain, records=tuple(samples.TrackedRecord(each.record, finding=each) for each in lame))


SILENCES = (
    (Code.CHECKER_OFFLINE, {"rcode": "budget"}),
    (Code.CHECKER_OFFLINE, {}),
    (Code.NS_UNREACHABLE, {"rcode": "forbidden"}),
    (Code.NS_UNREACHABLE, {"rcode": "timeout", "ok_ns": ("ns1.example.net",)}),
    (Code.SERVFAIL, {"rcode": "garbage", "until_at": NOW}),
)


def say_in_words(voice, record, scene):
    """What is counted, and what a provider cannot hold."""
    for problem in ("0 × v=spf1", "2 × v=spf1", "11 × MX > 10", *DKIM_PROBLEMS):
        yield advice(voice, Code.SPF_NESTED_ERROR, record, {"problem": problem}, scene)
    yield advice(voice, Code.DKIM_WEAK, record, {"bits": 1024}, scene)
    for code, facts in SILENCES:
        yield advice(voice, code, record, facts, scene)
    yield advice(voice, Code.MISSING, record, {"cached_until_at": NOW}, scene)
    yield advice(voice, Code.TXT_TRUNCATED, record_set(NAME).records[1], {}, scene)
    yield advice(
        voice, Code.TXT_TRUNCATED, record_set(NAME).records[1], {}, replace(scene, provider="さくらのドメイン")
    )


def resolved(language, how):
    return AlertResolved(
        subject=subject(language),
        incident_id="i1",
        opened_at=datetime(2026, 11, 23, tzinfo=UTC),
        resolved_at=NOW,
        how=how,
    )


def test_every_known_provider_has_texts_for_its_traits():
    missing = [
        trait
        for provider in PROVIDERS
        for trait in provider.traits
        if f"provider.{trait.value}" not in catalog.sources()
    ]

    assert missing == []
