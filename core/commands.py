"""The command text of `/engage-domain`: parsed and forgiven here, judged nowhere else."""

import difflib
import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass, field
from enum import StrEnum

from core.errors import InvalidDomainName, UsageError
from core.filters import Filter
from core.keys import WRITE_ONLY_KEY
from core.names import DomainName


class Verb(StrEnum):
    """The verbs, in the order of the help."""

    CREATE = "create"
    DEPLOY = "deploy"
    RECORDS = "records"
    VERIFY = "verify"
    STATUS = "status"
    LIST = "list"
    CHECK = "check"
    HISTORY = "history"
    CANCEL = "cancel"
    EDIT = "edit"
    REMOVE = "remove"
    HELP = "help"


@dataclass(frozen=True, slots=True)
class Command:
    """A command that could be read.

    `domain` is the name as understood (A-labels), empty if none was given; `typed` is what was typed for it
    if that needed forgiving. `topic` is the verb that help was asked for.
    """

    verb: Verb
    domain: str = ""
    typed: str | None = None
    options: dict[str, str] = field(default_factory=dict)
    topic: Verb | None = None


_OPTION = re.compile(r"([A-Za-z_-]+)=(.*)", re.DOTALL)
_SECRET = re.compile(r"(?<![0-9a-z.-])[0-9a-f]{40}(?![0-9a-z.-])", re.IGNORECASE)
_LINK = re.compile(r"<[^|>]*\|([^>]*)>")
_WITHOUT_DOMAIN = frozenset({Verb.LIST, Verb.HELP})
_DOMAIN_OPTIONAL = frozenset({Verb.CREATE})  # its form asks for the name
_STATUS_WORDS = {
    **{choice.value: choice for choice in Filter},
    "failure": Filter.FAILING,
    "failed": Filter.FAILING,
    "temporary_failure": Filter.FAILING,
}


def parse(text: str) -> Command:
    """Read what follows `/engage-domain`; nothing at all is `help`.

    A domain that can be no domain name is kept as typed: whoever looks it up will not find it, and the form
    of `create` says what is wrong with it. Raises `UsageError` with one of the keys ``usage.verb`` (facts
    `verb`, and `nearest` if one is near), ``usage.extra`` (`verb`, `extra`), ``usage.no_domain`` (`verb`) and
    ``usage.key``; never anything else.
    """
    if _holds_key(text):
        raise UsageError("usage.key")
    words = _words(text)
    if not words:
        return Command(Verb.HELP)
    verb = _verb(words[0].plain)
    if verb is Verb.HELP:
        return _help([word.plain for word in words[1:]])
    names, options = _sort(verb, words[1:])
    allowed = 0 if verb in _WITHOUT_DOMAIN else 1
    if len(names) > allowed:
        raise UsageError("usage.extra", verb=verb.value, extra=names[allowed].plain)
    if names:
        domain, typed = _domain(names[0])
        return Command(verb, domain, typed, options)
    if verb not in _WITHOUT_DOMAIN | _DOMAIN_OPTIONAL:
        raise UsageError("usage.no_domain", verb=verb.value)
    return Command(verb, options=options)


@dataclass(frozen=True, slots=True)
class _Word:
    typed: str
    plain: str


def _plain(text: str) -> str:
    # NFKC makes full-width letters and U+3000 plain, but leaves the ideographic full stop. Invisible
    # characters (Cf: zero-width spaces, direction marks) come with what is copied from elsewhere.
    folded = unicodedata.normalize("NFKC", text).replace("\u3002", ".")
    return "".join(character for character in folded if unicodedata.category(character) != "Cf")


def _holds_key(text: str) -> bool:
    # The 40 digits alone are the secret, too: somebody who leaves the account out must not see them echoed.
    plain = _plain(text)
    return WRITE_ONLY_KEY.search(plain) is not None or _SECRET.search(plain) is not None


def _words(text: str) -> list[_Word]:
    words = (_Word(typed, _plain(typed).strip()) for typed in text.replace("`", " ").split())
    return [word for word in words if word.plain]


def _verb(word: str) -> Verb:
    lowered = word.casefold()
    if lowered in set(Verb):
        return Verb(lowered)
    near = difflib.get_close_matches(lowered, [verb.value for verb in Verb], n=1)
    raise UsageError("usage.verb", verb=word, **({"nearest": near[0]} if near else {}))


def _help(words: Sequence[str]) -> Command:
    if len(words) > 1:
        raise UsageError("usage.extra", verb=Verb.HELP.value, extra=words[1])
    return Command(Verb.HELP, topic=_verb(words[0]) if words else None)


def _sort(verb: Verb, words: Sequence[_Word]) -> tuple[list[_Word], dict[str, str]]:
    names: list[_Word] = []
    options: dict[str, str] = {}
    for word in words:
        match = _OPTION.fullmatch(word.plain)
        if match is None:
            names.append(word)
            continue
        key, value = match[1].casefold(), _STATUS_WORDS.get(match[2].casefold().replace("-", "_"))
        if verb is not Verb.LIST or key != "status" or value is None or key in options:
            raise UsageError("usage.extra", verb=verb.value, extra=word.plain)
        options[key] = value.value
    return names, options


def _domain(word: _Word) -> tuple[str, str | None]:
    """Return the name as understood, and what was typed if that is something else.

    Slack turns a name into a link by itself; its label is what was typed.
    """
    link = _LINK.fullmatch(word.typed)
    typed = link[1] if link and link[1] else word.typed
    try:
        name = DomainName.parse(word.plain).ascii
    except InvalidDomainName:
        name = _plain(typed).casefold().rstrip(".") or typed
    return name, None if typed == name else typed
