"""Error answers of the API, translated into the product's errors, in the API's own words."""

from collections.abc import Iterable, Mapping
from http import HTTPStatus
from typing import Any

from core.errors import BotError, ConfigurationError, RequestRefused
from core.secrecy import blotted

LONGEST_WORDS = 400
_MOST_ERRORS = 5

_REMEDIES: Mapping[int, str] = {
    HTTPStatus.CONFLICT: "Look at the domain in Engage Studio.",
    HTTPStatus.UNPROCESSABLE_ENTITY: "Correct what was entered and try again.",
}
_ON_NO_RESOURCE = frozenset({"create", "list"})
_OTHER_REMEDY = "Ask Treasure Data Support with these words."


def translated(status: int, document: object, step: str, secrets: Iterable[str]) -> BotError:
    """Return the error for an answer of 4xx that is not worth trying again.

    `document` is the JSON that came with it, or None; `step` what was being done. `secrets` are blotted out,
    should the API repeat them, and so is whatever else has the shape of a secret.
    """
    words = errors_of(document, secrets)
    if status in (HTTPStatus.UNAUTHORIZED, HTTPStatus.FORBIDDEN):
        what = "is not accepted" if status == HTTPStatus.UNAUTHORIZED else "may not manage email domains"
        return ConfigurationError([f"ENGAGE_API_KEY: the key {what} by Engage ({_said(status, words)})"])
    if status == HTTPStatus.NOT_FOUND:
        if step in _ON_NO_RESOURCE or not has_errors(document):
            return not_the_api(f"answered {status} to “{step}”")
        return RequestRefused(
            words or "There is no such email domain.", step, "It was removed outside this bot: remove it here too."
        )
    return RequestRefused(words or f"HTTP status {status}", step, _REMEDIES.get(status, _OTHER_REMEDY))


def not_the_api(what: str) -> ConfigurationError:
    """Return the error for an address that something other than the API answers."""
    return ConfigurationError([f"ENGAGE_API_URL: what is there {what}, which the Engage API never does"])


def has_errors(document: object) -> bool:
    """Tell whether this is a JSON:API error document: only then did the API itself answer."""
    return isinstance(document, dict) and isinstance(document.get("errors"), list)


def errors_of(document: object, secrets: Iterable[str]) -> str:
    """Return what `errors[]` says, as one line without secrets; empty if it says nothing.

    JSON:API 1.1, "Error Objects": `detail` explains this occurrence, `title` the kind; `source.pointer` names the
    faulty attribute.
    """
    if not isinstance(document, dict) or not isinstance(document.get("errors"), list):
        return ""
    sentences = [_sentence(error) for error in document["errors"][:_MOST_ERRORS] if isinstance(error, dict)]
    return plain("; ".join(sentence for sentence in dict.fromkeys(sentences) if sentence), secrets)


def plain(text: str, secrets: Iterable[str] = (), longest: int = LONGEST_WORDS) -> str:
    """Return foreign text fit for showing: one line, bounded, no control characters, no secrets."""
    printable = "".join(letter if letter.isprintable() else " " for letter in blotted(text, secrets))
    line = " ".join(printable.split())
    return line if len(line) <= longest else line[: longest - 1] + "…"


def _said(status: int, words: str) -> str:
    return f"{status}: {words}" if words else str(status)


def _sentence(error: Mapping[str, Any]) -> str:
    told = next((error[key] for key in ("detail", "title", "code") if isinstance(error.get(key), str)), "")
    source = error.get("source")
    pointer = source.get("pointer") if isinstance(source, dict) else None
    if not isinstance(pointer, str) or not pointer:
        return told
    return f"{told} ({pointer.removeprefix('/data/attributes/')})"
