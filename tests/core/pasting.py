"""What people and panels make of a TXT value, and what somebody makes of it who follows the advice to the letter."""

import base64
import re
from collections.abc import Callable, Mapping, Sequence
from itertools import pairwise

from core.findings import Code, Finding
from core.records import Purpose
from tests.fakes.record_sets import OTHER_KEY, PUBLIC_KEYS

Values = list[bytes]
Slip = Callable[[str], Sequence[str | bytes]]

_KEY = PUBLIC_KEYS[2048]
_ELLIPTIC = base64.b64encode(bytes(range(32))).decode()


def _parts(value: str, *, at: Sequence[int], order: Sequence[int] = ()) -> list[str]:
    cuts = [0, *at, len(value)]
    parts = [value[one:other] for one, other in pairwise(cuts)]
    return [parts[index] for index in order] if order else parts


ANY: Mapping[str, Slip] = {
    "as it is": lambda value: [value],
    "quoted": lambda value: [f'"{value}"'],
    "quoted in strings": lambda value: [f'"{value[:10]}" "{value[10:]}"'],
    "a quote left open": lambda value: [f'"{value}'],
    "escaped": lambda value: [value.replace(";", "\\;")],
    "cut at the semicolon": lambda value: [value.partition(";")[0]],
    "cut short": lambda value: [value[: len(value) * 2 // 3]],
    "cut to one letter": lambda value: [value[:1]],
    "in two records": lambda value: _parts(value, at=[len(value) // 2]),
    "in three records, turned": lambda value: _parts(value, at=[9, 14], order=[2, 0, 1]),
    "in parts without their spaces": lambda value: [
        part.strip() for part in re.split(r"(?<=[; ])", value) if part.strip()
    ],
    "with a space before": lambda value: [f" {value}"],
    "with a space behind": lambda value: [f"{value} "],
    "with a line end": lambda value: [f"{value}\r\n"],
    "with tabs": lambda value: [value.replace(" ", "\t")],
    "with no-break spaces": lambda value: [value.replace(" ", "\u00a0")],
    "with nothing to be seen inside": lambda value: [f"{value[:12]}\u200b{value[12:]}"],
    "with smart quotes": lambda value: [f"“{value}”"],
    "with single quotes": lambda value: [f"'{value}'"],
    "with octets of no encoding": lambda value: [value[:9].encode() + b"\xff\xfe" + value[9:].encode()],
    "full width": lambda value: [value.replace("=", "＝", 1)],
    "twice in one": lambda value: [f"{value} {value}"],
    "with its host": lambda value: [f"host.example.com. 300 IN TXT {value}"],
    "without its version": lambda value: [re.sub(r"^v=\w+;? *", "", value)],
    "with another version": lambda value: [re.sub(r"^(v=\w+?)\d", r"\g<1>2", value)],
    "in lower case": lambda value: [value.lower()],
    "in capitals": lambda value: [value.upper()],
    "with another word of text": lambda value: [value, "MS=ms12345678"],
    "nothing": lambda _: [""],
    "a word of others": lambda _: ["MS=ms12345678"],
    "endless": lambda value: [f"{value[:7]}{'x' * 3000}"],
}
"""What happens to any value."""

OWN: Mapping[Purpose, Mapping[str, Slip]] = {
    Purpose.SPF: {
        "spaces lost": lambda value: [value.replace(" ", "")],
        "a space lost": lambda value: [value[::-1].replace(" ", "", 1)[::-1]],
        "semicolons": lambda value: [value.replace(" ", "; ")],
        "negated": lambda value: [value.replace("include:", "?include:")],
        "behind all": lambda value: [value.replace("include:amazonses.com ~all", "mx -all include:amazonses.com")],
        "another's": lambda _: ["v=spf1 include:_spf.example.net mx -all"],
        "beside another's": lambda value: [value, "v=spf1 include:_spf.example.net mx -all"],
        "beside two of others": lambda value: ["v=spf1 mx exp=x.example", value, "v=spf1 a exp=y.example ?all"],
        "with an equals sign": lambda value: [value.replace("include:", "include=")],
        "with a URL": lambda value: [value.replace("include:", "include:https://")],
        "misspelled": lambda value: [value.replace("include", "inclued")],
        "with a bad prefix": lambda value: [value.replace("~all", "ip4:192.0.2.0/33 ~all")],
        "with a name of another script": lambda value: [value.replace("~all", "include:例え.jp ~all")],
        "redirected beside all": lambda _: ["v=spf1 redirect=amazonses.com ~all"],
        "nothing but the version": lambda _: ["v=spf1"],
    },
    Purpose.DKIM: {
        "in strings": lambda value: [f"{value[:255]} {value[255:]}"],
        "semicolons lost": lambda value: [value.replace(";", "")],
        "revoked": lambda _: ["v=DKIM1; k=rsa; p=; n=gone"],
        "the key alone": lambda _: [_KEY],
        "another notation, in parts": lambda _: [f"v=DKIM1;p={_KEY[:200]}", _KEY[200:]],
        "plus signs lost": lambda value: [value.replace("+", " ")],
        "slashes escaped": lambda value: [value.replace("/", "\\/")],
        "SHA-1 alone": lambda value: [value.replace("k=rsa", "h=sha1; k=rsa")],
        "for another service": lambda value: [value.replace("k=rsa", "s = tlsrpt ;k=rsa")],
        "an old key": lambda _: [f"v=DKIM1; k=rsa; p={OTHER_KEY}"],
        "beside an old key": lambda value: [f"v=DKIM1; k=rsa; p={OTHER_KEY}", value],
        "a weak key": lambda _: [f"v=DKIM1; k=rsa; p={PUBLIC_KEYS[512]}"],
        "an elliptic key": lambda _: [f"v=DKIM1; k=ed25519; p={_ELLIPTIC}"],
        "padding in the middle": lambda _: ["v=DKIM1; p=AB=DEFGH"],
        "names in capitals": lambda _: [f"V=DKIM1; K=RSA; P={_KEY}"],
        "p twice": lambda value: [f"{value}; p=x"],
    },
    Purpose.DMARC: {
        "misspelled": lambda value: [value.replace("none", "quaratine")],
        "no policy at all": lambda value: [value.replace("none", "monitor")],
        "a comma": lambda value: [value.replace(";", ",")],
        "semicolon lost": lambda value: [value.replace(";", "")],
        "two semicolons": lambda value: [value.replace(";", ";;")],
        "two policies": lambda value: [f"{value} P=reject"],
        "a bad subdomain policy": lambda value: [f"{value} sp=no; np=none"],
        "a word": lambda value: [f"{value} hello"],
        "beside another": lambda value: [value, "v=DMARC1; p=reject"],
        "beside an invalid one": lambda value: ["v=DMARC1; p=x", value],
        "DKIM's version": lambda value: [value.replace("DMARC", "DKIM")],
    },
}
"""What happens to the values of one kind."""


def variants(purpose: Purpose, value: str) -> dict[str, Values]:
    """Return what stands there after each slip, and after any slip upon each slip of its own kind."""
    own = OWN[purpose]
    singles = {name: _octets(slip(value)) for name, slip in {**ANY, **own}.items()}
    pairs = {
        f"{name}, {other}": [octets for part in slip(value) for octets in _octets(after(_text(part)))]
        for name, slip in {**own, "cut short": ANY["cut short"], "in two records": ANY["in two records"]}.items()
        for other, after in ANY.items()
    }
    return {**singles, **pairs}


def _octets(values: Sequence[str | bytes]) -> Values:
    return list(dict.fromkeys(value if isinstance(value, bytes) else value.encode() for value in values))


def _text(value: str | bytes) -> str:
    return value if isinstance(value, str) else value.decode("latin-1")


def mended(finding: Finding, values: Values) -> Values:
    """Do what the advice of `finding` says, and nothing else."""
    seen = [value for value in values if _shown(value) in str(finding.facts.get("seen", "")).split(" | ")]
    others = [value for value in values if value not in seen]
    return [*others, *_HANDS[finding.code](finding, seen)]


def _shown(value: bytes) -> str:
    return "".join(chr(octet) if 0x20 <= octet < 0x7F else f"\\{octet:03}" for octet in value)


Hand = Callable[[Finding, Values], Values]


def _paste_again(finding: Finding, _seen: Values) -> Values:
    return [finding.record.value.encode()]


def _enter(fact: str) -> Hand:
    return lambda finding, _: [str(finding.facts[fact]).encode()]


def _without(text: str) -> Hand:
    return lambda _, seen: [value.replace(text.encode(), text[1:].encode()) for value in seen]


def _remove_term(finding: Finding, seen: Values) -> Values:
    """Remove the words, which nobody confuses with parts of others."""
    term = re.escape(str(finding.facts["term"]).encode())
    shorter = [re.sub(rb"(?<!\S)" + term + rb"(?!\S)", b"", value, count=1).strip() for value in seen]
    assert shorter != seen, f"nobody finds {term!r}"
    return shorter


def _join(finding: Finding, _seen: Values) -> Values:
    return [str(finding.facts["seen"]).replace(" | ", "").encode()]


def _exchange(wrong: str, right: str) -> Hand:
    def hand(finding: Finding, seen: Values) -> Values:
        one, other = str(finding.facts[wrong]).encode(), str(finding.facts[right]).encode()
        assert all(one in value for value in seen), f"nobody finds {one!r}"
        return [value.replace(one, other, 1) for value in seen]

    return hand


def _move_before_all(finding: Finding, seen: Values) -> Values:
    words = seen[0].decode().split(" ")
    term = next(word for word in words if word.lower() == finding.facts["expected"])
    words.remove(term)
    words.insert(words.index(str(finding.facts["all"])), term)
    return [" ".join(words).encode()]


def _remove_tag(finding: Finding, seen: Values) -> Values:
    name = str(finding.facts["tag"]).partition("=")[0]
    return [re.sub(rf"\b{name}\s*=[^;]*;?".encode(), b"", value, count=1) for value in seen]


def _correct(finding: Finding, seen: Values) -> Values:
    whole = str(finding.facts["suggestion"]) == finding.record.value
    return _paste_again(finding, seen) if whole else _exchange("tag", "suggestion")(finding, seen)


_HANDS: Mapping[Code, Hand] = {
    Code.MISSING: _paste_again,
    Code.TXT_EXTRA_QUOTES: _without('"'),
    Code.TXT_ESCAPED: _without("\\;"),
    Code.TXT_CUT_AT_SEMICOLON: _paste_again,
    Code.TXT_SPACES_LOST: _enter("expected"),
    Code.TXT_SPLIT_RECORDS: _join,
    Code.TXT_TRUNCATED: _paste_again,
    Code.TXT_ODD_CHARACTERS: _paste_again,
    Code.MULTIPLE_SPF: _enter("merged"),
    Code.SPF_SYNTAX: _remove_term,
    Code.SPF_INCLUDE_NEGATED: _exchange("term", "expected"),
    Code.SPF_INCLUDE_AFTER_ALL: _move_before_all,
    Code.SPF_MISSING_INCLUDE: _enter("merged"),
    Code.DKIM_DUPLICATE: _paste_again,
    Code.DKIM_REVOKED: _paste_again,
    Code.DKIM_SYNTAX: _paste_again,
    Code.DKIM_TRUNCATED: _paste_again,
    Code.DKIM_CORRUPT: _paste_again,
    Code.DKIM_WRONG_TYPE: _paste_again,
    Code.DKIM_RESTRICTED: _remove_tag,
    Code.DKIM_WEAK: _paste_again,
    Code.DKIM_OTHER_KEY: _paste_again,
    Code.DMARC_DUPLICATE: lambda _, seen: seen[:1],
    Code.DMARC_INVALID: _correct,
}
