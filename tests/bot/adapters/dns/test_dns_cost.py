"""What a look costs: counted, because clocks differ from machine to machine (`make bench` is for those)."""

from collections import Counter

import pytest

from bot.adapters.dns.observer import Observer, ObserverSettings
from core.diagnosis import Case
from tests.fakes.record_sets import record_set

RECORDS = record_set("mail.example.com")


@pytest.fixture
async def observer(nameserver):
    observer = Observer(ObserverSettings(nameservers=nameserver.nameservers[:1], resolvers=()))
    yield observer
    await observer.aclose()


def glance() -> Case:
    return Case("mail.example.com", RECORDS, full=False, probe=False)


async def asked(nameserver, observer, case) -> Counter[str]:
    """Look once; return how often which type was asked for."""
    before = len(nameserver.queries("example.com"))
    await observer.observe(case)
    return Counter(query["type"] for query in nameserver.queries("example.com")[before:])


async def test_a_first_glance_asks_for_the_records_and_once_for_each_place_where_a_zone_may_begin(nameserver, observer):
    counts = await asked(nameserver, observer, glance())

    assert counts["SOA"] == 3  # mail, _domainkey.mail and img.mail; the zone above tells itself
    assert counts.total() == len(RECORDS) + 3 + 1  # and the policy above


async def test_a_glance_asks_for_nothing_but_the_records_while_the_zone_is_known(nameserver, observer):
    await observer.observe(glance())

    counts = await asked(nameserver, observer, glance())

    assert counts["SOA"] == 0
    assert counts.total() == len(RECORDS) + 1


async def test_a_full_look_for_what_is_missing_asks_each_question_once(nameserver, observer):
    case = Case("mail.example.com", RECORDS)

    await observer.observe(case)

    questions = [(query["name"], query["type"]) for query in nameserver.queries("example.com")]
    assert len(questions) <= 36
    assert len(questions) == len(set(questions))
