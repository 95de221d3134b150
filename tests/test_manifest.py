"""The manifest asks for what the code uses, and for nothing else."""

import ast
import re
from pathlib import Path

import pytest
import yaml
from slack_sdk.web.async_client import AsyncWebClient

from bot.adapters.slack import scopes
from bot.listeners import COMMAND, app
from core.commands import Verb

ROOT = Path(__file__).parent.parent
SOURCES = [*sorted((ROOT / "bot/adapters/slack").glob("*.py")), *sorted((ROOT / "bot/listeners").glob("*.py"))]
METHOD = re.compile(r"(?:api|apps|auth|chat|conversations|files|reactions|team|usergroups|users|views)(?:\.[a-zA-Z]+)+")


@pytest.fixture(scope="module")
def manifest():
    return yaml.safe_load((ROOT / "manifest.yml").read_text())


def strings(path: Path) -> set[str]:
    """Every string of a module but for the keys of the scope tables."""
    tree = ast.parse(path.read_text())
    return {node.value for node in ast.walk(tree) if isinstance(node, ast.Constant) and isinstance(node.value, str)}


def called() -> set[str]:
    """The methods of the Web API that the code names."""
    found = set().union(*(strings(path) for path in SOURCES if path.name != "scopes.py"))
    return {text for text in found if METHOD.fullmatch(text)}


def test_the_bot_asks_for_the_scopes_of_what_it_calls_and_no_more(manifest):
    needed = scopes.COMMANDS.union(*(scopes.METHODS[method] for method in called() if method in scopes.METHODS))

    assert set(manifest["oauth_config"]["scopes"]["bot"]) == needed


def test_the_scopes_are_those_that_were_agreed_upon(manifest):
    agreed = (
        "commands chat:write files:write files:read users:read channels:read groups:read im:write "
        "usergroups:read channels:history groups:history"
    )

    assert sorted(manifest["oauth_config"]["scopes"]["bot"]) == sorted(agreed.split())
    assert "user" not in manifest["oauth_config"]["scopes"]


def test_every_method_that_is_called_has_its_scopes_in_the_table():
    assert called() == set(scopes.METHODS) | set(scopes.APP_TOKEN)


@pytest.mark.parametrize("method", sorted({*scopes.METHODS, *scopes.APP_TOKEN}))
def test_every_method_is_one_that_the_sdk_knows(method):
    assert callable(getattr(AsyncWebClient, method.replace(".", "_")))


def test_the_manifest_declares_the_command_that_is_listened_to(manifest):
    (command,) = manifest["features"]["slash_commands"]

    assert command["command"] == COMMAND
    assert set(re.findall(r"[a-z]+", command["usage_hint"].partition("]")[0])) == {verb.value for verb in Verb}


def test_the_manifest_subscribes_to_the_events_that_are_listened_to(manifest):
    listened = set(re.findall(r'\.event\("(\w+)"\)', Path(app.__file__).read_text()))

    assert set(manifest["settings"]["event_subscriptions"]["bot_events"]) == listened == {"app_home_opened"}


def test_slack_comes_in_by_socket_mode_with_interactivity_and_home(manifest):
    settings, home = manifest["settings"], manifest["features"]["app_home"]

    assert settings["socket_mode_enabled"] is True
    assert settings["interactivity"] == {"is_enabled": True}
    assert home["home_tab_enabled"] is True
    assert home["messages_tab_enabled"] is True  # the bot sends direct messages


def test_the_manifest_names_no_address(manifest):
    assert "url" not in str(manifest)
