"""What is logged, and what never is."""

import json
import logging
import subprocess
import sys
import warnings

import pytest
import structlog

from bot.look_settings import DatabaseSettings
from bot.settings import Settings
from core.secrecy import BLOT
from tests.fakes.log_stream import logging_to_text

KEY = "1234/" + "0123456789abcdef0123456789abcdef01234567"
TOKEN = "xoxb-the-token-of-the-bot"
PASSWORD = "the password"
ENGAGE = "a key of another shape"
FERNET = "QUFBQUFBQUFBQUFBQUFBQUFBQUFBQUFBQUFBQUFBQUE="


@pytest.fixture(params=["console", "json"])
def settings(request, monkeypatch):
    monkeypatch.setenv("NO_COLOR", "1")
    return Settings(
        database_url="postgresql://bot:the%20password@127.0.0.1/engage",
        log_level="DEBUG",
        log_format=request.param,
        slack_bot_token=TOKEN,
        slack_app_token="xapp-the-token-of-the-app",
        it_channel="C0IT",
        support_channel="C0SUPPORT",
        admin_users="U0ADMIN",
        secret_keys=FERNET,
        engage_api_key=ENGAGE,
    )


def raised(error):
    try:
        raise error
    except type(error) as caught:
        return caught


def test_secrets_are_blotted_out_of_words_facts_and_tracebacks(settings):
    log = structlog.get_logger("bot.some.module")
    with logging_to_text(settings) as stream:
        log.debug("asked", key=KEY, body={"password": PASSWORD, "list": [ENGAGE]})
        log.error("failed", exc_info=raised(KeyError(f"{{'value': '{KEY}'}}")))
        logging.getLogger("slack_sdk.web").warning("sent %s to %s", TOKEN, {"key": KEY})
        logging.getLogger("vendor").error("failed", exc_info=raised(RuntimeError(f"{FERNET} {PASSWORD}")))

    text = stream.getvalue()
    for secret in (KEY, KEY[5:], TOKEN, PASSWORD, "the%20password", ENGAGE, FERNET):
        assert secret not in text
    assert text.count(BLOT) >= 7
    assert "KeyError" in text
    assert "RuntimeError" in text


def test_only_our_own_loggers_speak_at_debug(settings):
    with logging_to_text(settings) as stream:
        for name in ("aiosqlite", "slack_sdk.socket_mode", "httpcore.connection", "psycopg", "a.library.of.tomorrow"):
            logging.getLogger(name).debug("parameters of %s", name)
        for name in ("bot.services.checking", "storage.outbox", "core"):
            logging.getLogger(name).debug("ours: %s", name)

    text = stream.getvalue()
    assert "parameters of" not in text
    assert text.count("ours: ") == 3


def test_a_warning_of_python_s_goes_through_the_log(settings):
    with logging_to_text(settings) as stream, warnings.catch_warnings():
        warnings.simplefilter("always")
        logging.captureWarnings(capture=True)
        warnings.warn(f"about {KEY}", UserWarning, stacklevel=1)
        logging.captureWarnings(capture=False)

    assert "UserWarning: about " in stream.getvalue()
    assert KEY not in stream.getvalue()


def test_every_line_is_still_json_where_json_is_wanted(settings):
    if settings.log_format != "json":
        settings = settings.model_copy(update={"log_format": "json"})
    with logging_to_text(settings) as stream:
        structlog.get_logger("bot").warning("odd", said=f'"{KEY}" \\ {ENGAGE}', pem="-----BEGIN PRIVATE KEY-----\nMIIE")

    (line,) = stream.getvalue().splitlines()
    assert json.loads(line)["event"] == "odd"


def test_no_setting_s_secret_is_missed(settings):
    assert set(settings.secrets) == {
        TOKEN,
        "xapp-the-token-of-the-app",
        FERNET,
        ENGAGE,
        PASSWORD,
        "the%20password",
    }
    assert DatabaseSettings(database_url="sqlite:///x.db").secrets == ()


_PROGRAM = """
import sys, threading
from bot import logbook
from bot.look_settings import DatabaseSettings
logbook.configure(DatabaseSettings(log_level="DEBUG"))
class Odd:
    def __del__(self):
        raise ValueError("unraisable " + KEY)
    def __repr__(self):
        return KEY
KEY = "/".join(["1234", "0123456789abcdef" * 2 + "01234567"])
thread = threading.Thread(target=lambda: int(KEY)); thread.start(); thread.join()
odd = Odd(); del odd
raise RuntimeError("the end of " + KEY)
"""


def test_what_nobody_caught_is_printed_without_secrets():
    done = subprocess.run([sys.executable, "-c", _PROGRAM], capture_output=True, text=True, check=False, timeout=30)

    assert done.returncode == 1
    assert done.stderr.count("Traceback") == 3
    assert "the end of" in done.stderr
    assert KEY[5:] not in done.stderr + done.stdout
