"""Advice for the detected DNS provider: at most four sentences, warnings first. Unknown provider: nothing."""

import re

from bot.messages import catalog
from bot.messages.hosts import zone_of
from bot.messages.lines import Line
from bot.messages.message import ProviderAdvice
from bot.messages.voice import Fact, Voice
from core.findings import ZoneFacts
from core.notices import Subject
from core.records import Purpose, RecordSet
from core.sending_domain import Language, SendingDomain

WARNINGS = ("too_small", "import_cut", "proxy", "panel", "wildcard")
HINTS = ("import", "relative", "blank_apex", "dot", "no_dot", "split", "whole", "no_quotes", "slow", "own_format")
MOST_SENTENCES = 4


def provider_line(
    voice: Voice,
    about: SendingDomain | Subject,
    advice: ProviderAdvice,
    records: RecordSet | None = None,
    *,
    warnings_only: bool = False,
) -> Line:
    """Say what is special about the provider, by its traits."""
    offered = WARNINGS if warnings_only else (*WARNINGS, *HINTS)
    said: list[Line] = []
    sentences = 0
    for trait in (trait for trait in offered if trait in advice.traits):
        sentences += _sentences(trait)
        if sentences > MOST_SENTENCES:
            break
        said.append(voice.say(f"provider.{trait}", **_facts(voice, about, advice, records)))
    return voice.sentences(*said)


def _sentences(trait: str) -> int:
    return len(re.findall(r"[.;](?= |$)", catalog.text(f"provider.{trait}", Language.EN)))


def _facts(
    voice: Voice, about: SendingDomain | Subject, advice: ProviderAdvice, records: RecordSet | None
) -> dict[str, Fact]:
    zone: ZoneFacts | None = about.zone
    known = records or (about.record_set if isinstance(about, SendingDomain) else RecordSet())
    keys = [len(record.value) for record in known if record.purpose is Purpose.DKIM]
    return {
        "domain": about.name,
        "zone": zone_of(about.name, zone),
        "length": max(keys, default=None),
        **advice.facts,
        "provider": voice.provider(zone.provider if zone else None),
    }
