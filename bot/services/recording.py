"""State, history and outbox in one transaction: how every decision is written down."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncSession

from bot.causes import current_cause
from core.durations import Durations
from core.lifecycle import Decision
from core.sending_domain import SendingDomain
from core.turns import turn_of
from storage import domains, history, outbox
from storage.clock_steps import brought_forward
from storage.vault import Vault


def settled(before: SendingDomain, decisions: Sequence[Decision], durations: Durations, now: datetime) -> SendingDomain:
    """Return what `decisions`, taken one after the other, made of `before`, as it is to be saved."""
    after = decisions[-1].domain
    return replace(
        after,
        version=before.version,
        turn=turn_of(after, durations, now).key,
        next_check_at=brought_forward(after.next_check_at, after.last_event_at, now),
    )


async def record(
    session: AsyncSession,
    vault: Vault,
    before: SendingDomain,
    decisions: Sequence[Decision],
    durations: Durations,
    now: datetime,
) -> SendingDomain:
    """Write down what `decisions`, taken one after the other, made of `before`.

    Raises `ConflictError` if another process saved the domain in between; nothing is written then.
    """
    after = settled(before, decisions, durations, now)
    if after == before:
        await domains.release(session, before.id)
        return before
    saved = await domains.save(session, after, before)
    for decision in decisions:
        await history.append(session, before.id, decision.history)
        await outbox.append(session, before.team_id, decision.notices, now, current_cause())
    if before.key_held and not after.key_held:
        await vault.erase(session, before.id)
    return saved
