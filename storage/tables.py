"""The tables. `…Row` classes describe rows and never leave this package; callers get values of the core.

Every row carries its Slack team, but for the one of `VantageRow`, which is about the bot itself. What is asked
for or is a fact of its own is a column; values inside values are documents (`storage.codec`).
"""

from datetime import datetime
from enum import StrEnum
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import registry
from sqlmodel import SQLModel

from core.sending_domain import DmarcPolicy, DomainStatus, Language, Verdict, VerificationStatus, Wanted
from storage.columns import column, flag, json, moment, number, of_domain, text
from storage.types import row_number, words

METADATA = sa.MetaData(
    naming_convention={
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "ck": "ck_%(table_name)s_%(constraint_name)s",
        "fk": "fk_%(table_name)s_%(column_0_N_name)s",
        "pk": "pk_%(table_name)s",
    }
)
"""Every constraint has a name, so that a migration can speak of it on either database."""


class Row(SQLModel, registry=registry(metadata=METADATA)):
    """A row of any of our tables."""


class DomainRow(Row, table=True):
    """A sending domain. `more` holds what has no column; `lease_until` is set while a worker looks at it."""

    __tablename__ = "domains"

    id: str = text(primary_key=True)
    team_id: str = text()
    name: str = text()
    language: Language = column(words(Language))
    dmarc_policy: DmarcPolicy = column(words(DmarcPolicy))
    asker: dict[str, Any] = json()
    asker_id: str = text()
    created_at: datetime = moment()
    provisioner: str = text()

    status: DomainStatus = column(words(DomainStatus))
    verification: VerificationStatus = column(words(VerificationStatus))
    wanted: Wanted = column(words(Wanted))
    events: dict[str, Any] = json()
    records: list[Any] = json()
    record_set_version: int = number()
    window_id: str | None = text(nullable=True)
    window_opened_at: datetime | None = moment(nullable=True)
    window_deadline_at: datetime | None = moment(nullable=True)
    window_reminders: int | None = column(sa.Integer(), nullable=True)
    incident: dict[str, Any] | None = json(nullable=True)
    zone: dict[str, Any] | None = json(nullable=True)

    provisioner_id: str | None = text(nullable=True)
    adopted: bool = flag()
    deploy_accepted: bool = flag()
    verify_accepted: str | None = text(nullable=True)
    update_wanted: bool = flag()
    cancel_wanted: bool = flag()
    verdict: Verdict = column(words(Verdict))
    verdict_word: str = text()
    verdict_at: datetime | None = moment(nullable=True)
    provisioner_error: dict[str, Any] | None = json(nullable=True)
    adoptable_id: str | None = text(nullable=True)

    key_id: str | None = text(nullable=True)
    key_held: bool = flag()
    key_erased_at: datetime | None = moment(nullable=True)

    deploy_started_at: datetime | None = moment(nullable=True)
    records_ready_at: datetime | None = moment(nullable=True)
    verified_at: datetime | None = moment(nullable=True)
    active_at: datetime | None = moment(nullable=True)
    failed_at: datetime | None = moment(nullable=True)
    removed_at: datetime | None = moment(nullable=True)
    removed_by: dict[str, Any] | None = json(nullable=True)
    offline_since: datetime | None = moment(nullable=True)
    burst_until: datetime | None = moment(nullable=True)
    last_check_at: datetime | None = moment(nullable=True)
    last_look_id: str | None = text(nullable=True)
    next_check_at: datetime | None = moment(nullable=True)
    last_event_at: datetime | None = moment(nullable=True)
    told: list[Any] = json()
    watchers: list[Any] = json()
    turn: str = text()
    more: dict[str, Any] = json()
    version: int = number()

    lease_until: datetime | None = moment(nullable=True)


class HistoryRow(Row, table=True):
    """One line of a domain's history. `what` is no enumeration here: old lines outlive old words."""

    __tablename__ = "history"
    __table_args__ = (
        sa.Index(None, "domain_id", "id"),
        sa.Index(None, "who", "domain_id"),
        {"sqlite_autoincrement": True},
    )

    id: int | None = column(row_number(), primary_key=True)
    team_id: str = text()
    domain_id: str = of_domain()
    at: datetime = moment()
    who: str = text()
    what: str = text()
    facts: dict[str, str] = json()


class Sending(StrEnum):
    """How far a row of the outbox has come."""

    QUEUED = "queued"
    SENDING = "sending"
    SENT = "sent"
    DEAD = "dead"


UNSENT = (Sending.QUEUED, Sending.SENDING)
"""The states that hold up what stands behind in the same lane."""


