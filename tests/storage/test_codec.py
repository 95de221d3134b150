import json
from dataclasses import replace
from datetime import UTC, datetime

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from core.findings import BlockedOn, Code, Finding, State
from core.notices import QUEUED, EvidenceFile, Subject
from core.observations import Server
from core.records import ExpectedRecord, Purpose, RecordType
from core.sending_domain import SendingDomain
from storage import codec
from storage.codec import Undecodable
from storage.domain_rows import domain_of, values_of
from storage.tables import DOMAINS
from tests.storage.samples import NOW, a_domain, any_domain, any_notice, card, message

A_RECORD = ExpectedRecord(Purpose.SPF, RecordType.TXT, "mail.example.com", "v=spf1 -all")


def through_json(document: object) -> object:
    return json.loads(json.dumps(document))


def through_row(domain: SendingDomain) -> SendingDomain:
    row = values_of(domain)
    documents = {name: through_json(row[name]) for name in row if DOMAINS.c[name].type.python_type is dict}
    return domain_of(row | documents)


@given(st.data())
@settings(max_examples=12)
@pytest.mark.parametrize("kind", QUEUED, ids=lambda kind: kind.kind)
def test_every_notice_comes_back_exactly(kind, data):
    notice = data.draw(any_notice(kind))

    read = codec.load_notice(kind.kind, through_json(codec.dump_notice(notice)))

    assert read == notice
    assert repr(read) == repr(notice)


@given(any_domain())
def test_every_domain_comes_back_exactly(domain):
    read = through_row(domain)

    assert read == domain


def test_facts_keep_their_types():
    facts = {"text": "2026-03-01T12:00:00+00:00", "at": NOW, "n": 3, "seen": ("a", "b"), "nul": "\x00"}
    finding = Finding(A_RECORD, State.ACTION, Code.MISSING, BlockedOn.IT, facts=facts)

    read = codec.load(through_json(codec.dump(finding, Finding)), Finding)

    assert read.facts == facts
    assert [type(fact) for fact in read.facts.values()] == [str, datetime, int, tuple, str]


def test_a_finding_keeps_who_said_it_and_when_and_reads_without_them():
    servers = (Server("ns1.example.net", "192.0.2.53"), Server("", "127.0.0.1", 5353))
    finding = Finding(A_RECORD, State.ACTION, Code.MISSING, BlockedOn.IT, servers=servers, seen_at=NOW)
    document = through_json(codec.dump(finding, Finding))
    older = {name: value for name, value in document.items() if name not in {"servers", "seen_at"}}

    read, before = codec.load(document, Finding), codec.load(older, Finding)

    assert (read.servers, read.seen_at) == (servers, NOW)
    assert document["servers"][0] == {"name": "ns1.example.net", "address": "192.0.2.53"}
    assert (before, before.servers, before.seen_at) == (finding, (), None)


def test_moments_come_back_in_utc():
    read = codec.load(codec.dump(NOW, datetime), datetime)

    assert read.tzinfo is UTC


def test_a_value_of_an_older_release_takes_defaults_and_one_of_a_newer_loses_what_is_unknown():
    document = codec.dump(A_RECORD, ExpectedRecord)
    del document["ttl"]
    document["invented"] = "later"

    assert codec.load(document, ExpectedRecord) == A_RECORD


def test_a_domain_stored_before_a_field_existed_takes_its_default():
    row = values_of(a_domain())

    assert domain_of(row | {"more": {}}) == a_domain()


def test_evidence_that_an_older_release_wrote_as_a_text_is_still_sent():
    notice = EvidenceFile(subject=Subject.of(a_domain()), incident_id="i1", text="$ dig\n  NOERROR")
    document = codec.dump_notice(notice)
    del document["exhibits"]

    assert codec.load_notice("alert.evidence", through_json(document)) == notice


def test_an_unknown_kind_of_notice_is_named():
    with pytest.raises(Undecodable, match=r"unknown kind of notice: thread\.invented"):
        codec.load_notice("thread.invented", {})


@pytest.mark.parametrize("spoiled", [{}, [], None, {"subject": {"status": "BROKEN"}}])
def test_a_spoiled_document_is_undecodable(spoiled):
    with pytest.raises(Undecodable):
        codec.load_notice("card", spoiled)


def test_equal_values_make_equal_documents():
    one, other = codec.dump_notice(card(a_domain())), codec.dump_notice(card(replace(a_domain())))

    assert json.dumps(one) == json.dumps(other)


def test_a_notice_carries_no_class_names():
    document = json.dumps(codec.dump_notice(message(a_domain())))

    assert "core." not in document
    assert "DmActive" not in document
