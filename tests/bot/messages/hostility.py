"""Hostile text in every place where text from outside is shown, and what Slack would make of it."""

import json
import re
import unicodedata
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any

from hypothesis import strategies as st

from bot.messages import (
    Message,
    Snippet,
    details_modal,
    existing_name,
    invalid_name,
    render_answer,
    render_card,
    wrong_key,
    wrong_name,
)
from core.errors import InvalidDomainName
from core.findings import BlockedOn, Code, Finding, Remark, State, ZoneFacts
from core.notices.shown import DetailsShown, HistoryShown
from core.sending_domain import Language, ProvisionerError, SendingDomain, TrackedRecord, VerificationStatus
from tests.bot.messages.samples import CTX, NOW, at_every_layout, everything, history, listing, status, turn
from tests.bot.messages.views import all_files, all_views
from tests.fakes.advice_facts import ADVICE_FACTS
from tests.fakes.record_sets import record_set

NASTY = (
    "<!channel>",
    "<!here|x> <!everyone> <!subteam^S0ADMINS>",
    "<@U0EVIL> <#C0EVIL|general> @channel",
    "<https://evil.example|mail.example.com> https://evil.example",
    "*bold* _it_ ~no~ `code` ```block```",
    "x` *out of code* `y",
    ":white_check_mark: Verified :100:",
    "\n> quoted\n\n* list\n1. one",
    "&lt;!channel&gt; &amp;amp; &#60;@U0EVIL&#62;",
    "a\u202eevil\u202c\u2066b\u2069\u200f\u200bc\ufeff\u00ad",
    "\x00\x07\x08\x1b[31m\x1b]8;;https://evil.example\x07\x7f\x85\r",
    "\ud800lone\udfff\ue000\U000e0041",
    "Z\u0351\u036b\u0343\u036a\u0302\u036b\u033d\u034f\u0334\u0319\u0324\u031e\u0349\u035a\u032falgo",
    "\u3164\u115f\u1160\uffa0\u2800",
    "{domain} {n} %s $x {0}",
    "<!date^1^{date}|x> <mailto:a@b|c>",
    "> ",
    "*",
    "`",
    "_" * 40,
    "|" * 40,
)
_PIECES = st.one_of(
    st.sampled_from(NASTY),
    st.sampled_from([*"*_~`<>&|:@#! \n\t\r\\/{}", "```", "&lt;", "<!", "<@", "\u202e", "\u200b", "\x00", "\ud800"]),
    st.text(max_size=6),
    st.characters(),
)
texts = st.lists(_PIECES, min_size=1, max_size=8).map("".join)
"""Anything at all, with a liking for what Slack, a terminal or a reader's eye takes for more than letters."""

_CODE = re.compile(r"`[^`\n]*`")
_TOKEN = re.compile(r"<[^<>]*>|[<>*_~`]|(?<!\w):[a-z0-9_+'-]+:|^\s*&gt;", re.MULTILINE)
_BRACKETS = re.compile(r"<[^<>]*>|[<>]|(?<!\w):[a-z0-9_+'-]+:")
_SAID_ALOUD = {"value", "accessibility_label", "initial_value", "private_metadata", "fallback"}
_FILLERS = "\u115f\u1160\u3164\uffa0\u2800"


def domains(language: Language, name: str, text: str) -> Iterator[SendingDomain]:
    """Domains in whose records, zone and provisioner stands `text`, every code of the diagnosis among them."""
    pending = at_every_layout(language, name)["pending"]
    zone = ZoneFacts(text, (text, f"ns1.{text}"), text)
    records = [record_set(name).records[index % 7] for index in range(len(ADVICE_FACTS))]
    tracked = [
        TrackedRecord(
            record if index % 2 else replace(record, name=text, value=text),
            VerificationStatus.PENDING,
            Finding(
                record,
                list(State)[index % 4],
                Code(code),
                BlockedOn.IT,
                facts={"seen": text, **_facts(names, text)},
                remarks=(Remark(Code.MX_WRONG_PRIORITY, {"seen": text}),),
            ),
        )
        for index, (record, (code, names)) in enumerate(zip(records, ADVICE_FACTS.items(), strict=True))
    ]
    for start in range(0, len(tracked), 8):
        yield replace(pending, records=tuple(tracked[start : start + 8]), zone=zone)
    yield replace(pending, provisioner_error=ProvisionerError(text, text, text, NOW), zone=zone)


def _facts(names: str, text: str) -> dict[str, Any]:
    lists = {"lines", "names", "ns", "tags"}
    return {name: NOW if name.endswith("_at") else (text, text) if name in lists else text for name in names.split()}


