"""What is known of the DNS before IT is asked for anything, as people see it."""

import pytest

from tests.acceptance.town import SLOW
from tests.fakes.workspace import words

pytestmark = pytest.mark.acceptance
NAME = "mail.example.com"


async def test_a_provider_that_cannot_hold_the_key_is_named_before_it_starts(town):
    await town.provider("PUT", "/records", name="example.com", type="NS", values=["ns1.dns.ne.jp.", "ns2.dns.ne.jp."])
    await town.provider("PUT", "/records", name=f"click.{NAME}", type="CNAME", values=["shop.example.net."])

    await town.slack.command(f"check {NAME}", as_="ivan")
    await town.slack.message("Checking the DNS of", as_="ivan", within=SLOW)
    checked = await town.slack.message("2 findings are in the way.", as_="ivan", within=SLOW)
    await town.create(NAME)
    await town.slack.message("has been created: SUSPENDED", within=SLOW)
    told = await town.slack.message("2 findings are in the way.", within=SLOW)
    card = await town.deploy(NAME)
    table = await town.reply(NAME, "7 records for")

    assert "is a CNAME to shop.example.net" in words(checked)
    assert "さくらのドメイン, zone example.com, 2 nameservers, DNSSEC not signed" in words(checked)
    assert "New sending domain" not in words(checked)  # Ivan may not
    assert "Start domain deployment" in words(told)
    for place in (card, table):
        assert "さくらのドメイン allows 255 characters per TXT; DKIM has 410." in words(place)
    assert "bounce.mail" in words(table)
    assert "; Add them to the zone example.com." in await town.zone_file(NAME)
