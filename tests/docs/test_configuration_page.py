"""The configuration page and the environment example follow the settings."""

import re
from pathlib import Path

from bot.configuration_page import configuration_page
from bot.settings import Settings

ROOT = Path(__file__).parents[2]


def test_the_configuration_page_is_what_the_settings_say():
    page = (ROOT / "docs/configuration.md").read_text()

    assert page == configuration_page(), "run `.venv/bin/engage-domain settings > docs/configuration.md`"


def test_every_setting_has_a_description():
    silent = [name for name, field in Settings.model_fields.items() if not field.description]

    assert silent == []


def test_the_example_environment_names_only_settings_and_all_that_are_required():
    example = (ROOT / ".env.example").read_text()

    named = set(re.findall(r"^#?\s?([A-Z_]+)=", example, flags=re.MULTILINE))

    known = {name.upper() for name in Settings.model_fields}
    required = {name.upper() for name, field in Settings.model_fields.items() if field.is_required()}
    assert named <= known
    assert required <= named
