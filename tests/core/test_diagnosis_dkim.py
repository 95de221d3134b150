"""DKIM is right when the expected key stands there alone."""

import base64

import pytest

from core.diagnosis import Case
from core.findings import BlockedOn, Code, State
from core.records import ExpectedRecord, Purpose, RecordSet, RecordType
from tests.fakes.dns_world import World
from tests.fakes.record_sets import OTHER_KEY, PUBLIC_KEYS, record_set

DOMAIN = "mail.example.com"
RECORDS = record_set(DOMAIN)
NAME = f"td1._domainkey.{DOMAIN}"
KEY = PUBLIC_KEYS[2048]
DAMAGED = f"{KEY[:120]}{'A' if KEY[120] != 'A' else 'B'}{KEY[121:]}"
BROKEN_DER = base64.b64encode(b"\x30\x03\x02\x05\x01" + b"\x00" * 40).decode()


def look(*values, records=RECORDS):
    world = World().add(records).put(NAME, "TXT", *values)
    return world.diagnose(Case(DOMAIN, records))[Purpose.DKIM]


@pytest.mark.parametrize(
    ("values", "code", "facts"),
    [
        ([f"v=DKIM1; p={KEY}", f"v=DKIM1; p={OTHER_KEY}"], Code.DKIM_DUPLICATE, {"count": 2}),
        ([f"v=DKIM1; p={KEY}", "hello"], Code.DKIM_DUPLICATE, {"count": 2}),
        (["v=DKIM1; p="], Code.DKIM_REVOKED, {"expected_length": 410}),
        (["v=DKIM1; k=rsa; p=; n=revoked"], Code.DKIM_REVOKED, {}),
        (["v=DKIM2; p="], Code.DKIM_REVOKED, {}),
        (["k=rsa"], Code.DKIM_SYNTAX, {"problem": "no p="}),
        ([f"p={KEY}; v=DKIM1"], Code.DKIM_SYNTAX, {"problem": "v= not first"}),
        ([f"v=DKIM2; p={KEY}"], Code.DKIM_SYNTAX, {"problem": "v=DKIM2"}),
        ([f"v=DKIM1; p={KEY}; p={KEY}"], Code.DKIM_SYNTAX, {"problem": "p= twice"}),
        ([f"v=DKIM1;k=rsa;p={KEY[:200]}"], Code.DKIM_TRUNCATED, {"bytes": 150, "expected_bytes": 294}),
        ([f"p={OTHER_KEY[:300]}"], Code.DKIM_TRUNCATED, {"bytes": 225, "expected_bytes": 294}),
        ([f"v=DKIM1; p={KEY[:50]}*{KEY[51:]}"], Code.DKIM_CORRUPT, {"position": 51}),
        (["v=DKIM1; p=AB=DEFGH"], Code.DKIM_CORRUPT, {"position": 1}),
        (["v=DKIM1; p=A===BCDE"], Code.DKIM_CORRUPT, {"position": 1}),
        ([f"v=DKIM1;k=rsa;p={KEY[:200]}", KEY[200:]], Code.TXT_SPLIT_RECORDS, {"count": 2}),
        ([KEY[300:], "unrelated", f"k=rsa; p={KEY[:150]}", KEY[150:300]], Code.TXT_SPLIT_RECORDS, {"count": 3}),
        ([f"v=DKIM1;p={KEY[:200]}", KEY[204:]], Code.DKIM_DUPLICATE, {"count": 2}),
        ([f"v=DKIM1; p={BROKEN_DER}"], Code.DKIM_CORRUPT, {"position": 2}),
        ([f"v=DKIM1; k=ed25519; p={KEY}"], Code.DKIM_WRONG_TYPE, {"seen": "ed25519", "expected": "rsa"}),
        ([f"v=DKIM1; h=sha1; p={KEY}"], Code.DKIM_RESTRICTED, {"tag": "h=sha1"}),
        ([f"v=DKIM1; s=tlsrpt; p={KEY}"], Code.DKIM_RESTRICTED, {"tag": "s=tlsrpt"}),
        ([f"v=DKIM1; p={PUBLIC_KEYS[512]}"], Code.DKIM_WEAK, {"bits": 512}),
        ([f"v=DKIM1; k=rsa; p={OTHER_KEY}"], Code.DKIM_OTHER_KEY, {"length": 410}),
        ([f"v=DKIM1; k=rsa; p={DAMAGED}"], Code.DKIM_OTHER_KEY, {}),
        ([f"v=DKIM1; p={PUBLIC_KEYS[1024]}"], Code.DKIM_OTHER_KEY, {}),
    ],
)
def test_what_is_wrong_with_the_key_is_named(values, code, facts):
    finding = look(*values)

    assert (finding.code, finding.state, finding.blocked_on) == (code, State.ACTION, BlockedOn.IT)
    assert facts.items() <= finding.facts.items()


