"""The evidence of one look, as the rules see it.

The rules ask by looking: whatever they want to know and nobody was asked yet is noted down as the next
question. So each question has a rule that needs it, and asking and judging can never drift apart.
"""

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from datetime import datetime
from enum import IntEnum

from core.diagnosis.case import Case
from core.names import is_under, registered_domain
from core.observations import (
    Absent,
    Address,
    Answer,
    Cname,
    Evidence,
    Nothing,
    Outcome,
    Present,
    Question,
    Server,
    Silence,
    Txt,
    Unknown,
    Vantage,
    Zone,
)

_ASKABLE = re.compile(r"(?:[a-z0-9_-]{1,63}\.)*[a-z0-9_-]{1,63}")
_NOT_ASKED = Unknown(Silence.BUDGET)


class Rank(IntEnum):
    """How much depends on an answer. The budget cuts off the highest ranks first."""

    ESSENTIAL = 0  # without it nothing can be judged
    JUDGEMENT = 1  # whether a record that looks right is
    COMMON_SLIP = 2
    SLIP = 3
    REMARK = 4


class Scene:
    """One case with its evidence. It only ever learns which questions are still open."""

    def __init__(self, case: Case, evidence: Evidence, now: datetime) -> None:
        self.case = case
        self.now = now
        self._evidence = evidence
        self._answers: dict[Question, list[Answer]] = {}
        for answer in evidence.answers:
            self._answers.setdefault(answer.question, []).append(answer)
        self._zones = {zone.name: zone for zone in evidence.zones}
        self._zones.update(_deeper(self._zones, evidence))
        self._open: dict[Question, Rank] = {}

    @property
    def zones(self) -> tuple[Zone, ...]:
        """The zones that were found, in the order in which they were."""
        return self._evidence.zones

    def zone(self, name: str) -> Zone | None:
        """Return the zone found for `name`."""
        return self._zones.get(name)

    def apex(self, name: str) -> str:
        """Return the apex of the zone that holds `name`; its registered domain where no zone is known."""
        zone = self.zone(name)
        return (zone and zone.apex) or registered_domain(name)

    @property
    def third_parties(self) -> Vantage | None:
        """Whom to ask about names of others; None where only our own servers can be asked."""
        return Vantage.RESOLVERS if self.case.resolvers or self.case.vantage is Vantage.RESOLVERS else None

    def whom(self, name: str) -> Vantage | None:
        """Whom to ask about a name that a record mentions.

        Never the resolvers about names of our own: of what is yet to be added they would remember for long that
        there is nothing (RFC 2308).
        """
        ours = is_under(name, registered_domain(self.case.domain))
        return self.case.vantage if ours else self.third_parties

    def answers(self, name: str, kind: str, rank: Rank, vantage: Vantage | None = None) -> tuple[Answer, ...]:
        """Return what everybody said about `name`; nothing where nobody was asked yet."""
        question = Question(name, kind, vantage or self.case.vantage)
        known = self._answers.get(question)
        if known is not None:
            return tuple(known)
        if is_askable(name) and not self._is_nobody_to_ask(question):
            self._open[question] = min(rank, self._open.get(question, rank))
        return ()

    def known_about(self, name: str) -> Iterator[Answer]:
        """Yield what is known about `name` already, whatever was asked."""
        for question, answers in self._answers.items():
            if question.name == name and question.vantage is self.case.vantage:
                yield from answers

    def outcome(self, name: str, kind: str, rank: Rank, vantage: Vantage | None = None) -> Outcome:
        """Return what was said about `name` at all: by anybody who has it, else by anybody who denies it."""
        outcomes = [answer.outcome for answer in self.answers(name, kind, rank, vantage)]
        for wanted in (Present, Absent):
            found = next((outcome for outcome in outcomes if isinstance(outcome, wanted)), None)
            if found is not None:
                return found
        return outcomes[0] if outcomes else _NOT_ASKED

    def mentioned(self, name: str, kind: str, rank: Rank = Rank.JUDGEMENT) -> Outcome:
        """Return what is said about `name`, which is not that of a record we expect.

        Our own servers do not follow an alias to strangers: what it leads to is asked of the resolvers, who
        can remember nothing wrong of a name that is there.
        """
        outcome = self.outcome(name, kind, rank, self.whom(name))
        resolvers = self.third_parties
        if resolvers and isinstance(outcome, Present) and all(rrset.type != kind for rrset in outcome.rrsets):
            return self.outcome(name, kind, rank, resolvers)
        return outcome

    def was_answered(self, name: str, kind: str) -> bool:
        """Tell whether anybody gave a usable answer to a question that was put already."""
        known = self._answers.get(Question(name, kind, self.case.vantage), ())
        return any(not isinstance(answer.outcome, Unknown) for answer in known)

    def exists(self, name: str, kind: str, rank: Rank) -> bool:
        """Tell whether `name`, or anything below it, certainly exists: all else would be NXDOMAIN (RFC 8020)."""
        outcomes = (answer.outcome for answer in self.answers(name, kind, rank))
        return any(
            isinstance(outcome, Present) or (isinstance(outcome, Absent) and outcome.kind is Nothing.NODATA)
            for outcome in outcomes
        )

    def open_questions(self) -> tuple[Question, ...]:
        """Return what the rules still want to know, the important first, as far as the budget goes."""
        left = self.case.budget - self._evidence.spent
        chosen: list[Question] = []
        for question, rank in sorted(self._open.items(), key=lambda item: item[1]):
            left -= self._cost(question, rank)
            if rank is Rank.ESSENTIAL or left >= 0:
                chosen.append(question)
        return tuple(chosen)

    def _is_nobody_to_ask(self, question: Question) -> bool:
        zone = self.zone(question.name)
        return question.vantage is Vantage.AUTHORITATIVE and zone is not None and not zone.servers

    def _cost(self, question: Question, rank: Rank) -> int:
        """How many queries a question takes, as far as can be told beforehand: all servers, or any one of them."""
        if question.vantage is Vantage.RESOLVERS:
            return max(1, self.case.resolvers)
        if rank is not Rank.ESSENTIAL or not self.case.full:
            return 1
        zone = self.zone(question.name)
        return len(zone.servers) if zone else max((len(zone.servers) for zone in self.zones), default=1) or 1