def messages(language: Language, name: str, text: str) -> Iterator[tuple[str, Message]]:
    """Every message, with `name` for the domain and `text` wherever something from outside is told."""
    yield from everything(language, name, text)
    for number, domain in enumerate(domains(language, name, text)):
        yield f"hostile status {number}", render_answer(status(domain), language, CTX)
    yield "hostile card", render_card(domain, turn(domain), CTX)
    shown = HistoryShown(domain=domain, entries=_history(text), page=1, pages=1)
    yield "hostile history", render_answer(shown, language, CTX)
    yield "hostile list", render_answer(listing((domain,)), language, CTX, forgiven=(text, name))


def _history(text: str) -> tuple[Any, ...]:
    facts = dict.fromkeys(("event", "n", "old", "new", "purpose", "code", "error", "after", "incident", "reason"), text)
    return tuple(replace(entry, who=text, facts={**facts, **entry.facts}) for entry in history(text))


def views(language: Language, name: str, text: str) -> Iterator[dict[str, Any]]:
    """Every view."""
    yield from all_views(language, name, text)
    domain = next(domains(language, name, text))
    yield details_modal(language, DetailsShown(status=status(domain), entries=_history(text)), CTX)


def entries(language: Language, name: str, text: str) -> Iterator[str]:
    """What is said below the fields of forms."""
    domain = at_every_layout(language, name)["pending"]
    yield wrong_key(text, language)
    yield wrong_name(domain, text, language)
    yield existing_name(domain, language)
    yield invalid_name(InvalidDomainName("syntax", label=text), language)
    yield invalid_name(InvalidDomainName("public_suffix", domain=text), language)
    yield invalid_name(InvalidDomainName("too_long", name=text, length="300", limit="253"), language)


def payloads(language: Language, name: str, text: str) -> Iterator[tuple[str, Any]]:
    """Everything that is sent to Slack, as it is sent."""
    for kind, message in messages(language, name, text):
        yield kind, {"text": message.text, "blocks": list(message.blocks)}
    for view in views(language, name, text):
        yield f"view {view['callback_id']}", view
    for snippet in all_files(language, name, text):
        yield f"file {snippet.title[:9]}", told(snippet)
    for entry in entries(language, name, text):
        yield "entry", {"type": "plain_text", "text": entry}


def told(snippet: Snippet) -> dict[str, Any]:
    """What Slack is told of a file: its comment is mrkdwn, its name and title are plain."""
    return {
        "comment": {"type": "mrkdwn", "text": snippet.comment},
        "title": {"type": "plain_text", "text": snippet.title},
        "filename": {"type": "plain_text", "text": snippet.filename},
    }


def skeleton(content: Any) -> Any:
    """What Slack would draw, without the letters: blocks, styles, mentions, links, emoji, marks, quotes."""
    if isinstance(content, Mapping):
        kind = content.get("type")
        return {
            key: _drawn(value, kind) if isinstance(value, str) and key == "text" else skeleton(value)
            for key, value in content.items()
            if key not in _SAID_ALOUD
        }
    if isinstance(content, Sequence) and not isinstance(content, str):
        return [skeleton(each) for each in content]
    return content


def _drawn(text: str, kind: Any) -> Any:
    if kind == "mrkdwn":
        outside, codes = _CODE.sub("\N{OBJECT REPLACEMENT CHARACTER}", text), len(_CODE.findall(text))
        return _TOKEN.findall(outside), codes, [code for code in _CODE.findall(text) if re.search("[<>]", code)]
    return _BRACKETS.findall(text) if kind is None else ""  # the text beside blocks; all the rest is plain


def invisible(content: Any) -> list[str]:
    """What nobody sees, or what makes something else unseen, in any text of a payload."""
    whole = json.dumps(content, ensure_ascii=False)
    whole.encode()  # a lone surrogate would fail here
    letters = "".join(_strings(content))
    bad = [char for char in letters if unicodedata.category(char) in {"Cf", "Cs", "Co", "Cn"} or char in _FILLERS]
    bad += [char for char in letters if unicodedata.category(char) == "Cc" and char != "\n"]
    return bad + re.findall("[\u0300-\u036f]{4,}", letters)


def _strings(content: Any) -> Iterator[str]:
    if isinstance(content, str):
        yield content
    elif isinstance(content, Mapping):
        for value in content.values():
            yield from _strings(value)
    elif isinstance(content, Sequence):
        for each in content:
            yield from _strings(each)
