"""Answers of the API: tolerant of what is new, never of what is wrong."""

import copy
import json
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.adapters.engage import documents
from core.errors import TransientError
from core.events import Snapshot
from core.records import ExpectedRecord, Purpose, RecordType
from core.sending_domain import DeploymentEvent, Verdict

NOW = datetime(2026, 3, 2, 14, 5, tzinfo=UTC)
SPF = {"purpose": "SPF", "type": "TXT", "name": "bounce.mail.example.com", "value": "v=spf1 ~all", "ttl": 600}
DOCUMENT: dict[str, Any] = {
    "data": {
        "type": "emailDomains",
        "id": "5f0c7e0e-5a47-4a2f-9c43-4f0f6d1f8a11",
        "attributes": {
            "domain": "mail.example.com",
            "status": "DEPLOYING",
            "verificationStatus": "PENDING",
            "dnsRecords": [SPF],
            "deploymentEvents": [{"name": "UPDATE_TO_SECRET_COMPLETED", "completedAt": "2026-03-02T14:00:00Z"}],
        },
    }
}


def read(document: object) -> Snapshot:
    return documents.snapshot(documents.one(document), NOW)


def with_attribute(name: str, value: object) -> dict[str, Any]:
    document = copy.deepcopy(DOCUMENT)
    document["data"]["attributes"][name] = value
    return document


def with_record(**changes: object) -> dict[str, Any]:
    return with_attribute("dnsRecords", [{**SPF, **changes}])


def only_record(document: object) -> ExpectedRecord:
    (record,) = read(document).records
    return record


def test_a_document_becomes_a_snapshot() -> None:
    snapshot = read(DOCUMENT)

    assert snapshot == Snapshot(
        provisioner_id="5f0c7e0e-5a47-4a2f-9c43-4f0f6d1f8a11",
        records=(ExpectedRecord(Purpose.SPF, RecordType.TXT, "bounce.mail.example.com", "v=spf1 ~all", 600),),
        events={DeploymentEvent.SECRET: datetime(2026, 3, 2, 14, 0, tzinfo=UTC)},
        verdict=Verdict.PENDING,
        verdict_word="PENDING",
        asked_at=NOW,
    )


def test_a_domain_is_known_in_any_notation() -> None:
    assert documents.one(with_attribute("domain", "Mail.日本語.example.")).domain == "mail.xn--wgv71a119e.example"


def test_new_attributes_are_no_news() -> None:
    snapshot = read(with_attribute("mood", {"bright": [True]}))

    assert snapshot.unknown == ()


@pytest.mark.parametrize("name", ["dnsRecords", "deploymentEvents", "status"])
@pytest.mark.parametrize("missing", [True, False])
def test_what_is_missing_or_null_is_not_there_yet(name: str, missing: bool) -> None:
    document = with_attribute(name, None)
    if missing:
        del document["data"]["attributes"][name]

    assert read(document).unknown == ()


@pytest.mark.parametrize("word", ["Temporary Failure", "temporary_failure", "TEMPORARY-FAILURE"])
def test_a_verdict_is_known_in_any_notation_and_shown_in_its_own(word: str) -> None:
    snapshot = read(with_attribute("verificationStatus", word))

    assert (snapshot.verdict, snapshot.verdict_word) == (Verdict.TEMPORARY_FAILURE, word)


@pytest.mark.parametrize("word", ["HALF_VERIFIED", "UNKNOWN", "", "é"])
def test_another_verdict_is_unknown_and_reported(word: str) -> None:
    snapshot = read(with_attribute("verificationStatus", word))

    assert (snapshot.verdict, snapshot.verdict_word) == (Verdict.UNKNOWN, word)
    assert snapshot.unknown == (f"verificationStatus {word}",)


def test_no_verdict_at_all_is_not_taken_for_one() -> None:
    snapshot = read(with_attribute("verificationStatus", None))

    assert snapshot.verdict is Verdict.UNKNOWN


def test_words_that_are_new_are_reported_once_and_change_nothing_else() -> None:
    document = with_attribute("status", "HIBERNATING")
    document["data"]["attributes"]["dnsRecords"] = [
        SPF,
        {**SPF, "purpose": "BIMI"},
        {**SPF, "purpose": "BIMI"},
        {**SPF, "type": "HTTPS"},
    ]
    document["data"]["attributes"]["deploymentEvents"].append({"name": "UPDATE_TO_BIMI_COMPLETED"})

    snapshot = read(document)

    assert snapshot.unknown == (
        "status HIBERNATING",
        "dnsRecords BIMI TXT",
        "dnsRecords SPF HTTPS",
        "deploymentEvents UPDATE_TO_BIMI_COMPLETED",
    )
    assert (snapshot.records, snapshot.events) == (read(DOCUMENT).records, read(DOCUMENT).events)


