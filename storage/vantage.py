"""The bot's own view of the DNS: since when it has been unable to ask, and whether support knows."""

from dataclasses import asdict, dataclass
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncSession

from storage.dialects import upsert
from storage.tables import VANTAGE


@dataclass(frozen=True, slots=True)
class VantageState:
    """Online while `offline_since` is None. `told` means that support was alerted, as `incident_id`.

    `domain_id` is the domain under which that alert's anchor is kept.
    """

    offline_since: datetime | None = None
    error: str = ""
    incident_id: str | None = None
    told: bool = False
    domain_id: str | None = None


async def get(session: AsyncSession) -> VantageState:
    """Return the state; online if nothing was ever put down."""
    row = (await session.execute(sa.select(VANTAGE))).one_or_none()
    if row is None:
        return VantageState()
    return VantageState(row.offline_since, row.error, row.incident_id, row.told, row.domain_id)


async def put(session: AsyncSession, state: VantageState) -> None:
    """Replace the state."""
    await upsert(session, VANTAGE, {"id": 1, **asdict(state)})
