"""`engage-domain check` as people and machines run it: a process, real packets, an exit code."""

import asyncio
import json
import os
import sys
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path

import pytest

from bot.check_command import CannotCheck, exit_code, expectation, language_of, report, shown
from bot.look_settings import LookSettings
from core.checkup import Checkup
from core.findings import BlockedOn, Code, State
from core.records import RecordType
from core.sending_domain import Language
from core.zonefile import zone_file
from sandbox.nameserver.server import Nameserver
from tests.bot.messages.samples import CHECKUP
from tests.bot.services.house import zone_value
from tests.fakes.record_sets import record_set

NAME = "mail.example.com"
STATES = {"verified", "pending", "action", "temporary"}
FIELDS = {
    "purpose": str,
    "type": str,
    "name": str,
    "required": bool,
    "state": str,
    "code": str,
    "warnings": list,
    "seen": list,
    "servers": dict,
    "advice": str,
}


@dataclass
class Ran:
    code: int
    out: str
    err: str

    @property
    def document(self):
        document = json.loads(self.out)
        hold_to_the_schema(document)
        return document


def hold_to_the_schema(document):
    """Exactly the fields that are promised, each of its type."""
    assert list(document) == ["domain", "checked_at", "blocked_on", "eta", "provider", "records"]
    assert document["blocked_on"] in set(BlockedOn)
    for moment in (document["checked_at"], document["eta"] or "2026-01-01T00:00:00Z"):
        assert datetime.strptime(moment, "%Y-%m-%dT%H:%M:%SZ").replace(tzinfo=UTC)
    assert document["provider"] is None or isinstance(document["provider"], str)
    for row in document["records"]:
        assert {field: type(value) for field, value in row.items()} == FIELDS
        assert list(row) == list(FIELDS)
        assert row["state"] in STATES
        assert all(isinstance(item, str) for item in (*row["warnings"], *row["seen"], *row["servers"].values()))


@pytest.fixture
async def dns():
    async with Nameserver(negative_ttl=60) as nameserver:
        nameserver.create_zone("example.com")
        yield nameserver


@pytest.fixture
def zone(tmp_path):
    path = tmp_path / "mail.zone.txt"
    path.write_text(zone_file(record_set(NAME)))
    return path


def publish(dns, *without):
    for record in record_set(NAME):
        if record.purpose not in without:
            dns.put(record.name, record.type, [zone_value(record.type, record.value)])
        if record.type is RecordType.CNAME:
            dns.put(record.value, "A", ["192.0.2.1"])


async def check(dns, *arguments, resolvers=True, **environment):
    """Run the command with nothing in its environment but where the DNS is."""
    surroundings = {
        "PATH": os.environ["PATH"],
        "DNS_NAMESERVERS": ",".join(f"{host}:{port}" for host, port in dns.nameservers),
        **environment,
    }
    if resolvers:
        surroundings["DNS_RESOLVERS"] = ",".join(f"{host}:{port}" for host, port in dns.resolvers)
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        "-m",
        "bot",
        "check",
        *map(str, arguments),
        env=surroundings,
        cwd=Path(__file__).parents[2],
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
    )
    out, err = await process.communicate()
    return Ran(process.returncode, out.decode(), err.decode())


async def test_records_that_all_stand_there_are_verified(dns, zone):
    publish(dns)

    ran = await check(dns, NAME, "--zone", zone, "--json")

    assert (ran.code, ran.err) == (0, "")
    document = ran.document
    assert (document["domain"], document["blocked_on"], document["eta"]) == (NAME, "nobody", None)
    assert [row["purpose"] for row in document["records"]] == [record.purpose for record in record_set(NAME)]
    assert {row["state"] for row in document["records"]} == {"verified"}
    assert document["records"][0]["seen"] == ["v=spf1 include:amazonses.com ~all"]
    assert set(document["records"][0]["servers"].values()) == {"present"}
    assert len(document["records"][0]["servers"]) == 2


async def test_a_domain_that_the_listed_registry_denies_is_it_s_turn(dns, zone):
    publish(dns)
    dns.slip("domain-expired", NAME)
    ((host, port),) = dns.registries

    ran = await check(dns, NAME, "--zone", zone, "--json", DNS_PARENT_NAMESERVERS=f"{host}:{port}")

    assert (ran.code, ran.document["blocked_on"]) == (1, "it")
    assert {row["code"] for row in ran.document["records"]} == {"nxdomain-parent"}


