"""Everything that can happen to a sending domain: the input of `core.lifecycle.decide`."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from core.checkup import Checkup
from core.findings import Look, ZoneFacts
from core.records import ExpectedRecord
from core.sending_domain import Actor, DeploymentEvent, DmarcPolicy, Language, Verdict


class Via(StrEnum):
    """How a verification was asked for."""

    COMMAND = "verify"
    RECORDS_ADDED = "records_added"
    CHECK_NOW = "check_now"
    RETRY = "retry_verification"


@dataclass(frozen=True, slots=True)
class Deploy:
    """*Start domain deployment*. `new_key_id` is set when the key was entered again."""

    actor: Actor
    new_key_id: str | None = None


@dataclass(frozen=True, slots=True)
class Verify:
    """Start the verification, or look at once where it is running. `window_id` names a window to be opened."""

    actor: Actor
    window_id: str
    via: Via = Via.COMMAND


@dataclass(frozen=True, slots=True)
class Cancel:
    """Stop what is running."""

    actor: Actor


@dataclass(frozen=True, slots=True)
class Remove:
    """Remove the domain. Confirmation is the listener's business, done before."""

    actor: Actor


@dataclass(frozen=True, slots=True)
class Edit:
    """Change what was entered at creation; None leaves as is."""

    actor: Actor
    dmarc_policy: DmarcPolicy | None = None
    language: Language | None = None
    new_key_id: str | None = None


@dataclass(frozen=True, slots=True)
class Adopt:
    """An admin confirms that the provisioner's resource of this name is to be taken over."""

    actor: Actor


@dataclass(frozen=True, slots=True)
class Snapshot:
    """How the provisioner describes the domain. `verdict_word` is its own word for the verification."""

    provisioner_id: str
    records: tuple[ExpectedRecord, ...]
    events: Mapping[DeploymentEvent, datetime | None]
    verdict: Verdict
    verdict_word: str
    asked_at: datetime
    unknown: tuple[str, ...] = ()
    """Words in the answer that we do not know, for the log."""


@dataclass(frozen=True, slots=True)
class Provisioned:
    """The provisioner answered. `deployed` and `verifying` tell what it was asked to do in this pass.

    `window_id` is the id to use if this snapshot opens a new window (a required record was changed) or an
    incident (the provisioner has failed an ACTIVE domain); never both.
    """

    snapshot: Snapshot
    window_id: str
    created: bool = False
    deployed: bool = False
    updated: bool = False
    cancelled: bool = False
    verifying: str | None = None


@dataclass(frozen=True, slots=True)
class ProvisioningRefused:
    """The provisioner refuses for good: its words, and what would mend it."""

    step: str
    error: str
    remedy: str
    incident_id: str


@dataclass(frozen=True, slots=True)
class AdoptionNeeded:
    """The provisioner has this name under an id that we did not record."""

    provisioner_id: str


@dataclass(frozen=True, slots=True)
class TornDown:
    """The provisioner has removed the domain, or an adopted one was let go."""


@dataclass(frozen=True, slots=True)
class Looked:
    """A look was finished. `window_id`, `incident_id`: ids to use if one is opened by it."""

    look: Look
    window_id: str
    incident_id: str


@dataclass(frozen=True, slots=True)
class ZoneSeen:
    """Which zone holds the domain, and whose panel that is; known before anybody is told to add records."""

    zone: ZoneFacts


@dataclass(frozen=True, slots=True)
class Preflighted:
    """The pre-flight of a new domain was made. `checkup` is None where it failed on our side."""

    checkup: Checkup | None


@dataclass(frozen=True, slots=True)
class CheckerOffline:
    """The control query failed: nobody can be judged."""

    error: str


@dataclass(frozen=True, slots=True)
class TimePassed:
    """Nothing but time: reminders, stalls, retention. `incident_id` is for an incident that is opened by it."""

    incident_id: str


Event = (
    Deploy
    | Verify
    | Cancel
    | Remove
    | Edit
    | Adopt
    | Provisioned
    | ProvisioningRefused
    | AdoptionNeeded
    | TornDown
    | Looked
    | ZoneSeen
    | Preflighted
    | CheckerOffline
    | TimePassed
)
