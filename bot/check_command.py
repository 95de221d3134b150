"""`engage-domain check`: a name, perhaps a zone file, and what the DNS says of them. Needs no Slack and no database."""

import json
import os
import sys
from collections.abc import Mapping
from pathlib import Path

from bot.adapters.zonefile import MOST_OCTETS, read_zone_file
from bot.messages import check_document, check_table, invalid_name
from bot.settings import LookSettings
from core.checkup import Checkup
from core.errors import InvalidDomainName, UnreadableZoneFile
from core.names import DomainName
from core.records import RecordSet
from core.sending_domain import Language

VERIFIED, NOT_VERIFIED, COULD_NOT_CHECK = 0, 1, 2


class CannotCheck(Exception):
    """There is nothing to look at, for reasons that the message lists, one line each."""


def expectation(typed: str, zone: str | None, language: Language) -> tuple[str, RecordSet | None]:
    """Return the name to look at, and the records that the zone file expects there; None without a file.

    `zone` is a path, or ``-`` for standard input. Raises `CannotCheck`.
    """
    try:
        name = DomainName.parse(typed).ascii
    except InvalidDomainName as error:
        raise CannotCheck(invalid_name(error, language)) from error
    if zone is None:
        return name, None
    try:
        return name, read_zone_file(_octets(zone), name)
    except OSError as error:
        raise CannotCheck(f"{zone}: {error.strerror or error}") from error
    except UnreadableZoneFile as error:
        raise CannotCheck("\n".join(f"{zone}: {fault}" for fault in error.faults)) from error


def _octets(zone: str) -> bytes:
    if zone == "-":
        return sys.stdin.buffer.read(MOST_OCTETS + 1)
    with Path(zone).open("rb") as file:
        return file.read(MOST_OCTETS + 1)


def shown(checkup: Checkup, records: RecordSet | None, language: Language, *, as_json: bool) -> str:
    """Return what is printed."""
    if as_json:
        return json.dumps(check_document(checkup, language), indent=2)  # ASCII: whatever was seen steers no terminal
    return check_table(checkup, language, records)


def exit_code(checkup: Checkup) -> int:
    """Return 0 if all that is required is right (or nothing is in the way), 1 if not, 2 if nothing was judged."""
    if not checkup.judged:
        return COULD_NOT_CHECK
    return VERIFIED if checkup.verified else NOT_VERIFIED


def language_of(settings: LookSettings, environment: Mapping[str, str] = os.environ) -> Language:
    """Return the language to speak: `DEFAULT_LANGUAGE` where it is set, else that of the terminal (POSIX, 8.2)."""
    if "default_language" in settings.model_fields_set:
        return settings.default_language
    locale = next((environment[name] for name in ("LC_ALL", "LC_MESSAGES", "LANG") if environment.get(name)), "")
    return Language.JA if locale.lower().startswith("ja") else Language.EN
