"""Notices and answers to Block Kit and plain text, in English and Japanese. Pure: no Slack client here.

Texts live in the gettext catalogs under `locale/`, one key each. Facts from outside stay data: cleaned,
shortened where they were only seen, and never able to format or to notify.
"""

from bot.messages.alerts import render_alert_resolved
from bot.messages.answers import render_answer, render_invite
from bot.messages.buttons import PageRef
from bot.messages.card import render_card
from bot.messages.check_report import check_document, check_offline, check_table
from bot.messages.details import details_modal
from bot.messages.forms import (
    NameAdvice,
    busy_entry,
    create_modal,
    edit_modal,
    existing_name,
    invalid_name,
    key_modal,
    wrong_key,
)
from bot.messages.home import home_view
from bot.messages.message import Block, Context, Links, Message, Snippet
from bot.messages.notices import render_notice
from bot.messages.purposes import purpose_named
from bot.messages.removal import remove_modal, wrong_name
from bot.messages.zone import without_table
from bot.ports import Places

__all__ = [
    "Block",
    "Context",
    "Links",
    "Message",
    "NameAdvice",
    "PageRef",
    "Places",
    "Snippet",
    "busy_entry",
    "check_document",
    "check_offline",
    "check_table",
    "create_modal",
    "details_modal",
    "edit_modal",
    "existing_name",
    "home_view",
    "invalid_name",
    "key_modal",
    "purpose_named",
    "remove_modal",
    "render_alert_resolved",
    "render_answer",
    "render_card",
    "render_invite",
    "render_notice",
    "without_table",
    "wrong_key",
    "wrong_name",
]
