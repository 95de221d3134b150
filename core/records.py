"""The DNS records a sending domain needs, as the provisioner hands them out."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum


class Purpose(StrEnum):
    """What a record is for. The order is the order of every table and zone file."""

    SPF = "SPF"
    DKIM = "DKIM"
    DMARC = "DMARC"
    CLICK_TRACKING = "CLICK_TRACKING"
    IMAGE_HOSTING = "IMAGE_HOSTING"
    MX = "MX"
    CERTIFICATE = "CERTIFICATE"


class RecordType(StrEnum):
    """The record types a provisioner may ask for."""

    TXT = "TXT"
    CNAME = "CNAME"
    MX = "MX"


@dataclass(frozen=True, slots=True)
class ExpectedRecord:
    """One record that must stand in the DNS.

    `name` is the full owner name: lower-case A-labels, no final dot. `value` is the meaning, not the
    notation: TXT joined and unquoted; a CNAME target without final dot; MX as ``"10 host"``.
    `ttl` is in seconds.
    """

    purpose: Purpose
    type: RecordType
    name: str
    value: str
    ttl: int = 300
    required: bool = True

    @property
    def key(self) -> tuple[str, str, str]:
        """What identifies the record across versions of its set."""
        return (self.purpose, self.type, self.name)


@dataclass(frozen=True, slots=True)
class RecordSet:
    """All records of one sending domain. The version grows with every change of content; 0 is "none yet"."""

    version: int = 0
    records: tuple[ExpectedRecord, ...] = ()

    def __iter__(self) -> Iterator[ExpectedRecord]:
        return iter(self.records)

    def __len__(self) -> int:
        return len(self.records)

    @property
    def required(self) -> tuple[ExpectedRecord, ...]:
        """The records without which the domain never becomes ACTIVE."""
        return tuple(record for record in self.records if record.required)

    def replaced_by(self, records: Sequence[ExpectedRecord]) -> "RecordSet":
        """Return the set for `records`: this one if nothing changed, else the next version, in purpose order."""
        order = list(Purpose)
        arranged = tuple(sorted(records, key=lambda record: (order.index(record.purpose), record.name)))
        return self if arranged == self.records else RecordSet(self.version + 1, arranged)
