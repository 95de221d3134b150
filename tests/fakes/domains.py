"""Sending domains to test with."""

from datetime import UTC, datetime, timedelta
from typing import Any

from core.records import ExpectedRecord, Purpose, RecordType
from core.sending_domain import (
    Actor,
    DmarcPolicy,
    DomainStatus,
    Language,
    SendingDomain,
    TrackedRecord,
    VerificationStatus,
    Window,
)

CREATED_AT = datetime(2026, 11, 20, 5, 0, tzinfo=UTC)
ASKER = Actor("U0ADMIN", Language.EN, "C0SOMEWHERE")
RECORDS = (
    ExpectedRecord(Purpose.SPF, RecordType.TXT, "bounce.mail.example.com", "v=spf1 include:amazonses.com ~all"),
    ExpectedRecord(Purpose.MX, RecordType.MX, "bounce.mail.example.com", "10 feedback-smtp.us-east-1.amazonses.com"),
    ExpectedRecord(Purpose.DMARC, RecordType.TXT, "_dmarc.mail.example.com", "v=DMARC1; p=none", required=False),
)


def a_domain(**facts: Any) -> SendingDomain:
    """A domain as it is after `create`, but for `facts`."""
    given: dict[str, Any] = {
        "id": "d0",
        "team_id": "T0TEAM",
        "name": "mail.example.com",
        "language": Language.EN,
        "dmarc_policy": DmarcPolicy.NONE,
        "asker": ASKER,
        "created_at": CREATED_AT,
    }
    return SendingDomain(**(given | facts))


def a_pending_domain(**facts: Any) -> SendingDomain:
    """A domain whose records are awaited."""
    opened_at = CREATED_AT + timedelta(hours=1)
    given: dict[str, Any] = {
        "status": DomainStatus.DEPLOYING,
        "verification": VerificationStatus.PENDING,
        "records": tuple(TrackedRecord(record, VerificationStatus.PENDING) for record in RECORDS),
        "record_set_version": 1,
        "deploy_started_at": CREATED_AT,
        "window": Window("w0", opened_at, opened_at + timedelta(hours=72)),
    }
    return a_domain(**(given | facts))
