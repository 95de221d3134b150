"""Replies, alerts, files and what one person is told."""

import re
from dataclasses import replace
from datetime import timedelta

import pytest

from bot.messages import Message, Snippet, render_alert_resolved, render_notice, without_table
from bot.messages.formats import plain
from bot.messages.voice import Voice
from core.findings import ZoneFacts
from core.notices import (
    QUEUED,
    AlertFailed,
    AlertOffline,
    AlertResolved,
    CardChanged,
    DeployRefused,
    DmActive,
    DmFailed,
    EvidenceFile,
    LookResult,
    RecordsSent,
    RecordsUpdate,
    Reminder,
    Resolution,
    RightNow,
    ZoneFile,
    ZoneTable,
)
from core.records import Purpose
from core.sending_domain import DomainStatus, Language
from core.turns import Turn, TurnKey
from core.zonefile import zone_file
from tests.bot.messages.checks import elements, wording
from tests.bot.messages.samples import (
    ASKER,
    BARE,
    CTX,
    HOUR,
    NAME,
    NOW,
    REMEDIES,
    files,
    findings,
    personal_notices,
    replies,
    subject,
    support_alerts,
)
from tests.fakes.record_sets import record_set

FIX = Turn(TurnKey.IT_FIX, n=1)


def buttons(message):
    return [button["action_id"] for button in elements(message.blocks, "button")]


def update(**facts):
    about = {"subject": subject(), "turn": FIX, "verified": 3, "required": 6}
    return render_notice(RecordsUpdate(**about | facts), CTX)


def reminder(turn, *, last=False):
    left = {"left": 6 * HOUR, "deadline_at": NOW + 6 * HOUR, "n": 2, "required": 6}
    return render_notice(Reminder(subject=subject(), turn=turn, last=last, **left), CTX)


@pytest.mark.parametrize("language", list(Language))
def test_every_queued_notice_is_sampled_and_said(language):
    said = [*replies(language), *support_alerts(language), *personal_notices(language), *files(language)]

    assert {type(notice) for notice in said} == set(QUEUED) - {CardChanged}
    assert all(isinstance(render_notice(notice, CTX), Message | Snippet) for notice in said)


def test_the_card_is_no_notice_with_a_text_of_its_own():
    with pytest.raises(TypeError, match="CardChanged"):
        render_notice(CardChanged(subject=subject()), CTX)


def test_what_was_verified_and_what_changed_make_one_reply():
    text = update(newly_verified=(Purpose.SPF,), changed=(Purpose.DKIM,)).text

    assert text.startswith(
        "Verified: SPF. 3 of 6 required records are correct.\nmail.example.com: new finding for DKIM."
    )


def test_a_changed_record_shows_what_was_seen_above_what_is_expected():
    message = update(changed=(Purpose.DKIM,), rows=findings()[1:2])

    lines = next(elements(message.blocks, "rich_text_preformatted"))["elements"][0]["text"].split("\n")

    assert re.fullmatch(r"seen      v=DKIM1; k=.*…\S+ +255 characters", lines[0])
    assert re.fullmatch(r"expected  v=DKIM1; k=.*…\S+ +410 characters", lines[1])


def test_a_reminder_carries_the_button_on_the_turn_of_it():
    assert buttons(reminder(FIX)) == ["records_added"]
    assert buttons(reminder(Turn(TurnKey.PROVIDER))) == []


def test_the_last_reminder_says_what_comes_but_not_while_nothing_can_be_done():
    urgent = "After that the domain becomes SUSPENDED"

    assert urgent in reminder(FIX, last=True).text
    assert urgent not in reminder(FIX).text
    assert urgent not in reminder(Turn(TurnKey.PROPAGATION, eta_at=NOW + HOUR), last=True).text


def test_everything_right_after_a_failure_offers_to_retry():
    message = render_notice(RightNow(subject=subject(), turn=Turn(TurnKey.RETRY)), CTX)

    assert buttons(message) == ["retry_verification"]


def alert(**facts):
    about = {"subject": subject(), "incident_id": "i1", "since_at": NOW, "asker": ASKER}
    return AlertFailed(**about, window=72 * HOUR, deadline_at=NOW, n=3, **facts)


def test_an_alert_of_failure_lets_support_retry():
    message = render_notice(alert(rows=findings()), CTX)

    assert buttons(message) == ["open_thread", "retry_verification", "open_details"]
    assert "<@U0ADMIN>, reference i1" in wording(message)
    assert message.text.endswith("https://example.slack.com/archives/C0IT/p1")


def test_an_alert_goes_without_a_link_rather_than_not_at_all():
    assert buttons(render_notice(alert(), BARE)) == ["retry_verification", "open_details"]


def test_only_a_failure_can_be_retried_from_its_alert():
    others = [notice for notice in support_alerts() if not isinstance(notice, AlertFailed)]

    assert all("retry_verification" not in buttons(render_notice(notice, CTX)) for notice in others)


