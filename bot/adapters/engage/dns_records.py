"""`dnsRecords[]` of the API → expected records: meaning instead of notation, or a clear refusal."""

import re
from collections.abc import Mapping
from typing import Any

import idna

from bot.adapters.engage.fields import a_list, a_mapping, a_number, a_text, nonsense
from bot.adapters.engage.refusals import plain
from core.records import ExpectedRecord, Purpose, RecordType
from core.secrecy import holds_secret

MOST_RECORDS = 64
_LONGEST_VALUE = 4096
_LONGEST_TTL = 604_800
_LONGEST_PREFERENCE = 65_535
_DEFAULT_TTL = 300

_PURPOSES: Mapping[str, Purpose] = {purpose.value: purpose for purpose in Purpose}
"""The API's words for what a record is for (`DnsRecord.purpose` of the contract)."""
_ADVISORY = frozenset({Purpose.DMARC})

_LABEL = re.compile(r"[a-z0-9_]([a-z0-9_-]{0,61}[a-z0-9_])?")
_QUOTED = re.compile(r'"((?:[^"\\]|\\.)*)"')
_MX = re.compile(r"(\d{1,5})\s+(\S+)")


def expected_records(value: object) -> tuple[tuple[ExpectedRecord, ...], list[str]]:
    """Return the records in the order of the API, and the words in them that we do not know.

    A record of unknown purpose or type is left out and reported. One that cannot stand in any zone makes the
    whole answer unreadable: half a record set must never be handed to anybody.
    """
    records: dict[tuple[str, str, str], ExpectedRecord] = {}
    unknown: list[str] = []
    for number, item in enumerate(a_list(value, "dnsRecords", MOST_RECORDS)):
        where = f"dnsRecords[{number}]"
        record = _record(a_mapping(item, where), where, unknown)
        if record is None:
            continue
        if records.setdefault(record.key, record) != record:
            nonsense(f"{where} contradicts another record for {record.purpose} at {record.name}")
    return tuple(records.values()), unknown


def _record(item: Mapping[str, Any], where: str, unknown: list[str]) -> ExpectedRecord | None:
    purpose_word = a_text(item.get("purpose"), f"{where}.purpose", 80)
    type_word = a_text(item.get("type"), f"{where}.type", 80)
    purpose = _PURPOSES.get(_screaming(purpose_word))
    known_type = type_word.strip().upper() in set(RecordType)
    if purpose is None or not known_type:
        unknown.append(f"dnsRecords {plain(purpose_word)} {plain(type_word)}")
        return None
    record_type = RecordType(type_word.strip().upper())
    ttl = item.get("ttl")
    return ExpectedRecord(
        purpose=purpose,
        type=record_type,
        name=a_name(item.get("name"), f"{where}.name"),
        value=_value(record_type, item, f"{where}.value"),
        ttl=_DEFAULT_TTL if ttl is None else a_number(ttl, f"{where}.ttl", 0, _LONGEST_TTL),
        required=purpose not in _ADVISORY,
    )


def _value(record_type: RecordType, item: Mapping[str, Any], where: str) -> str:
    if record_type is RecordType.TXT:
        return _txt(a_text(item.get("value"), where, _LONGEST_VALUE), where)
    if record_type is RecordType.CNAME:
        return a_name(item.get("value"), where)
    return _mx(a_text(item.get("value"), where, _LONGEST_VALUE), item.get("priority"), where)


def _txt(text: str, where: str) -> str:
    """Join quoted character-strings (RFC 1035, section 5.1) without a space; other text is taken as it is."""
    stripped = text.strip()
    if stripped.startswith('"'):
        if _QUOTED.sub("", stripped).strip():
            nonsense(f"{where} has quotation marks that do not match")
        stripped = "".join(re.sub(r"\\(.)", r"\1", part) for part in _QUOTED.findall(stripped))
    if not stripped or not stripped.isascii() or not stripped.isprintable():
        nonsense(f"{where} is not a line of ASCII")
    if holds_secret(stripped):
        # Whatever is handed out here is published: a private key in place of the public one must not be.
        nonsense(f"{where} holds a secret")
    return stripped


def _mx(text: str, priority: object, where: str) -> str:
    """Return ``"10 host"``, from that or from the host alone beside `priority`."""
    together = _MX.fullmatch(text.strip())
    if together:
        preference = a_number(int(together[1]), where, 0, _LONGEST_PREFERENCE)
        return f"{preference} {a_name(together[2], where)}"
    preference = a_number(priority, where.replace(".value", ".priority"), 0, _LONGEST_PREFERENCE)
    return f"{preference} {a_name(text, where)}"


def a_name(value: object, where: str) -> str:
    """Return a DNS name as lower-case A-labels without a final dot (RFC 1035, section 2.3.4; RFC 5890)."""
    name = a_text(value, where, 255).strip().removesuffix(".").lower()
    labels = [_a_label(label, where) for label in name.split(".")]
    if len(labels) < 2 or len(".".join(labels)) > 253 or not all(map(_LABEL.fullmatch, labels)):
        nonsense(f"{where} is not a DNS name: {plain(name, longest=80)}")
    return ".".join(labels)


def _a_label(label: str, where: str) -> str:
    if label.isascii():
        return label
    try:
        return idna.encode(label, uts46=True).decode()
    except idna.IDNAError:
        nonsense(f"{where} is not a DNS name: {plain(label, longest=80)}")


def _screaming(word: str) -> str:
    """Return `clickTracking` and `click-tracking` as CLICK_TRACKING."""
    apart = re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "_", word.strip())
    return re.sub(r"[\s-]+", "_", apart).upper()
