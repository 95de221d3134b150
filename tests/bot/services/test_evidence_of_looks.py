"""The evidence that follows an alert, from real DNS packets; `dig` must be able to see the same again."""

import asyncio
import re
import shlex
from datetime import timedelta

import pytest

from bot.messages.alerts import render_evidence
from core.errors import RequestRefused
from core.events import Via
from core.findings import Code
from core.notices import AlertTemporary, AlertUnseen, EvidenceFile
from core.records import Purpose
from core.sending_domain import DeploymentEvent, DomainStatus
from tests.bot.services.house import ADMIN, TEAM, zone_value

LAST = (DeploymentEvent.CERTIFICATE, DeploymentEvent.ENABLE_IDENTITY, DeploymentEvent.ENABLE_CDN)


async def verifying(house, *, without=()):
    await house.create()
    await house.tick()
    await house.onboarding.deploy(TEAM, ADMIN, "mail.example.com", house.click())
    await house.tick()
    domain = await house.domain()
    house.apply_records(domain, without=without)
    await house.onboarding.verify(TEAM, ADMIN, domain.id, Via.COMMAND, house.click())
    return {record.purpose: record for record in domain.record_set}


async def active(house):
    records = await verifying(house)
    house.provisioner.complete("mail.example.com", *LAST)
    await house.tick()
    assert (await house.domain()).status is DomainStatus.ACTIVE
    house.said()
    return records


def after_alert(house):
    """Return the alert and what was said right after it in its lane."""
    lane = [each.notice for each in house.messenger.deliveries if each.notice.kind.startswith("alert.")]
    return lane[-2:]


async def test_a_failure_is_followed_by_what_was_seen_of_each_record(house, clock):
    records = await verifying(house, without=(Purpose.DKIM, Purpose.MX))
    dkim = records[Purpose.DKIM]
    house.nameserver.put(dkim.name, "TXT", [zone_value(dkim.type, dkim.value[:255])])
    clock.pass_by(timedelta(hours=73))

    await house.tick()

    alert, file = after_alert(house)
    shown = {each.finding.record.purpose: each for each in file.exhibits.exhibits}
    servers = [port for _, port in house.nameserver.nameservers]
    assert (alert.kind, file.kind, file.incident_id) == ("alert.failed", "alert.evidence", alert.incident_id)
    assert {purpose: each.finding.code for purpose, each in shown.items()} == {
        Purpose.DKIM: Code.TXT_TRUNCATED,
        Purpose.MX: Code.MISSING,
    }
    assert [asked.server.port for asked in shown[Purpose.DKIM].asked] == servers
    assert [(asked.said, asked.ttl) for asked in shown[Purpose.DKIM].asked] == [("NOERROR aa", 300)] * 2
    assert [asked.said for asked in shown[Purpose.MX].asked] == ["NOERROR aa no data"] * 2
    assert all(asked.at == clock.now for asked in shown[Purpose.DKIM].asked)
    assert file.exhibits.control.server.port == house.nameserver.resolvers[0][1]


async def test_a_regression_is_followed_by_the_second_look(house, clock):
    records = await active(house)
    house.nameserver.delete(records[Purpose.DKIM].name)
    for span in (timedelta(hours=1), timedelta(minutes=5)):
        clock.pass_by(span)
        await house.tick()

    alert, file = after_alert(house)

    (shown,) = file.exhibits.exhibits
    assert isinstance(alert, AlertTemporary)
    assert (shown.finding.code, shown.finding.facts["underlying"]) == (Code.REGRESSED, "missing")
    assert [asked.said for asked in shown.asked] == ["NXDOMAIN aa"] * 2


async def test_silence_is_followed_by_what_was_tried(house, clock):
    await active(house)
    house.nameserver.fault("servfail")
    for _ in range(26):
        clock.pass_by(timedelta(hours=1))
        await house.tick()

    alert, file = after_alert(house)

    assert isinstance(alert, AlertUnseen)
    assert len(file.exhibits.exhibits) == 6
    assert not any(each.finding.definite for each in file.exhibits.exhibits)
    assert "SERVFAIL" in {asked.said for each in file.exhibits.exhibits for asked in each.asked}


async def test_an_alert_that_no_look_led_to_is_followed_by_none(house):
    await house.create()
    await house.tick()
    house.provisioner.fail(RequestRefused("quota exceeded", "deploy", "Ask for more."))
    await house.onboarding.deploy(TEAM, ADMIN, "mail.example.com", house.click())

    await house.tick()

    said = house.said()
    assert "alert.provisioning" in said
    assert EvidenceFile.kind not in said


@pytest.mark.oracle
async def test_the_commands_show_the_same_again(house, clock):
    records = await verifying(house, without=(Purpose.DKIM, Purpose.SPF, Purpose.CLICK_TRACKING))
    dkim, spf, click = (records[of] for of in (Purpose.DKIM, Purpose.SPF, Purpose.CLICK_TRACKING))
    house.nameserver.put(dkim.name, "TXT", [zone_value(dkim.type, dkim.value[:300])])
    house.nameserver.put(spf.name, "TXT", ['"v=spf1 -all"', '"caf\\233\\"\\\\;\\010"'])
    house.nameserver.put(f"{click.name}.example.com", "CNAME", [f"{click.value}."])
    clock.pass_by(timedelta(hours=73))
    await house.tick()
    _, file = after_alert(house)
    text = render_evidence(file).content

    asked = [each for exhibit in file.exhibits.exhibits for each in exhibit.asked]
    commands = [line.strip()[2:] for line in text.splitlines() if line.strip().startswith("$ ")]
    answers = [await run(command) for command in commands]

    assert len(commands) == len(asked) + 1
    for each, answer in zip(asked, answers, strict=False):
        seen = {re.sub(r"^\d+ characters  |^(?:CNAME|MX) ", "", line) for line in each.lines}
        assert records_in(answer) == seen
        assert f"status: {each.said.split()[0]}," in answer
        assert ("aa" in each.said.split()) == (" aa" in re.search(r"flags:([^;]*);", answer)[1])
    assert "status: " in answers[-1], "the control query is the last"
    assert any('"caf\\233' in line for each in asked for line in each.lines)


async def run(command: str) -> str:
    """Run one line as it stands in the file, as a shell would."""
    words = [*shlex.split(command), "+tries=1", "+time=2"]
    process = await asyncio.create_subprocess_exec(*words, stdout=asyncio.subprocess.PIPE)
    output, _ = await process.communicate()
    assert process.returncode == 0, output
    return output.decode()


def records_in(output: str) -> set[str]:
    """Return the data in the answer section of what `dig` prints."""
    _, heading, section = output.partition(";; ANSWER SECTION:\n")
    rows = section.partition("\n\n")[0].splitlines() if heading else []
    return {row.split(None, 4)[4] for row in rows}
