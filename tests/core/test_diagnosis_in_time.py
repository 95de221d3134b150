"""Values that strangers make as long as the DNS lets them are judged in time: no pattern takes the square of it.

The CPU that it takes is measured, not the time: the machine may be busy with something else.
"""

import time
from datetime import UTC, datetime

import pytest

from core.diagnosis import Case, dkim, dmarc, spf, txt
from core.diagnosis.scene import Scene
from core.observations import Evidence
from core.records import Purpose
from core.spf_merging import merge
from tests.fakes.record_sets import record_set

MOST = 64_000  # octets: no TXT record is longer
SECONDS = 1.0
RECORDS = record_set("mail.example.com")
SPF, DKIM, DMARC = (next(r for r in RECORDS if r.purpose is p) for p in (Purpose.SPF, Purpose.DKIM, Purpose.DMARC))
SCENE = Scene(Case("mail.example.com", RECORDS, resolvers=3), Evidence(), datetime(2026, 11, 23, tzinfo=UTC))
UNITS = [
    *("=", ":", ";", " ", '"', "\\", "a", "/", "%{", "; ", "= ", "a=", "a:", "a "),
    *("v=spf1 ", "v=DMARC1;", "spf", "p=", "h=a:", "MIIB", "include:", "\u0301\u0316"),
]


def judgements(text):
    """Judge a value wherever it may stand: alone, and beside another one."""
    value = text.encode()
    spf.judge(SCENE, SPF, [value])
    dkim.judge(DKIM, [value])
    dkim.judge(DKIM, [b"v=DKIM1; p=" + value])
    dmarc.judge(SCENE, DMARC, [value])
    dmarc.judge(SCENE, DMARC, [b"v=DMARC1; p=none; rua=mailto:" + value])
    txt.judge_plain(DKIM, [value, DKIM.value[:99].encode()])
    merge([text], SPF.value)


@pytest.mark.parametrize("form", ["{}", "{} include:amazonses.com ~all", "v=spf1 {}"])
@pytest.mark.parametrize("unit", UNITS, ids=ascii)
def test_a_value_of_one_thing_over_and_over_is_judged_in_time(unit, form):
    text = form.format(unit * (MOST // len(unit.encode())))
    started = time.process_time()

    judgements(text)

    assert time.process_time() - started < SECONDS