def test_what_is_reported_is_bounded_and_fit_for_a_log() -> None:
    words = [{"name": f"EVENT_{number}\x1b[31m\n"} for number in range(64)]

    unknown = read(with_attribute("deploymentEvents", words)).unknown

    assert len(unknown) == 20
    assert all(word.isprintable() for word in unknown)


@pytest.mark.parametrize(
    ("told", "meant"),
    [
        ("Bounce.Mail.Example.COM.", "bounce.mail.example.com"),
        ("bounce.日本語.example", "bounce.xn--wgv71a119e.example"),
        ("_dmarc.日本語.example", "_dmarc.xn--wgv71a119e.example"),
        (" bounce.mail.example.com ", "bounce.mail.example.com"),
    ],
)
def test_names_are_lower_case_a_labels_without_a_final_dot(told: str, meant: str) -> None:
    assert only_record(with_record(name=told)).name == meant


@pytest.mark.parametrize(
    "name",
    [
        "",
        ".",
        "com",
        "a..b",
        "-a.example",
        "a b.example",
        "a\n.example",
        "$(id).example",
        f"{'a' * 64}.example",
        "☃☃..x",
    ],
)
def test_what_is_no_name_makes_the_answer_unreadable(name: str) -> None:
    with pytest.raises(TransientError, match=r"dnsRecords\[0\]\.name is not a DNS name"):
        read(with_record(name=name))


def test_a_name_may_not_be_longer_than_a_name_can_be() -> None:
    with pytest.raises(TransientError, match="name"):
        read(with_record(name=".".join(["a" * 60] * 4) + ".example.com"))


@pytest.mark.parametrize(
    ("told", "meant"),
    [
        ("v=spf1 ~all", "v=spf1 ~all"),
        ('"v=DKIM1; k=rsa; " "p=MIIB"', "v=DKIM1; k=rsa; p=MIIB"),
        ('"v=DKIM1;""p=MIIB"', "v=DKIM1;p=MIIB"),
        (r'"say \"hi\" \\ there"', r'say "hi" \ there'),
        (" v=DMARC1; p=none; ", "v=DMARC1; p=none;"),
    ],
)
def test_a_text_is_joined_and_unquoted(told: str, meant: str) -> None:
    assert only_record(with_record(value=told)).value == meant


@pytest.mark.parametrize("value", ["", '""', '"open', '"a" b "c"', "two\nlines", "zero\u200bwidth", "x\x00"])
def test_a_text_that_no_zone_can_hold_makes_the_answer_unreadable(value: str) -> None:
    with pytest.raises(TransientError, match=r"dnsRecords\[0\]\.value"):
        read(with_record(value=value))


@pytest.mark.parametrize(
    "told",
    [
        {"value": "10 Feedback-SMTP.us-east-1.amazonses.com."},
        {"value": "feedback-smtp.us-east-1.amazonses.com", "priority": 10},
    ],
)
def test_a_mail_exchanger_is_preference_and_host(told: dict[str, object]) -> None:
    record = only_record(with_record(purpose="MX", type="MX", **told))

    assert record.value == "10 feedback-smtp.us-east-1.amazonses.com"


@pytest.mark.parametrize(
    "told",
    [{"value": "mx.example.com"}, {"value": "70000 mx.example.com"}, {"value": "mx.example.com", "priority": True}],
)
def test_a_mail_exchanger_without_a_usable_preference_makes_the_answer_unreadable(told: dict[str, object]) -> None:
    with pytest.raises(TransientError, match=r"dnsRecords\[0\]"):
        read(with_record(purpose="MX", type="MX", **told))


def test_a_target_is_a_name() -> None:
    record = only_record(with_record(purpose="CLICK_TRACKING", type="cname", value="Click.Engage.Example."))

    assert (record.type, record.value) == (RecordType.CNAME, "click.engage.example")


@pytest.mark.parametrize("word", ["CLICK_TRACKING", "clickTracking", "click-tracking", "Click Tracking"])
def test_a_purpose_is_known_in_any_notation(word: str) -> None:
    assert only_record(with_record(purpose=word)).purpose is Purpose.CLICK_TRACKING


@pytest.mark.parametrize("purpose", list(Purpose))
def test_all_but_dmarc_are_required(purpose: Purpose) -> None:
    record = only_record(with_record(purpose=purpose.value))

    assert record.required is (purpose is not Purpose.DMARC)


def test_a_record_without_a_ttl_has_five_minutes() -> None:
    assert only_record(with_record(ttl=None)).ttl == 300


def test_a_record_told_twice_is_one() -> None:
    assert len(read(with_attribute("dnsRecords", [SPF, SPF])).records) == 1


