"""What a line of the log looks like: what is looked for first comes first, and nothing is said that says nothing."""

import json
import logging
from datetime import UTC, datetime

import structlog

from bot.causes import caused_by
from bot.look_settings import DatabaseSettings
from tests.fakes.log_stream import logging_to_text

SINCE = datetime(2026, 11, 23, 9, 18, 56, tzinfo=UTC)


def logged(log_format):
    log = structlog.get_logger("bot.services.some")
    with logging_to_text(DatabaseSettings(log_format=log_format)) as stream, caused_by("request", "1a2b3c4d"):
        log.info("thing.done", took_ms=0, domain="mail.example.com", says=[], action="", since=SINCE)
        logging.getLogger("vendor.part").warning("a word of a vendor's")
    return stream.getvalue().splitlines()


def test_a_line_of_json_begins_with_moment_level_event_and_reference():
    ours, vendors = map(json.loads, logged("json"))

    assert list(ours)[:5] == ["timestamp", "level", "event", "request", "domain"]
    assert ours == ours | {"event": "thing.done", "took_ms": 0, "since": "2026-11-23T09:18:56+00:00"}
    assert not {"says", "action"} & set(ours)
    assert (vendors["logger"], vendors["request"]) == ("vendor.part", "1a2b3c4d")


def test_a_line_for_people_is_short_and_names_only_foreign_loggers():
    ours, vendors = logged("console")

    assert ours[4] == "-"
    assert ours[10] == " "
    assert ours[24:].split() == [
        "[info",
        "]",
        "thing.done",
        "request=1a2b3c4d",
        "domain=mail.example.com",
        "took_ms=0",
        "since=2026-11-23T09:18:56+00:00",
    ]
    assert "[vendor.part]" in vendors