def test_the_alert_about_the_bot_itself_names_no_domain():
    about = {"subject": subject(), "incident_id": "i1", "since_at": NOW, "asker": ASKER}

    message = render_notice(AlertOffline(**about, error="timed out", n=3), CTX)

    assert "3 domains are not judged" in message.text
    assert NAME not in wording(message)
    assert buttons(message) == []


@pytest.mark.parametrize("remedy", REMEDIES)
def test_a_known_remedy_is_said_in_the_language_of_the_domain(remedy):
    facts = {"provisioner": "Engage", "step": "create", "domain": NAME, "error": "no", "remedy": remedy}

    english = plain(Voice(Language.EN).say("deploy.refused", **facts))
    japanese = plain(Voice(Language.JA).say("deploy.refused", **facts))

    assert remedy.replace("`", "") in english
    assert "を拒否しました：no。" in japanese
    assert not re.search(r"[a-z] [a-z]", japanese.replace("/engage-domain edit", ""))


def test_a_last_reminder_threatens_nothing_while_nothing_can_be_judged():
    assert "becomes SUSPENDED" in reminder(FIX, last=True).text
    assert "becomes SUSPENDED" not in reminder(Turn(TurnKey.OFFLINE), last=True).text


def ending(how=Resolution.RESTARTED, about="alert.failed"):
    times = {"opened_at": NOW - 2 * HOUR, "resolved_at": NOW}
    return AlertResolved(subject=subject(), incident_id="i1", how=how, actor=ASKER, about=about, **times)


def test_the_edited_alert_keeps_its_content_but_not_its_buttons():
    original = render_notice(alert(rows=findings()), CTX)

    edited = render_alert_resolved(ending(), original=original)

    assert edited.blocks[0]["text"]["text"] == "Resolved: Verification failed: mail.example.com"
    assert edited.text.split("\n")[1] == (
        "Resolved 2026-11-23 14:05 UTC after 2 h: verification started again by <@U0ADMIN>."
    )
    assert buttons(edited) == []
    assert list(original.blocks[1:-1]) == edited.blocks[2:]


def test_an_alert_that_cannot_be_read_any_more_is_made_again():
    edited = render_alert_resolved(ending())

    assert edited.blocks[0]["text"]["text"] == "Resolved: Verification failed: mail.example.com"
    assert "Domain status" in edited.text


def test_the_adapter_may_say_what_the_notice_does_not():
    head = render_alert_resolved(ending(about=""), "alert.stalled").blocks[0]["text"]["text"]

    assert head == "Resolved: Deployment stalled: mail.example.com"
    assert render_alert_resolved(ending(about="")).blocks[0]["text"]["text"] == "Resolved: mail.example.com"


@pytest.mark.parametrize(
    ("status", "end"),
    [
        (DomainStatus.SUSPENDED, "The domain is SUSPENDED; after that, deploy again."),
        (DomainStatus.ACTIVE, "The domain stays ACTIVE and the edit has no effect; after that, edit again."),
    ],
)
def test_a_refused_edit_does_not_say_that_a_live_domain_is_suspended(status, end):
    about = replace(subject(), status=status)
    refusal = DeployRefused(subject=about, to=ASKER, step="update", error="bad key", remedy="Enter another.")

    said = render_notice(refusal, CTX)

    assert said.text.endswith(f"Enter another. {end}")


def test_evidence_is_a_file_without_control_characters():
    notice = EvidenceFile(subject=subject(), incident_id="i1", text="$ dig\x1b[0m\n  NOERROR\u202e\n")

    assert render_notice(notice, CTX) == Snippet(
        "mail.example.com.evidence.txt",
        "Evidence mail.example.com",
        "Lines with $ can be run again.",
        "$ dig[0m\n  NOERROR\n",
    )


@pytest.mark.parametrize("language", list(Language))
def test_the_zone_file_is_commented_in_the_language_of_the_domain(language):
    snippet = render_notice(ZoneFile(subject=subject(language), records=record_set(NAME), made_at=NOW), CTX)

    lines = snippet.content.splitlines()
    records = [line for line in lines if not line.startswith(";")]
    assert snippet.filename == "mail.example.com.zone.txt"
    assert len(lines) == 5 + 7 + 7
    assert records == zone_file(record_set(NAME)).splitlines()
    assert "2026-11-23T14:05:00Z" in lines[0]
    assert all(line.startswith(";") for line in lines[:6])


