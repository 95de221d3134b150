"""SPF records as text (RFC 7208): parsed and counted; nothing is looked up here."""

import ipaddress
import re
from dataclasses import dataclass
from functools import lru_cache

LOOKUP_LIMIT = 10
"""The most terms that cause DNS queries in one evaluation (RFC 7208 section 4.6.4)."""
VOID_LIMIT = 2
"""The most lookups that may find nothing (RFC 7208 section 4.6.4)."""

_REMEMBERED = 2048  # characters: of the largest ones that strangers can make, each takes a megabyte once it is read

_ADDRESSED = frozenset({"a", "mx"})
_WITH_DOMAIN = frozenset({"include", "exists"})
_LOOKUPS = frozenset({"include", "a", "mx", "ptr", "exists", "redirect"})
_ONCE = frozenset({"redirect", "exp"})

_VERSION = re.compile(r"v=spf1(?: |\Z)", re.IGNORECASE)
_TERM = re.compile(
    r"(?P<sign>[+?~-]?)(?P<name>[a-z][a-z0-9_.-]*)(?P<mark>[:=/]?)(?P<rest>.*)", re.IGNORECASE | re.DOTALL
)
_CIDR = re.compile(r"(?:/(?P<four>0|[1-9]\d?))?(?://(?P<six>0|[1-9]\d{0,2}))?$")
_MACRO = re.compile(r"%(?:\{[slodiphcrtv](?:[1-9]\d{0,2})?r?[.+,/_=-]*\}|[%_-])", re.IGNORECASE)
_TOP_LABEL = re.compile(r"[a-z0-9](?:[a-z0-9-]*[a-z0-9])?", re.IGNORECASE)


class SpfSyntaxError(ValueError):
    """A term outside the grammar; the whole record is a permerror (RFC 7208 section 4.6). `term` is at fault."""

    def __init__(self, term: str) -> None:
        super().__init__(term)
        self.term = term


@dataclass(frozen=True, slots=True)
class Term:
    """One mechanism or modifier.

    `text` is as written, `name` lower-case; `sign` is ``+`` where none was written, and empty for a modifier.
    `target` is the domain-spec or address, lower-case without final dot; `cidr` what follows it. The name of a
    modifier that nobody knows, and that says nothing (section 6), keeps its ``=``: ``include=`` is no `include`.
    """

    text: str
    name: str
    sign: str
    target: str = ""
    cidr: str = ""

    @property
    def looks_up(self) -> bool:
        """Tell whether the term counts against the limit of lookups."""
        return self.name in _LOOKUPS

    @property
    def has_macro(self) -> bool:
        """Tell whether the target depends on the message, so that it cannot be looked up beforehand."""
        return "%" in self.target


@dataclass(frozen=True, slots=True)
class SpfRecord:
    """The terms of one record, in order."""

    terms: tuple[Term, ...]

    @property
    def all_term(self) -> Term | None:
        """The first `all`, behind which nothing is evaluated."""
        return next((term for term in self.terms if term.name == "all"), None)

    @property
    def effective(self) -> tuple[Term, ...]:
        """The terms that can be evaluated: no mechanism behind `all`, no redirect beside it (section 6.1)."""
        closing = self.all_term
        if closing is None:
            return self.terms
        before = self.terms[: self.terms.index(closing) + 1]
        return tuple(term for term in before if term.name != "redirect")

    def includes(self, target: str) -> tuple[Term, ...]:
        """Return the `include` terms for `target`, compared as whole names."""
        return tuple(term for term in self.terms if term.name == "include" and term.target == target)


def is_spf(text: str) -> bool:
    """Tell whether a TXT record claims to be SPF version 1 (section 4.5)."""
    return _VERSION.match(text) is not None


def parse(text: str) -> SpfRecord:
    """Parse a record for which `is_spf` holds. Raises `SpfSyntaxError` for the first term at fault."""
    return _known(text) if len(text) <= _REMEMBERED else _parsed(text)


