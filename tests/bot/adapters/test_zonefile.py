"""Zone files as people hand them in: the bot's own, edited ones, and wrong ones."""

from datetime import UTC, datetime

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.adapters.zonefile import MOST_OCTETS, read_zone_file
from bot.messages import render_notice
from core.errors import UnreadableZoneFile
from core.notices import Subject, ZoneFile
from core.records import Purpose, RecordType
from core.sending_domain import Language
from core.zonefile import zone_file
from tests.bot.messages.samples import CTX, at_every_layout
from tests.fakes.record_sets import record_set

NAME = "mail.example.com"


def read(text, name=NAME):
    return read_zone_file(text.encode(), name).records


def faults(text, name=NAME):
    with pytest.raises(UnreadableZoneFile) as caught:
        read_zone_file(text if isinstance(text, bytes) else text.encode(), name)
    return caught.value.faults


@pytest.mark.parametrize("language", list(Language))
@pytest.mark.parametrize("name", [NAME, "xn--wgv71a119e.jp"])
def test_the_file_that_the_bot_posts_is_read_back_exactly(language, name):
    records = record_set(name)
    subject = Subject.of(at_every_layout(language, name)["ready"])
    posted = render_notice(ZoneFile(subject=subject, records=records, made_at=datetime(2026, 11, 23, tzinfo=UTC)), CTX)

    assert read(posted.content, name) == records.records


def test_without_comments_name_and_type_tell_what_a_record_is_for():
    assert read(zone_file(record_set(NAME))) == record_set(NAME).records


def test_a_file_edited_by_hand_is_understood():
    records = read(
        "\ufeff$TTL 1h\r\n$ORIGIN example.com.\r\n"
        'bounce.mail   IN TXT ( "v=spf1 include:amazonses.com"\r\n\t" ~all" ) ; spread over lines\r\n'
        "\tMX\t10 feedback-smtp.us-east-1.amazonses.com.\r\n"
        "CLICK.mail 60 CNAME Click.Engage.Example.NET.\r\n"
        "@ 300 IN SOA ns1 hostmaster 1 2 3 4 5\r\n"
        "; DKIM (advisory), host x\r\n"
        's1._domainkey.mail IN TXT "v=DKIM1; p=AA" "BB"\r\n'
    )

    found = {record.purpose: record for record in records}
    assert found[Purpose.SPF].value == "v=spf1 include:amazonses.com ~all"
    assert found[Purpose.SPF].ttl == 3600
    assert (found[Purpose.MX].name, found[Purpose.MX].value) == (
        f"bounce.{NAME}",
        "10 feedback-smtp.us-east-1.amazonses.com",
    )
    assert (found[Purpose.CLICK_TRACKING].value, found[Purpose.CLICK_TRACKING].ttl) == ("click.engage.example.net", 60)
    assert (found[Purpose.DKIM].value, found[Purpose.DKIM].required) == ("v=DKIM1; p=AABB", False)


def test_a_name_without_its_final_dot_is_taken_for_whole_if_it_can_be():
    (record,) = read(f"click.{NAME} IN CNAME t.example.net.")

    assert record.name == f"click.{NAME}"


def test_the_comment_above_says_what_a_record_is_for():
    (record,) = read(f"; クリックトラッキング（必須）ホスト名 go.mail\ngo.{NAME}. CNAME t.example.net.")

    assert record.purpose is Purpose.CLICK_TRACKING


def test_a_comment_that_cannot_be_true_is_passed_over():
    (record,) = read(f"; SPF (required)\nclick.{NAME}. CNAME t.example.net.")

    assert record.purpose is Purpose.CLICK_TRACKING


def test_a_comment_is_about_the_record_below_it_alone():
    records = read(f'; SPF (required)\nbounce.{NAME}. TXT "v=spf1 ~all"\n_dmarc.{NAME}. TXT "v=DMARC1; p=none"')

    assert [(record.purpose, record.required) for record in records] == [(Purpose.SPF, True), (Purpose.DMARC, False)]


def test_a_line_that_stands_there_twice_counts_once():
    line = f"click.{NAME}. CNAME t.example.net.\n"

    assert len(read(line + line)) == 1


