"""The page for operators names what there is: every metric, every alert, every log event that matters."""

import configparser
import re
from pathlib import Path

import pytest
import yaml
from prometheus_client import Metric

from bot.observing.meter import PrometheusMeter
from bot.observing.stock import Stock
from storage.engine import Database
from tests.bot.services.house import Time

ROOT = Path(__file__).parents[2]
PAGE = (ROOT / "docs/operations.md").read_text()


@pytest.fixture
async def registered(sqlite_url):
    """Every metric of ours that can be asked for."""
    database, meter = Database.open(sqlite_url), PrometheusMeter()
    stock = Stock(database, Time())
    meter.registry.register(stock)
    await stock.count()
    yield [each for each in meter.registry.collect() if each.name.startswith("engage_domain_")]
    await database.dispose()


def section(title):
    return re.search(rf"^##+ {re.escape(title)}\n(.*?)(?=^##|\Z)", PAGE, re.MULTILINE | re.DOTALL)[1]


def table(title):
    rows = [line.strip("|").split("|") for line in section(title).splitlines() if line.startswith("| `")]
    return [[cell.strip() for cell in row] for row in rows]


def labels_of(metric: Metric):
    return {label for sample in metric.samples for label in sample.labels} - {"le"}


async def test_the_page_lists_every_metric_with_its_kind_and_no_other(registered):
    listed = {row[0].strip("`"): row[1] for row in table("Metrics")}

    assert listed == {metric.name: metric.type for metric in registered}


async def test_the_page_lists_the_labels_of_every_metric(registered):
    listed = {row[0].strip("`"): set(re.findall(r"`(\w+)`", row[2])) for row in table("Metrics")}

    for metric in registered:
        assert labels_of(metric) <= listed[metric.name]


async def test_every_alert_is_about_metrics_that_there_are_and_has_a_row(registered):
    (group,) = yaml.safe_load((ROOT / "deploy/alerts.yml").read_text())["groups"]
    known = {sample for metric in registered for sample in (metric.name, f"{metric.name}_total")}

    used = {name for rule in group["rules"] for name in re.findall(r"engage_domain_\w+", rule["expr"])}
    assert used <= known
    assert [row[0].strip("`") for row in table("Alerts")] == [rule["alert"] for rule in group["rules"]]


def test_every_log_event_above_info_has_a_row():
    sources = [file.read_text() for room in ("bot", "storage") for file in (ROOT / room).rglob("*.py")]
    call = r"\b(?:_?log|logger)\.(?:warning|error|exception|critical)\(\s*"
    events = {event for source in sources for event in re.findall(call + r'"([a-z_]+\.[a-z_.]+)"', source)}

    listed = {event for row in table("Log events") for event in re.findall(r"`([^`]+)`", row[0])}

    assert len(events) > 15
    assert events - listed == set()


def test_every_command_of_the_page_is_one():
    from typer.main import get_command

    from bot.__main__ import app

    named = set(re.findall(r"(?:engage-domain|python -m bot) ([a-z][a-z-]+)", PAGE))

    assert named - set(get_command(app).commands) == set()
    assert {"migrate", "doctor", "outbox", "rotate-keys", "new-key"} <= named


def test_the_unit_runs_commands_of_the_bot_and_keeps_to_its_room():
    unit = configparser.RawConfigParser(strict=False)
    unit.optionxform = str
    unit.read(ROOT / "deploy/engage-domain.service")
    service = unit["Service"]

    assert service["ExecStartPre"].endswith("-m bot migrate")
    assert service["ExecStart"].endswith("-m bot run")
    assert service["RestartPreventExitStatus"] == "2"
    assert int(service["TimeoutStopSec"]) >= 45
    strict = {"ProtectSystem": "strict", "NoNewPrivileges": "yes", "CapabilityBoundingSet": "", "DynamicUser": "yes"}
    assert {name: service[name] for name in strict} == strict
