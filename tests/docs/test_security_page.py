"""docs/security.md says what the code does."""

import re
from pathlib import Path

import pytest
import yaml

from bot.adapters.slack import scopes
from core.access import NEEDED, Role
from core.commands import Verb
from storage.tables import METADATA

ROOT = Path(__file__).parents[2]
PAGE = (ROOT / "docs/security.md").read_text()


def table(heading):
    """Return the first two cells of every row of the table under a heading."""
    section = PAGE.split(f"\n## {heading}", 1)[1].split("\n## ", 1)[0]
    rows = [[cell.strip() for cell in line.strip("|").split("|")] for line in section.splitlines() if line[:1] == "|"]
    return [row for row in rows if not set(row[0]) <= {"-", " "}][1:]


def test_every_scope_of_the_manifest_is_explained_and_no_other():
    manifest = yaml.safe_load((ROOT / "manifest.yml").read_text())

    explained = [scope.strip("`") for scope, _ in table("Slack: what each scope is for")]

    assert explained == manifest["oauth_config"]["scopes"]["bot"]
    assert set(explained) == scopes.ALL
    assert all(len(reason) > 10 for _, reason in table("Slack: what each scope is for"))


def test_the_app_level_token_s_scope_is_named():
    (scope,) = scopes.APP_TOKEN["apps.connections.open"]

    assert f"The app-level token has `{scope}` alone" in PAGE


def test_the_roles_may_what_the_page_says():
    rows = {row[0]: set(re.findall(r"`(\w+)`", row[2])) for row in table("Roles")}

    anyone = {verb.value for verb in Verb if Role.ANYONE in NEEDED[verb]}
    it = {verb.value for verb in Verb if Role.IT in NEEDED[verb]}
    assert set(rows) == {"admin", "IT", "support", "anyone"}
    assert (rows["anyone"], rows["IT"]) == (anyone, it)
    assert all(Role.ADMIN in needed or Role.ANYONE in needed for needed in NEEDED.values())


@pytest.mark.parametrize("name", ["secrets", "domains", "history", "outbox", "clicks", "asked_checks", "anchors"])
def test_the_tables_that_hold_something_of_people_or_secrets_are_listed(name):
    stored = " ".join(" ".join(row) for row in table("What is stored where"))

    assert name in METADATA.tables
    assert f"`{name}`" in stored


def test_every_file_and_decision_it_points_to_exists():
    for target in re.findall(r"\]\(([^)#]+)\)", PAGE):
        assert (ROOT / "docs" / target).exists(), target
    for path in re.findall(r"`((?:bot|docs)/[\w/.-]+\.\w+)`", PAGE):
        assert (ROOT / path).exists(), path
