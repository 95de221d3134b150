"""docs/check.md describes the command as it is."""

import json
import re
from pathlib import Path

import pytest

from bot.messages import check_document
from core.findings import BlockedOn, State
from core.preflight import Existing
from core.records import Purpose
from core.sending_domain import Language
from tests.bot.messages.samples import CHECKUP

PAGE = (Path(__file__).parents[2] / "docs/check.md").read_text()


def test_the_example_has_exactly_the_fields_that_are_printed():
    example = json.loads(re.search(r"```json\n(.*?)```", PAGE, re.DOTALL)[1])
    printed = check_document(CHECKUP, Language.EN)

    assert list(example) == list(printed)
    assert list(example["records"][0]) == list(printed["records"][0])


@pytest.mark.parametrize("word", [*State, *BlockedOn, *Purpose, *Existing])
def test_every_word_that_can_be_printed_is_described(word):
    assert f"`{word.value}`" in PAGE
