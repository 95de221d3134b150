"""Slack out: posts what the messages render, and reads who people are."""

from bot.adapters.slack.client import make_client, make_socket, quiet_vendor_loggers
from bot.adapters.slack.directory import SlackDirectory
from bot.adapters.slack.examination import Identity, examine_slack, identify
from bot.adapters.slack.messenger import SlackMessenger
from bot.adapters.slack.pacing import Pacer
from bot.adapters.slack.surface import SlackSurface

__all__ = [
    "Identity",
    "Pacer",
    "SlackDirectory",
    "SlackMessenger",
    "SlackSurface",
    "examine_slack",
    "identify",
    "make_client",
    "make_socket",
    "quiet_vendor_loggers",
]
