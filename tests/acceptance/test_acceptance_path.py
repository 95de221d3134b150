"""The path as people walk it, for both endings, in one sandbox each."""

import pytest

from tests.acceptance.town import SLOW
from tests.fakes.workspace import words

pytestmark = pytest.mark.acceptance
NAME = "mail.example.com"


async def test_from_create_to_active_and_through_a_temporary_failure(town):
    await town.create(NAME)
    created = await town.slack.message("has been created", within=SLOW)
    assert "SUSPENDED" in words(created)

    card = await town.deploy(NAME)
    assert "7 DNS records to add" in words(card)
    assert "_domainkey.mail.example.com." in await town.zone_file(NAME)

    await town.apply(NAME)
    await town.press(NAME, "I've added the records", as_="ivan")
    await town.reply(NAME, "started verification")
    await town.card(NAME, "can send mail")
    broadcast = await town.reply(NAME, "is ACTIVE and can send mail")
    assert broadcast.get("broadcast") or broadcast.get("reply_broadcast") or broadcast.get("subtype")
    await town.slack.eventually(lambda: _told(town, "alex", "is ACTIVE"), SLOW)

    await town.provider("DELETE", "/records", name=f"click.{NAME}")
    await town.card(NAME, "Temporary Failure")
    alert = await town.slack.message("Temporary failure: " + NAME, "#support", as_="sumi", within=SLOW)
    await town.apply(NAME)
    await town.provider("POST", "/flush")
    await town.reply(NAME, "correct again")
    resolved = await town.slack.message("Resolved", "#support", as_="sumi", within=SLOW)
    assert alert["ts"] <= resolved["ts"]


@pytest.mark.parametrize("town", [{"VERIFICATION_WINDOW": "6s", "BURST_DURATION": "3s"}], indirect=True)
async def test_a_window_that_ends_in_failure_and_the_way_back(town):
    await town.create(NAME)
    await town.deploy(NAME)
    await town.apply(NAME)
    await town.provider("POST", "/slips", slip="truncate-dkim", domain=NAME)

    await town.slack.command(f"verify {NAME}")
    cut = await town.reply(NAME, "Cut off at 255 of")
    assert "DKIM" in words(cut)
    await town.card(NAME, "not verified within")
    alert = await town.slack.message("Verification failed: " + NAME, "#support", as_="sumi", within=SLOW)
    assert "DKIM" in words(alert)
    assert "Retry verification" in words(alert)
    assert any(
        element.get("url", "").startswith("http") for block in alert["blocks"] for element in block.get("elements", [])
    ), "the alert has a permalink to the thread"
    evidence = await town.evidence(NAME)
    assert "  action  txt-truncated" in evidence
    assert "$ dig +norecurse @'127.0.0.1' -p " in evidence
    assert '255 characters  "v=DKIM1;' in evidence
    await town.slack.eventually(lambda: _told(town, "alex", "was not verified within"), SLOW)
    reminders = [line for line in await town.replies(NAME) if "left: the window of" in line]
    assert len(reminders) == 3

    await town.provider("DELETE", "/slips")
    await town.provider("POST", "/flush")
    await town.slack.click("Retry verification", alert, as_="sumi")
    await town.reply(NAME, "started verification of mail.example.com again")
    await town.card(NAME, "can send mail")


async def _told(town, user, text):
    return any(text in words(message) for message in await town.slack.direct_messages(as_=user))
