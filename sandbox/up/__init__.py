"""Starts the whole sandbox – Slack, name servers, Engage – and the bot, each as a process of its own."""
