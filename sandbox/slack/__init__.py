"""A local Slack workspace: Web API, Socket Mode, and a page in the browser. Everything is kept in memory.

It behaves like Slack as far as the bot needs it, refuses what it does not know, and talks to nobody but
loopback.
"""
