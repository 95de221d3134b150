"""The card in every layout, and its rows."""

from dataclasses import replace
from datetime import timedelta

import pytest

from bot.messages import render_card
from bot.messages.rows import plainly_verified
from core.findings import BlockedOn, Code, Finding, Remark, State, ZoneFacts
from core.records import RecordSet
from core.sending_domain import Language, ProvisionerError, TrackedRecord, VerificationStatus
from core.turns import Turn, TurnKey
from tests.bot.messages.checks import elements, strings, wording
from tests.bot.messages.samples import BARE, CTX, NAME, NOW, at_every_layout, regressed, turn
from tests.fakes.record_sets import record_set

LAYOUTS = at_every_layout()
HEADS = {
    "preparing": "mail.example.com: being prepared",
    "ready": "mail.example.com: 7 DNS records to add",
    "pending": "mail.example.com: 3 of 6 records verified",
    "verified": "mail.example.com: DNS verified, Engage is finishing",
    "active": "mail.example.com: ACTIVE",
    "temporary": "mail.example.com: 1 record to fix",
    "failure": "mail.example.com: not verified within 72 h",
    "provisioner": "mail.example.com: suspended by an Engage error",
    "created": "mail.example.com: created, not deployed yet",
    "stopped": "mail.example.com: setup stopped",
    "removing": "mail.example.com: being removed",
    "removed": "mail.example.com: removed",
}
BUTTONS = {
    "preparing": [],
    "ready": ["records_added", "show_records"],
    "pending": ["records_added", "check_now", "show_records"],
    "verified": ["show_records"],
    "active": ["check_now", "show_records"],
    "temporary": ["records_added", "check_now", "show_records"],
    "failure": ["retry_verification", "show_records"],
    "provisioner": ["retry_verification"],
    "created": ["start_deploy"],
    "stopped": ["start_deploy"],
    "removing": [],
    "removed": [],
}


def card(layout, **changes):
    domain = replace(LAYOUTS[layout], **changes)
    return render_card(domain, turn(domain), CTX)


def buttons(message):
    return [button["action_id"] for button in elements(message.blocks, "button")]


@pytest.mark.parametrize("layout", LAYOUTS)
def test_every_layout_has_its_head_and_buttons(layout):
    message = card(layout)

    assert message.blocks[0]["text"]["text"] == HEADS[layout]
    assert buttons(message) == BUTTONS[layout]


@pytest.mark.parametrize("layout", LAYOUTS)
def test_nothing_on_the_card_ages(layout):
    later = replace(CTX, now=NOW + timedelta(hours=5))

    assert render_card(LAYOUTS[layout], turn(LAYOUTS[layout]), later) == card(layout)
    assert "Last check" not in wording(card(layout))
    assert " left" not in wording(card(layout))


def test_the_fields_explain_both_statuses():
    fields = [field["text"] for field in card("pending").blocks[1]["fields"]]

    assert fields == [
        "*Domain status*\nDEPLOYING (being set up)",
        "*Verification*\nPending :hourglass_flowing_sand:",
    ]


def test_records_added_is_primary_on_the_turn_of_it_only():
    domain = LAYOUTS["pending"]

    waiting = render_card(domain, Turn(TurnKey.PROPAGATION), CTX)
    working = render_card(domain, Turn(TurnKey.IT_FIX, n=1), CTX)

    styles = [[button.get("style") for button in elements(each.blocks, "button")] for each in (waiting, working)]
    assert styles == [[None, None, None], ["primary", None, None]]


def test_propagation_without_a_known_end_names_none():
    text = render_card(LAYOUTS["pending"], Turn(TurnKey.PROPAGATION), CTX).text

    assert "The records are correct, but not seen everywhere yet. Nothing to do." in text


def test_the_card_links_the_newest_zone_file_if_there_is_one():
    linked = wording(card("pending"))
    bare = wording(render_card(LAYOUTS["pending"], turn(LAYOUTS["pending"]), BARE))

    assert "Zone file: <https://example.slack.com/files/F1|mail.example.com.zone.txt>" in linked
    assert "Zone file" not in bare
    assert "Requested by <@U0ADMIN>." in bare


def test_progress_names_the_last_and_the_next_event_and_what_it_waits_for():
    assert "3 of 6 events complete ●●●○○○. Last: Image CDN created, <!date^" in wording(card("ready"))
    assert "Next: Certificate issued. It needs the DNS records first." in wording(card("ready"))
    assert "It needs the DNS records first." not in wording(card("verified"))
    assert "0 of 6 events complete ○○○○○○. Next: Key stored." in wording(card("preparing"))


def test_two_witnesses_say_two_sentences():
    text = card("verified").text

    assert "Your DNS: correct since 2026-11-23 12:05 UTC." in text
    assert "Engage: PENDING, asked 2026-11-23 14:03 UTC." in text


