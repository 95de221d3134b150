"""The audit of what is locked: known vulnerabilities fail it, and not being able to ask is never a pass."""

import importlib.util
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]


@pytest.fixture(scope="module")
def ci():
    spec = importlib.util.spec_from_file_location("ci_audit", ROOT / ".ci/audit.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def package(name, *hits, **more):
    return {"name": name, "version": "1.0", "vulns": [{"id": hit, "fix_versions": ["1.1"]} for hit in hits], **more}


SKIPPED = {"name": "idna", "skip_reason": "not found"}
PROBE = [package("pyyaml", "PYSEC-2021-142")]


def answering(**services):
    """Return a way to ask: ``service=(answer about the known release, answer about the locks)``."""

    def ask(files, service):
        probe, locks = services.get(service, (None, None))
        return probe if files == ["known.txt"] else locks

    return ask


def test_nothing_known_is_a_pass_with_the_number_of_packages(ci):
    code, said = ci.audit(answering(pypi=(PROBE, [package("idna"), package("rich")])), "known.txt")

    assert (code, said) == (0, ["2 locked packages, none with a known vulnerability (pypi)."])


def test_a_known_vulnerability_fails_and_names_the_release_that_mends_it(ci):
    code, said = ci.audit(answering(pypi=(PROBE, [package("idna", "CVE-1"), package("rich")])), "known.txt")

    assert code == 1
    assert "idna 1.0: CVE-1, mended in 1.1" in said


@pytest.mark.parametrize(
    "services",
    [
        {},
        {"pypi": ([], [])},
        {"pypi": ([SKIPPED], [package("idna")])},
        {"pypi": ([package("pyyaml")], [package("idna")])},
        {"pypi": (PROBE, [package("rich"), SKIPPED]), "osv": (None, None)},
        {"pypi": (PROBE, None)},
        {"pypi": (PROBE, [])},
    ],
    ids=["unreachable", "silent", "knows nothing", "no advisories", "one missing", "breaks off", "empty"],
)
def test_what_could_not_be_looked_up_is_never_a_pass(ci, services):
    code, said = ci.audit(answering(**services), "known.txt")

    assert code == 2
    assert said[0].startswith("NOT AUDITED")


def test_the_second_service_is_asked_where_the_first_knows_nothing(ci):
    services = {"pypi": ([SKIPPED], None), "osv": (PROBE, [package("idna")])}

    assert ci.audit(answering(**services), "known.txt") == (
        0,
        ["1 locked packages, none with a known vulnerability (osv)."],
    )


@pytest.mark.parametrize(("words", "code"), [([], 2), (["--tolerate-unreachable"], 0)])
def test_ci_may_tolerate_it_but_never_in_silence(ci, monkeypatch, capsys, words, code):
    monkeypatch.setattr(ci, "ask", answering())

    assert ci.main(words) == code
    assert "NOT AUDITED" in capsys.readouterr().err


def test_vulnerabilities_are_never_tolerated(ci, monkeypatch):
    monkeypatch.setattr(ci, "ask", lambda *_: PROBE)

    assert ci.main(["--tolerate-unreachable"]) == 1


def test_an_answer_that_is_none_is_told_from_one(ci, monkeypatch):
    done = subprocess.CompletedProcess([], 1, stdout="", stderr="ConnectionError")
    monkeypatch.setattr(ci.subprocess, "run", lambda *_, **__: done)

    assert ci.ask(["known.txt"], "pypi") is None


def test_all_locks_are_audited(ci):
    run = {line.split("==")[0] for line in (ROOT / "requirements/run.txt").read_text().splitlines() if "==" in line}
    audited = "".join((ROOT / lock).read_text() for lock in ci.LOCKS)

    assert {str(path.relative_to(ROOT)) for path in (ROOT / "requirements").glob("*.txt")} == {
        *ci.LOCKS,
        "requirements/run.txt",
    }
    assert all(f"{name}==" in audited for name in run)
