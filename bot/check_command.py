"""`engage-domain check`: a name, perhaps a zone file, and what the DNS says of them. Needs no Slack and no database."""

import json
import os
import shutil
import sys
from collections.abc import Mapping
from pathlib import Path

import typer

from bot.adapters.zonefile import MOST_OCTETS, read_zone_file
from bot.look_settings import LookSettings
from bot.messages import check_document, check_offline, check_table, invalid_name
from bot.messages.check_report import MOST_WIDTH
from core.checkup import Checkup
from core.errors import InvalidDomainName, UnreadableZoneFile
from core.names import DomainName
from core.records import RecordSet
from core.sending_domain import Language

VERIFIED, NOT_VERIFIED, COULD_NOT_CHECK = 0, 1, 2
_ZONE_HELP = "--zone takes the file that the bot posted for this domain, or - for standard input."


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
        raise CannotCheck(f"{zone}: {error.strerror or error}. {_ZONE_HELP}") from error
    except UnreadableZoneFile as error:
        raise CannotCheck("\n".join([*(f"{zone}: {fault}" for fault in error.faults), *_advice(error)])) from error


def _advice(error: UnreadableZoneFile) -> tuple[str, ...]:
    """Say what to do where the file is that of another domain."""
    return (f"Is it the zone file of another domain? {_ZONE_HELP}",) if error.elsewhere else ()


def _octets(zone: str) -> bytes:
    if zone == "-":
        return sys.stdin.buffer.read(MOST_OCTETS + 1)
    with Path(zone).open("rb") as file:
        return file.read(MOST_OCTETS + 1)


def shown(checkup: Checkup, records: RecordSet | None, language: Language, *, as_json: bool) -> str:
    """Return what is printed."""
    if as_json:
        return json.dumps(check_document(checkup, language), indent=2)  # ASCII: whatever was seen steers no terminal
    width = shutil.get_terminal_size(fallback=(MOST_WIDTH, 24)).columns
    return check_table(checkup, language, records, width)


def printed(text: str) -> bool:
    """Print to standard output, and tell whether that went well; a reader who has seen enough is no fault."""
    try:
        typer.echo(text)
        sys.stdout.flush()
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())  # nothing is left to be flushed at the end
    except OSError as error:
        typer.echo(f"The result could not be written: {error.strerror or error}.", err=True)
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return False
    return True


def report(checkup: Checkup, records: RecordSet | None, language: Language, *, as_json: bool) -> int:
    """Print what was found, or why nothing could be judged, and return the exit code."""
    if not checkup.judged:
        typer.echo(check_offline(checkup, language), err=True)
    if (as_json or checkup.judged) and not printed(shown(checkup, records, language, as_json=as_json)):
        return COULD_NOT_CHECK
    return exit_code(checkup)


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