def test_a_removed_domain_has_no_status_any_more():
    text = card("removed").text

    assert "can send" not in text
    assert "delete its 7 records at Amazon Route 53, CNAMEs first" in text


def test_a_domain_removed_before_it_had_records_asks_nothing_of_it():
    assert "Nothing to do." in card("removed", records=()).text


def test_provider_warnings_stand_on_the_first_card_only():
    sakura = ZoneFacts("example.com", ("ns1.dns.ne.jp",), "さくらのドメイン")

    ready, pending = card("ready", zone=sakura), card("pending", zone=sakura)

    assert "allows 255 characters per TXT; DKIM has 410" in ready.text
    assert "per TXT" not in pending.text


def test_hints_that_are_no_warnings_stay_off_the_card():
    assert "You can import the file" not in card("ready").text


def test_a_row_tells_purpose_host_word_advice_and_what_was_seen():
    row = next(
        block
        for block in card("pending").blocks
        if block["type"] == "rich_text" and "DKIM" in block["elements"][0]["elements"][0]["text"]
    )

    words = "".join(element.get("text", "") for element in row["elements"][0]["elements"])

    assert words.startswith("DKIM (TXT) td1._domainkey.mail – Action needed ")
    assert "Cut off at 255 of 410 characters." in words
    assert words.endswith(" (255 characters)")


def test_only_what_somebody_must_change_shows_what_was_seen():
    assert wording(card("pending")).count("Seen") == 1


def test_a_regressed_record_tells_what_it_came_to():
    text = card("temporary").text

    assert "SPF bounce.mail: Temporary Failure. It was correct until 2026-11-23 13:05 UTC, and is gone" in text
    assert "yet" not in text
    assert text.count("Restore TXT bounce.mail as given in the zone file.") == 1
    assert "Seen" in wording(card("temporary"))


def test_a_refused_setup_says_what_was_refused_and_the_remedy():
    why = ProvisionerError("create", "The name is taken.", "Look at the domain in Engage Studio.", NOW)

    text = render_card(replace(LAYOUTS["stopped"], provisioner_error=why), turn(LAYOUTS["stopped"]), CTX).text

    assert 'Engage refused "create": The name is taken. Look at the domain in Engage Studio.' in text
    assert "refused" not in card("stopped").text


def test_the_rest_is_one_line():
    assert "Verified (5 of 6 required): DKIM, DMARC (advisory), Click tracking" in card("temporary").text


@pytest.mark.parametrize(("code", "plain"), [(Code.CNAME_CHAIN, True), (Code.MX_WRONG_PRIORITY, False)])
def test_a_warning_deserves_a_row_and_information_none(code, plain):
    record = record_set(NAME).records[5]
    finding = Finding(record, State.VERIFIED, Code.OK, BlockedOn.NOBODY, remarks=(Remark(code, {"seen": "20"}),))

    assert plainly_verified(TrackedRecord(record, VerificationStatus.VERIFIED, finding)) is plain


def test_rows_fold_into_a_pointer_where_they_do_not_fit():
    record = record_set(NAME).records[0]
    many = RecordSet(1, tuple(replace(record, name=f"n{number}.{NAME}") for number in range(30)))
    rows = tuple(TrackedRecord(each, VerificationStatus.PENDING) for each in many)

    message = card("pending", records=rows)

    assert len(message.blocks) <= 20
    assert "20 more: /engage-domain status mail.example.com" in message.text
    assert "/engage-domain status mail.example.com" in wording(message)


def test_rows_fold_before_there_are_too_many_characters():
    record = record_set(NAME).records[0]
    finding = Finding(record, State.ACTION, Code.MULTIPLE_SPF, BlockedOn.IT, facts={"count": 2, "merged": "v" * 2900})
    rows = tuple(
        TrackedRecord(replace(record, name=f"n{n}.{NAME}"), VerificationStatus.PENDING, finding) for n in range(9)
    )

    message = card("pending", records=rows)

    assert sum(len(text) for key, text in strings(list(message.blocks)) if key == "text") <= 13_000
    assert "more: /engage-domain status" in message.text


def test_a_long_domain_is_shortened_in_headers_and_labels_only():
    name = f"{'a' * 60}.{'b' * 60}.example.com"
    domain = at_every_layout(Language.EN, name)["active"]

    message = render_card(domain, turn(domain), CTX)

    assert len(message.blocks[0]["text"]["text"]) <= 70
    assert "…" in message.blocks[0]["text"]["text"]
    assert name in message.text


def test_a_verified_domain_with_a_gone_record_counts_it():
    assert card("temporary", records=regressed()).blocks[0]["text"]["text"] == "mail.example.com: 1 record to fix"
