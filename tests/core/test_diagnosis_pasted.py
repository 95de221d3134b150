"""Whoever follows the advice to the letter, look after look, ends with a verified record."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from core.diagnosis import Case
from core.findings import Code
from core.records import ExpectedRecord, RecordSet
from tests.core.pasting import mended, variants
from tests.fakes.dns_world import NS1, World
from tests.fakes.record_sets import record_set

FRAGMENTS = (
    "v=spf1 |v=DKIM1;|v=DMARC1;|V=|=|==|;|;;|:|\\;|\"|'| |\t|\r\n|p=|p=none|P=|sp=|np=|rua=mailto:|k=rsa;|k=|h=|s=|"
    "t=y;|h=sha1;|include:|include=|redirect=|exp=|amazonses.com|~all|-all|all|%{d}|%|/33|//64|ip4:|mx|a|1.2.3.4|"
    "AB=D|MIIB|IDAQAB|*|\u200b|ｖ"
)
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


PASTED = st.lists(st.sampled_from([text.encode() for text in FRAGMENTS.split("|")]) | st.binary(max_size=6), max_size=9)


@pytest.mark.parametrize("purpose", EXPECTED)
@settings(max_examples=60)
@given(values=st.lists(PASTED.map(b"".join), min_size=1, max_size=4, unique=True), part=st.integers(0, 400))
def test_whatever_is_pasted_is_judged(purpose, values, part):
    record = EXPECTED[purpose]
    cut = record.value[:part].encode()

    findings = [look(record, values), look(record, [cut + values[0], *values[1:]])]

    assert all(finding.definite for finding in findings)
