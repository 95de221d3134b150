"""DKIM key records as text (RFC 6376 section 3.6.1), and just enough DER to measure the key in them."""

import base64
import binascii
import re
from dataclasses import dataclass
from functools import lru_cache

from core.tags import TagSyntaxError, parse_tags

WEAK_BITS = 1024
"""Below this a key is refused, and at it frowned upon (RFC 8301 section 3.2)."""

ED25519_OCTETS = 32
"""How long such a key is, as it stands, without any wrapping (RFC 8463 section 4.2)."""

_WHITE = re.compile(r"[ \t\r\n]+")
_NOT_BASE64 = re.compile(r"[^A-Za-z0-9+/=]")
_SEQUENCE, _INTEGER, _BIT_STRING = 0x30, 0x02, 0x03
_RSA_OID = bytes.fromhex("06092a864886f70d010101")
_RSA_ENCRYPTION = frozenset({_RSA_OID, _RSA_OID + b"\x05\x00"})  # RFC 3279 section 2.3.1: with NULL; some leave it out


class DkimSyntaxError(ValueError):
    """The text is no key record; `problem` says why."""

    def __init__(self, problem: str) -> None:
        super().__init__(problem)
        self.problem = problem


class DkimKeyError(ValueError):
    """`p` holds no key. `position` is the first bad character of it, from 1, if there is one."""

    def __init__(self, position: int | None = None) -> None:
        super().__init__("no key")
        self.position = position


@dataclass(frozen=True, slots=True)
class DkimRecord:
    """One key record. `p` is without white space, empty for a revoked key; lists are lower-case."""

    key_type: str
    p: str
    hashes: tuple[str, ...] | None
    services: tuple[str, ...]
    flags: tuple[str, ...]

    @property
    def key(self) -> bytes:
        """The decoded key. Raises `DkimKeyError`."""
        return decode(self.p)

    @property
    def restriction(self) -> str | None:
        """The tag that keeps this key from signing mail with SHA-256, as text."""
        if self.hashes is not None and "sha256" not in self.hashes:
            return f"h={':'.join(self.hashes)}"
        if not {"*", "email"} & set(self.services):
            return f"s={':'.join(self.services)}"
        return None


@lru_cache(maxsize=512)  # the same records are read again with every look
def parse(text: str) -> DkimRecord:
    """Parse a key record. Raises `DkimSyntaxError`."""
    try:
        tags = parse_tags(text)
    except TagSyntaxError as error:
        raise DkimSyntaxError(error.problem) from error
    if "v" in tags and next(iter(tags)) != "v":
        raise DkimSyntaxError("v= not first")
    if tags.get("v", "DKIM1") != "DKIM1":
        raise DkimSyntaxError(f"v={tags['v']}")
    if "p" not in tags:
        raise DkimSyntaxError("P=, not p=" if "P" in tags else "no p=")  # names are case-sensitive (section 3.2)
    return DkimRecord(
        key_type=tags.get("k", "rsa").lower(),
        p=_WHITE.sub("", tags["p"]),
        hashes=_colon_list(tags["h"]) if "h" in tags else None,
        services=_colon_list(tags.get("s", "*")),
        flags=_colon_list(tags.get("t", "")),
    )


def _colon_list(text: str) -> tuple[str, ...]:
    return tuple(word for word in _WHITE.sub("", text).lower().split(":") if word)


def decode(p: str) -> bytes:
    """Decode the base64 of `p` strictly. Raises `DkimKeyError`."""
    bad = _NOT_BASE64.search(p)
    if bad is not None:
        raise DkimKeyError(bad.start() + 1)
    try:
        return base64.b64decode(p, validate=True)
    except binascii.Error as error:
        raise DkimKeyError from error


def decoded_prefix(p: str) -> bytes:
    """Decode as much of a cut-off or unpadded `p` as there is; empty where it is not base64 at all."""
    plain = p.rstrip("=")
    if len(plain) % 4 == 1:  # six bits are no octet
        plain = plain[:-1]
    if "=" in plain or _NOT_BASE64.search(plain):
        return b""
    return base64.b64decode(plain + "=" * (-len(plain) % 4))


def declared_length(der: bytes) -> int | None:
    """Return how many octets a DER sequence claims to have in all; None if it is no sequence."""
    try:
        tag, start, length = _header(der, 0)
    except ValueError:
        return None
    return start + length if tag == _SEQUENCE else None


def modulus_bits(der: bytes) -> int:
    """Return the size of an RSA key, given as SubjectPublicKeyInfo or bare RSAPublicKey. Raises `DkimKeyError`."""
    try:
        return _modulus(der).bit_length()
    except ValueError as error:
        raise DkimKeyError from error


def _modulus(der: bytes) -> int:
    inside = _content(der, 0, _SEQUENCE, whole=True)
    tag, start, length = _header(inside, 0)
    if tag == _SEQUENCE:
        bits = _content(inside, start + length, _BIT_STRING, whole=True)
        if inside[start : start + length] not in _RSA_ENCRYPTION or bits[:1] != b"\x00":
            raise ValueError("no RSA key")
        inside = _content(bits[1:], 0, _SEQUENCE, whole=True)
    modulus, rest = _positive(inside)
    exponent, rest = _positive(rest)
    if rest or modulus % 2 == 0 or exponent < 3 or exponent % 2 == 0:
        raise ValueError("no RSA key")
    return modulus


def _positive(der: bytes) -> tuple[int, bytes]:
    """Read an integer above zero in its shortest form (X.690 section 8.3.2), and return it with what follows."""
    content = _content(der, 0, _INTEGER, whole=False)
    number = int.from_bytes(content, "big", signed=True)
    if number <= 0 or len(content) != number.bit_length() // 8 + 1:
        raise ValueError("not above zero")
    _, start, length = _header(der, 0)
    return number, der[start + length :]


def _content(der: bytes, at: int, tag: int, *, whole: bool) -> bytes:
    """Return what is inside the element at `at`; `whole` demands that nothing follows it."""
    found, start, length = _header(der, at)
    if found != tag or start + length > len(der) or (whole and start + length != len(der)):
        raise ValueError("not the element expected")
    return der[start : start + length]


def _header(der: bytes, at: int) -> tuple[int, int, int]:
    """Read tag, start of the content, and its length (X.690 section 8.1)."""
    if len(der) < at + 2:
        raise ValueError("too short")
    tag, first = der[at], der[at + 1]
    if first < 0x80:
        return tag, at + 2, first
    octets = first & 0x7F
    if not 1 <= octets <= 4 or len(der) < at + 2 + octets:
        raise ValueError("no definite length")
    return tag, at + 2 + octets, int.from_bytes(der[at + 2 : at + 2 + octets], "big")
