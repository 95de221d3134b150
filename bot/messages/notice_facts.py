"""A notice's fields are the facts of its text: placeholders and fields share their names."""

from dataclasses import fields
from datetime import datetime, timedelta

from bot.messages.lines import Line
from bot.messages.voice import Fact, Voice
from core.notices import Notice
from core.sending_domain import Actor


def facts_of(voice: Voice, notice: Notice) -> dict[str, Fact]:
    """Return what the text of `notice` can name: its own facts, and those of the domain it is about."""
    subject = notice.subject
    facts: dict[str, Fact] = {
        field.name: value for field in fields(notice) if _is_fact(value := getattr(notice, field.name))
    }
    provider = getattr(notice, "provider", None) or (subject.zone.provider if subject.zone else None)
    named: dict[str, Fact] = {
        "domain": subject.name,
        "status": subject.status,
        "provisioner": subject.provisioner,
        "provider": voice.provider(provider),
    }
    return {**facts, **named}


def _is_fact(value: object) -> bool:
    texts = isinstance(value, tuple) and all(isinstance(item, str) for item in value)
    return texts or (isinstance(value, str | int | datetime | timedelta | Actor) and not isinstance(value, bool))


def said(voice: Voice, key: str, notice: Notice, **more: Fact) -> Line:
    """Say the text of `key` with the facts of `notice`."""
    return voice.say(key, **{**facts_of(voice, notice), **more})