class OutboxRow(Row, table=True):
    """One notice on its way out. Numbers are never used again: Slack messages carry them as metadata."""

    __tablename__ = "outbox"
    __table_args__ = ({"sqlite_autoincrement": True},)

    id: int | None = column(row_number(), primary_key=True)
    team_id: str = text()
    domain_id: str | None = of_domain(nullable=True)
    lane: str = text()
    kind: str = text()
    payload: dict[str, Any] = json()
    state: Sending = column(words(Sending))
    attempts: int = number()
    next_attempt_at: datetime = moment()
    lease_until: datetime | None = moment(nullable=True)
    progress: dict[str, str] = json()
    last_error: str | None = text(nullable=True)
    created_at: datetime = moment()
    sent_at: datetime | None = moment(nullable=True)
    cause: str | None = text(nullable=True)


class ParkedLaneRow(Row, table=True):
    """A lane that cannot be posted to until somebody mends its channel."""

    __tablename__ = "parked_lanes"

    team_id: str = text(primary_key=True)
    lane: str = text(primary_key=True)
    reason: str = text()
    parked_at: datetime = moment()


class ChannelTroubleRow(Row, table=True):
    """A channel that cannot be posted to, of which people have been told. `place` is how its lanes end."""

    __tablename__ = "channel_troubles"

    team_id: str = text(primary_key=True)
    place: str = text(primary_key=True)
    channel: str = text()
    reason: str = text()
    since_at: datetime = moment()


class AnchorRow(Row, table=True):
    """A Slack message that later ones are tied to."""

    __tablename__ = "anchors"

    domain_id: str = of_domain(primary_key=True)
    name: str = text(primary_key=True)
    team_id: str = text()
    channel: str = text()
    ts: str = text()
    link: str | None = text(nullable=True)


class SecretRow(Row, table=True):
    """A write-only key, encrypted."""

    __tablename__ = "secrets"

    domain_id: str = of_domain(primary_key=True)
    team_id: str = text()
    token: str = text()


class ClickRow(Row, table=True):
    """A click or command that was accepted; the same one again changes nothing."""

    __tablename__ = "clicks"

    team_id: str = text(primary_key=True)
    click_id: str = text(primary_key=True)
    at: datetime = moment(index=True)


class AskedCheckRow(Row, table=True):
    """A look that somebody asked for with `check`."""

    __tablename__ = "asked_checks"
    __table_args__ = (sa.Index(None, "team_id", "user_id", "asked_at"),)

    id: int | None = column(row_number(), primary_key=True)
    team_id: str = text()
    user_id: str = text()
    name: str = text()
    actor: dict[str, Any] = json()
    can_create: bool = flag()
    cause: str = text()
    asked_at: datetime = moment()
    lease_until: datetime | None = moment(nullable=True)
    answered_at: datetime | None = moment(nullable=True)


class VantageRow(Row, table=True):
    """The bot's own view of the DNS: one row, which belongs to no team."""

    __tablename__ = "vantage"

    id: int = column(sa.Integer(), primary_key=True, autoincrement=False)
    offline_since: datetime | None = moment(nullable=True)
    error: str = text()
    incident_id: str | None = text(nullable=True)
    domain_id: str | None = of_domain(nullable=True)
    told: bool = flag()


DOMAINS = METADATA.tables["domains"]
HISTORY = METADATA.tables["history"]
OUTBOX = METADATA.tables["outbox"]
PARKED_LANES = METADATA.tables["parked_lanes"]
CHANNEL_TROUBLES = METADATA.tables["channel_troubles"]
ANCHORS = METADATA.tables["anchors"]
SECRETS = METADATA.tables["secrets"]
CLICKS = METADATA.tables["clicks"]
ASKED_CHECKS = METADATA.tables["asked_checks"]
VANTAGE = METADATA.tables["vantage"]

LIVE = DOMAINS.c.removed_at.is_(None)
"""The condition of every live domain."""

sa.Index(
    "uq_domains_live_name",
    DOMAINS.c.provisioner,
    DOMAINS.c.name,
    unique=True,
    sqlite_where=LIVE,
    postgresql_where=LIVE,
)
sa.Index("ix_domains_team_id_created_at", DOMAINS.c.team_id, DOMAINS.c.created_at)
_POLLED = DOMAINS.c.next_check_at.is_not(None)
sa.Index("ix_domains_due", DOMAINS.c.next_check_at, sqlite_where=_POLLED, postgresql_where=_POLLED)
# Written as text: a bound enumeration does not survive the way into an index's condition and back.
_UNSENT = sa.text("state IN ('queued', 'sending')")
sa.Index(
    "ix_outbox_unsent", OUTBOX.c.team_id, OUTBOX.c.lane, OUTBOX.c.id, sqlite_where=_UNSENT, postgresql_where=_UNSENT
)
_SENT = sa.text("state = 'sent'")
sa.Index("ix_outbox_sent", OUTBOX.c.sent_at, sqlite_where=_SENT, postgresql_where=_SENT)
_DEAD = sa.text("state = 'dead'")
sa.Index("ix_outbox_dead", OUTBOX.c.lane, sqlite_where=_DEAD, postgresql_where=_DEAD)
