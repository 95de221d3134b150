"""A zone file says exactly what is expected, whatever the records hold."""

import base64

import dns.rdatatype
import dns.zone
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from core.records import ExpectedRecord, Purpose, RecordSet, RecordType
from core.zonefile import zone_file
from tests.fakes.record_sets import record_set


def read_back(text, zone="example.com"):
    """Let dnspython read a zone file; return {(name, type, value)}."""
    wrapped = f"$ORIGIN {zone}.\n@ 60 IN SOA ns.invalid. root.invalid. 1 60 60 60 60\n@ 60 IN NS ns.invalid.\n{text}"
    seen = set()
    for name, ttl, rdata in dns.zone.from_text(wrapped, origin=zone, relativize=False).iterate_rdatas():
        kind = dns.rdatatype.to_text(rdata.rdtype)
        if kind == "TXT":
            seen.add((name.to_text(omit_final_dot=True), ttl, kind, b"".join(rdata.strings).decode()))
        elif kind == "CNAME":
            seen.add((name.to_text(omit_final_dot=True), ttl, kind, rdata.target.to_text(omit_final_dot=True)))
        elif kind == "MX":
            value = f"{rdata.preference} {rdata.exchange.to_text(omit_final_dot=True)}"
            seen.add((name.to_text(omit_final_dot=True), ttl, kind, value))
    return seen


def meaning(records):
    return {(record.name, record.ttl, record.type, record.value) for record in records}


@pytest.mark.parametrize("domain", ["mail.example.com", "example.com", "mail.xn--wgv71a119e.jp", "xn--wgv71a119e.jp"])
@pytest.mark.parametrize("bits", [2048, 4096])
def test_the_file_reads_back_to_exactly_the_expected_records(domain, bits):
    records = record_set(domain, bits=bits)

    text = zone_file(records, ["head"], lambda record: f"{record.purpose}")

    assert read_back(text, zone=domain) == meaning(records)


def test_every_line_is_absolute_and_complete():
    lines = zone_file(record_set("mail.example.com")).splitlines()

    assert lines[0] == 'bounce.mail.example.com. 300 IN TXT "v=spf1 include:amazonses.com ~all"'
    assert lines[-2] == "bounce.mail.example.com. 300 IN MX 10 feedback-smtp.us-east-1.amazonses.com."
    assert len(lines) == 7


def test_a_long_key_is_cut_into_strings_of_at_most_255_octets():
    text = zone_file(record_set("mail.example.com", bits=4096))

    line = next(line for line in text.splitlines() if "_domainkey" in line)
    strings = line.partition(" TXT ")[2].strip('"').split('" "')

    assert [len(string) for string in strings[:-1]] == [255] * (len(strings) - 1)
    assert len(strings) >= 3


def test_the_file_holds_no_soa_no_ns_and_no_directive():
    text = zone_file(record_set("mail.example.com"), ["$INCLUDE /etc/passwd", "$ORIGIN evil."])

    assert not [line for line in text.splitlines() if line.startswith("$") or " SOA " in line or " NS " in line]


@pytest.mark.parametrize("break_", ["\n", "\r\n", "\r", "\x0b", "\x85", "\u2028", "\x00", "\x1b[2J"])
def test_a_comment_cannot_leave_its_line(break_):
    text = zone_file(record_set("mail.example.com"), [f"hello{break_}evil 300 IN A 192.0.2.1"])

    assert text.splitlines()[0].startswith("; hello ")
    assert text.count("evil") == 1
    assert read_back(text) == meaning(record_set("mail.example.com"))


def test_japanese_comments_stay_readable():
    text = zone_file(record_set("mail.example.com"), ["メール送信に必要なDNSレコード"])

    assert text.startswith("; メール送信に必要なDNSレコード\n")


def test_a_name_cannot_smuggle_in_a_second_record():
    record = ExpectedRecord(Purpose.CLICK_TRACKING, RecordType.CNAME, 'a b\n$INCLUDE x;"', "c\n(d")

    (line,) = zone_file(RecordSet(1, (record,))).splitlines()

    assert line == "a\\032b\\010\\036INCLUDE\\032x\\059\\034. 300 IN CNAME c\\010\\040d."


def test_an_mx_without_a_preference_is_refused():
    record = ExpectedRecord(Purpose.MX, RecordType.MX, "a.example.com", "mx.example.com")

    with pytest.raises(ValueError, match=r"mx\.example\.com"):
        zone_file(RecordSet(1, (record,)))


@given(st.text(st.characters(codec="utf-8"), max_size=700))
@example('";"')
@example("\\")
@example('a\\\\;b"c\\032')
@example("\x00\n\r\t\x7f")
@example("")
@example("é" * 200)
def test_any_text_value_survives_the_notation(value):
    record = ExpectedRecord(Purpose.DKIM, RecordType.TXT, "s._domainkey.example.com", value)

    text = zone_file(RecordSet(1, (record,)))

    assert text.isascii()
    assert text.count("\n") == 1
    assert read_back(text) == meaning([record])


def test_the_key_in_the_file_is_a_real_one():
    value = next(record.value for record in record_set("mail.example.com") if record.purpose is Purpose.DKIM)

    assert len(base64.b64decode(value.partition("p=")[2])) == 294
