"""What `check` and the pre-flight say: what is in the way first, in the asker's language, with the next step."""

from dataclasses import replace
from unicodedata import east_asian_width

import pytest

from bot.messages import check_table, render_notice
from core.checkup import Checkup
from core.diagnosis.surroundings import Dnssec
from core.findings import BlockedOn, Code, Remark, State
from core.notices import CheckResult, PreflightFound
from core.records import RecordSet
from core.sending_domain import Language
from core.turns import Turn, TurnKey
from tests.bot.messages.checks import assert_message, elements, wording
from tests.bot.messages.samples import ASKER, CHECKUP, CTX, NAME, NOW, ZONE, subject
from tests.fakes.record_sets import record_set

EN, JA = Language
SPF = replace(
    CHECKUP.rows[0], code="existing-spf", facts={"fqdn": NAME, "seen": "v=spf1 -all", "return_path": f"bounce.{NAME}"}
)
CLICK = replace(
    CHECKUP.rows[3],
    state=State.ACTION,
    blocked_on=BlockedOn.IT,
    code="existing-cname",
    facts={"seen": "shop.example.net"},
)


def checked(*rows, language=EN, zone=ZONE, **more):
    checkup = Checkup(NAME, NOW, rows or CHECKUP.rows, zone, Dnssec.SIGNED, ("ns1.example.net",))
    about = replace(subject(language), zone=zone)
    return render_notice(CheckResult(subject=about, to=ASKER, checkup=checkup, **more), CTX)


def buttons(message):
    return [button["action_id"] for button in elements(message.blocks, "button")]


@pytest.mark.parametrize(
    ("language", "clear"),
    [(EN, "Nothing is in the way of a sending domain."), (JA, "送信ドメインとしての支障はありません。")],
)
def test_nothing_in_the_way_is_an_answer(language, clear):
    message = checked(language=language)

    assert_message(message)
    assert clear in message.text
    assert list(elements(message.blocks, "rich_text_list")) == []


@pytest.mark.parametrize(("language", "count"), [(EN, "1 finding is in the way."), (JA, "支障が1件あります。")])
def test_what_is_in_the_way_comes_before_what_is_only_noted(language, count):
    message = checked(SPF, CLICK, language=language)

    assert_message(message)
    assert count in message.text
    assert message.text.index("shop.example.net") < message.text.index("v=spf1 -all")
    assert wording(message).index("shop.example.net") < wording(message).index("v=spf1 -all")


def test_the_head_tells_where_the_dns_is():
    assert "DNS at Amazon Route 53, zone example.com, 1 nameserver, DNSSEC signed." in checked().text


def test_where_no_zone_was_found_nothing_is_said_of_one():
    lost = replace(CLICK, code=Code.NXDOMAIN_PARENT.value, facts={"parent": "example.com"})

    message = checked(lost, zone=None)

    assert "zone" not in message.text
    assert "The registry says example.com does not exist." in message.text


@pytest.mark.parametrize(
    ("more", "shown", "next_step"),
    [
        ({"can_create": True}, ["create_domain"], f"/engage-domain create {NAME}"),
        ({}, [], f"/engage-domain create {NAME}"),
        ({"can_create": True, "registered": True}, [], f"/engage-domain status {NAME}"),
    ],
)
def test_the_next_step_is_for_whoever_can_take_it(more, shown, next_step):
    message = checked(**more)

    assert buttons(message) == shown
    assert next_step in message.text


def test_the_advice_of_the_provider_is_among_the_rest():
    assert "a single conflict with an existing record aborts it all" in checked().text


def test_a_provider_whose_format_needs_the_values_says_nothing_of_them():
    message = checked(zone=replace(ZONE, provider="バリュードメイン"))

    assert "own format" not in message.text


def test_a_finding_names_the_record_that_it_is_about():
    quoted = replace(CHECKUP.rows[1], state=State.ACTION, blocked_on=BlockedOn.IT, code="txt-extra-quotes")

    said = checked(quoted).text

    assert f"DKIM {quoted.record.name}: The value contains literal quotation marks. Enter it without them." in said


def test_what_ails_the_zone_is_said_once_and_of_no_record():
    lame = Remark(Code.LAME_PARTIAL, {"ns": ("ns2.example.net",), "zone": "example.com", "rcode": "REFUSED"})

    said = checked(*(replace(row, remarks=(lame,)) for row in CHECKUP.rows)).text

    assert said.count("ns2.example.net does not serve") == 1
    assert "\nns2.example.net does not serve" in said


@pytest.mark.parametrize(
    ("language", "said"),
    [
        (EN, "DNS provider not recognised, zone example.com, 2 nameservers"),
        (JA, "DNSプロバイダー：不明、ゾーン：example.com、"),
    ],
)
def test_a_provider_that_is_not_known_is_called_so(language, said):
    zone = replace(ZONE, provider=None, nameservers=("ns1.example.net", "ns2.example.net"))

    assert said in checked(language=language, zone=zone).text


def test_who_hosts_the_records_is_not_blamed_when_we_cannot_ask():
    message = render_notice(CheckResult(subject=subject(), to=ASKER, checkup=Checkup(NAME, NOW)), CTX)

    assert message.text == f"We could not query DNS, so nothing about {NAME} was judged. Try again in a few minutes."


