"""Every path, at LOG_LEVEL=DEBUG, with an Engage that leaks wherever it can: the secrets are found nowhere."""

import json
import stat
from pathlib import Path

import httpx
import pytest

from sandbox.up.main import running
from sandbox.up.processes import free_ports, start
from tests.acceptance.town import QUICK, QUICK_ENGAGE, SLOW, Town
from tests.fakes.canaries import KEY, NEXT_KEY, dkim_private_key, dump_of, found_in, octets_of, traces
from tests.fakes.leaky_engage import running_leaky_engage
from tests.fakes.workspace import Workspace

pytestmark = [pytest.mark.acceptance, pytest.mark.canary]
NAME = "mail.example.com"
PEOPLE = ("alex", "aiko", "ivan", "sumi", "nora", "gus")
SECRET_SETTINGS = ("SLACK_BOT_TOKEN", "SLACK_APP_TOKEN", "ENGAGE_API_KEY", "SECRET_KEYS")
PRODUCT = ("bot", "migrate")
"""Whose output is looked through; the others are the sandbox's own."""


async def test_no_secret_is_found_in_output_tables_files_or_screens(tmp_path):
    port = str(free_ports(1))
    async with (
        running_leaky_engage() as leaky,
        running(
            tmp_path,
            {**QUICK, "ENGAGE_API_URL": leaky.url, "LOG_LEVEL": "DEBUG", "LOG_FORMAT": "json", "HTTP_PORT": port},
            engage_options=QUICK_ENGAGE,
        ) as sandbox,
        Workspace(sandbox.url) as slack,
        httpx.AsyncClient(trust_env=False) as http,
    ):
        leaky.target = f"http://127.0.0.1:{sandbox.ports.engage}"
        town = Town(sandbox, slack, http)
        await town.connected()
        screens = [
            *await _type_secrets_where_they_do_not_belong(town),
            *await _be_refused(town, leaky),
            *await _deploy_with_a_provider_that_leaks(town, leaky),
            *await _ask_everything(town),
            *await _remove(town, leaky),
        ]
        leaky.mode = "401"
        held = octets_of(_url(sandbox))
        operator = [await _asked(port, http), await _typed(sandbox, "doctor"), await _typed(sandbox, "outbox")]
        await sandbox.parts["bot"].end()
        screens += [json.dumps(await slack.state(person), ensure_ascii=False) for person in PEOPLE]

    looked_for = traces(*(sandbox.environment[name] for name in SECRET_SETTINGS))
    logs = _logs(tmp_path)
    dump = await dump_of(_url(sandbox))
    places = {
        "output": logs,
        "tables": dump,
        "files": held + octets_of(_url(sandbox)),
        "screens": "\n".join(screens),
        "operator": "".join(operator),
    }
    assert {place: found_in(text, looked_for) for place, text in places.items()} == {place: [] for place in places}
    assert {stat.S_IMODE(path.stat().st_mode) for path in tmp_path.glob("bot.db*")} == {0o600}
    assert "# HELP" in operator[0]
    assert "Engage" in operator[1]
    assert {"422", "500", "page", "garbage", "drop", "odd_words", "private_record"} <= set(leaky.answered)
    assert {KEY, NEXT_KEY} <= set(leaky.seen)
    assert '"level": "debug"' in logs
    assert "•••" in logs
    assert "key_erased" in dump


def _url(sandbox):
    return sandbox.environment["DATABASE_URL"]


def _logs(folder: Path) -> str:
    return "\n".join((folder / f"{name}.log").read_text() for name in PRODUCT)


async def _asked(port, http):
    """Ask what those ask who watch over the bot."""
    paths = ("healthz", "readyz", "metrics")
    return "\n".join([(await http.get(f"http://127.0.0.1:{port}/{path}")).text for path in paths])


async def _typed(sandbox, command):
    """Run one command of the operator's beside the bot."""
    child = await start(command, ["bot", command], sandbox.folder, sandbox.environment)
    await child.process.wait()
    return child.log.read_text()


async def _screen(town, as_="alex"):
    return json.dumps(await town.slack.state(as_), ensure_ascii=False)


async def _type_secrets_where_they_do_not_belong(town):
    pem, _ = dkim_private_key()
    for text in (f"create {NAME} {KEY}", f"status {KEY.rpartition('/')[2]}", f"{KEY}", f"status {pem[:900]}"):
        await town.slack.command(text)
    await town.slack.message("key", within=SLOW)
    await town.slack.command("create")
    await town.slack.view(within=SLOW)
    entries = {"dmarc": "none", "language": "en"}
    refused = [
        await town.slack.submit(entries | {"domain": KEY, "key": KEY}),
        await town.slack.submit(entries | {"domain": NAME, "key": KEY + "0"}),
        await town.slack.submit(entries | {"domain": NAME, "key": pem}),
    ]
    await town.slack.close_modal()  # what stands in its fields is the person's own entry
    assert all(each["errors"] for each in refused)
    return [json.dumps([each["errors"] for each in refused]), await _screen(town)]


async def _be_refused(town, leaky):
    leaky.mode = "422"
    await town.slack.command(f"create {NAME}")
    await town.slack.view(within=SLOW)
    await town.slack.submit({"domain": NAME, "key": KEY, "dmarc": "none", "language": "en"})
    await town.slack.message("Refused", within=SLOW)
    for mode in ("500", "page", "garbage", "drop"):
        leaky.mode, before = mode, len(leaky.answered)
        await town.slack.command(f"edit {NAME}")
        await town.slack.view(within=SLOW)
        await town.slack.submit({"key": NEXT_KEY, "dmarc": "none", "language": "en"})
        await town.slack.eventually(lambda before=before: len(leaky.answered) > before, SLOW)
    return [await _screen(town)]


async def _deploy_with_a_provider_that_leaks(town, leaky):
    leaky.mode = "private_record"
    await town.slack.command(f"deploy {NAME}")
    await town.slack.eventually(lambda: "holds a secret" in _logs(town.sandbox.folder), SLOW)
    leaky.mode = "odd_words"
    await town.apply(NAME)
    screens = [await _screen(town, as_="ivan"), await town.zone_file(NAME)]
    await town.press(NAME, "I've added the records", as_="ivan")
    await town.reply(NAME, "started verification")
    await town.card(NAME, "can send mail")
    return [*screens, await _screen(town)]


async def _ask_everything(town):
    await town.slack.fault("chat.postEphemeral", "error", error="invalid_arguments")
    for text in (f"status {NAME}", f"records {NAME}", f"history {NAME}", "list", "help", f"verify {NAME}"):
        await town.slack.command(text)
    await town.slack.message("History", within=SLOW)
    await town.slack.open_home()
    await town.slack.eventually(lambda: _home(town), SLOW)
    await town.slack.click("open_details")
    await town.slack.view(within=SLOW)
    seen = await _screen(town)
    await town.slack.close_modal()
    return [seen]


async def _home(town):
    return (await town.slack.state())["home"]


async def _remove(town, leaky):
    leaky.mode = "422"
    await town.slack.command(f"remove {NAME}")
    await town.slack.view(within=SLOW)
    await town.slack.submit({"confirm_name": NAME})
    await town.slack.message("Refused", "#support", as_="sumi", within=SLOW)
    leaky.mode = "odd_words"
    await town.slack.command(f"history {NAME}")
    return [await _screen(town), await _screen(town, "sumi")]
