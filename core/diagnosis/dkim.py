"""DKIM: right when the one record there holds the expected key; spacing and the order of tags do not matter."""

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from core.diagnosis import txt
from core.diagnosis.text import readable
from core.diagnosis.verdict import MISSING, Verdict, act, remark, right
from core.dkim import (
    ED25519_OCTETS,
    WEAK_BITS,
    DkimKeyError,
    DkimRecord,
    DkimSyntaxError,
    declared_length,
    decode,
    decoded_prefix,
    modulus_bits,
    parse,
)
from core.findings import Code
from core.records import ExpectedRecord

_TAGS_BEFORE_KEY = re.compile(r"\A(?:[a-z]=[^;]*;)*p=")
_NO_KEY = re.compile(r"(?:^|;)\s*p\s*=\s*(?:;|$)")
"""An empty `p`: the key is revoked, whatever else is wrong with the record (RFC 6376 section 3.6.1)."""


@dataclass(frozen=True, slots=True)
class _Sight:
    """The key record that stands there, and the one that should."""

    seen: DkimRecord
    expected: DkimRecord

    @property
    def bits(self) -> int | None:
        """The size of the RSA key seen; None for other keys and for what cannot be measured."""
        try:
            return modulus_bits(self.seen.key) if self.seen.key_type == "rsa" else None
        except DkimKeyError:
            return None

    @property
    def same_key(self) -> bool:
        """Tell whether the keys are the same octets, or the same text where what is expected is not base64."""
        if self.seen.p == self.expected.p:
            return True
        try:
            return self.seen.key == decoded_prefix(self.expected.p)
        except DkimKeyError:
            return False


Rule = Callable[[_Sight], Verdict | None]


def matches(record: ExpectedRecord, values: Sequence[bytes]) -> bool:
    """Tell whether the expected key is among `values`."""
    return any(_judge_one(record, value).right for value in values)


def judge(record: ExpectedRecord, values: Sequence[bytes]) -> Verdict:
    """Judge the TXT records that stand at the name; whatever stands there was meant to be the key."""
    if not values:
        return MISSING
    verdict = _judge_one(record, values[0]) if len(values) == 1 else _several(record, values)
    return verdict if verdict.right else txt.slip(record, values) or verdict


def _several(record: ExpectedRecord, values: Sequence[bytes]) -> Verdict:
    parts = txt.split(values, record.value, _key_part)
    if parts:
        return txt.spread(parts)
    return act(Code.DKIM_DUPLICATE, count=len(values), **txt.sight(b" | ".join(values)))


def _key_part(text: str) -> str:
    """Return what a record holds of a key, whatever tags stand before it."""
    return _TAGS_BEFORE_KEY.sub("", txt.bare(text))


def _judge_one(record: ExpectedRecord, value: bytes) -> Verdict:
    try:
        expected = parse(record.value)
    except DkimSyntaxError:
        return txt.judge_plain(record, [value])
    try:
        seen = parse(readable(value))
    except DkimSyntaxError as error:
        if _NO_KEY.search(readable(value)):
            return act(Code.DKIM_REVOKED, **txt.sight(value))
        return act(Code.DKIM_SYNTAX, problem=error.problem, **txt.sight(value))
    sight = _Sight(seen, expected)
    verdict = next((found for rule in _RULES if (found := rule(sight)) is not None), None)
    if verdict is not None:
        return act(verdict.code, **txt.sight_with(value, verdict.facts))
    return _noted(sight)


def _noted(sight: _Sight) -> Verdict:
    remarks = []
    if sight.bits == WEAK_BITS:
        remarks.append(remark(Code.DKIM_WEAK, bits=WEAK_BITS))
    if "y" in sight.seen.flags:
        remarks.append(remark(Code.DKIM_TESTING))
    return right(*remarks)


def _revoked(sight: _Sight) -> Verdict | None:
    return act(Code.DKIM_REVOKED) if not sight.seen.p else None


def _truncated(sight: _Sight) -> Verdict | None:
    if sight.same_key:
        return None
    part = decoded_prefix(sight.seen.p)
    whole = len(decoded_prefix(sight.expected.p))
    declared = declared_length(part)
    if len(part) < whole and sight.expected.p.startswith(sight.seen.p.rstrip("=")):
        return act(Code.DKIM_TRUNCATED, bytes=len(part), expected_bytes=whole)
    if sight.seen.key_type == "rsa" and declared is not None and len(part) + 2 < declared:
        return act(Code.DKIM_TRUNCATED, bytes=len(part), expected_bytes=declared)
    return None


def _corrupt(sight: _Sight) -> Verdict | None:
    if sight.same_key:  # whatever is expected is right
        return None
    try:
        _measure(sight, decode(sight.seen.p))
    except DkimKeyError as error:
        position = error.position or _first_difference(sight.seen.p, sight.expected.p)
        return act(Code.DKIM_CORRUPT, position=position)
    return None


def _measure(sight: _Sight, key: bytes) -> None:
    """Raise `DkimKeyError` where `key` is none of the type that it should be."""
    if sight.seen.key_type == "rsa":
        modulus_bits(key)
    elif sight.seen.key_type == sight.expected.key_type == "ed25519" and len(key) != ED25519_OCTETS:
        raise DkimKeyError


def _first_difference(one: str, other: str) -> int:
    """Return the position, from 1, at which two texts part."""
    pairs = enumerate(zip(one, other, strict=False), start=1)
    return next((position for position, (a, b) in pairs if a != b), min(len(one), len(other)) + 1)


def _wrong_type(sight: _Sight) -> Verdict | None:
    if sight.seen.key_type == sight.expected.key_type:
        return None
    return act(Code.DKIM_WRONG_TYPE, seen=sight.seen.key_type, expected=sight.expected.key_type)


def _restricted(sight: _Sight) -> Verdict | None:
    tag = sight.seen.restriction
    return act(Code.DKIM_RESTRICTED, tag=tag) if tag is not None else None


def _weak(sight: _Sight) -> Verdict | None:
    bits = sight.bits
    return act(Code.DKIM_WEAK, bits=bits) if bits is not None and bits < WEAK_BITS else None


def _other_key(sight: _Sight) -> Verdict | None:
    return None if sight.same_key else act(Code.DKIM_OTHER_KEY)


_RULES: tuple[Rule, ...] = (_revoked, _truncated, _corrupt, _wrong_type, _restricted, _weak, _other_key)
