"""DNS providers: recognised by their name servers, with the quirks of their panels.

The quirks come from the providers' own help pages and from the audit rules of DNSControl and dns-lexicon.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from functools import lru_cache

from core.names import relative_host
from core.records import ExpectedRecord, RecordSet, RecordType


class Trait(StrEnum):
    """What IT should know of a panel; each is the key of a text. Warnings come first."""

    TOO_SMALL = "too_small"
    IMPORT_CUT = "import_cut"
    PROXY = "proxy"
    PANEL = "panel"
    WILDCARD = "wildcard"
    IMPORT = "import"
    RELATIVE = "relative"
    BLANK_APEX = "blank_apex"
    DOT = "dot"
    NO_DOT = "no_dot"
    SPLIT = "split"
    WHOLE = "whole"
    NO_QUOTES = "no_quotes"
    SLOW = "slow"
    OWN_FORMAT = "own_format"

    @property
    def is_warning(self) -> bool:
        """Tell whether it must be said before anybody begins."""
        return self in _WARNINGS


_WARNINGS = frozenset({Trait.TOO_SMALL, Trait.IMPORT_CUT, Trait.PROXY, Trait.PANEL, Trait.WILDCARD})
ADVICE_LIMIT = 4
"""The most sentences of advice."""


@dataclass(frozen=True, slots=True)
class Provider:
    """One provider. `pattern` matches each of its name servers, lower-case without final dot.

    `txt_limit` is the most characters of a TXT value, `minutes` how long publishing takes, `panel` whose
    panel the name servers belong to, where that is not obvious.
    """

    name: str
    pattern: str
    traits: tuple[Trait, ...] = ()
    txt_limit: int | None = None
    minutes: int = 0
    panel: str = ""


@dataclass(frozen=True, slots=True)
class Advice:
    """One sentence for IT: its key with the facts that fill it."""

    trait: Trait
    facts: Mapping[str, str | int | tuple[str, ...]] = field(default_factory=dict)


PROVIDERS = (
    Provider(
        "Amazon Route 53",
        r"ns-\d+\.awsdns-\d+\.(com|net|org|co\.uk)",
        (Trait.IMPORT, Trait.DOT, Trait.SPLIT),
    ),
    Provider("Cloudflare", r"[a-z0-9-]+\.ns\.cloudflare\.com", (Trait.PROXY, Trait.WHOLE)),
    Provider(
        "Google Cloud DNS / Squarespace",
        r"ns-cloud-\w+\.googledomains\.com",
        (Trait.PANEL, Trait.IMPORT),
        panel="Google Cloud DNS / Squarespace",
    ),
    Provider("Azure DNS", r"ns[1-4]-\d+\.azure-dns\.(com|net|org|info)", (Trait.IMPORT_CUT, Trait.WHOLE)),
    Provider("GoDaddy", r"[a-z0-9-]+\.domaincontrol\.com", (Trait.RELATIVE,), txt_limit=1024),
    Provider("Namecheap", r"[a-z0-9-]+\.registrar-servers\.com", (Trait.RELATIVE, Trait.NO_QUOTES)),
    Provider("Squarespace", r"[a-z0-9-]+\.squarespacedns\.com", (Trait.RELATIVE,)),
    Provider("Gandi", r"ns-\d+-[abc]\.gandi\.net", (Trait.RELATIVE,)),
    Provider("DNSimple", r"ns\d\.dnsimple(-edge)?\.(com|net|io|org)", (Trait.WHOLE,)),
    Provider("お名前.com", r"0[1-4]\.dnsv\.jp", (Trait.BLANK_APEX,)),
    Provider(
        "お名前.com レンタルサーバー",
        r"ns-rs\d+\.gmoserver\.jp",
        (Trait.PANEL, Trait.BLANK_APEX),
        panel="お名前.com レンタルサーバー",
    ),
    Provider(
        "ムームードメイン",
        r"dns0[12]\.muumuu-domain\.com",
        (Trait.RELATIVE, Trait.NO_DOT, Trait.SLOW),
        minutes=60,
    ),
    Provider("さくらのドメイン", r"ns[12]\.dns\.ne\.jp", (Trait.TOO_SMALL,), txt_limit=255),
    Provider("さくらのクラウド", r"ns[12]\.gslb\d+\.sakura\.ne\.jp", (Trait.TOO_SMALL, Trait.NO_QUOTES), txt_limit=500),
    Provider("Xserver", r"ns[1-5]\.xserver\.jp", (Trait.WILDCARD,)),
    Provider("バリュードメイン", r"ns1[1-3]\.value-domain\.com", (Trait.OWN_FORMAT,)),
    Provider("ConoHa", r"ns-a[1-3]\.conoha\.io", (Trait.RELATIVE,)),
    Provider("IIJ", r"dns-[bc]\.iij\.ad\.jp", (Trait.RELATIVE,)),
)


def detect(nameservers: Sequence[str]) -> Provider | None:
    """Recognise the provider that runs all of `nameservers`; None for unknown, mixed or no servers."""
    return _detect(tuple(name.lower().rstrip(".") for name in nameservers)) if nameservers else None


@lru_cache(maxsize=1024)
def _detect(names: tuple[str, ...]) -> Provider | None:
    matching = (provider for provider in PROVIDERS if all(re.fullmatch(provider.pattern, name) for name in names))
    return next(matching, None)


def by_name(name: str | None) -> Provider | None:
    """Return the provider of that name."""
    return next((provider for provider in PROVIDERS if provider.name == name), None)


def advice(provider: Provider | None, records: RecordSet, zone: str) -> tuple[Advice, ...]:
    """Return what IT should know before adding `records` to `zone`: at most four, warnings first."""
    if provider is None:
        return ()
    given = [item for trait in provider.traits for item in _advice(provider, trait, records, zone)]
    return tuple(sorted(given, key=lambda item: not item.trait.is_warning)[:ADVICE_LIMIT])


def _advice(provider: Provider, trait: Trait, records: RecordSet, zone: str) -> Iterator[Advice]:
    """Fill one trait; a limit that nothing exceeds and a rule about the apex that holds nothing are left out."""
    longest = max((len(record.value) for record in records if record.type is RecordType.TXT), default=0)
    facts: dict[Trait, Mapping[str, str | int | tuple[str, ...]]] = {
        Trait.TOO_SMALL: {"provider": provider.name, "limit": provider.txt_limit or longest, "length": longest},
        Trait.BLANK_APEX: {"zone": zone},
        Trait.PANEL: {"panel": provider.panel},
        Trait.RELATIVE: {"zone": zone},
        Trait.SLOW: {"minutes": provider.minutes},
        Trait.OWN_FORMAT: {"lines": tuple(_value_domain_line(record, zone) for record in records)},
    }
    if trait is Trait.TOO_SMALL and longest <= (provider.txt_limit or longest):
        return
    if trait is Trait.BLANK_APEX and all(record.name != zone for record in records):
        return
    yield Advice(trait, facts.get(trait, {}))


def _value_domain_line(record: ExpectedRecord, zone: str) -> str:
    """Write one record as Value-Domain's panel wants it: type, host, value."""
    host = relative_host(record.name, zone)
    match record.type:
        case RecordType.MX:
            preference, _, exchange = record.value.partition(" ")
            return f"mx {exchange}. {preference} {host}"
        case RecordType.CNAME:
            return f"cname {host} {record.value}."
        case RecordType.TXT:
            return f"txt {host} {record.value}"
