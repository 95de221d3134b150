"""Slack in: acknowledge, parse, authorise, call one service, answer."""

from bot.listeners.app import COMMAND, make_app, register
from bot.listeners.pace import Pace
from bot.listeners.parts import Listening, Surface
from bot.listeners.underway import Underway

__all__ = ["COMMAND", "Listening", "Pace", "Surface", "Underway", "make_app", "register"]
