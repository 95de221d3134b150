"""Whoever follows the advice to the letter, look after look, ends with a verified record."""

import pytest

from core.diagnosis import Case
from core.findings import Code
from core.records import ExpectedRecord, RecordSet
from tests.core.pasting import mended, variants
from tests.fakes.dns_world import NS1, World
from tests.fakes.record_sets import record_set

DOMAIN = "mail.example.com"
EXPECTED = {record.purpose: record for record in record_set(DOMAIN).records[:3]}
MOST_LOOKS = 6


def look(record: ExpectedRecord, values):
    records = RecordSet(1, (record,))
    world = World(servers=(NS1,))
    if values:
        world.put(record.name, "TXT", *values)
    return world.diagnose(Case(DOMAIN, records, probe=False))[record.purpose]


@pytest.mark.parametrize("purpose", EXPECTED)
def test_following_the_advice_ends_in_verified(purpose):
    record = EXPECTED[purpose]

    for name, pasted in variants(purpose, record.value).items():
        values, said = pasted, []
        while not (finding := look(record, values)).verified:
            said.append((finding.code.value, values))
            assert len(said) <= MOST_LOOKS, f"{name}: {said}"
            values = mended(finding, values)
        assert finding.code in {Code.OK, Code.DMARC_INHERITED}, name
