"""The other verbs, in both languages, by people who may and who may not."""

import pytest

from tests.acceptance.town import SLOW
from tests.fakes.workspace import words

pytestmark = pytest.mark.acceptance
NAME = "mail.example.com"


async def test_every_verb_answers_in_the_askers_language(town):
    slack = town.slack
    for command, words_en in {
        "": "Four steps to ACTIVE",
        "help deploy": "Who may run it",
        "lst": "Did you mean",
        "list": "No sending domain yet",
        "status nowhere.example.com": "is not registered here",
        "deploy 1/0123456789abcdef0123456789abcdef01234567": "Nothing was saved",
    }.items():
        await slack.command(command)
        await slack.message(words_en, within=SLOW)
    await slack.command("", as_="aiko")
    await slack.message("4ステップでACTIVE", as_="aiko", within=SLOW)

    await slack.command(f"create {NAME}", as_="ivan")
    await slack.message("is for", as_="ivan", within=SLOW)

    await town.create(NAME, language="ja", as_="aiko")
    await slack.message("を作成しました", as_="aiko", within=SLOW)
    await slack.command(f"deploy {NAME}", as_="aiko")
    assert "Treasure Data Engageからのメール送信に必要な" in await town.zone_file(NAME)
    for verb, said in {
        "status": "Waiting for IT",
        "records": "The file is in our direct messages",
        "history": "History of",
    }.items():
        await slack.command(f"{verb} {NAME}", as_="ivan", channel="#it-dns")
        await slack.message(said, as_="ivan", within=SLOW)
    files = await slack.eventually(lambda: _files(town, "ivan"), SLOW)
    assert files == [f"{NAME}.zone.txt"]

    await slack.command(f"edit {NAME}")
    await slack.view(within=SLOW)
    await slack.submit({"dmarc": "quarantine", "language": "en"})
    await slack.message("saved", within=SLOW)

    await slack.command(f"cancel {NAME}")
    question = await slack.message("It becomes SUSPENDED", within=SLOW)
    await slack.click("Stop setup", question)
    await town.card(NAME, "setup stopped")

    await slack.command(f"remove {NAME}")
    await slack.view(within=SLOW)
    await slack.submit({})
    await town.reply(NAME, "removed mail.example.com")
    await slack.command("list")
    await slack.message("No sending domain yet", within=SLOW)


async def _files(town, user):
    return [file["name"] for each in await town.slack.direct_messages(as_=user) for file in each.get("files", [])]


async def test_the_home_shows_domains_and_the_bot_goes_on_where_it_was_stopped(town):
    await town.create(NAME)
    await town.deploy(NAME)
    stopped = await town.sandbox.parts["bot"].end()
    await town.apply(NAME)
    await town.sandbox.start_bot()
    await town.connected(times=2)

    await town.slack.open_home()
    home = await town.slack.eventually(lambda: _home(town), SLOW)
    await town.slack.command(f"verify {NAME}")
    await town.card(NAME, "can send mail")

    assert stopped == 0
    assert NAME in words(home)
    assert "New sending domain" in words(home)


async def _home(town):
    home = (await town.slack.state())["home"]
    return home if home and NAME in words(home) else None
