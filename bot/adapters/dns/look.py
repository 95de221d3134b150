"""One look: the loop between the core, which knows what to ask, and the servers."""

import asyncio
import random
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from bot.adapters.dns.exchange import Exchanger
from bot.adapters.dns.https import HttpsExchanger
from bot.adapters.dns.limits import Allowance
from bot.adapters.dns.replies import Reply, rcode_text
from bot.adapters.dns.zones import MOST_SERVERS, ZoneFinder
from core.diagnosis import Case
from core.diagnosis.case import Around
from core.names import is_under
from core.observations import (
    Answer,
    Evidence,
    Outcome,
    Question,
    Server,
    Silence,
    Unknown,
    Vantage,
    Zone,
)

MOST_ROUNDS = 64  # a bound for a core that never has enough
MOST_CUTS = 3  # referrals followed from one answer

NOBODY = Server("", "")

_Said = tuple[Answer, Reply]

_random = random.SystemRandom()

NextQuestions = Callable[[Case, Evidence], tuple[Question, ...]]


@dataclass(frozen=True, slots=True)
class Means:
    """What every look shares."""

    exchanger: Exchanger | HttpsExchanger
    finder: ZoneFinder
    resolvers: Callable[[], Awaitable[tuple[Server, ...]]]
    next_questions: NextQuestions
    clock: Callable[[], datetime]