def test_records_that_contradict_one_another_make_the_answer_unreadable() -> None:
    with pytest.raises(TransientError, match=r"dnsRecords\[1\] contradicts"):
        read(with_attribute("dnsRecords", [SPF, {**SPF, "value": "v=spf1 -all"}]))


@pytest.mark.parametrize(
    ("told", "meant"),
    [
        ("2026-03-02T23:00:00+09:00", datetime(2026, 3, 2, 14, 0, tzinfo=UTC)),
        ("2026-03-02T14:00:00", datetime(2026, 3, 2, 14, 0, tzinfo=UTC)),
        ("2031-01-01T00:00:00Z", NOW),
        (None, None),
        ("yesterday", None),
        ("0001-01-01T00:00:00+14:00", None),
    ],
)
def test_an_event_is_complete_whatever_its_moment(told: str | None, meant: datetime | None) -> None:
    events = [{"name": "UPDATE_TO_SECRET_COMPLETED", "completedAt": told}]

    assert read(with_attribute("deploymentEvents", events)).events == {DeploymentEvent.SECRET: meant}


def test_moments_come_back_in_utc() -> None:
    events = [{"name": "UPDATE_TO_SECRET_COMPLETED", "completedAt": "2026-03-02T23:00:00+09:00"}]

    moment = read(with_attribute("deploymentEvents", events)).events[DeploymentEvent.SECRET]

    assert moment is not None
    assert moment.utcoffset() == timedelta(0)


@pytest.mark.parametrize(
    ("change", "words"),
    [
        (lambda d: d.update(data=None), "data is missing"),
        (lambda d: d.update(data=[]), "data is a list, not an object"),
        (lambda d: d["data"].update(id=7), "data.id is a number, not text"),
        (lambda d: d["data"].update(id="../../me"), "data.id is not an id"),
        (lambda d: d["data"].update(attributes="none"), "data.attributes is text, not an object"),
        (lambda d: d["data"]["attributes"].update(domain=None), "domain is missing, not text"),
        (lambda d: d["data"]["attributes"].update(verificationStatus=42), "verificationStatus is a number, not text"),
        (lambda d: d["data"]["attributes"].update(verificationStatus="x" * 81), "has 81 characters"),
        (lambda d: d["data"]["attributes"].update(status=["ACTIVE"]), "status is a list, not text"),
        (lambda d: d["data"]["attributes"].update(dnsRecords={"SPF": True}), "dnsRecords is an object, not a list"),
        (lambda d: d["data"]["attributes"].update(dnsRecords=[SPF] * 65), "has 65 items"),
        (lambda d: d["data"]["attributes"].update(dnsRecords=["SPF"]), r"dnsRecords\[0\] is text, not an object"),
        (lambda d: d["data"]["attributes"].update(dnsRecords=[{**SPF, "ttl": "300"}]), "ttl is text"),
        (lambda d: d["data"]["attributes"].update(dnsRecords=[{**SPF, "ttl": -1}]), "ttl is not between"),
        (lambda d: d["data"]["attributes"].update(dnsRecords=[{**SPF, "value": "x" * 5000}]), "5000 characters"),
        (lambda d: d["data"]["attributes"].update(deploymentEvents=[{"name": True}]), "name is true or false"),
        (lambda d: d["data"]["attributes"].update(deploymentEvents="none"), "deploymentEvents is text"),
    ],
)
def test_lies_about_types_are_told_with_their_place(change: Callable[[Any], None], words: str) -> None:
    document = copy.deepcopy(DOCUMENT)
    change(document)

    with pytest.raises(TransientError, match=words):
        read(document)


@pytest.mark.parametrize("body", [b"<html>", b"", b"\xff", b"[" * 100_000, b"9" * 5000])
def test_a_body_that_is_no_json_is_said_to_be_none(body: bytes) -> None:
    with pytest.raises(TransientError, match="not JSON"):
        documents.one(documents.parsed(body))


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda children: st.lists(children, max_size=4) | st.dictionaries(st.text(), children, max_size=4),
    max_leaves=10,
)


@given(place=st.sampled_from(["purpose", "type", "name", "value", "ttl", "priority"]), value=json_values)
def test_no_value_in_a_record_is_a_surprise(place: str, value: object) -> None:
    document = with_record(**{"purpose": "MX", "type": "MX", place: value})

    try:
        snapshot = read(json.loads(json.dumps(document)))
    except TransientError:
        return

    assert all(record.name.isascii() and record.value.isascii() for record in snapshot.records)


@given(
    name=st.sampled_from(["domain", "reference", "status", "verificationStatus", "dnsRecords", "deploymentEvents"]),
    value=json_values,
)
def test_no_attribute_is_a_surprise(name: str, value: object) -> None:
    document = json.loads(json.dumps(with_attribute(name, value)))

    try:
        snapshot = read(document)
    except TransientError:
        return

    assert snapshot.verdict in set(Verdict)
