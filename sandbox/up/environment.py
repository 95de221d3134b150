"""The bot's settings in the sandbox: real settings with made-up secrets, and days shortened to minutes."""

import base64
import os
import secrets
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from sandbox.slack.people import ADMIN_USERGROUP, IT_CHANNEL, SUPPORT_CHANNEL

SHORT = {
    "TICK_INTERVAL": "500ms",
    "SLACK_POST_INTERVAL": "100ms",
    "VERIFICATION_WINDOW": "10m",
    "POLL_INTERVAL": "5s",
    "BURST_INTERVAL": "2s",
    "BURST_DURATION": "1m",
    "MONITOR_INTERVAL": "5s",
    "RECHECK_INTERVAL": "2s",
    "PREPARE_INTERVAL": "1s",
    "STALLED_AFTER": "3m",
    "NO_RECORDS_AFTER": "1m",
    "DISAGREE_AFTER": "30s",
    "OFFLINE_AFTER": "30s",
    "UNSEEN_AFTER": "3m",
    "CHECK_GAP": "2s",
    "PARKED_RETRY": "5s",
    "DNS_TIMEOUT": "300ms",
    "DNS_QUERIES_PER_SECOND": "0",
    "LOOK_SECONDS": "3s",
}
"""What is shortened, and to what. Everything else keeps the product's defaults."""


@dataclass(frozen=True, slots=True)
class Ports:
    """Where the parts listen, all on 127.0.0.1. The name servers take five in a row from `nameserver`."""

    slack: int
    nameserver: int
    engage: int

    @property
    def control(self) -> int:
        """The name servers' control API."""
        return self.nameserver + 3

    @property
    def registry(self) -> int:
        """The registry of the zones there."""
        return self.nameserver + 4


@dataclass(frozen=True, slots=True)
class Tokens:
    """Made-up credentials, new at every start."""

    bot: str = field(default_factory=lambda: "xoxb-" + secrets.token_hex(12))
    app: str = field(default_factory=lambda: "xapp-" + secrets.token_hex(12))
    engage: str = field(default_factory=lambda: "1/" + secrets.token_hex(20))
    encryption: str = field(default_factory=lambda: base64.urlsafe_b64encode(secrets.token_bytes(32)).decode())


def bot_environment(ports: Ports, tokens: Tokens, database: Path, changed: Mapping[str, str]) -> dict[str, str]:
    """Return the whole environment of the bot's process; `changed` overrides single settings."""
    inherited = {name: os.environ[name] for name in ("PATH", "HOME", "LANG", "TZ") if name in os.environ}
    return {
        **inherited,
        "SLACK_API_URL": f"http://127.0.0.1:{ports.slack}/api/",
        "SLACK_BOT_TOKEN": tokens.bot,
        "SLACK_APP_TOKEN": tokens.app,
        "IT_CHANNEL": IT_CHANNEL,
        "SUPPORT_CHANNEL": SUPPORT_CHANNEL,
        "ADMIN_USERGROUP": ADMIN_USERGROUP,
        "SECRET_KEYS": tokens.encryption,
        "DATABASE_URL": f"sqlite:///{database}",
        "ENGAGE_API_URL": f"http://127.0.0.1:{ports.engage}",
        "ENGAGE_API_KEY": tokens.engage,
        "DNS_NAMESERVERS": f"127.0.0.1:{ports.nameserver},127.0.0.1:{ports.nameserver + 1}",
        "DNS_PARENT_NAMESERVERS": f"127.0.0.1:{ports.registry}",
        "DNS_RESOLVERS": f"127.0.0.1:{ports.nameserver + 2}",
        "LOG_FORMAT": "console",
        **SHORT,
        **changed,
    }


def shortened(changed: Mapping[str, str]) -> str:
    """Return one line for people: what is shorter here than in real life."""
    window = changed.get("VERIFICATION_WINDOW", SHORT["VERIFICATION_WINDOW"])
    poll = changed.get("POLL_INTERVAL", SHORT["POLL_INTERVAL"])
    sweep = changed.get("MONITOR_INTERVAL", SHORT["MONITOR_INTERVAL"])
    return (
        f"Time runs fast here: the verification window is {window} instead of 72h, polls come every {poll} instead of "
        f"5m, and ACTIVE domains are checked every {sweep} instead of every hour. A deployment takes seconds, not days."
    )