def _parsed(text: str) -> SpfRecord:
    if not is_spf(text):
        raise SpfSyntaxError(text.partition(" ")[0])
    terms = tuple(parse_term(word) for word in text.split(" ")[1:] if word)
    seen: set[str] = set()
    for term in terms:
        if term.name in _ONCE and not term.sign:
            if term.name in seen:
                raise SpfSyntaxError(term.text)
            seen.add(term.name)
    return SpfRecord(terms)


_known = lru_cache(maxsize=512)(_parsed)  # the same records are read again with every look


def parse_term(word: str) -> Term:
    """Parse one term. Raises `SpfSyntaxError`."""
    found = _TERM.fullmatch(word)
    if found is None or not all("!" <= char <= "~" for char in word):
        raise SpfSyntaxError(word)
    name, mark, rest = found["name"].lower(), found["mark"], found["rest"]
    if mark == "=":
        return _modifier(word, name, found["sign"], rest)
    argument = f"/{rest}" if mark == "/" else rest
    target, cidr = _mechanism(word, name, mark, argument)
    return Term(word, name, found["sign"] or "+", target.lower().removesuffix("."), cidr)


def _modifier(word: str, name: str, sign: str, value: str) -> Term:
    if sign or not _is_macro_string(value):
        raise SpfSyntaxError(word)
    if name in _ONCE and not _is_domain_spec(value):
        raise SpfSyntaxError(word)
    return Term(word, name if name in _ONCE else f"{name}=", "", value.lower().removesuffix("."))


def _mechanism(word: str, name: str, mark: str, argument: str) -> tuple[str, str]:
    """Return target and CIDR suffix of a mechanism, or raise."""
    if mark == ":" and not argument:
        raise SpfSyntaxError(word)
    if name == "all" and not argument:
        return "", ""
    if name in {"ip4", "ip6"} and mark == ":":
        return _address(word, name, argument)
    if name in _ADDRESSED:
        target, cidr = _split_cidr(word, argument)
        return _optional_domain(word, target), cidr
    if name == "ptr" and mark != "/":
        return _optional_domain(word, argument), ""
    if name in _WITH_DOMAIN and mark == ":" and _is_domain_spec(argument):
        return argument, ""
    raise SpfSyntaxError(word)


def _optional_domain(word: str, target: str) -> str:
    if target and not _is_domain_spec(target):
        raise SpfSyntaxError(word)
    return target


def _split_cidr(word: str, argument: str) -> tuple[str, str]:
    """Split ``domain/24//64``; a `/` inside a macro belongs to the domain."""
    found = _CIDR.search(argument)
    if found is None or int(found["four"] or 0) > 32 or int(found["six"] or 0) > 128:
        raise SpfSyntaxError(word)
    return argument[: found.start()], found[0]


def _address(word: str, name: str, argument: str) -> tuple[str, str]:
    address, slash, length = argument.partition("/")
    version, most = (ipaddress.IPv4Address, 32) if name == "ip4" else (ipaddress.IPv6Address, 128)
    try:
        version(address)
    except ValueError as error:
        raise SpfSyntaxError(word) from error
    if "%" in address or (slash and not (re.fullmatch(r"0|[1-9]\d{0,2}", length) and int(length) <= most)):
        raise SpfSyntaxError(word)
    return address, slash + length


def _is_macro_string(text: str) -> bool:
    return "%" not in _MACRO.sub("", text)


def _is_domain_spec(text: str) -> bool:
    """Tell whether `text` ends in a top label or a macro, as the grammar demands (section 7.1)."""
    if not text or not _is_macro_string(text):
        return False
    head, _, last = text.removesuffix(".").rpartition(".")
    if head and _TOP_LABEL.fullmatch(last) and not last.isdecimal():
        return True
    expansion = text.removesuffix(".").rpartition("%")[2]
    return "%" in text and (
        expansion in {"", "_", "-"} or (expansion[0] == "{" and expansion.find("}") == len(expansion) - 1)
    )
