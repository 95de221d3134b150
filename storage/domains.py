"""Sending domains: kept, found, and handed out to whoever looks at them next.

`save` is a compare-and-set on `version`: whoever saves second gets `ConflictError` and has changed nothing.
A *lease* keeps other workers away while one looks; it is no version, so that a command may save meanwhile,
which ends the lease.
"""

import logging
from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any, cast

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncSession

from core.errors import ConflictError, DomainExists
from core.filters import DomainFilter
from core.sending_domain import DomainStatus, SendingDomain, VerificationStatus, Wanted
from storage.codec import Undecodable
from storage.dialects import insert
from storage.domain_rows import changes_of, domain_of, values_of
from storage.tables import DOMAINS, HISTORY, LIVE

logger = logging.getLogger(__name__)

_JUDGED = (VerificationStatus.PENDING, VerificationStatus.VERIFIED, VerificationStatus.TEMPORARY_FAILURE)
# Whole statements, so that each is compiled once: the columns come with the values.
_SAVE = sa.update(DOMAINS).where(
    DOMAINS.c.id == sa.bindparam("its_id"), DOMAINS.c.version == sa.bindparam("its_version")
)
_SAVE_ONE = _SAVE.returning(DOMAINS.c.id)
# In one order, so that no two who hold rows wait for each other's.
_HOLD = (
    sa.select(DOMAINS.c.id, DOMAINS.c.version)
    .where(DOMAINS.c.id.in_(sa.bindparam("its_ids", expanding=True)))
    .order_by(DOMAINS.c.id)
    .with_for_update()
)


def _unleased(now: datetime | sa.BindParameter[datetime]) -> sa.ColumnElement[bool]:
    return sa.or_(DOMAINS.c.lease_until.is_(None), DOMAINS.c.lease_until <= now)


_NOW = sa.bindparam("its_now", type_=DOMAINS.c.next_check_at.type)
_DUE = (
    sa.select(DOMAINS.c.id)
    .where(DOMAINS.c.next_check_at <= _NOW, _unleased(_NOW))
    .order_by(DOMAINS.c.next_check_at)
    .limit(sa.bindparam("its_most", type_=sa.Integer()))
    .with_for_update(skip_locked=True)
    .cte("due")
)
_CLAIM = (
    sa.update(DOMAINS)
    .where(DOMAINS.c.id.in_(sa.select(_DUE.c.id)), _unleased(_NOW))
    .values(lease_until=sa.bindparam("its_lease", type_=DOMAINS.c.lease_until.type))
    .returning(*DOMAINS.c)
)


async def add(session: AsyncSession, domain: SendingDomain) -> SendingDomain:
    """Keep a new domain. Raises `DomainExists` if the provisioner account has a live one of that name."""
    statement = (
        insert(session, DOMAINS)
        .values(**values_of(domain))
        .on_conflict_do_nothing(index_elements=[DOMAINS.c.provisioner, DOMAINS.c.name], index_where=LIVE)
        .returning(DOMAINS.c.id)
    )
    if await session.scalar(statement) is None:
        raise DomainExists(domain.name)
    return domain


async def get(session: AsyncSession, domain_id: str) -> SendingDomain | None:
    """Return the domain of this id, live or removed."""
    return await _one(session, DOMAINS.c.id == domain_id)


async def find(session: AsyncSession, team_id: str, name: str) -> SendingDomain | None:
    """Return the live domain of this name; the newest, if several provisioner accounts have one."""
    return await _one(session, DOMAINS.c.team_id == team_id, DOMAINS.c.name == name, LIVE)


async def save(session: AsyncSession, domain: SendingDomain, before: SendingDomain | None = None) -> SendingDomain:
    """Save a changed domain, end its lease, and return it with its next version.

    `before` is the domain as it was read: then only what differs from it is written.
    Raises `ConflictError` if it was saved by somebody else since it was read.
    """
    saved = replace(domain, version=domain.version + 1)
    if await session.scalar(_SAVE_ONE, _parameters(saved, before)) is None:
        raise ConflictError(f"{domain.name} was saved by somebody else")
    return saved


async def save_all(session: AsyncSession, pairs: Sequence[tuple[SendingDomain, SendingDomain]]) -> frozenset[str]:
    """Save domains, each with what it was when it was read, and end their leases; return the ids of those saved.

    One that somebody else has saved since it was read is left as it is. Where the same columns differ, one statement
    saves all; how many rows it met would not tell which, so they are held and their versions read before.
    """
    held = await session.execute(_HOLD, {"its_ids": [domain.id for domain, _ in pairs]})
    versions = {row.id: row.version for row in held}
    alike: dict[tuple[str, ...], list[dict[str, Any]]] = {}
    saved: set[str] = set()
    for domain, before in pairs:
        if versions.get(domain.id) != domain.version:
            continue
        values = _parameters(replace(domain, version=domain.version + 1), before)
        alike.setdefault(tuple(values), []).append(values)
        saved.add(domain.id)
    for rows in alike.values():
        await session.execute(_SAVE, rows)
    return frozenset(saved)


def _parameters(saved: SendingDomain, before: SendingDomain | None) -> dict[str, Any]:
    given = values_of(saved) if before is None else changes_of(saved, before)
    values = given | {"lease_until": None, "its_id": saved.id, "its_version": saved.version - 1}
    values.pop("id", None)  # SQLite would look through every table that refers to it
    return values


