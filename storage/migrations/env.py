"""Alembic's entry: runs the versions on the connection it is handed, or on ``DATABASE_URL`` from the command line."""

import asyncio
import os
from typing import Any, Literal

import sqlalchemy as sa
from alembic import context
from alembic.autogenerate.api import AutogenContext

from storage.engine import Database
from storage.tables import METADATA
from storage.types import UtcDateTime


def render(kind: str, item: Any, _: AutogenContext) -> str | Literal[False]:
    """Write our own types as what they are in the database, so that no version depends on today's code."""
    if kind != "type":
        return False
    if isinstance(item, UtcDateTime):
        return "sa.DateTime(timezone=True)"
    if isinstance(item, sa.JSON):
        return "sa.JSON()"
    if isinstance(item, sa.Enum):
        listed = ", ".join(repr(str(word)) for word in item.enums)
        return f"sa.Enum({listed}, name={item.name!r}, native_enum=False, create_constraint=True, length={item.length})"
    return False


def run(connection: sa.Connection) -> None:
    """Run what alembic was asked for."""
    context.configure(
        connection=connection,
        target_metadata=METADATA,
        render_item=render,
        render_as_batch=True,
        compare_type=True,
    )
    with context.begin_transaction():
        context.run_migrations()


async def run_by_command() -> None:
    """Run it on the database that the environment names."""
    database = Database.open(os.environ["DATABASE_URL"])
    try:
        async with database.altering() as connection:
            await connection.run_sync(run)
    finally:
        await database.dispose()


given = context.config.attributes.get("connection")
if given is None:
    asyncio.run(run_by_command())
else:
    run(given)
