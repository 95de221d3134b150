"""Advice for the detected DNS provider: at most four sentences, warnings first. Unknown provider: nothing."""

import re

from bot.messages import catalog
from bot.messages.hosts import zone_of
from bot.messages.lines import Line
from bot.messages.voice import Fact, Voice
from core.findings import ZoneFacts
from core.notices import Subject
from core.providers import ADVICE_LIMIT, Advice, Provider, Trait, advice, by_name, detect
from core.records import RecordSet
from core.sending_domain import Language, SendingDomain


def provider_line(
    voice: Voice,
    about: SendingDomain | Subject,
    records: RecordSet,
    *,
    warnings_only: bool = False,
    without: frozenset[Trait] = frozenset(),
) -> Line:
    """Say what IT should know of the provider's panel before it adds `records`, but for what `without` names."""
    zone = zone_of(about.name, about.zone)
    provider = _provider(about.zone)
    said: list[Line] = []
    sentences = 0
    for item in advice(provider, records, zone):
        if item.trait in without:
            continue
        sentences += _sentences(item)
        if sentences > ADVICE_LIMIT or (warnings_only and not item.trait.is_warning):
            break
        facts: dict[str, Fact] = {"domain": about.name, "zone": zone, **item.facts}
        facts["provider"] = voice.provider(provider.name if provider else None)
        said.append(voice.say(f"provider.{item.trait.value}", **facts))
    return voice.sentences(*said)


def _provider(zone: ZoneFacts | None) -> Provider | None:
    return None if zone is None else by_name(zone.provider) or detect(zone.nameservers)


def _sentences(item: Advice) -> int:
    return len(re.findall(r"\.(?= |$)", catalog.text(f"provider.{item.trait.value}", Language.EN)))
