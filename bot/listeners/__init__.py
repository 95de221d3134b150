"""Slack in: acknowledge, parse, authorise, call one service, answer."""