def test_the_zone_file_says_what_each_record_is_for():
    snippet = render_notice(ZoneFile(subject=subject(), records=record_set(NAME), made_at=NOW), CTX)

    comments = [line for line in snippet.content.splitlines() if line.startswith(";")]
    assert comments[5] == "; SPF (required), host bounce.mail"
    assert comments[7] == (
        "; DMARC (advisory), host _dmarc.mail: leave out if a DMARC policy already applies, for example at example.com"
    )
    assert snippet.title == "Zone file mail.example.com, 7 records"
    assert snippet.comment.startswith("Zone file for `mail.example.com`: import it")
    assert "*IT:* then press" in snippet.comment


def test_the_japanese_comment_sets_its_bold_words_apart():
    snippet = render_notice(ZoneFile(subject=subject(Language.JA), records=record_set(NAME), made_at=NOW), CTX)

    assert "ください。 *ITチーム：* 登録後" in snippet.comment


def test_the_records_by_dm_are_the_same_file():
    about = {"subject": subject(), "records": record_set(NAME), "made_at": NOW}

    assert render_notice(RecordsSent(to=ASKER, **about), CTX) == render_notice(ZoneFile(**about), CTX)


def table(**zone):
    about = replace(subject(), zone=ZoneFacts(**zone)) if zone else replace(subject(), zone=None)
    return render_notice(ZoneTable(subject=about, records=record_set(NAME)), CTX)


def test_the_table_gives_host_and_full_name_and_sends_long_values_to_the_file():
    rows = [[cell["text"] for cell in row] for row in next(elements(table(apex="example.com").blocks, "table"))["rows"]]

    assert rows[0] == ["Record", "Host to enter", "Full name", "Value"]
    assert rows[1] == ["SPF TXT", "bounce.mail", "bounce.mail.example.com.", "v=spf1 include:amazonses.com ~all"]
    assert rows[2][3] == "see file, 410 characters"
    assert rows[6][3] == "10 feedback-smtp.us-east-1.amazonses.com."


def test_without_a_known_zone_hosts_are_relative_to_the_registered_domain():
    rows = next(elements(table().blocks, "table"))["rows"]

    assert rows[1][1]["text"] == "bounce.mail"
    assert table().text.startswith("7 records for mail.example.com. Zone example.com, TTL 300 s.\n")


def test_in_a_zone_of_its_own_the_domain_is_the_apex():
    text = table(apex=NAME).text

    assert "SPF TXT bounce = v=spf1" in text
    assert "Zone mail.example.com" in text


def test_where_slack_refuses_the_table_rows_say_the_same():
    message = without_table(table(apex="example.com"))

    assert not list(elements(message.blocks, "table"))
    assert "bounce.mail.example.com." in wording(message)
    assert message.text == table(apex="example.com").text


def test_provider_advice_is_at_most_four_sentences_with_warnings_first():
    text = table(apex="example.com", provider="さくらのクラウド").text
    cloudflare = table(apex="example.com", provider="Cloudflare").text

    assert "per TXT" not in text  # its limit of 500 holds the key
    assert "Enter TXT values without quotation marks." in text
    assert cloudflare.index("Proxy imported") < cloudflare.index("Paste the DKIM value whole")


def test_an_unknown_provider_gets_no_advice():
    assert not re.search("import the file; a single|Paste the DKIM", table(apex="example.com", provider="Acme").text)


def test_a_dm_links_the_card_or_names_its_channel():
    notice = DmFailed(subject=subject(), to=ASKER, window=72 * HOUR, purposes=(Purpose.SPF,))

    linked, bare = render_notice(notice, CTX), render_notice(notice, BARE)

    assert buttons(linked) == ["open_thread", "open_details", "retry_verification"]
    assert "https://example.slack.com/archives/C0IT/p1" in linked.text
    assert buttons(bare) == ["open_details", "retry_verification"]
    assert "<#C0IT>" in bare.text


def test_a_dm_after_the_provisioners_failure_says_its_words():
    notice = DmFailed(subject=subject(), to=ASKER, window=72 * HOUR, error="SES: FAILED", verified=3, required=6)

    text = render_notice(notice, CTX).text

    assert "mail.example.com is SUSPENDED: Engage reports SES: FAILED." in text
    assert "Waiting for Support." in text


def test_the_good_end_is_told_with_its_duration():
    text = render_notice(DmActive(subject=subject(), to=ASKER, duration=timedelta(hours=52)), CTX).text

    assert text == (
        "mail.example.com is ACTIVE, 52 h after it was created, and can be used for sending in Engage. Nothing to do."
    )


def test_check_now_says_nothing_new_or_what_is_new():
    about = {"subject": subject(), "to": ASKER, "checked_at": NOW, "turn": FIX}

    same = render_notice(LookResult(**about), CTX)
    new = render_notice(LookResult(**about, changed=findings()[1:2]), CTX)

    assert same.text.startswith("mail.example.com, 2026-11-23 14:05 UTC: nothing new. Waiting for IT.")
    assert new.text.startswith("mail.example.com: new finding for DKIM.\nDKIM td1._domainkey.mail: Action needed.")