async def test_a_missing_and_a_wrong_record_are_it_s_turn_and_the_exit_code_tells(dns, zone):
    publish(dns, "IMAGE_HOSTING")
    dns.slip("truncate-dkim", NAME)

    ran = await check(dns, NAME, "--zone", zone, "--json")

    rows = {row["purpose"]: row for row in ran.document["records"]}
    assert ran.code == 1
    assert ran.document["blocked_on"] == "it"
    assert (rows["IMAGE_HOSTING"]["state"], rows["IMAGE_HOSTING"]["code"]) == ("pending", "missing")
    assert (rows["DKIM"]["state"], rows["DKIM"]["code"]) == ("action", "txt-truncated")
    assert len(rows["DKIM"]["seen"][0]) == 255
    assert "255" in rows["DKIM"]["advice"]


async def test_a_cached_negative_answer_has_an_eta(dns, zone):
    publish(dns, "CLICK_TRACKING")
    resolver = dns.resolvers
    await check(dns, NAME, "--zone", zone)
    await plant_a_negative_answer(resolver[0], f"click.{NAME}")
    publish(dns)

    ran = await check(dns, NAME, "--zone", zone, "--json")

    row = next(row for row in ran.document["records"] if row["purpose"] == "CLICK_TRACKING")
    assert (ran.code, ran.document["blocked_on"], row["state"], row["code"]) == (
        1,
        "propagation",
        "pending",
        "cached-negative",
    )
    assert ran.document["eta"] > ran.document["checked_at"]


async def plant_a_negative_answer(resolver, name):
    import dns.asyncquery
    import dns.message

    await dns.asyncquery.udp(dns.message.make_query(name, "CNAME"), resolver[0], port=resolver[1], timeout=2)


async def test_without_a_file_it_is_the_pre_flight_in_the_language_of_the_terminal(dns):
    dns.put(f"click.{NAME}", "CNAME", ["shop.example.net."])
    dns.put("example.com", "NS", ["ada.ns.cloudflare.com.", "bob.ns.cloudflare.com."])

    ran = await check(dns, "Mail.Example.COM.", LANG="ja_JP.UTF-8")

    assert ran.code == 1
    assert "支障が1件あります。" in ran.out
    assert "existing-cname" in ran.out
    assert "Proxy imported DNS records" in ran.out
    assert max(map(len, ran.out.splitlines())) < 140


async def test_a_zone_file_with_faults_cannot_be_checked(dns, tmp_path):
    path = tmp_path / "wrong.zone"
    path.write_text(f"click.{NAME}. A 192.0.2.1\n")

    ran = await check(dns, NAME, "--zone", path, "--json")

    assert (ran.code, ran.out) == (2, "")
    assert ran.err.strip().endswith("line 1: A is none of TXT, CNAME and MX")


async def test_where_the_dns_is_out_of_reach_nothing_is_judged(dns, zone):
    dns.fault("silent", "resolver")
    arguments = [[], ["--zone", zone]]

    before, expected = await asyncio.gather(
        *(check(dns, NAME, "--json", *more, DNS_TIMEOUT="100ms") for more in arguments)
    )

    for ran in (before, expected):
        assert (ran.code, ran.document["blocked_on"]) == (2, "us")
        assert ran.err.startswith("We could not query DNS (127.0.0.1:")
        assert "timeout), so nothing about mail.example.com was judged. Check DNS_RESOLVERS" in ran.err
        assert len(ran.err.splitlines()) == 1
    assert before.document["records"] == []
    rows = [(row["state"], row["code"]) for row in expected.document["records"]]
    assert rows == [("temporary", "checker-offline")] * len(record_set(NAME))


