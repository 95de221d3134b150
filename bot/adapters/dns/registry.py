"""The registry where the operator lists the name servers: whoever holds the delegations of those zones.

Only its own words count: a referral at the registered domain, or its denial. Silent or refusing, it changes
nothing: what it said last stands (RFC 8767), and a look waits for it no longer than for anybody else. One look hears
one word, even if its TTL is 0 (RFC 1035 section 3.2.1: for the transaction in progress).
"""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import datetime
from weakref import WeakKeyDictionary

from bot.adapters.dns.asking import first_useful
from bot.adapters.dns.exchange import Exchanger
from bot.adapters.dns.limits import Allowance, Cache
from bot.adapters.dns.replies import Reply
from bot.adapters.dns.zones import CUT_TTL, DAY, SIZE, UNCUT_TTL
from core.names import registered_domain
from core.observations import Absent, Nothing, Question, Server, Silence, Unknown

LEAST_TTL = 60.0  # seconds that no word is remembered
STALE_TTL = DAY  # seconds that the last word stands while there is no other

_EVERYBODY = ""  # who is asked about when nobody answers: not this domain alone
_MUTE = frozenset({Silence.TIMEOUT, Silence.UNREACHABLE})


@dataclass(frozen=True, slots=True)
class Word:
    """What the registry says: it delegates `apex` to `servers`, or denies the registered domain, or neither."""

    apex: str = ""
    servers: tuple[str, ...] = ()
    denial: Absent | None = None


NO_WORD = Word()


class Registry:
    """Asks the name servers that hold the delegations, RD=0, for the NS of registered domains."""

    def __init__(
        self,
        exchanger: Exchanger,
        servers: Callable[[], Awaitable[tuple[Server, ...]]],
        clock: Callable[[], datetime],
    ) -> None:
        self._exchanger = exchanger
        self._servers = servers
        self._words: Cache[str, Word] = Cache(clock, SIZE)
        self._last: Cache[str, Word] = Cache(clock, SIZE)
        self._heard: WeakKeyDictionary[Allowance, dict[str, Word]] = WeakKeyDictionary()

    async def word_on(self, name: str, allowance: Allowance) -> Word:
        """Return what the registry says of the registered domain of `name`; `allowance` is that of the look."""
        domain = registered_domain(name)
        heard = self._heard.setdefault(allowance, {})
        if domain not in heard:
            word = self._words.get(domain) or self._words.get(_EVERYBODY) or await self._ask(domain, allowance)
            heard[domain] = (self._last.get(domain) or NO_WORD) if word == NO_WORD else word
        return heard[domain]

    async def _ask(self, domain: str, allowance: Allowance) -> Word:
        """Ask; silence is told from our own waiting, for room to ask or for the addresses, which is nobody's."""
        servers = await self._servers()
        first, last = self._exchanger.patience[0], self._exchanger.patience[-1]
        try:
            # What `first_useful` takes at most where nobody answers, and as long as one try for our own waiting.
            async with asyncio.timeout(2 * first + last):
                reply = await first_useful(self._exchanger, servers, Question(domain, "NS"), allowance)
        except TimeoutError:
            return NO_WORD
        word, ttl = _word(reply)
        match reply.outcome:
            case Unknown(reason=Silence.BUDGET):
                pass  # we did not get round to it
            case Unknown(reason=reason) if reason in _MUTE:
                self._words.put(_EVERYBODY, NO_WORD, LEAST_TTL)
            case _:
                self._words.put(domain, word, ttl)
                if word != NO_WORD or not isinstance(reply.outcome, Unknown):
                    self._last.put(domain, word, STALE_TTL)
        return word


def _word(reply: Reply) -> tuple[Word, float]:
    """Return what a reply says, and for how many seconds."""
    if reply.referral is not None:
        return Word(reply.referral.apex, reply.referral.servers), min(reply.referral.ttl, CUT_TTL)
    match reply.outcome:
        case Absent(kind=Nothing.NXDOMAIN) as denial:
            ttl = LEAST_TTL if denial.negative_ttl is None else denial.negative_ttl
            return Word(denial=denial), min(ttl, UNCUT_TTL)
    return NO_WORD, LEAST_TTL
