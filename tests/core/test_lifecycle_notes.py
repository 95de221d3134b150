"""What is to be noted beside records that are right is said once, when everything is Verified."""

from dataclasses import replace

from core.findings import Code, Remark
from core.lifecycle import Phase, decide
from core.notices import Active, AllVerified
from core.records import Purpose
from tests.core.building import (
    ALL_EVENTS,
    DURATIONS,
    NOW,
    a_domain,
    a_finding,
    a_look,
    looked,
    provisioned,
    record_of,
)


def look_with_notes(domain):
    spf = record_of(domain, Purpose.SPF).expected
    warned = replace(a_finding(spf), remarks=(Remark(Code.SPF_PTR),))
    return a_look(domain, found={Purpose.SPF: warned, Purpose.DMARC: Code.DMARC_DUPLICATE})


def rows(decision, kind):
    notice = next(notice for notice in decision.notices if isinstance(notice, kind))
    return [row.expected.purpose for row in notice.rows]


def test_the_reply_of_all_verified_notes_warnings_and_what_advisory_records_lack():
    domain = a_domain(Phase.DP)

    decision = decide(domain, looked(look_with_notes(domain)), NOW, DURATIONS)

    assert rows(decision, AllVerified) == [Purpose.SPF, Purpose.DMARC]


def test_the_reply_of_active_notes_them_where_nothing_came_before_it():
    domain = a_domain(Phase.DP, **ALL_EVENTS)

    decision = decide(domain, looked(look_with_notes(domain)), NOW, DURATIONS)

    assert rows(decision, Active) == [Purpose.SPF, Purpose.DMARC]


def test_the_reply_of_active_repeats_nothing():
    domain = a_domain(Phase.DP)
    verified = decide(domain, looked(look_with_notes(domain)), NOW, DURATIONS).domain

    decision = decide(verified, provisioned(verified, *ALL_EVENTS["events"]), NOW, DURATIONS)

    assert rows(decision, Active) == []
