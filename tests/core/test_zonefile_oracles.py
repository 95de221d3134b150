"""The programs that load zone files for a living read ours back to exactly the expected records."""

import os
import re
import shlex
import shutil
import subprocess

import pytest

from core.zonefile import zone_file
from tests.fakes.record_sets import record_set

DOMAINS = ["mail.example.com", "example.com", "xn--wgv71a119e.jp", "mail.xn--wgv71a119e.jp"]
CASES = [(domain, bits) for domain in DOMAINS for bits in (2048, 4096)]

pytestmark = [pytest.mark.oracle, pytest.mark.parametrize(("domain", "bits"), CASES)]


def program(name):
    path = shutil.which(name, path=f"{os.environ.get('PATH', '')}:/usr/sbin:/usr/local/sbin")
    if path is None:
        pytest.skip(f"{name} is not installed")
    return path


def registered(domain):
    return ".".join(domain.split(".")[-2:])


@pytest.fixture
def zone(tmp_path, domain, bits):
    """A zone file as IT's zone would look with ours added to it."""
    origin = registered(domain)
    file = tmp_path / "zone"
    ours = zone_file(record_set(domain, bits=bits), ["Add them to the zone 日本語."], lambda record: record.purpose)
    head = f"$ORIGIN {origin}.\n@ 60 IN SOA ns.invalid. root.invalid. 1 60 60 86400 60\n@ 60 IN NS ns.invalid.\n"
    file.write_text(head + ours, encoding="utf-8")
    return file


def run(*command):
    done = subprocess.run(command, capture_output=True, text=True, timeout=30, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def meaning_of_text(text):
    """Read canonical one-line records as {(name, ttl, type, value)}, without SOA and NS."""
    seen = set()
    for line in text.splitlines():
        found = re.match(r"(\S+)\.\s+(\d+)\s+IN\s+(TXT|CNAME|MX)\s+(.+)", line)
        if found:
            name, ttl, kind, data = found.groups()
            value = "".join(shlex.split(data)) if kind == "TXT" else data.rstrip(".").replace("\t", " ")
            seen.add((name.lower(), int(ttl), kind, value))
    return seen


def expected(domain, bits):
    return {(record.name, record.ttl, record.type, record.value) for record in record_set(domain, bits=bits)}


def test_bind_reads_back_exactly_the_expected_records(zone, domain, bits):
    written = run(program("named-checkzone"), "-D", "-i", "none", "-q", "-o", "-", registered(domain), str(zone))

    assert meaning_of_text(written) == expected(domain, bits)


def test_ldns_reads_back_exactly_the_expected_records(zone, domain, bits):
    written = run(program("ldns-read-zone"), str(zone))

    assert meaning_of_text(written) == expected(domain, bits)


def test_nsd_accepts_the_file(zone, domain):
    said = run(program("nsd-checkzone"), registered(domain), str(zone))

    assert "zone" in said
    assert "ok" in said


def test_knot_accepts_the_file(zone, domain):
    said = run(program("kzonecheck"), "-o", registered(domain), str(zone))

    assert "error" not in said.lower()
