"""The page about the diagnosis codes says what the code does."""

import os
from pathlib import Path

from core.findings import Code
from tests.walk.diagnosis_page import diagnosis_page

PAGE = Path(__file__).parents[2] / "docs" / "diagnosis.md"


def test_the_page_is_what_the_code_says():
    if os.environ.get("WRITE_DIAGNOSIS"):
        PAGE.write_text(diagnosis_page())

    remedy = "write it anew: WRITE_DIAGNOSIS=1 .venv/bin/python -m pytest tests/walk/test_diagnosis_page.py"
    assert PAGE.read_text() == diagnosis_page(), remedy


def test_every_code_has_one_row():
    rows = [line.split("|")[1].strip() for line in diagnosis_page().splitlines() if line.startswith("| `")]

    assert rows == [f"`{code}`" for code in Code]