def _deeper(zones: Mapping[str, Zone], evidence: Evidence) -> Iterator[tuple[str, Zone]]:
    """Yield the zones that a SOA shows to begin further down than the cut that was found (RFC 2308 section 3).

    So it is where the servers of a zone hold one below it as well, and nobody refers to it; and where only resolvers
    are asked.
    """
    for answer in evidence.answers:
        zone = zones.get(answer.question.name)
        if zone is None or zone.apex is None or answer.question.vantage is not evidence.vantage:
            continue
        soa = answer.outcome.soa if isinstance(answer.outcome, Absent) else None
        owner = (soa or "").partition(" ")[0]
        if owner not in ("", zone.apex) and is_under(owner, zone.apex) and is_under(zone.name, owner):
            yield zone.name, replace(zone, apex=owner, delegated=(), own=())


def is_askable(name: str) -> bool:
    """Tell whether `name` can be a name in the DNS that belongs to a host or a record of one."""
    return _ASKABLE.fullmatch(name) is not None and len(name) <= 253


def servers_of(answers: Iterable[Answer]) -> tuple[Server, ...]:
    """Return the servers that gave `answers`, each once; nobody where nobody was asked."""
    return tuple(dict.fromkeys(answer.server for answer in answers if str(answer.server)))


def texts(outcome: Outcome, name: str) -> tuple[bytes, ...]:
    """Return the values of the TXT records in an answer, strings joined; aliases are followed within it."""
    if not isinstance(outcome, Present):
        return ()
    names = aliases(outcome, name)
    return tuple(
        rdata.joined
        for rrset in outcome.rrsets
        if rrset.type == "TXT" and rrset.name in names
        for rdata in rrset.rdatas
        if isinstance(rdata, Txt)
    )


def addresses(outcome: Outcome) -> frozenset[str]:
    """Return the addresses in an answer."""
    rrsets = outcome.rrsets if isinstance(outcome, Present) else ()
    return frozenset(rdata.address for rrset in rrsets for rdata in rrset.rdatas if isinstance(rdata, Address))


def target(outcome: Outcome, name: str) -> str | None:
    """Return the target of the CNAME at `name` in an answer."""
    if not isinstance(outcome, Present):
        return None
    found = (
        rdata.target.lower().rstrip(".")
        for rrset in outcome.rrsets
        if rrset.type == "CNAME" and rrset.name == name
        for rdata in rrset.rdatas
        if isinstance(rdata, Cname)
    )
    return next(found, None)


def aliases(outcome: Present, name: str) -> tuple[str, ...]:
    """Return `name` and the names to which the answer's own CNAMEs lead from it."""
    chain = [name]
    while len(chain) <= len(outcome.rrsets):
        following = target(outcome, chain[-1])
        if following is None or following in chain:
            break
        chain.append(following)
    return tuple(chain)