@pytest.mark.parametrize(
    ("text", "fault"),
    [
        ("", "the file holds no record of mail.example.com"),
        ("; nothing\n", "the file holds no record of mail.example.com"),
        (f"\n\nclick.{NAME}. IN CNAME\n", "line 3: "),
        (
            "click.other.example.com. CNAME t.",
            "line 1: click.other.example.com is neither mail.example.com nor below it",
        ),
        (f"click.{NAME}. A 192.0.2.1", "line 1: A is none of TXT, CNAME and MX"),
        ('bounce.mail TXT "v=spf1 ~all"', "line 1: bounce.mail is not complete"),
        (f"bounce.{NAME}. TXT v=DKIM1; p=AAAA", "line 1: everything behind ; is a comment here"),
        (f'x.{NAME}. TXT "hello"', "line 1: what is this record for?"),
        (f'x.{NAME}. TXT ( "v=spf1 ~all"\n', "line 1: a bracket is never closed"),
        (f'x.{NAME}. TXT "v=spf1 ~all\n', "line 1: "),
        ("$INCLUDE /etc/passwd\n", "line 1: $INCLUDE is not followed here"),
        ("$GENERATE 1-9 x CNAME y\n", "line 1: $GENERATE is not followed here"),
        ("$ORIGIN a..b.\n", "line 1: "),
        ('\tTXT "v=spf1 ~all"', "line 1: the first record has no name"),
        (f"click.{NAME}. CNAME a.\nclick.{NAME}. CNAME b.", "line 2: contradicts line 1: CLICK_TRACKING CNAME at"),
        (f"click.{NAME}. 9x9 CNAME a.", "line 1: "),
        (b"; \xff\n", "line 1: not UTF-8"),
        (f'x.{NAME}. TXT "\\255"'.encode(), "line 1: the value is not UTF-8"),
        (b";" * (MOST_OCTETS + 1), "the file is larger than 1048576 octets"),
    ],
)
def test_a_fault_is_told_with_its_line(text, fault):
    assert faults(text)[0].startswith(fault)


def test_of_a_whole_zone_only_the_domain_s_records_are_expected():
    whole = """
$ORIGIN example.com.
@ 3600 IN SOA ns1 admin ( 1 ; serial
    3600 900 1209600 300 )
@ IN NS ns1
@ IN A 192.0.2.1
www IN CNAME @
mail IN TXT "site-verification=1"
bounce.mail IN TXT "v=spf1 include:amazonses.com ~all"
"""

    assert [record.name for record in read(whole)] == [f"bounce.{NAME}"]
    assert faults(whole.replace("bounce.mail", "bounce")) == (f"the file holds no record of {NAME}",)
    assert len(faults(whole.replace("@ 3600 IN SOA", "; "))) > 1


def test_a_line_that_was_cut_off_is_told_as_such():
    (fault,) = faults(f"click.{NAME}. 300 IN CNAME")

    assert fault.startswith("line 1: this cannot be read as a record (")
    assert fault.endswith(". Is the line whole?")


def test_a_file_of_another_domain_is_told_as_such():
    with pytest.raises(UnreadableZoneFile) as caught:
        read("click.example.org. IN CNAME a.example.net.\nimg.example.org. IN CNAME b.example.net.")
    with pytest.raises(UnreadableZoneFile) as mixed:
        read(f"click.example.org. IN CNAME a.example.net.\nimg.{NAME}. IN A 192.0.2.1")

    assert caught.value.elsewhere
    assert not mixed.value.elsewhere


def test_all_faults_are_told_at_once():
    told = faults(f"click.{NAME}. A 192.0.2.1\nok.{NAME}. CNAME t.\nx CNAME t.\n")

    assert [fault.partition(":")[0] for fault in told] == ["line 1", "line 3"]


def test_the_names_of_easy_dkim_are_dkim():
    (record,) = read(f"abc._domainkey.{NAME}. CNAME abc.dkim.amazonses.com.")

    assert (record.purpose, record.type) == (Purpose.DKIM, RecordType.CNAME)


@settings(max_examples=200, deadline=None)
@given(st.binary(max_size=400) | st.text(alphabet='ab.$";()\\ \n\t@0aTXCNMIORG=v1', max_size=200).map(str.encode))
def test_whatever_the_file_holds_it_is_read_or_refused(octets):
    try:
        outcome = read_zone_file(octets, NAME).records
    except UnreadableZoneFile as error:
        outcome = error.faults

    assert outcome
