"""Buttons: `action_id` says what, `value` for which domain; every click is authorised again by the listener."""

from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from bot.messages.blocks import BUTTON_LIMIT, plain_text
from bot.messages.outside import NAME_LIMIT, cleaned, heading
from bot.messages.voice import Voice
from core.commands import Verb

PRIMARY = frozenset({"records_added", "retry_verification", "start_deploy", "create_domain", "adopt_domain"})
DANGER = frozenset({"stop_setup", "remove_domain"})
ACCESSIBLE_LIMIT = 75
NEEDS = {
    "records_added": Verb.VERIFY,
    "check_now": Verb.VERIFY,
    "retry_verification": Verb.VERIFY,
    "show_records": Verb.RECORDS,
    "start_deploy": Verb.DEPLOY,
    "stop_setup": Verb.CANCEL,
    "remove_domain": Verb.REMOVE,
    "create_domain": Verb.CREATE,
}
"""Which verb a button stands for."""


def button(voice: Voice, action_id: str, domain_id: str, domain: str, *, style: bool = True) -> dict[str, Any]:
    """A button for one domain; `style` off makes a primary one an ordinary one."""
    label = voice.plain(f"button.{action_id}")
    result = _bare(voice, action_id, label, heading(domain)) | {"value": domain_id}
    if style and action_id in PRIMARY:
        result["style"] = "primary"
    if action_id in DANGER:
        result["style"] = "danger"
    return result


def create_button(voice: Voice, *, style: bool = True) -> dict[str, Any]:
    """The button that opens the form for a new domain."""
    label = voice.plain("button.create_domain")
    result = {"type": "button", "action_id": "create_domain", "text": plain_text(label, BUTTON_LIMIT), "value": "new"}
    return result | ({"style": "primary"} if style else {})


def link_button(voice: Voice, url: str, domain: str) -> dict[str, Any]:
    """The button that opens the card's thread."""
    return _bare(voice, "open_thread", voice.plain("button.open_thread"), heading(domain)) | {"url": url}


def verb_button(voice: Voice, index: int, verb: Verb, domain: str) -> dict[str, Any]:
    """A button that runs `verb` on one of several domains; its value is ``"verb domain"``."""
    del voice
    return {
        "type": "button",
        "action_id": f"run_verb_{index}",
        "text": plain_text(heading(domain), BUTTON_LIMIT),
        "value": f"{verb.value} {cleaned(domain, NAME_LIMIT)}",
        "accessibility_label": heading(f"{verb.value}: {domain}", ACCESSIBLE_LIMIT),
    }


def stop_button(
    voice: Voice, domain_id: str, domain: str, *, window: timedelta, left: timedelta | None
) -> dict[str, Any]:
    """*Stop setup*, which asks for confirmation wherever it stands; `left` is None while no window runs."""
    key = "cancel.text" if left is None else "cancel.text_running"
    confirm = {
        "title": plain_text(voice.plain("cancel.title", domain=heading(domain)), 100),
        "text": plain_text(voice.plain(key, left=left, window=window), 300),
        "confirm": plain_text(voice.plain("cancel.confirm"), 30),
        "deny": plain_text(voice.plain("cancel.deny"), 30),
        "style": "danger",
    }
    return button(voice, "stop_setup", domain_id, domain) | {"confirm": confirm}


@dataclass(frozen=True, slots=True)
class PageRef:
    """What a paging button asks for: ``home``, ``list`` or ``history``; `of` is a filter or a domain id."""

    view: str
    of: str
    page: int

    def __str__(self) -> str:
        return f"{self.view}|{self.of}|{self.page}"

    @classmethod
    def parse(cls, value: str) -> "PageRef":
        """Read a button's value. Raises `ValueError` for anything else."""
        view, of, page = value.split("|")
        return cls(view, of, int(page))


def paging(voice: Voice, view: str, of: str, page: int, pages: int) -> list[dict[str, Any]]:
    """The paging buttons that lead somewhere."""
    targets = (("page_newer", page - 1), ("page_older", page + 1))
    return [
        {
            "type": "button",
            "action_id": action_id,
            "text": plain_text(voice.plain(f"button.{action_id}"), BUTTON_LIMIT),
            "value": str(PageRef(view, of, target)),
        }
        for action_id, target in targets
        if 1 <= target <= pages
    ]


def _bare(voice: Voice, action_id: str, label: str, domain: str) -> dict[str, Any]:
    accessible = voice.plain("button.accessible", label=label, domain=domain)
    return {
        "type": "button",
        "action_id": action_id,
        "text": plain_text(label, BUTTON_LIMIT),
        "accessibility_label": accessible[:ACCESSIBLE_LIMIT],
    }