async def claim_due(session: AsyncSession, now: datetime, lease: timedelta, limit: int) -> list[SendingDomain]:
    """Lease out up to `limit` domains whose time has come, those first that have waited longest.

    A row that cannot be read stays leased, so that it is tried again but stands in nobody's way.
    """
    given = {"its_now": now, "its_lease": now + lease, "its_most": limit}
    rows = (await session.execute(_CLAIM, given)).mappings().all()
    return _readable(sorted(rows, key=lambda row: (row["next_check_at"], row["id"])))


async def put_off(session: AsyncSession, domain_id: str, until: datetime) -> None:
    """Look again at `until`, after a look that raised. A domain that was saved meanwhile is left alone.

    It stays leased until then, by which a wait of a clock that was ahead is told (`storage.clock_steps`).
    """
    leased = DOMAINS.c.lease_until.is_not(None)
    statement = sa.update(DOMAINS).where(DOMAINS.c.id == domain_id, leased)
    await session.execute(statement.values(next_check_at=until, lease_until=until))


async def release(session: AsyncSession, domain_id: str) -> None:
    """End the lease; nothing else changes."""
    await session.execute(sa.update(DOMAINS).where(DOMAINS.c.id == domain_id).values(lease_until=None))


async def release_all(session: AsyncSession) -> None:
    """End every lease: whoever held one is no more."""
    await session.execute(sa.update(DOMAINS).where(DOMAINS.c.lease_until.is_not(None)).values(lease_until=None))


async def page(
    session: AsyncSession,
    team_id: str,
    filter: DomainFilter | None,  # noqa: A002 -- what callers know it by
    offset: int,
    limit: int,
) -> tuple[list[SendingDomain], int]:
    """Return one page of the live domains, newest first, and how many there are in all."""
    wanted = [DOMAINS.c.team_id == team_id, LIVE, *_conditions(filter)]
    total = await session.scalar(sa.select(sa.func.count()).select_from(DOMAINS).where(*wanted))
    newest = sa.select(DOMAINS).where(*wanted).order_by(DOMAINS.c.created_at.desc(), DOMAINS.c.id.desc())
    rows = (await session.execute(newest.offset(offset).limit(limit))).mappings()
    return [domain_of(cast("dict[str, Any]", row)) for row in rows], total or 0


async def recent_for(session: AsyncSession, team_id: str, user_id: str, limit: int = 5) -> list[str]:
    """Return the names of the live domains that somebody created or acted on, the last one first."""
    acted = sa.and_(HISTORY.c.domain_id == DOMAINS.c.id, HISTORY.c.who == user_id)
    last = sa.func.max(sa.func.coalesce(HISTORY.c.at, DOMAINS.c.created_at))
    statement = (
        sa.select(DOMAINS.c.name)
        .outerjoin(HISTORY, acted)
        .where(DOMAINS.c.team_id == team_id, LIVE)
        .where(sa.or_(DOMAINS.c.asker_id == user_id, HISTORY.c.id.is_not(None)))
        .group_by(DOMAINS.c.id, DOMAINS.c.name)
        .order_by(last.desc(), DOMAINS.c.name)
        .limit(limit)
    )
    return list(await session.scalars(statement))


async def names(session: AsyncSession, team_id: str) -> list[str]:
    """Return the names of all live domains, in alphabetical order."""
    statement = sa.select(DOMAINS.c.name).where(DOMAINS.c.team_id == team_id, LIVE).order_by(DOMAINS.c.name)
    return list(await session.scalars(statement))


async def count_waiting(session: AsyncSession) -> int:
    """Count the live domains whose records are being judged: those that wait while the bot is offline."""
    judged = (LIVE, DOMAINS.c.verification.in_(_JUDGED), DOMAINS.c.wanted != Wanted.REMOVED)
    return await session.scalar(sa.select(sa.func.count()).select_from(DOMAINS).where(*judged)) or 0


def _conditions(filter: DomainFilter | None) -> list[sa.ColumnElement[bool]]:  # noqa: A002 -- as in `page`
    conditions: list[sa.ColumnElement[bool]] = []
    if filter and filter.statuses is not None:
        conditions.append(DOMAINS.c.status.in_([DomainStatus(word) for word in filter.statuses]))
    if filter and filter.verifications is not None:
        conditions.append(DOMAINS.c.verification.in_([VerificationStatus(word) for word in filter.verifications]))
    if filter and filter.turns is not None:
        conditions.append(DOMAINS.c.turn.in_(filter.turns))
    return conditions


async def _one(session: AsyncSession, *conditions: sa.ColumnElement[bool]) -> SendingDomain | None:
    newest = sa.select(DOMAINS).where(*conditions).order_by(DOMAINS.c.created_at.desc(), DOMAINS.c.id.desc()).limit(1)
    row = (await session.execute(newest)).mappings().first()
    return None if row is None else domain_of(cast("dict[str, Any]", row))


def _readable(rows: Sequence[sa.RowMapping]) -> list[SendingDomain]:
    domains = []
    for row in rows:
        try:
            domains.append(domain_of(cast("dict[str, Any]", row)))
        except Undecodable:
            logger.exception("domain %s cannot be read", row["id"])
    return domains