@pytest.mark.parametrize(
    ("problem", "said"),
    [
        ("127.0.0.1: timeout", "DNSに問い合わせできず（127.0.0.1: timeout）、mail.example.comは判定していません。"),
        ("", "mail.example.comのネームサーバーが分からず、判定していません。"),
    ],
)
def test_why_there_is_no_table_is_an_error(problem, said, capsys):
    code = report(Checkup(NAME, CHECKUP.checked_at, problem=problem), None, Language.JA, as_json=False)

    out, err = capsys.readouterr()
    assert (code, out) == (2, "")
    assert err.startswith(said)


def test_what_cannot_be_written_is_no_result(monkeypatch, capfd):
    with Path("/dev/full").open("w") as full:
        monkeypatch.setattr("sys.stdout", full)
        code = report(CHECKUP, None, Language.EN, as_json=False)

    assert code == 2
    assert "could not be written: No space left on device" in capfd.readouterr().err


async def test_a_wrong_setting_is_named(dns):
    ran = await check(dns, NAME, DNS_TIMEOUT="soon")

    assert ran.code == 2
    assert ran.err.startswith("Nothing was checked. To mend:\n  DNS_TIMEOUT: ")
    assert "SLACK" not in ran.err


@pytest.mark.parametrize(
    ("typed", "zone", "said"),
    [
        ("foo_bar.example.com", None, "foo_bar"),
        ("co.jp", None, "co.jp"),
        (NAME, "no-such-file", "no-such-file: No such file or directory. --zone takes the file"),
        (NAME, "/", "/: "),
    ],
)
def test_what_cannot_be_looked_at_is_said(typed, zone, said):
    with pytest.raises(CannotCheck) as caught:
        expectation(typed, zone, Language.EN)

    assert said in str(caught.value)


def test_a_name_is_forgiven_as_in_slack(zone):
    assert expectation(" https://MAIL.example.com/ ", str(zone), Language.EN) == (
        NAME,
        replace(record_set(NAME), version=1),
    )


@pytest.mark.parametrize(
    ("environment", "language"),
    [
        ({}, Language.EN),
        ({"LANG": "ja_JP.UTF-8"}, Language.JA),
        ({"LANG": "ja_JP.UTF-8", "LC_ALL": "C"}, Language.EN),
        ({"LANG": "en_US.UTF-8", "DEFAULT_LANGUAGE": "ja"}, Language.JA),
        ({"LANG": "ja_JP.UTF-8", "DEFAULT_LANGUAGE": "en"}, Language.EN),
    ],
)
def test_the_language_is_the_setting_s_else_the_terminal_s(environment, language, monkeypatch):
    for name in ("LANG", "LC_ALL", "LC_MESSAGES", "DEFAULT_LANGUAGE"):
        monkeypatch.delenv(name, raising=False)
    for name, value in environment.items():
        monkeypatch.setenv(name, value)

    assert language_of(LookSettings()) is language


def test_an_advisory_record_does_not_spoil_the_exit_code():
    rows = [replace(row, state=State.ACTION) if not row.record.required else row for row in CHECKUP.rows]

    assert exit_code(replace(CHECKUP, rows=tuple(rows))) == 0


def test_a_record_of_which_nobody_could_tell_is_not_verified():
    silent = replace(
        CHECKUP.rows[0],
        state=State.TEMPORARY,
        code=Code.NS_UNREACHABLE.value,
        definite=False,
        blocked_on=BlockedOn.DNS_PROVIDER,
        facts={"ns": ("ns1",)},
    )
    checkup = replace(CHECKUP, rows=(silent, *CHECKUP.rows[1:]))

    assert exit_code(checkup) == 1
    hold_to_the_schema(json.loads(shown(checkup, None, Language.JA, as_json=True)))


@pytest.mark.parametrize("as_json", [True, False])
def test_hostile_text_neither_breaks_the_json_nor_steers_the_terminal(as_json):
    nasty = "x\x1b[31m\u202e\r\n\x07\x00" + "y" * 5000
    row = replace(
        CHECKUP.rows[3],
        state=State.ACTION,
        code="existing-cname",
        blocked_on=BlockedOn.IT,
        facts={"fqdn": NAME, "seen": nasty},
        seen=(nasty,),
        servers={nasty: nasty},
    )

    text = shown(Checkup(NAME, CHECKUP.checked_at, (row,)), None, Language.EN, as_json=as_json)

    assert not set(text) & set("\x1b\u202e\r\x07\x00")
