"""The bot's voice in one message: catalog texts filled with facts, as lines.

The only markup of a catalog text is *bold*, `code` and {placeholders}. What a fact looks like depends on the
name of its placeholder: what is to be entered is code and never shortened, what was seen is code and
shortened to 80 characters.
"""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from functools import cache

from bot.messages import catalog
from bot.messages.formats import plain
from bot.messages.lines import Emoji, Line, Link, Mention, MentionKind, Moment, Piece, Words, joined, line, merged
from bot.messages.outside import NAME_LIMIT, SEEN_LIMIT, VALUE_LIMIT, cleaned, shorten_list
from bot.messages.spans import exactly, roughly
from core.records import Purpose
from core.sending_domain import (
    Actor,
    DeploymentEvent,
    DmarcPolicy,
    DomainStatus,
    Language,
    VerificationStatus,
)

Fact = str | int | datetime | timedelta | Actor | Piece | Sequence[str] | Sequence[Piece] | None

_NAMES = frozenset(
    {"domain", "host", "fqdn", "zone", "parent", "found_at", "resolver", "return_path", "name", "caa_at"}
    | {"target", "suggestion", "report_name"}
)
_ENTERED = frozenset({"expected", "merged", "typed", "term", "all", "tag", "tags", "keep", "delete", "lines"})
_SEEN = frozenset(
    {"seen", "seen_type", "seen_region", "error", "via", "path", "names", "counts", "problem", "ede", "rcode"}
    | {"ns", "ok_ns", "bad_ns", "parent_ns", "zone_ns", "verdict", "unicode", "ascii", "rua", "character", "extra"}
)
# What our own adapters advise, in English; said here in the language of whoever reads it.
_REMEDIES = tuple(f"remedy.{name}" for name in ("studio", "correct", "support", "gone", "key", "again"))
_ROUGH = frozenset({"duration", "left", "elapsed"})
_TOKEN = re.compile(r"\*([^*\n]+)\*|`([^`\n]+)`|\{(\w+)\}")
_SYMBOLS = {
    VerificationStatus.VERIFIED: "white_check_mark",
    VerificationStatus.PENDING: "hourglass_flowing_sand",
    VerificationStatus.TEMPORARY_FAILURE: "warning",
    VerificationStatus.FAILURE: "x",
}


@dataclass(frozen=True, slots=True)
class _Slot:
    name: str
    bold: bool
    code: bool


class Voice:
    """Speaks one language in one message, and explains each status where it is first mentioned.

    Japanese explains every status once; English only where `explained` is asked for (the card's fields).
    """

    def __init__(self, language: Language) -> None:
        self.language = language
        self._explained: set[str] = set()

    def say(self, key: str, /, **facts: Fact) -> Line:
        """Return the text of `key` filled with `facts`; `n` (or `count`) chooses its plural form."""
        number = facts.get("n", facts.get("count"))
        template = catalog.text(key, self.language, number if isinstance(number, int) else 1)
        self._note_explanations(template)
        pieces: list[Piece] = []
        for part in _parsed(template):
            if isinstance(part, _Slot):
                _append(pieces, self._shown(part, facts.get(part.name)))
            else:
                pieces.append(part)
        return merged(pieces)

    def plain(self, key: str, /, **facts: Fact) -> str:
        """Return the text of `key` as plain text: for headers, labels, titles and files."""
        return plain(self.say(key, **facts))

    def sentences(self, *lines: Line) -> Line:
        """Put sentences one behind the other, as the language does."""
        return joined(lines, " " if self.language is Language.EN else "")

    def listed(self, words: Iterable[str]) -> str:
        """Write a list of words."""
        return catalog.text("list.comma", self.language).join(words)

    def paired(self, name: str, value: str) -> str:
        """Put a name and its value on one line of plain text."""
        return f"{name}{catalog.text('word.colon', self.language)}{value}"

    def purposes(self, purposes: Iterable[Purpose]) -> str:
        """Name what records are for."""
        return self.listed(self.purpose(purpose) for purpose in purposes)

    def purpose(self, purpose: Purpose) -> str:
        """Name what a record is for."""
        return catalog.text(f"purpose.{purpose.value.lower()}", self.language)

    def provider(self, name: str | None) -> Line:
        """Name the DNS provider, or say "your DNS provider"."""
        return line(cleaned(name, SEEN_LIMIT) if name else catalog.text("unknown_provider", self.language))

    def status(self, status: DomainStatus | VerificationStatus, *, explained: bool = False) -> Line:
        """Write a status, explained at its first mention: always in Japanese, on demand in English."""
        key = f"status.{status.value.lower().replace(' ', '_')}"
        explains = explained or self.language is Language.JA
        if explains and key not in self._explained:
            self._explained.add(key)
            key += ".gloss"
        return line(catalog.text(key, self.language))

    def verification_with_symbol(self, status: VerificationStatus) -> Line:
        """Write a verification status with the symbol that follows it."""
        return (*self.status(status, explained=True), *symbol(status))

    def _note_explanations(self, template: str) -> None:
        if self.language is Language.EN:
            return
        for key in _status_keys():
            if catalog.text(f"{key}.gloss", self.language) in template:
                self._explained.add(key)

    def _shown(self, slot: _Slot, value: Fact) -> Line:
        return tuple(
            replace(piece, bold=piece.bold or slot.bold, code=piece.code or slot.code)
            if isinstance(piece, Words)
            else piece
            for piece in self._pieces(slot, value)
        )

    def _pieces(self, slot: _Slot, value: Fact) -> Line:
        match value:
            case None:
                return line("…")
            case Words() | Moment() | Mention() | Link() | Emoji():
                return (value,)
            case datetime():
                return (Moment(value),)
            case timedelta():
                return line((roughly if slot.name in _ROUGH else exactly)(value, self.language))
            case Actor():
                return (Mention(MentionKind.USER, value.user_id),)
            case int():
                return line(str(value))
            case str():
                return self._text(slot, value)
            case _:
                return self._sequence(slot, value)

    def _text(self, slot: _Slot, value: str) -> Line:
        match value:
            case DomainStatus() | VerificationStatus():
                return self.status(value)
            case Purpose():
                return line(self.purpose(value))
            case DeploymentEvent():
                return line(catalog.text(f"event.{value.name.lower()}", self.language))
            case Language():
                return line(catalog.text(f"language.{value.value}", self.language))
            case DmarcPolicy():
                return line(value.value)
            case _:
                known = slot.name == "remedy" and next((key for key in _REMEDIES if _in_english(key) == value), None)
                return self.say(known) if known else outside(slot.name, value, code=slot.code, bold=slot.bold)

    def _sequence(self, slot: _Slot, value: Sequence[str] | Sequence[Piece]) -> Line:
        texts = [item for item in value if isinstance(item, str)]
        if value and all(isinstance(item, Purpose) for item in texts) and len(texts) == len(value):
            return line(self.purposes(Purpose(item) for item in texts))
        if slot.name == "lines":  # each is entered by itself
            return joined(((Words(cleaned(text, VALUE_LIMIT), code=True),) for text in texts), "\n")
        if texts:
            seen = slot.name in _SEEN
            listed = shorten_list([cleaned(text, NAME_LIMIT) for text in texts]) if seen else ", ".join(texts)
            return outside(slot.name, listed, code=slot.code, bold=slot.bold)
        return tuple(item for item in value if not isinstance(item, str))


