"""DMARC policy records as text (RFC 9989, which replaces RFC 7489), and where to look for them."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from difflib import get_close_matches

from core.tags import TagSyntaxError, parse_tags

POLICIES = ("none", "quarantine", "reject")
"""Policies, mildest first."""
WALK_LIMIT = 8
"""The most queries of one tree walk (RFC 9989 section 4.10)."""
LEGACY_TAGS = ("pct", "rf", "ri")
"""Tags of RFC 7489 that RFC 9989 removed."""

_VERSION = re.compile(r"[vV][ \t]*=[ \t]*DMARC1[ \t]*(?:;|\Z)")
_CLAIM = re.compile(r"\W*v\W{0,3}dmarc|.*\bdmarc\s?1\b|(?:.*;)?\s*p\s*=\s*(?:none|quarantine|reject)\b", re.IGNORECASE)
_MISSPELLED_VERSION = re.compile(r"\W*v\W{0,3}dmarc[\W\d]*", re.IGNORECASE)
_CHOICES: Mapping[str, tuple[str, ...]] = {
    "adkim": ("r", "s"),
    "aspf": ("r", "s"),
    "psd": ("y", "n", "u"),
    "t": ("y", "n"),
}
_POLICY_TAGS = ("p", "sp", "np")
_LONGEST_TYPO = 20


class DmarcSyntaxError(ValueError):
    """The text is no valid policy record. `tag` is the part at fault, `suggestion` what was meant.

    Where that cannot be guessed, `suggestion` is None; `policy_tag` then names the tag that needs a policy, and
    is empty where only the whole record could be given anew.
    """

    def __init__(self, tag: str, suggestion: str | None = None, policy_tag: str = "") -> None:
        super().__init__(tag)
        self.tag = tag
        self.suggestion = suggestion
        self.policy_tag = policy_tag


@dataclass(frozen=True, slots=True)
class DmarcRecord:
    """One policy record: its tags, names lower-case, values as written but choices lower-case."""

    tags: Mapping[str, str]

    @property
    def policy(self) -> str:
        """The policy for the domain itself; `none` where `p` is absent (RFC 9989 section 4.7)."""
        return self.tags.get("p", "none")

    @property
    def subdomain_policy(self) -> str:
        """The policy for the subdomains."""
        return self.tags.get("sp", self.policy)

    @property
    def psd(self) -> str:
        """Whether the record is that of a public suffix: `y`, `n` or `u`."""
        return self.tags.get("psd", "u")

    @property
    def legacy(self) -> tuple[str, ...]:
        """The tags that have no effect any more."""
        return tuple(tag for tag in LEGACY_TAGS if tag in self.tags)

    @property
    def report_hosts(self) -> tuple[str, ...]:
        """The domains of the mail addresses under `rua`, lower-case."""
        addresses = (uri.strip().partition("!")[0] for uri in self.tags.get("rua", "").split(","))
        mail = (address[7:] for address in addresses if address.lower().startswith("mailto:"))
        hosts = (address.rpartition("@")[2].lower().rstrip(".") for address in mail)
        return tuple(dict.fromkeys(host for host in hosts if re.fullmatch(r"[a-z0-9._-]+", host)))


def is_dmarc(text: str) -> bool:
    """Tell whether a TXT record is a policy record: any other is passed over (RFC 9989 section 4.10)."""
    return _VERSION.match(text) is not None


def claims_to_be_dmarc(text: str) -> bool:
    """Tell whether somebody meant a policy record, however it was misspelled."""
    return _CLAIM.match(text) is not None


def parse(text: str) -> DmarcRecord:
    """Parse a policy record. Raises `DmarcSyntaxError` for the first tag at fault.

    Other tags with a value that does not exist are passed over, as RFC 9989 section 4.8 tells receivers to do.
    """
    if not is_dmarc(text):
        head = text.partition(";")[0].strip()
        raise DmarcSyntaxError(head, "v=DMARC1" if _MISSPELLED_VERSION.fullmatch(head) else None)
    try:
        raw = parse_tags(text)
    except TagSyntaxError as error:
        raise DmarcSyntaxError(error.tag) from error
    written: dict[str, str] = {}
    tags: dict[str, str] = {}
    for name, value in raw.items():
        tag = name.lower()  # as RFC 5234 section 2.3 has it for all that stands in quotation marks
        if tag in written:
            raise DmarcSyntaxError(f"{written[tag]}; {name}={value}")
        written[tag] = f"{name}={value}"
        if not _is_taken(tags, tag, value):
            meant = get_close_matches(value.lower()[:_LONGEST_TYPO], POLICIES, n=1)
            raise DmarcSyntaxError(written[tag], f"{tag}={meant[0]}" if meant else None, tag)
    return DmarcRecord(tags)


def _is_taken(tags: dict[str, str], name: str, value: str) -> bool:
    """Add one tag, or pass it over; false where it is a policy that does not exist."""
    choices = POLICIES if name in _POLICY_TAGS else _CHOICES.get(name)
    if choices is None:
        tags[name] = value
    elif value.lower() in choices:
        tags[name] = value.lower()
    return choices is None or value.lower() in choices or name not in _POLICY_TAGS


def is_weaker(policy: str, than: str) -> bool:
    """Tell whether `policy` is milder than another one; both must be known policies."""
    return POLICIES.index(policy) < POLICIES.index(than)


def walk(domain: str) -> tuple[str, ...]:
    """Return the names *above* `domain` that the tree walk visits, nearest first (RFC 9989 section 4.10).

    With the query for `domain` itself there are at most eight: of a longer name labels are skipped.
    """
    labels = domain.split(".")
    first = max(1, len(labels) - WALK_LIMIT + 1)
    return tuple(".".join(labels[start:]) for start in range(first, len(labels)))