def test_a_note_stands_beside_a_name_that_is_free():
    shadow = Remark(Code.WILDCARD_SHADOW, {"seen": "192.0.2.9", "host": "click.mail", "type": "CNAME"})

    message = checked(replace(CHECKUP.rows[3], remarks=(shadow,)))

    assert "Nothing is in the way" in message.text
    assert "A wildcard (*) answers with 192.0.2.9." in message.text


@pytest.mark.parametrize(("rows", "style"), [((SPF,), "primary"), ((CLICK,), None)])
def test_the_follow_up_of_a_creation_leads_on_but_does_not_urge_past_what_is_in_the_way(rows, style):
    notice = PreflightFound(
        subject=subject(), to=ASKER, checkup=Checkup(NAME, NOW, rows, ZONE), turn=Turn(TurnKey.DEPLOY)
    )

    message = render_notice(notice, CTX)

    assert_message(message)
    assert message.text.startswith(f"DNS of {NAME}")
    assert message.text.endswith("Waiting for an admin. Start the domain deployment.")
    assert buttons(message) == ["start_deploy", "open_details"]
    assert next(elements(message.blocks, "button")).get("style") == style


@pytest.mark.parametrize(("provider", "warned"), [("Cloudflare", True), ("GoDaddy", False)])
def test_the_follow_up_of_a_creation_warns_of_what_the_provider_does(provider, warned):
    zone = replace(ZONE, provider=provider)
    about = replace(subject(), zone=zone)
    checkup = Checkup(NAME, NOW, CHECKUP.rows[:1], zone)

    message = render_notice(PreflightFound(subject=about, to=ASKER, checkup=checkup, turn=Turn(TurnKey.DEPLOY)), CTX)

    assert "Nothing is in the way" in message.text
    assert ('untick "Proxy imported DNS records"' in message.text) is warned
    assert "it is appended" not in message.text


def test_a_pre_flight_that_comes_after_the_deployment_began_does_not_offer_to_start_it():
    checkup = Checkup(NAME, NOW, (CLICK,), ZONE)

    message = render_notice(
        PreflightFound(subject=subject(), to=ASKER, checkup=checkup, turn=Turn(TurnKey.PREPARE)), CTX
    )

    assert buttons(message) == ["open_details"]


def test_many_findings_are_cut_with_a_word_on_where_the_rest_is():
    rows = [replace(CLICK, record=replace(CLICK.record, name=f"n{number}.{NAME}")) for number in range(30)]

    message = checked(*rows)

    assert_message(message)
    assert "30 findings are in the way." in message.text
    said = wording(message).replace("\n", "")
    assert f"18 more: engage-domain check {NAME} on the command line lists them all." in said


def test_before_there_are_records_none_is_called_verified():
    there = replace(CHECKUP.rows[0], seen=("v=spf1 include:amazonses.com ~all",))
    table = check_table(replace(CHECKUP, rows=(there, *CHECKUP.rows[1:])), EN)

    assert [line.split()[3] for line in table.splitlines() if NAME in line and "  " in line] == ["fine", *["free"] * 5]
    assert "verified" not in table


def test_a_name_that_the_dns_spells_otherwise_is_recognised():
    table = check_table(replace(CHECKUP, domain="xn--wgv71a119e.jp"), EN)

    assert table.startswith("日本語.jp is written xn--wgv71a119e.jp in DNS.\nDNS of xn--wgv71a119e.jp\n")
    assert "is written" not in check_table(CHECKUP, EN)


def test_half_a_zone_file_does_not_look_like_all_that_is_needed():
    half = RecordSet(1, record_set(NAME).records[:2])

    assert "Not in the zone file, so not checked: Click tracking, Image hosting, MX." in check_table(CHECKUP, EN, half)
    assert "Not in the zone file" not in check_table(CHECKUP, EN, record_set(NAME))
    assert "Not in the zone file" not in check_table(CHECKUP, EN)


def test_what_ails_several_records_alike_stands_once_under_the_last():
    silent = {"state": State.TEMPORARY, "code": "ns-unreachable", "facts": {"ns": ("ns1.example.net",)}}
    table = check_table(replace(CHECKUP, rows=tuple(replace(row, **silent) for row in CHECKUP.rows)), EN)

    assert table.count("No nameserver of example.com answers") == 1
    assert table.index("No nameserver of example.com answers") > table.index("MX")


@pytest.mark.parametrize("width", [1, 40, 72, 500])
@pytest.mark.parametrize("language", list(Language))
def test_advice_is_wrapped_at_the_width_of_the_terminal(language, width):
    lines = check_table(replace(CHECKUP, rows=(SPF, CLICK)), language, width=width).splitlines()

    advice = [line for line in lines if line.startswith("    ")]
    columns = [sum(2 if east_asian_width(char) in "WF" else 1 for char in line) for line in advice]
    assert max(columns) <= min(max(width, 40), 120)
    assert not any(line.strip().startswith(tuple("、。）")) for line in advice)
    assert any("existing-spf" in line for line in lines)


@pytest.mark.parametrize("language", list(Language))
def test_the_table_is_aligned_whatever_the_language(language):
    lines = check_table(replace(CHECKUP, rows=(SPF, CLICK)), language).splitlines()

    head = next(line for line in lines if line.startswith("RECORD"))
    rows = [line for line in lines if line.startswith(("SPF", "CLICK"))]
    assert {line.index(NAME) - len(host) for line, host in zip(rows, ("bounce.", "click."), strict=True)} == {
        head.index("NAME")
    }
    assert [line[head.index("CODE") :] for line in rows] == ["existing-spf", "existing-cname"]
