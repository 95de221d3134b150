"""What stands beside the code: locks, the Procfile, the help of make, pages."""

import re
import subprocess
from pathlib import Path

import pytest
import typer

from bot.__main__ import app

ROOT = Path(__file__).parent.parent
LOCKS = sorted((ROOT / "requirements").glob("*.txt"))
ENTRY = re.compile(r"^(?P<name>[a-z0-9][a-z0-9._-]*)(?:\[[a-z0-9,]+\])?==\S+", re.IGNORECASE)


@pytest.mark.parametrize("lock", LOCKS, ids=lambda lock: lock.stem)
def test_every_package_is_locked_to_a_version_and_a_hash_and_to_no_registry(lock):
    text = lock.read_text()
    entries = [entry for entry in re.split(r"(?m)^(?=[^\s#])", text) if not entry.startswith("#") and entry.strip()]

    assert entries
    assert [entry.splitlines()[0] for entry in entries if not ENTRY.match(entry) or "--hash=sha256:" not in entry] == []
    assert re.findall(r"https?://\S*|--(?:extra-)?index-url.*|--find-links.*|--trusted-host.*", text) == []


def test_what_the_bot_runs_on_is_what_it_is_tested_with():
    run, dev = (
        set(re.findall(r"(?m)^[^\s#]+==\S+", (ROOT / "requirements" / name).read_text()))
        for name in ("run.txt", "dev.txt")
    )

    assert run
    assert run - dev == set()


def test_the_procfile_migrates_at_a_release_and_runs_a_worker():
    lines = dict(line.split(": ", 1) for line in (ROOT / "Procfile").read_text().splitlines())
    commands = set(typer.main.get_command(app).commands)

    assert lines == {"release": "python -m bot migrate", "worker": "python -m bot run"}
    assert {line.rsplit(" ", 1)[1] for line in lines.values()} <= commands


def test_make_alone_prints_every_target_with_what_it_does():
    targets = set(re.findall(r"(?m)^\.PHONY: ([a-z-]+)$", (ROOT / "Makefile").read_text()))

    printed = subprocess.run(["make", "-C", str(ROOT)], capture_output=True, text=True, check=True).stdout

    assert {"sandbox", "test", "setup"} < targets
    assert set(re.findall(r"(?m)^  make ([a-z-]+) +\S", printed)) == targets


def test_the_contributors_page_lists_every_target_once():
    targets = set(re.findall(r"(?m)^\.PHONY: ([a-z-]+)$", (ROOT / "Makefile").read_text()))

    listed = re.findall(r"(?m)^make ([a-z-]+) ", (ROOT / "CONTRIBUTING.md").read_text())

    assert len(listed) == len(set(listed))
    assert targets - set(listed) <= {"help", "sandbox", "format", "check"}
    assert set(listed) <= targets


def test_every_page_that_the_code_names_is_here():
    sources = [path for room in ("core", "storage", "bot", "sandbox", "bench") for path in (ROOT / room).rglob("*.py")]
    named = {(path, page) for path in sources for page in re.findall(r"[\w/-]+\.(?:md|yaml|yml)\b", path.read_text())}

    assert named
    assert [f"{path.name}: {page}" for path, page in named if not (ROOT / page).exists()] == []
