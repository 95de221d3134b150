"""A local Slack workspace, name server and Engage API. Meets the bot over sockets only."""
