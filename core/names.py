"""Domain names: read forgivingly, judged strictly, spelled as the DNS spells them.

No underscore is accepted: these are names of sending domains, which are host names (RFC 1123 section 2.1).
Owner names of records, which do carry underscores, are made by putting ASCII labels in front.
"""

import re
import unicodedata
from dataclasses import dataclass
from functools import cache, lru_cache

import idna
from publicsuffixlist import PublicSuffixList

from core.errors import InvalidDomainName

NAME_LIMIT = 253
"""The most characters of a name in presentation format, without the final dot (RFC 1035 section 2.3.4)."""
CERTIFICATE_LIMIT = 64
"""The most octets of a certificate's common name (`ub-common-name`, RFC 5280 appendix A.1)."""
IMAGE_LABEL = "img"
"""The label in front of the sending domain for which a certificate is issued."""

_SLACK_LINK = re.compile(r"<([^<>|]*)(?:\|[^<>]*)?>")
_SCHEME = re.compile(r"^(?:[a-z][a-z0-9+.-]*://|mailto:)", re.IGNORECASE)
_WRAPPING = " \t\r\n`'\"“”‘’「」『』()（）[]<>,;、"
_HOST_LABEL = re.compile(r"[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?")
_INVISIBLE = dict.fromkeys([0x00AD, 0x200B, 0x200C, 0x200D, 0x200E, 0x200F, 0x2060, 0xFEFF])


@cache
def _suffixes() -> PublicSuffixList:
    return PublicSuffixList()


def forgive(text: str) -> str:
    """Strip from `text` what people and Slack put around a domain name; the result may still be no name.

    Understood are full-width letters and dots, Slack's `<http://x|x>` and `<mailto:a@x|a@x>`, URLs with path
    and port, mail addresses, code marks, quotes, invisible characters, upper case and a final dot.
    """
    plain = unicodedata.normalize("NFKC", text).translate(_INVISIBLE).replace("。", ".")
    plain = _SLACK_LINK.sub(lambda link: link[1], plain).strip(_WRAPPING)
    plain = _SCHEME.sub("", plain)
    plain = re.split(r"[/?#|\\]", plain, maxsplit=1)[0].rsplit("@", 1)[-1]
    plain = re.sub(r":\d*$", "", plain.strip(_WRAPPING))
    return plain.strip(_WRAPPING + ".").lower()


@dataclass(frozen=True, slots=True)
class DomainName:
    """A domain name fit to send mail from.

    `ascii` is how the DNS spells it (lower-case A-labels, no final dot), `unicode` how people do, and
    `registered` the registered domain above it, in A-labels, by the public suffix list.
    """

    ascii: str
    unicode: str
    registered: str

    def __str__(self) -> str:
        return self.ascii

    @property
    def is_registered_domain(self) -> bool:
        """Tell whether this is the registered domain itself, where company mail may live."""
        return self.ascii == self.registered

    @property
    def is_idn(self) -> bool:
        """Tell whether people and the DNS spell it differently (RFC 5890)."""
        return self.ascii != self.unicode

    @classmethod
    def parse(cls, text: str) -> "DomainName":
        """Read a sending domain as somebody typed it.

        Raises `InvalidDomainName`: `syntax` with the label at fault, `public_suffix`, or `too_long` when the
        name of the image host does not fit into a certificate.
        """
        name = to_ascii(forgive(text))
        registered = _suffixes().privatesuffix(name)
        if registered is None:
            raise InvalidDomainName("public_suffix", domain=name)
        _check_length(f"{IMAGE_LABEL}.{name}", CERTIFICATE_LIMIT)
        return cls(name, to_unicode(name), registered)


def to_ascii(name: str) -> str:
    """Spell `name` in A-labels by IDNA 2008 with the mapping of UTS #46. Raises `InvalidDomainName`."""
    try:
        labels = idna.uts46_remap(name, std3_rules=False).split(".")
    except idna.IDNAError:
        labels = name.split(".")
    ascii_labels = [_label_to_ascii(label) for label in labels]
    if ascii_labels[-1].isdigit():
        raise InvalidDomainName("syntax", label=name)
    _check_length(".".join(ascii_labels), NAME_LIMIT)
    return ".".join(ascii_labels)


def _label_to_ascii(label: str) -> str:
    if not 0 < len(label) <= 63:  # a U-label is never longer than its A-label (and the codec takes its time)
        raise InvalidDomainName("syntax", label=label)
    try:
        spelled = idna.alabel(label).decode("ascii")
    except (idna.IDNAError, UnicodeError) as error:
        raise InvalidDomainName("syntax", label=label) from error
    if not _HOST_LABEL.fullmatch(spelled):
        raise InvalidDomainName("syntax", label=label)
    return spelled


def _check_length(name: str, limit: int) -> None:
    if len(name) > limit:
        raise InvalidDomainName("too_long", name=name, length=str(len(name)), limit=str(limit))


def to_unicode(name: str) -> str:
    """Spell a name in U-labels for people; labels that cannot be decoded stay as they are."""
    return ".".join(_label_to_unicode(label) for label in name.split("."))


def _label_to_unicode(label: str) -> str:
    try:
        return idna.ulabel(label) if label.startswith("xn--") else label
    except (idna.IDNAError, UnicodeError):
        return label


@lru_cache(maxsize=8192)
def registered_domain(name: str) -> str:
    """Return the registered domain above `name` (A-labels, underscores allowed), or `name` if it is a suffix."""
    return _suffixes().privatesuffix(name) or name


def is_under(name: str, zone: str) -> bool:
    """Tell whether `name` is `zone` or below it; both lower-case without final dot. Everything is under ''."""
    return not zone or name == zone or name.endswith(f".{zone}")


def relative_host(name: str, zone: str) -> str:
    """Return what to enter as host in a panel for `zone`: `@` at its apex, the full name outside of it."""
    if name == zone:
        return "@"
    return name.removesuffix(f".{zone}")


def parents(name: str, down_to: str) -> tuple[str, ...]:
    """Return the names above `name`, nearest first, the last one being `down_to`; none outside of it."""
    above: list[str] = []
    while name != down_to and is_under(name, down_to):
        name = name.partition(".")[2]
        above.append(name)
    return tuple(above)


def suggest_subdomain(name: str) -> str:
    """Suggest a sending domain below `name` that leaves company mail alone."""
    return f"mail.{name}"
