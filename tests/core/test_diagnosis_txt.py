"""What panels do to TXT values: each slip is named, and told from the others."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.diagnosis import Case, txt
from core.findings import BlockedOn, Code, State
from core.records import ExpectedRecord, Purpose, RecordSet, RecordType
from tests.fakes.dns_world import World
from tests.fakes.record_sets import PUBLIC_KEYS, record_set

DOMAIN = "mail.example.com"
RECORDS = record_set(DOMAIN)
CASE = Case(DOMAIN, RECORDS)
VALUES = {record.purpose: record.value for record in RECORDS}
NAMES = {record.purpose: record.name for record in RECORDS}
SPF, DKIM, DMARC = Purpose.SPF, Purpose.DKIM, Purpose.DMARC


def look(purpose, *values):
    world = World().add(RECORDS).put(NAMES[purpose], "TXT", *values)
    return world.diagnose(CASE)[purpose]


@pytest.mark.parametrize(
    ("purpose", "values", "code"),
    [
        (SPF, [f'"{VALUES[SPF]}"'], Code.TXT_EXTRA_QUOTES),
        (DKIM, [f'"{VALUES[DKIM]}"'], Code.TXT_EXTRA_QUOTES),
        (DKIM, [f'{VALUES[DKIM][:255]}" "{VALUES[DKIM][255:]}'], Code.TXT_EXTRA_QUOTES),
        (DMARC, [f'"{VALUES[DMARC]}"'], Code.TXT_EXTRA_QUOTES),
        (DKIM, [VALUES[DKIM].replace(";", "\\;")], Code.TXT_ESCAPED),
        (DMARC, [VALUES[DMARC].replace(";", "\\;")], Code.TXT_ESCAPED),
        (DKIM, ["v=DKIM1"], Code.TXT_CUT_AT_SEMICOLON),
        (DKIM, ["v=DKIM1;"], Code.TXT_CUT_AT_SEMICOLON),
        (DMARC, ["v=DMARC1"], Code.TXT_CUT_AT_SEMICOLON),
        (DMARC, ["v=DMARC1;"], Code.TXT_CUT_AT_SEMICOLON),
        (SPF, ["v=spf1include:amazonses.com~all"], Code.TXT_SPACES_LOST),
        (SPF, ["v=spf1 include:", "amazonses.com ~all"], Code.TXT_SPLIT_RECORDS),
        (SPF, ["v=spf1 include:amazonses.com~all"], Code.TXT_SPACES_LOST),
        (SPF, ["v=spf1include:amazonses.com ~all"], Code.TXT_SPACES_LOST),
        (SPF, ["v=spf1 include:", "amazonses.com ~all", "MS=ms1"], Code.TXT_SPLIT_RECORDS),
        (DKIM, [VALUES[DKIM][255:], VALUES[DKIM][:255]], Code.TXT_SPLIT_RECORDS),
        (DKIM, [VALUES[DKIM][280:], VALUES[DKIM][:140], VALUES[DKIM][140:280], "other"], Code.TXT_SPLIT_RECORDS),
        (DKIM, ["v=DKIM1;", "k=rsa;", VALUES[DKIM][16:]], Code.TXT_SPLIT_RECORDS),
        (DKIM, [f'"{VALUES[DKIM][:255]}"', f'"{VALUES[DKIM][255:]}"'], Code.TXT_EXTRA_QUOTES),
        (DKIM, ["v=DKIM1\\;", "k=rsa\\;", VALUES[DKIM][16:]], Code.TXT_ESCAPED),
        (DMARC, ["v=DMARC1; ", "p=none;"], Code.TXT_SPLIT_RECORDS),
        (DMARC, ["v=DMARC1;", "p=none;"], Code.TXT_SPLIT_RECORDS),
        (DKIM, [VALUES[DKIM][:255]], Code.TXT_TRUNCATED),
        (DKIM, [VALUES[DKIM][:100]], Code.TXT_TRUNCATED),
        (SPF, ["v=spf1 include:amazon"], Code.TXT_TRUNCATED),
        (SPF, ["v=s"], Code.TXT_TRUNCATED),
        (DMARC, ["v=DMARC1; p=n"], Code.TXT_TRUNCATED),
        (SPF, ["v=spf1\u00a0include:amazonses.com ~all"], Code.TXT_ODD_CHARACTERS),
        (SPF, ["ｖ=spf1 include:amazonses.com ~all"], Code.TXT_ODD_CHARACTERS),
        (SPF, ["\u200bv=spf1 include:amazonses.com ~all"], Code.TXT_ODD_CHARACTERS),
        (SPF, [" v=spf1 include:amazonses.com ~all"], Code.TXT_ODD_CHARACTERS),
        (DMARC, [" v=DMARC1; p=none;"], Code.TXT_ODD_CHARACTERS),
        (DMARC, ["v=DMARC1\r\n; p=none"], Code.TXT_ODD_CHARACTERS),
        (DKIM, [VALUES[DKIM].replace("p=", "p=“")], Code.TXT_ODD_CHARACTERS),
    ],
)
def test_each_slip_is_named(purpose, values, code):
    finding = look(purpose, *values)

    assert finding.code is code
    assert (finding.state, finding.blocked_on) == (State.ACTION, BlockedOn.IT)


def test_a_cut_value_tells_both_lengths():
    finding = look(DKIM, VALUES[DKIM][:255])

    assert (finding.facts["length"], finding.facts["expected_length"]) == (255, 410)
    assert finding.facts["seen"] == VALUES[DKIM][:255]


def test_parts_in_several_records_are_counted():
    assert look(DKIM, VALUES[DKIM][:255], VALUES[DKIM][255:]).facts["count"] == 2


def test_an_odd_character_is_named_with_its_place():
    finding = look(SPF, "v=spf1 include:amazonses.com\u00a0~all")

    assert finding.facts["position"] == 29
    assert finding.facts["character"] == "U+00A0 NO-BREAK SPACE"
    assert finding.facts["seen"] == "v=spf1 include:amazonses.com\\194\\160~all"


@pytest.mark.parametrize(
    ("char", "name"),
    [("\t", "U+0009 TAB"), ("\n", "U+000A LINE FEED"), ("\r", "U+000D CARRIAGE RETURN"), ("\x07", "U+0007")],
)
def test_a_control_character_is_named(char, name):
    finding = look(SPF, f"v=spf1 include:amazonses.com{char}~all")

    assert (finding.facts["position"], finding.facts["character"]) == (29, name)


def test_a_value_that_stands_there_whole_is_not_split():
    finding = look(DKIM, VALUES[DKIM], VALUES[DKIM][:4])

    assert finding.code is Code.DKIM_DUPLICATE


def test_text_of_others_beside_ours_is_not_blamed():
    finding = look(SPF, 'some="quoted"; text\\;', "v=spf1 include:_spf.example.net ~all")

    assert finding.code is Code.SPF_MISSING_INCLUDE


def test_text_of_others_alone_leaves_ours_missing():
    assert look(SPF, 'google-site-verification="abc"').code is Code.MISSING
    assert look(DMARC, "hello").code is Code.MISSING


@pytest.mark.parametrize("domain", ["mail.example.com", "example.com"])
def test_a_record_of_no_known_grammar_must_stand_as_it_is(domain):
    record = ExpectedRecord(Purpose.CERTIFICATE, RecordType.TXT, f"_token.{domain}", "token value; 1")
    case = Case(domain, RecordSet(1, (record,)))

    def code_for(*values):
        return World().put(record.name, "TXT", *values).diagnose(case)[Purpose.CERTIFICATE].code

    assert code_for(record.value, "other") is Code.OK
    assert code_for("token") is Code.TXT_TRUNCATED
    assert code_for("token value") is Code.TXT_CUT_AT_SEMICOLON
    assert code_for("other") is Code.MISSING


@pytest.mark.parametrize("bits", [2048, 4096])
@pytest.mark.parametrize("length", [1, 64, 255, 256, 300])
def test_no_cut_of_the_key_is_taken_for_the_key(bits, length):
    records = record_set(DOMAIN, bits=bits)
    value = next(record.value for record in records if record.purpose is DKIM)
    world = World().add(records).put(NAMES[DKIM], "TXT", value[:length])

    finding = world.diagnose(Case(DOMAIN, records))[DKIM]

    assert finding.code is Code.TXT_TRUNCATED
    assert len(PUBLIC_KEYS[bits]) > length


@given(st.lists(st.binary(max_size=50), max_size=8), st.binary(max_size=60))
def test_slips_are_judged_for_any_octets_in_bounded_time(values, expected):
    record = ExpectedRecord(SPF, RecordType.TXT, "a.example.com", expected.decode("latin-1"))

    verdict = txt.slip(record, values)

    assert verdict is None or verdict.state is State.ACTION