class Look:
    """One look at one domain."""

    def __init__(self, means: Means, case: Case) -> None:
        self._means = means
        self._case = case
        owed = len(case.records) * (MOST_SERVERS + case.resolvers)
        self._allowance = Allowance(case.budget, asyncio.get_running_loop().time() + case.seconds, case.budget + owed)
        self._zones: dict[str, Zone] = {}
        self._own: tuple[str, ...] = ()
        self._put_already: set[Question] = set()

    async def run(self) -> Evidence:
        """Ask until the core wants to know nothing more."""
        evidence = Evidence(vantage=self._case.vantage)
        for _ in range(MOST_ROUNDS):
            wanted = dict.fromkeys(self._means.next_questions(self._case, evidence))
            questions = [question for question in wanted if question not in self._put_already]
            if not questions:
                break
            self._put_already.update(questions)
            spent = self._allowance.spent
            answers = await self._round(questions)
            spent = self._allowance.spent - spent
            evidence = evidence.joined_with(Evidence(answers, tuple(self._zones.values()), spent=spent))
        return evidence

    async def _round(self, questions: Sequence[Question]) -> tuple[Answer, ...]:
        """Ask what is owed, then the rest: as far as the budget goes."""
        answers: tuple[Answer, ...] = ()
        for frugal in (False, True):
            some = [question for question in questions if self._case.owes(question) is not frugal]
            self._allowance.frugal = frugal
            answers += await self._at_once(some) if some else ()
        return answers

    async def _at_once(self, questions: Sequence[Question]) -> tuple[Answer, ...]:
        authoritative = any(question.vantage is Vantage.AUTHORITATIVE for question in questions)
        domain = self._case.domain
        if domain in self._zones:
            groups = await asyncio.gather(*(self._ask(question) for question in questions))
        elif authoritative:
            # first, so that all the other names start from its cut
            self._zones[domain] = await self._means.finder.find(domain, self._allowance, whole=True)
            asking = asyncio.gather(*(self._ask(question) for question in questions))
            self._own, groups = await asyncio.gather(self._own_names(domain), asking)
        else:
            asking = asyncio.gather(*(self._ask(question) for question in questions))
            groups, _ = await asyncio.gather(asking, self._zones_beside())
        self._note_own(domain)
        return tuple(answer for group in groups for answer in group)

    async def _zones_beside(self) -> None:
        """Learn which zones hold what is to be judged, while that is asked: resolvers need not know."""
        records, around = self._case.records, self._case.around
        if self._case.vantage is not Vantage.RESOLVERS or not (records or around is not Around.NOTHING):
            return
        domain = self._case.domain
        self._zones[domain] = await self._means.finder.find(domain, self._allowance, whole=True)
        names = [name for name in dict.fromkeys(record.name for record in records) if name != domain]
        zones = await asyncio.gather(*(self._zone_of(name) for name in names))
        self._zones.update(zip(names, zones, strict=True))
        for name, zone in self._zones.items() if self._case.full else ():
            own = await self._means.finder.own_names(zone, self._allowance)  # asks once for each apex
            self._zones[name] = replace(zone, own=own)

    def _left_out(self, question: Question, servers: Sequence[Server]) -> list[_Said]:
        unknown = Unknown(Silence.BUDGET, detail="the budget of this look is used up")
        return [(self._answer(question, server, unknown), Reply(unknown)) for server in servers]

    async def _own_names(self, domain: str) -> tuple[str, ...]:
        if not self._case.full:
            return ()  # whose panel it is does not change from one glance to the next
        return await self._means.finder.own_names(self._zones[domain], self._allowance)

    def _note_own(self, domain: str) -> None:
        """Tell every name of the domain's zone, however late its zone was found, what the zone lists."""
        if not self._own:
            return
        apex = self._zones[domain].apex
        for name, zone in self._zones.items():
            if zone.apex == apex and not zone.own:
                self._zones[name] = replace(zone, own=self._own)

    async def _ask(self, question: Question) -> list[Answer]:
        if question.vantage is Vantage.RESOLVERS:
            servers = await self._means.resolvers()
            nobody = Unknown(Silence.UNREACHABLE, detail="no resolver is configured")
            said = await self._put(question, servers)
            return [answer for answer, _ in said] or [self._answer(question, NOBODY, nobody)]
        zone = self._zones[question.name] = await self._zone_of(question.name)
        return await self._ask_zone(question, zone, MOST_CUTS)

    async def _zone_of(self, name: str) -> Zone:
        known, whole = self._zones.get(name), self._zones.get(self._case.domain)
        if known is not None:
            return known
        if whole is not None and whole.apex is None and is_under(name, whole.name):
            return replace(whole, name=name)  # nobody told about the domain: nor would they about names below it
        return await self._means.finder.find(name, self._allowance)

    async def _ask_zone(self, question: Question, zone: Zone, cuts_left: int) -> list[Answer]:
        if not zone.servers:
            return []  # the zone's problem says why nobody answers
        said = await (
            self._put(question, zone.servers) if self._needs_all(question) else self._put_to_one(question, zone.servers)
        )
        for _, reply in said if cuts_left else ():
            below = reply.referral and await self._means.finder.follow(zone, reply.referral, self._allowance)
            if below:
                self._zones[question.name] = below
                return await self._ask_zone(question, below, cuts_left - 1)
        return without_ipv6_trouble([answer for answer, _ in said])

    def _needs_all(self, question: Question) -> bool:
        """Tell whether every server must be asked. A case without records is no search for an explanation."""
        return self._case.full and (self._case.owes(question) or not self._case.records)

    async def _put_to_one(self, question: Question, servers: Sequence[Server]) -> list[_Said]:
        """Ask any one server; the others only if it has nothing to say."""
        shuffled = _random.sample(servers, len(servers))
        said = await self._put(question, shuffled[:1])
        if isinstance(said[0][0].outcome, Unknown):
            said += await self._put(question, shuffled[1:])
        return said

    async def _put(self, question: Question, servers: Sequence[Server]) -> list[_Said]:
        if not self._allowance.take(sum(bool(server.address) for server in servers)):
            return self._left_out(question, servers)
        if len(servers) == 1:
            return [await self._put_one(question, servers[0])]
        return await asyncio.gather(*(self._put_one(question, server) for server in servers))

    async def _put_one(self, question: Question, server: Server) -> _Said:
        loop = asyncio.get_running_loop()
        started = loop.time()
        reply = await self._means.exchanger.ask(server, question, self._allowance)
        took_ms = round((loop.time() - started) * 1000)
        rcode = "" if reply.rcode is None else rcode_text(reply.rcode)
        return self._answer(question, server, reply.outcome, took_ms, rcode), reply

    def _answer(
        self, question: Question, server: Server, outcome: Outcome, took_ms: int = 0, rcode: str = ""
    ) -> Answer:
        return Answer(question, server, outcome, self._means.clock(), took_ms, rcode)


def without_ipv6_trouble(answers: list[Answer]) -> list[Answer]:
    """Leave out IPv6 servers that this host has no way to, if others were reached: that is no fault of theirs."""
    reached = [answer for answer in answers if not (_is_unreachable(answer) and ":" in answer.server.address)]
    return reached or answers


def _is_unreachable(answer: Answer) -> bool:
    return isinstance(answer.outcome, Unknown) and answer.outcome.reason is Silence.UNREACHABLE
