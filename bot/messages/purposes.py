"""What records are for, read back from the bot's own words."""

from collections.abc import Mapping
from functools import cache

from bot.messages.voice import Voice
from core.records import Purpose
from core.sending_domain import Language


def purpose_named(word: str) -> Purpose | None:
    """Return the purpose that `word` names, in either language or as the API spells it."""
    return _names().get(word.strip().casefold())


@cache
def _names() -> Mapping[str, Purpose]:
    voices = [Voice(language) for language in Language]
    spelled = {voice.purpose(purpose).casefold(): purpose for voice in voices for purpose in Purpose}
    return {purpose.value.casefold(): purpose for purpose in Purpose} | spelled
