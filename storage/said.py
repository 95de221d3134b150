"""What has been said already, for what follows it."""

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncSession

from core.notices import ALERTS, Alert
from storage.codec import Undecodable, load_notice
from storage.tables import OUTBOX, Sending

_KINDS = tuple(kind.kind for kind in ALERTS if issubclass(kind, Alert))


async def alert_of(session: AsyncSession, domain_id: str, incident_id: str) -> Alert | None:
    """Return the first alert of an incident, if it was said and its row is still kept."""
    statement = (
        sa.select(OUTBOX.c.kind, OUTBOX.c.payload)
        .where(OUTBOX.c.domain_id == domain_id, OUTBOX.c.state == Sending.SENT, OUTBOX.c.kind.in_(_KINDS))
        .order_by(OUTBOX.c.id)
    )
    for row in await session.execute(statement):
        if row.payload.get("incident_id") != incident_id:
            continue
        try:
            notice = load_notice(row.kind, row.payload)
        except Undecodable:  # of another release: the resolution makes do without
            return None
        return notice if isinstance(notice, Alert) else None
    return None
