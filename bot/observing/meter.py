"""The `Meter` in Prometheus' words (https://prometheus.io/docs/practices/naming/).

Every label has a handful of values that are known in advance; names of domains, people and channels are no labels.
"""

import platform
import tomllib
from collections.abc import Sequence
from datetime import timedelta
from importlib import metadata
from pathlib import Path

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, ProcessCollector

from core.findings import Finding

PREFIX = "engage_domain"
_SHORT = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.0, 3.0, 5.0, 10.0)
_LONG = (0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 30.0, 60.0, 300.0, 900.0, 3600.0)


class PrometheusMeter:
    """Counts in a registry of its own, so that two in one process do not meet."""

    def __init__(self, dialect: str = "") -> None:
        self.registry = CollectorRegistry()
        ProcessCollector(registry=self.registry)
        build = self._gauge("build_info", "Always 1; the labels say what runs.", "version", "python", "database")
        build.labels(version(), platform.python_version(), dialect).set(1)
        self._requests = self._counter("requests", "Commands, clicks and forms that were served.", "outcome")
        self._request_seconds = self._histogram(
            "request_seconds", "From Slack's request to the end of its answer.", _SHORT
        )
        self._claims = self._counter("check_claims", "Domains taken up for a check.")
        self._lag = self._histogram("check_lag_seconds", "How late a domain was taken up after it was due.", _LONG)
        self._checks = self._counter("checks", "Checks that came to their end.", "outcome")
        self._looks = self._histogram("look_seconds", "How long a look at a domain's DNS took.", _SHORT, "depth")
        self._findings = self._counter(
            "findings", "What full looks found, once for every record and look.", "code", "state"
        )
        self._online = self._gauge("dns_online", "1 if the last control query was answered, 0 if not.")
        self._online.set(1)
        self._dispatches = self._counter("dispatches", "Attempts at rows of the outbox.", "lane", "outcome")
        self._wait = self._histogram("dispatch_wait_seconds", "From queueing a row to its being sent.", _LONG, "lane")
        self._slack = self._counter("slack_errors", "Calls of Slack's Web API that failed.", "method", "kind")
        self._connections = self._counter(
            "slack_connections", "Socket Mode connections; all but the first are reconnections."
        )
        self._provisioner = self._counter("provisioner_errors", "What the provisioner failed at or refused.", "kind")
        self._ticks = self._counter("ticks", "Runs of a tick.", "tick", "outcome")
        self._tick_seconds = self._histogram("tick_seconds", "How long a run of a tick took.", _LONG, "tick")

    def request(self, outcome: str, took: timedelta) -> None:
        """See `bot.ports.Meter`."""
        self._requests.labels(outcome).inc()
        self._request_seconds.observe(took.total_seconds())

    def claimed(self, lag: timedelta) -> None:
        """See `bot.ports.Meter`."""
        self._claims.inc()
        self._lag.observe(_seconds(lag))

    def checked(self, outcome: str) -> None:
        """See `bot.ports.Meter`."""
        self._checks.labels(outcome).inc()

    def looked(self, took: timedelta, findings: Sequence[Finding], *, full: bool) -> None:
        """See `bot.ports.Meter`."""
        self._looks.labels("full" if full else "glance").observe(took.total_seconds())
        for finding in findings:
            self._findings.labels(finding.code.value, finding.state.value).inc()

    def online(self, online: bool) -> None:  # noqa: FBT001 -- as in `bot.ports.Meter`
        """See `bot.ports.Meter`."""
        self._online.set(1 if online else 0)

    def dispatched(self, lane_kind: str, outcome: str, waited: timedelta) -> None:
        """See `bot.ports.Meter`."""
        self._dispatches.labels(lane_kind, outcome).inc()
        if outcome == "sent":
            self._wait.labels(lane_kind).observe(_seconds(waited))

    def slack_failed(self, method: str, kind: str) -> None:
        """See `bot.ports.Meter`."""
        self._slack.labels(method, kind).inc()

    def slack_connected(self) -> None:
        """See `bot.ports.Meter`."""
        self._connections.inc()

    def provisioner_failed(self, kind: str) -> None:
        """See `bot.ports.Meter`."""
        self._provisioner.labels(kind).inc()

    def ticked(self, tick: str, outcome: str, took: timedelta) -> None:
        """See `bot.ports.Meter`."""
        self._ticks.labels(tick, outcome).inc()
        self._tick_seconds.labels(tick).observe(took.total_seconds())

    def _counter(self, name: str, meaning: str, *labels: str) -> Counter:
        return Counter(f"{PREFIX}_{name}", meaning, labels, registry=self.registry)

    def _gauge(self, name: str, meaning: str, *labels: str) -> Gauge:
        return Gauge(f"{PREFIX}_{name}", meaning, labels, registry=self.registry)

    def _histogram(self, name: str, meaning: str, buckets: Sequence[float], *labels: str) -> Histogram:
        return Histogram(f"{PREFIX}_{name}", meaning, labels, buckets=buckets, registry=self.registry)


def version() -> str:
    """Return the version of the bot: as installed, or of the checkout that it runs from."""
    try:
        return metadata.version("engage-domain-bot")
    except metadata.PackageNotFoundError:
        return _of_checkout(Path(__file__).parents[2] / "pyproject.toml")


def _of_checkout(file: Path) -> str:
    try:
        return str(tomllib.loads(file.read_text())["project"]["version"])
    except (OSError, KeyError, ValueError):
        return "unknown"


def _seconds(span: timedelta) -> float:
    """Return seconds, none where somebody has set the clock back."""
    return max(0.0, span.total_seconds())