def outside(name: str, value: str, *, code: bool = False, bold: bool = False) -> Line:
    """Show text from outside: the placeholder's name says whether it is a name, an entry or something seen."""
    limit = NAME_LIMIT if name in _NAMES else VALUE_LIMIT if name in _ENTERED else SEEN_LIMIT
    if name == "remedy":  # our own adapters' words
        limit = 300
    text = cleaned(value, limit)
    if name in {"error", "remedy"}:
        text = text.rstrip(".") if name == "error" else text
    in_code = code or (not bold and name in _NAMES | _ENTERED | _SEEN)
    return (Words(text or "–", code=True),) if in_code else line(text)


def _in_english(key: str) -> str:
    return catalog.text(key, Language.EN)


def symbol(status: VerificationStatus) -> Line:
    """Return the emoji that follows a status, with the space before it."""
    name = _SYMBOLS.get(status)
    return (Words(" "), Emoji(name)) if name else ()


@cache
def _status_keys() -> tuple[str, ...]:
    return tuple(f"status.{status.value.lower().replace(' ', '_')}" for status in (*DomainStatus, *VerificationStatus))


@cache
def _parsed(template: str, *, bold: bool = False) -> tuple[Words | _Slot, ...]:
    """Cut a text into words and slots."""
    parts: list[Words | _Slot] = []
    end = 0
    for token in _TOKEN.finditer(template):
        parts.append(Words(template[end : token.start()], bold=bold))
        end = token.end()
        if token[1] is not None:
            parts.extend(_parsed(token[1], bold=True))
        elif token[2] is not None:
            parts.extend(_parsed_code(token[2], bold=bold))
        else:
            parts.append(_Slot(token[3], bold, code=False))
    parts.append(Words(template[end:], bold=bold))
    return tuple(part for part in parts if isinstance(part, _Slot) or part.text)


def _parsed_code(text: str, *, bold: bool) -> Iterable[Words | _Slot]:
    for index, part in enumerate(re.split(r"\{(\w+)\}", text)):
        yield _Slot(part, bold, code=True) if index % 2 else Words(part, bold=bold, code=True)


def _append(pieces: list[Piece], shown: Line) -> None:
    """Append a fact; an empty one takes the space before it along."""
    if not shown and pieces and isinstance(last := pieces[-1], Words):
        pieces[-1] = replace(last, text=last.text.rstrip(" "))
    pieces.extend(shown)
