"""`docs/diagnosis.md`, made from the codes, the catalogs and the walk's table."""

import re
from collections.abc import Iterator

from bot.messages import catalog
from core.findings import BlockedOn, Code, State
from core.sending_domain import Language
from sandbox.nameserver.slips import SLIPS
from tests.walk.shown import ELSEWHERE, SHOWN, Shown

_HEAD = """# Diagnosis codes

Every look at a domain ends in one finding per record: a code, a state, for whom the record waits, and facts. The codes
are stable: they stand in `engage-domain check --json`, in the history and in the support evidence. Each has one
sentence of advice; the names in braces are its facts, beside those that every finding carries (`host`, `fqdn`, `type`,
`zone`, `expected`, and `seen` where there is something to be seen; `length` is that of what was seen, and `value` what
stands there in full where `seen` is a part of it). Where it helps, a special case is said in other words: a key that
the provider cannot hold, a short value that was cut, a critical CAA record.

States: **verified**, **pending** (it may come right by itself, or is yet to be added), **action** (IT must change
something), **temporary** (nothing is known about the record itself; we keep trying). *Beside* means a remark beside a
record, which changes no state. The domain waits for the first of IT, DNS provider, us and propagation for whom any
required record waits.

The last column names the slip in the sandbox's panel "At the DNS provider" that shows the code. A test holds this page
against the code, and walks through every slip.
"""
_SECTIONS = {
    Code.OK: "Right",
    Code.CHECKER_OFFLINE: "Transport and zone",
    Code.REGRESSED: "Any record",
    Code.TXT_EXTRA_QUOTES: "TXT",
    Code.MULTIPLE_SPF: "SPF",
    Code.DKIM_DUPLICATE: "DKIM",
    Code.DMARC_DUPLICATE: "DMARC",
    Code.TARGET_DOUBLED_SUFFIX: "CNAME",
    Code.NULL_MX: "MX",
}
_WAITS_FOR = {
    BlockedOn.IT: "IT",
    BlockedOn.DNS_PROVIDER: "DNS provider",
    BlockedOn.US: "us",
    BlockedOn.PROPAGATION: "propagation",
    BlockedOn.NOBODY: "nobody",
}
_ALSO = {
    Code.NAMESERVERS_DISAGREE: "; **temporary**, DNS provider once it lasts `DISAGREE_AFTER`",
    Code.SPF_NESTED_ERROR: "; **temporary**, DNS provider where a name server fails",
    Code.DKIM_WEAK: "; beside a verified record at exactly 1024 bits",
    Code.DMARC_STRICT_ALIGNMENT: "; **action**, IT where both `adkim` and `aspf` clash",
}


def diagnosis_page() -> str:
    """Return the page as Markdown."""
    return _HEAD + "\n".join(_lines()) + "\n"


def _lines() -> Iterator[str]:
    shown = {each.code: each for each in reversed(SHOWN)}  # the first of several
    for code in Code:
        if code in _SECTIONS:
            yield f"\n## {_SECTIONS[code]}\n"
            yield "| code | state, waits for | advice | facts | in the sandbox |"
            yield "| --- | --- | --- | --- | --- |"
        standing, slip = _of_shown(shown[code]) if code in shown else _of_elsewhere(code)
        yield f"| `{code}` | {standing}{_ALSO.get(code, '')} | {_advice(code)} | {_facts(code)} | {slip} |"


def _of_shown(shown: Shown) -> tuple[str, str]:
    slip = SLIPS[shown.slip]
    return _standing(shown.state, shown.waits_for, beside=shown.beside), f"{slip.group}: {slip.label} (`{slip.name}`)"


def _of_elsewhere(code: Code) -> tuple[str, str]:
    found = ELSEWHERE[code]
    return _standing(found.state, found.waits_for, beside=found.beside), f"– {found.why}"


def _standing(state: State, waits_for: BlockedOn, *, beside: bool) -> str:
    return "beside" if beside else f"**{state}**, {_WAITS_FOR[waits_for]}"


def _advice(code: Code) -> str:
    if code is Code.OK:
        return "–"
    return "<br>".join(_cell(catalog.text(_key(code), language)) for language in Language)


def _facts(code: Code) -> str:
    if code is Code.OK:
        return "–"
    found = re.findall(r"\{(\w+)\}", catalog.text(_key(code), Language.EN))
    return ", ".join(f"`{name}`" for name in dict.fromkeys(found)) or "–"


def _key(code: Code) -> str:
    return f"advice.{code}"


def _cell(text: str) -> str:
    """Keep a text in its cell: what Markdown would read as something else is escaped."""
    return text.replace("|", "\\|").replace("*", "\\*")
