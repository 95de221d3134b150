"""Several SPF records merged into the one line that IT is shown."""

import re
from collections.abc import Collection, Sequence

from core.spf import SpfSyntaxError, Term, parse_term

_PUT_BEHIND = ",;'\"`"


def merge(records: Sequence[str], expected: str) -> str:
    """Merge SPF records into one line that authorises all that any of them does, and `expected` first.

    A redirect becomes an include, unless an `all` keeps it from being evaluated; what stands behind `all` is
    taken for meant. Terms that do not parse are kept as they stand: it is not for us to drop them. The closing
    is that of the records of others where they agree, else the softfail: nobody's policy is loosened in passing.
    """
    terms: dict[tuple[str, ...], Term] = {}
    closings: set[str] = set()
    for text in (expected, *(text for text in records if not expected.startswith(text))):
        words = [_loosely(word) for word in dict.fromkeys(text.split(" ")[1:]) if word]
        closing = next((word for word in words if word.name == "all"), None)
        for term in words:
            _keep(terms, term, redirects=closing is None)
        if any(term.text.lower() not in expected.lower().split(" ") for term in words):
            closings.add(closing.text.lower() if closing else "")
    kept = [term.text for term in terms.values()]
    return " ".join(["v=spf1", *kept, _closing(closings, expected)])


def _loosely(word: str) -> Term:
    """Parse a term, also with what somebody put behind it: a comma, a quotation mark; else keep it as text."""
    for text in (word, word.rstrip(_PUT_BEHIND)):
        try:
            return parse_term(text)
        except SpfSyntaxError:
            continue
    return Term(word, word.lower(), "")


def _keep(terms: dict[tuple[str, ...], Term], term: Term, *, redirects: bool) -> None:
    """Add a term unless it is there already; of two signs the one that lets mail pass stays."""
    if term.name == "all":
        return
    if term.name == "redirect":
        if not redirects:
            return
        term = Term(f"include:{term.text.partition('=')[2]}", "include", "+", term.target)
    name = term.name.removesuffix("=")
    if name == "v":
        return
    identity = ("exp",) if name == "exp" else (name, term.target, term.cidr)
    if identity not in terms or (term.sign == "+" and terms[identity].sign != "+"):
        terms[identity] = term


def _closing(closings: Collection[str], expected: str) -> str:
    if len(closings) == 1:
        (closing,) = closings
        if closing in {"-all", "~all", "?all"}:
            return closing
    elif closings:
        return "~all"
    ours = next((word for word in expected.split(" ") if re.fullmatch(r"[~?-]all", word, re.IGNORECASE)), "~all")
    return ours.lower()