def test_a_test_flag_is_noted():
    finding = look(f"v=DKIM1; t=y:s; p={KEY}")

    assert finding.verified
    assert [remark.code for remark in finding.remarks] == [Code.DKIM_TESTING]


def test_a_key_of_1024_bits_that_is_expected_is_right_but_noted():
    records = record_set(DOMAIN, bits=1024)

    finding = look(f"v=DKIM1; p={PUBLIC_KEYS[1024]}", records=records)

    assert finding.verified
    assert [(remark.code, remark.facts["bits"]) for remark in finding.remarks] == [(Code.DKIM_WEAK, 1024)]


def test_a_key_of_512_bits_is_refused_even_if_it_is_expected():
    records = record_set(DOMAIN, bits=512)

    assert look(f"v=DKIM1; p={PUBLIC_KEYS[512]}", records=records).code is Code.DKIM_WEAK


def test_an_elliptic_key_is_compared_without_measuring_it():
    value = f"v=DKIM1; k=ed25519; p={base64.b64encode(bytes(range(32))).decode()}"
    records = RecordSet(1, (ExpectedRecord(Purpose.DKIM, RecordType.TXT, NAME, value),))

    assert look(value.replace("; ", ";"), records=records).verified
    assert look(value.replace("AAEC", "AAED"), records=records).code is Code.DKIM_OTHER_KEY


def _expecting(value):
    return RecordSet(1, (ExpectedRecord(Purpose.DKIM, RecordType.TXT, NAME, value),))


def test_the_type_of_an_elliptic_key_is_missed_where_it_is_not_named():
    key = base64.b64encode(bytes(range(32))).decode()

    finding = look(f"v=DKIM1; p={key}", records=_expecting(f"v=DKIM1; k=ed25519; p={key}"))

    assert finding.code is Code.DKIM_WRONG_TYPE
    assert (finding.facts["seen"], finding.facts["expected"]) == ("rsa", "ed25519")


def test_a_wrapped_elliptic_key_is_no_key():
    raw = bytes(range(32))
    wrapped = bytes.fromhex("302a300506032b6570032100") + raw
    records = _expecting(f"v=DKIM1; k=ed25519; p={base64.b64encode(raw).decode()}")

    finding = look(f"v=DKIM1; k=ed25519; p={base64.b64encode(wrapped).decode()}", records=records)

    assert (finding.code, finding.facts["position"]) == (Code.DKIM_CORRUPT, 1)


@pytest.mark.parametrize(
    ("p", "code", "facts"),
    [
        (PUBLIC_KEYS[4096].rstrip("="), Code.DKIM_CORRUPT, {"position": 735}),
        (PUBLIC_KEYS[4096][:-1], Code.DKIM_CORRUPT, {"position": 736}),
        (PUBLIC_KEYS[4096] + "=", Code.DKIM_CORRUPT, {"position": 737}),
        (PUBLIC_KEYS[4096][:-5], Code.DKIM_TRUNCATED, {"bytes": 548, "expected_bytes": 550}),
    ],
)
def test_padding_that_is_not_right_is_no_missing_octet(p, code, facts):
    finding = look(f"v=DKIM1;p={p}", records=record_set(DOMAIN, bits=4096))

    assert finding.code is code
    assert facts.items() <= finding.facts.items()


@pytest.mark.parametrize("seen", [PUBLIC_KEYS[4096].rstrip("="), PUBLIC_KEYS[4096]])
def test_a_key_that_is_expected_without_its_padding_is_right(seen):
    records = _expecting(f"v=DKIM1; k=rsa; p={PUBLIC_KEYS[4096].rstrip('=')}")

    assert look(f"v=DKIM1; k=rsa; p={seen}", records=records).verified


def test_a_dkim_record_that_is_an_alias_is_judged_as_one():
    record = ExpectedRecord(Purpose.DKIM, RecordType.CNAME, NAME, "td1.dkim.amazonses.com")
    records = RecordSet(1, (record,))

    finding = World().add(records).diagnose(Case(DOMAIN, records))[Purpose.DKIM]

    assert finding.verified
