"""What all notices share: where they belong, and which domain they are about."""

from dataclasses import dataclass
from enum import StrEnum
from typing import ClassVar

from core.findings import ZoneFacts
from core.sending_domain import DomainStatus, Language, SendingDomain, VerificationStatus


class Place(StrEnum):
    """Where a notice is said. The domain and, for alerts, the incident say which thread."""

    CARD = "card"
    THREAD = "thread"
    ALERT = "alert"
    ALERT_THREAD = "alert_thread"
    DM = "dm"
    ASKER = "asker"  # ephemeral where the question was put; by DM where that is impossible


@dataclass(frozen=True, slots=True)
class Subject:
    """The domain a notice is about, as it stood when the notice was made.

    `language` is the language to say it in: the domain's in channels, the reader's in a DM.
    """

    domain_id: str
    name: str
    language: Language
    status: DomainStatus
    verification: VerificationStatus
    zone: ZoneFacts | None = None
    provisioner: str = "Engage"

    @classmethod
    def of(cls, domain: SendingDomain, language: Language | None = None) -> "Subject":
        """Describe `domain`, in its own language unless another is named."""
        return cls(
            domain.id,
            domain.name,
            language or domain.language,
            domain.status,
            domain.verification,
            domain.zone,
            domain.provisioner,
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Notice:
    """Something that is to be said. `kind` names it in the outbox and never changes."""

    kind: ClassVar[str]
    place: ClassVar[Place]
    subject: Subject


@dataclass(frozen=True, slots=True, kw_only=True)
class CardChanged(Notice):
    """The card needs to be posted or edited. It carries no facts: the card shows the state at sending."""

    kind: ClassVar[str] = "card"
    place: ClassVar[Place] = Place.CARD
