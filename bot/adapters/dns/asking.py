"""On the way to a zone: one question, and whichever of several servers answers it usefully first."""

import asyncio
import random
from collections.abc import Sequence

from bot.adapters.dns.exchange import Exchanger
from bot.adapters.dns.limits import Allowance
from bot.adapters.dns.replies import Reply
from core.observations import Absent, Present, Question, Server, Silence, Unknown

MOST = 4  # servers tried

_random = random.SystemRandom()


async def first_useful(
    exchanger: Exchanger, servers: Sequence[Server], question: Question, allowance: Allowance
) -> Reply:
    """Ask one server and, if that is of no use, some others at once; at most the first two time-outs long.

    Returns the last useless reply when there is no useful one.
    """
    askable = [server for server in servers if server.address]
    candidates = _random.sample(askable, min(MOST, len(askable))) if len(askable) > 1 else askable
    if not candidates:
        return Reply(Unknown(Silence.UNREACHABLE, detail="no address is known"))
    reply = await _ask(exchanger, candidates[0], question, allowance, exchanger.patience[0])
    if useful(reply):
        return reply
    asking = {
        asyncio.ensure_future(_ask(exchanger, server, question, allowance, exchanger.patience[-1]))
        for server in candidates[1:] or candidates
    }
    try:
        for answer in asyncio.as_completed(asking):
            reply = await answer
            if useful(reply):
                break
    finally:
        for task in asking:
            task.cancel()
        await asyncio.gather(*asking, return_exceptions=True)
    return reply


def useful(reply: Reply) -> bool:
    """Tell whether a reply is definite or leads on."""
    return reply.referral is not None or isinstance(reply.outcome, Present | Absent)


async def _ask(exchanger: Exchanger, server: Server, question: Question, allowance: Allowance, seconds: float) -> Reply:
    if not allowance.take_search():
        return Reply(Unknown(Silence.BUDGET, detail="too many queries to find the zone"))
    return await exchanger.ask(server, question, allowance, (seconds,))
