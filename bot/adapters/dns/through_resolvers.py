"""Zones as resolvers tell of them, where nobody else can be asked.

A zone has no servers here: which there are is told by nobody but itself, and none can be asked. The SOA of a name, or
the one that comes with its denial, is that of the zone (RFC 2308 section 3). All is asked unchecked (RFC 4035 section
3.2.2): a zone whose signatures do not fit begins somewhere, too.
"""

import asyncio
import random
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from bot.adapters.dns.asking import MOST
from bot.adapters.dns.https import HttpsExchanger
from bot.adapters.dns.limits import Allowance, Cache
from bot.adapters.dns.replies import Referral, Reply
from bot.adapters.dns.zones import CUT_TTL, LOOK_TTL, SIZE, ns_names
from core.names import is_under, parents, registered_domain
from core.observations import Absent, Nothing, Outcome, Present, Question, Silence, Unknown, Vantage, Zone

PATIENCE = 1.0  # seconds after which another resolver is asked as well
LEAST_TTL = 60.0  # seconds that "nobody tells" is remembered

_random = random.SystemRandom()


@dataclass(frozen=True, slots=True)
class Word:
    """What is said of one name: the apex of its zone, or why there is none; an alias tells neither."""

    apex: str | None = None
    problem: Absent | Unknown | None = None


class ThroughResolvers:
    """Finds zones by asking any one resolver, and the others where that one is slow or cannot tell."""

    def __init__(self, exchanger: HttpsExchanger, clock: Callable[[], datetime]) -> None:
        self._exchanger = exchanger
        self._words: Cache[str, Word] = Cache(clock, SIZE)
        self._own: Cache[str, tuple[str, ...]] = Cache(clock, SIZE)

    async def find(self, name: str, allowance: Allowance, *, whole: bool = False) -> Zone:
        """Return the zone of `name`; none where its registered domain is denied.

        Names side by side are taken to be in one zone: were a single one cut off, its own answer would say so.
        """
        registered = registered_domain(name)
        first = name if whole or name == registered else name.partition(".")[2]
        for above in (first, *parents(first, registered)):
            word = self._words.get(above) or await self._ask_for_zone(above, registered, allowance)
            if word.apex is not None or word.problem is not None:
                return Zone(name, word.apex, own=self._own.get(word.apex or "") or (), problem=word.problem)
        return Zone(name, None)

    async def follow(
        self,
        zone: Zone,  # noqa: ARG002 -- as finders have it
        referral: Referral,  # noqa: ARG002 -- as finders have it
        allowance: Allowance,  # noqa: ARG002 -- as finders have it
    ) -> Zone | None:
        """Return None: resolvers refer to nobody."""
        return None

    async def own_names(self, zone: Zone, allowance: Allowance) -> tuple[str, ...]:
        """Return the NS names at the apex."""
        if not zone.apex:
            return ()
        apex = zone.apex
        known = self._own.get(apex)
        if known is None:
            replies = await self._ask(Question(apex, "NS", Vantage.RESOLVERS), allowance, lambda r: _lists(r, apex))
            known = next((ns_names(r.outcome, apex) for r in replies if isinstance(r.outcome, Present)), ())
            ttl = min(map(_ttl, (reply.outcome for reply in replies if _lists(reply, apex))), default=LEAST_TTL)
            self._own.put(apex, known, ttl)
        return known

    async def _ask_for_zone(self, name: str, registered: str, allowance: Allowance) -> Word:
        def tells(reply: Reply) -> bool:
            return _word(reply, name, registered).apex is not None

        replies = await self._ask(Question(name, "SOA", Vantage.RESOLVERS), allowance, tells)
        words = [(_word(reply, name, registered), _ttl(reply.outcome)) for reply in replies]
        definite = [(word, ttl) for word, ttl in words if not isinstance(word.problem, Unknown)]
        # One resolver alone that denies what others have is wrong.
        word, ttl = min(definite or words[-1:], key=lambda each: (each[0].apex is None, each[0].problem is not None))
        if definite:
            for between in (name, *parents(name, registered)):
                if between == name or (word.apex and is_under(between, word.apex)):
                    self._words.put(between, word, ttl)
        return word

    async def _ask(self, question: Question, allowance: Allowance, tells: Callable[[Reply], bool]) -> list[Reply]:
        """Return the first reply that tells; all, one at least, where none does."""
        servers = await self._exchanger.servers()
        waiting = _random.sample(servers, min(MOST, len(servers)))
        asking: set[asyncio.Task[Reply]] = set()
        replies: list[Reply] = []
        try:
            while waiting or asking:
                if waiting and allowance.take_search():
                    asked = self._exchanger.ask(waiting.pop(), question, allowance, unchecked=True)
                    asking.add(asyncio.ensure_future(asked))
                elif waiting:
                    waiting.clear()
                    replies.append(Reply(Unknown(Silence.BUDGET, detail="too many queries to find the zone")))
                if asking:
                    patience = PATIENCE if waiting else None
                    done, asking = await asyncio.wait(asking, timeout=patience, return_when=asyncio.FIRST_COMPLETED)
                    replies += [task.result() for task in done]
                    telling = [reply for reply in replies if tells(reply)]
                    if telling:
                        return telling[:1]
        finally:
            for task in asking:
                task.cancel()
            await asyncio.gather(*asking, return_exceptions=True)
        return replies or [Reply(Unknown(Silence.UNREACHABLE, detail="no resolver is configured"))]


def _word(reply: Reply, name: str, registered: str) -> Word:
    """Read a reply about the SOA of `name`."""
    match reply.outcome:
        case Unknown() as problem:
            return Word(problem=problem)
        case Present(rrsets=rrsets) if any((rrset.name, rrset.type) == (name, "CNAME") for rrset in rrsets):
            return Word()  # a zone does not begin at an alias; the SOA is that of where it leads
        case Absent(kind=Nothing.NXDOMAIN) as denial if _is_from_above(reply.soa_owner, name, registered):
            return Word(problem=denial)
    return Word(reply.soa_owner)


def _is_from_above(owner: str | None, name: str, registered: str) -> bool:
    """Tell whether a denial of `name` is that of the registered domain, too."""
    if owner is None:
        return name == registered
    return owner != registered and is_under(registered, owner)


def _lists(reply: Reply, apex: str) -> bool:
    return isinstance(reply.outcome, Present) and bool(ns_names(reply.outcome, apex))


def _ttl(outcome: Outcome) -> float:
    """Return for how many seconds to remember what an answer says."""
    match outcome:
        case Present(rrsets=(_, *_) as rrsets):
            ttl = float(min(rrset.ttl for rrset in rrsets))
        case Absent(negative_ttl=int(seconds)):
            ttl = float(seconds)
        case _:
            ttl = LEAST_TTL
    return min(max(ttl, LOOK_TTL), CUT_TTL)
