"""A Meter in memory: remembers what it was told, word by word."""

from collections.abc import Sequence
from datetime import timedelta

from core.findings import Finding


class FakeMeter:
    """`counted` holds the name of what was counted and its words, in order."""

    def __init__(self) -> None:
        self.counted: list[tuple[str, ...]] = []

    def request(self, outcome: str, took: timedelta) -> None:
        assert took >= timedelta()
        self.counted.append(("request", outcome))

    def claimed(self, lag: timedelta) -> None:
        self.counted.append(("claimed", str(lag)))

    def checked(self, outcome: str) -> None:
        self.counted.append(("checked", outcome))

    def looked(self, took: timedelta, findings: Sequence[Finding], *, full: bool) -> None:
        assert took >= timedelta()
        self.counted.append(("looked", "full" if full else "glance", *(finding.code.value for finding in findings)))

    def online(self, online: bool) -> None:
        self.counted.append(("online", str(online)))

    def dispatched(self, lane_kind: str, outcome: str, waited: timedelta) -> None:
        assert waited >= timedelta()
        self.counted.append(("dispatched", lane_kind, outcome))

    def slack_failed(self, method: str, kind: str) -> None:
        self.counted.append(("slack_failed", method, kind))

    def slack_connected(self) -> None:
        self.counted.append(("slack_connected",))

    def provisioner_failed(self, kind: str) -> None:
        self.counted.append(("provisioner_failed", kind))

    def ticked(self, tick: str, outcome: str, took: timedelta) -> None:
        assert took >= timedelta()
        self.counted.append(("ticked", tick, outcome))
