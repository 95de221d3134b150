"""What every test shares: frozen time that leaves event loops alone, and no silent skips in CI."""

import os

import freezegun
import hypothesis
import pytest
import structlog

freezegun.configure(extend_ignore_list=["dns", "slack_bolt", "slack_sdk", "sqlalchemy.pool", "httpcore", "_pytest"])

_told = structlog.dev.ConsoleRenderer(exception_formatter=structlog.dev.plain_traceback)
structlog.configure(processors=[*structlog.get_config()["processors"][:-1], _told])
"""Where rich is installed, a traceback is a drawing of every local variable by default, which takes seconds."""

pytest_plugins = ["tests.fixtures_postgres"]

hypothesis.settings.register_profile("house", deadline=None, derandomize=True, max_examples=60)
hypothesis.settings.register_profile("long", deadline=None, max_examples=2000)
hypothesis.settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "house"))


@pytest.hookimpl(hookwrapper=True)
def pytest_runtest_makereport(item):
    """In CI nothing may be skipped: a skip is a failure that says what is missing."""
    outcome = yield
    report = outcome.get_result()
    if report.skipped and not hasattr(report, "wasxfail") and os.environ.get("CI"):
        report.outcome = "failed"
        report.longrepr = f"{item.nodeid}: skipped in CI: {report.longrepr}"
