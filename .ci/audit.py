"""Tells whether what is locked in requirements/ has known vulnerabilities: ``audit.py [--tolerate-unreachable]``.

pip-audit ends with "No known vulnerabilities found" and exit code 0 where it could look up nothing at all. So an
advisory service is first asked about a release that everybody knows to be vulnerable: only one that names it is asked
about ours, and only an answer about every package counts.

Exit codes: 0 nothing is known, 1 something is, 2 it could not be found out. With ``--tolerate-unreachable`` the last
is said just as plainly, but is 0: a pull request shall not wait for somebody else's server. A release is audited
without it (docs/decisions/0005-advisories.md).
"""

import json
import subprocess
import sys
import tempfile
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

LOCKS = ("requirements/dev.txt", "requirements/tools.txt")
"""`dev.txt` holds all of `run.txt`."""
SERVICES = ("pypi", "osv")
KNOWN = "pyyaml==5.3"
"""CVE-2020-14343 (https://nvd.nist.gov/vuln/detail/CVE-2020-14343)."""
Ask = Callable[[Sequence[str], str], list[dict[str, Any]] | None]

NOTHING_KNOWN, VULNERABLE, NOT_AUDITED = 0, 1, 2


def ask(files: Sequence[str], service: str) -> list[dict[str, Any]] | None:
    """Return what `service` says of every package in `files`; None where it cannot be asked."""
    words = [sys.executable, "-m", "pip_audit", "--disable-pip", "--no-deps", "-f", "json", "--progress-spinner", "off"]
    named = [word for file in files for word in ("-r", file)]
    done = subprocess.run([*words, "-s", service, *named], capture_output=True, text=True, check=False, timeout=600)
    try:
        return list(json.loads(done.stdout)["dependencies"])
    except (ValueError, KeyError, TypeError):
        return None


def audit(ask: Ask, known_file: str) -> tuple[int, list[str]]:
    """Return the exit code and what to say. `known_file` holds the release that is known to be vulnerable."""
    said = []
    for service in SERVICES:
        probe = ask([known_file], service)
        if not probe or not all(each.get("vulns") for each in probe):
            said.append(
                f"{service}: no advisories to be had from here ({KNOWN} is known to be vulnerable, but not there)"
            )
            continue
        found = ask(LOCKS, service)
        missed = [each["name"] for each in found or () if "skip_reason" in each]
        if not found or missed:
            said.append(f"{service}: no answer about {', '.join(missed) or 'what is locked'}")
            continue
        hits = [
            f"{each['name']} {each['version']}: {hit['id']}, mended in {', '.join(hit['fix_versions']) or 'none yet'}"
            for each in found
            for hit in each["vulns"]
        ]
        if hits:
            return VULNERABLE, ["Known vulnerabilities:", *hits]
        return NOTHING_KNOWN, [f"{len(found)} locked packages, none with a known vulnerability ({service})."]
    return NOT_AUDITED, ["NOT AUDITED: nobody could be asked about known vulnerabilities.", *said]


def main(words: Sequence[str]) -> int:
    """Audit the locks of this repository."""
    with tempfile.TemporaryDirectory() as folder:
        known = Path(folder) / "known.txt"
        known.write_text(KNOWN + "\n")
        code, said = audit(ask, str(known))
    print("\n".join(said), file=sys.stderr if code else sys.stdout)
    if code == NOT_AUDITED and "--tolerate-unreachable" in words:
        print("Tolerated here; `make audit` fails. Audit where an advisory service can be reached.", file=sys.stderr)
        return 0
    return code


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
