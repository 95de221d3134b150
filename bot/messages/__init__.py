"""Notices to Block Kit and plain text, in English and Japanese. Pure: no Slack client here."""
