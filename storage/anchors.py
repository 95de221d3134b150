"""Where the messages stand in Slack that later ones are tied to."""

from collections.abc import Iterable
from dataclasses import asdict, dataclass

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncSession

from storage.dialects import team_of, upsert
from storage.tables import ANCHORS


@dataclass(frozen=True, slots=True)
class StoredAnchor:
    """One message: ``card``, ``zone_file`` or ``alert:<incident id>``; `link` is its permalink, if known."""

    name: str
    channel: str
    ts: str
    link: str | None = None


async def get(session: AsyncSession, domain_id: str) -> dict[str, StoredAnchor]:
    """Return the anchors of a domain, by name."""
    rows = await session.execute(sa.select(ANCHORS).where(ANCHORS.c.domain_id == domain_id))
    return {row.name: StoredAnchor(row.name, row.channel, row.ts, row.link) for row in rows}


async def put(session: AsyncSession, domain_id: str, anchors: Iterable[StoredAnchor]) -> None:
    """Keep anchors; one of the same name is replaced."""
    team_id = team_of(domain_id)
    for anchor in anchors:
        await upsert(session, ANCHORS, {"domain_id": domain_id, "team_id": team_id, **asdict(anchor)})
