"""A thousand sending domains and the zones of their IT teams: a third right, a third partly, a third missing."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum

from core.records import ExpectedRecord, Purpose, RecordSet, RecordType
from core.zonefile import resource_record

KEY = "MIIBIjANBgkqhkiG9w0BAQEFAAOCAQ8AMIIBCgKCAQEAqfXcri4vNvgz3KV7qCvC48+tGRLZsnfZIXuUXG/lf4RFz8s2enwyYWNVRS92FjFL8KxA8WSRnGzKZ27T/CTkfjUtRRQEKLpRohFvsICEPD45Ejzf5HSGeqqft1gOR9lkoZLRevFUbyoYm+bZ5xw2N1GvKtJ7m7Tpi/VJ3H5HX9BhvqxSSfDZRVpcidYRzIMWLeBdBR0KTSqfor+FfdkhgHx6UK/dIMbxC2sWXL11lR9rumEkXaVISt53z+OiWD4pFffLB8UuQSXR+nbmPgzV1+w9ldHCRWVL0DlF0ERIFWKl/OoYwXQOe2zCMfzjgu+ckj/Rb8fjLiKSlXvRyTdxnQIDAQAB"  # noqa: E501 -- a public key has no words to break at
"""A public RSA key of 2048 bits; nobody has the private one."""

HEAD = """\
$ORIGIN {origin}.
@ 300 IN SOA ns1.{origin}. hostmaster.{origin}. 1 3600 600 86400 60
@ 300 IN NS ns1.{origin}.
@ 300 IN NS ns2.{origin}.
ns1 300 IN A 127.0.0.1
ns2 300 IN A 127.0.0.1
"""


class Kind(StrEnum):
    """How far the IT team has got."""

    RIGHT = "right"
    PARTLY = "partly"
    MISSING = "missing"


KINDS = tuple(Kind)


@dataclass(frozen=True, slots=True)
class Domain:
    """One sending domain, and the zone that it is in."""

    name: str
    origin: str
    kind: Kind
    records: RecordSet

    @property
    def zone(self) -> str:
        """The zone as a file."""
        return HEAD.format(origin=self.origin) + "\n".join(self._lines()) + "\n"

    @property
    def queries(self) -> tuple[tuple[str, str], ...]:
        """Name and type of each expected record."""
        return tuple((record.name, record.type.value) for record in self.records)

    def _lines(self) -> Iterator[str]:
        for number, record in enumerate(self.records):
            if self.kind is Kind.RIGHT or (self.kind is Kind.PARTLY and number % 2 == 0):
                yield resource_record(record)


def domains(count: int) -> tuple[Domain, ...]:
    """Make `count` domains, the kinds in turn."""
    return tuple(_domain(number) for number in range(count))


def _domain(number: int) -> Domain:
    origin = f"d{number:04}.example"
    name = f"mail.{origin}"
    return Domain(name, origin, KINDS[number % len(KINDS)], RecordSet(1, tuple(_records(name))))


def _records(name: str) -> Sequence[ExpectedRecord]:
    txt, cname = RecordType.TXT, RecordType.CNAME
    label = "_0123456789abcdef0123456789abcdef"
    return (
        ExpectedRecord(Purpose.SPF, txt, f"bounce.{name}", "v=spf1 include:amazonses.com ~all"),
        ExpectedRecord(Purpose.DKIM, txt, f"td1._domainkey.{name}", f"v=DKIM1; k=rsa; p={KEY}"),
        ExpectedRecord(Purpose.DMARC, txt, f"_dmarc.{name}", "v=DMARC1; p=none;", required=False),
        ExpectedRecord(Purpose.CLICK_TRACKING, cname, f"click.{name}", "click.engage.example.net"),
        ExpectedRecord(Purpose.IMAGE_HOSTING, cname, f"img.{name}", "d111111abcdef8.cloudfront.net"),
        ExpectedRecord(Purpose.MX, RecordType.MX, f"bounce.{name}", "10 feedback-smtp.us-east-1.amazonses.com"),
        ExpectedRecord(Purpose.CERTIFICATE, cname, f"{label}.img.{name}", f"{label}.abc.acm-validations.aws"),
    )
