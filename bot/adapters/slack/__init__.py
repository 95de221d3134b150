"""Slack out: posts what the messages render, and reads who people are."""
