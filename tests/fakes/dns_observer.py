"""An observer over a zone in memory, for the tests of services. Holds to tests/contracts/test_dns_observer.py."""

from collections.abc import Callable
from datetime import datetime

from bot.clock import utcnow
from bot.ports import ControlResult
from core.diagnosis import Case, next_questions
from core.names import is_under, registered_domain
from core.observations import (
    Absent,
    Address,
    Answer,
    Cname,
    Evidence,
    Mx,
    Nothing,
    Other,
    Outcome,
    Present,
    Question,
    Rdata,
    RRset,
    Server,
    Silence,
    Txt,
    Unknown,
    Vantage,
    Zone,
)
from core.records import ExpectedRecord

NEGATIVE_TTL = 5
NAMESERVERS = ("ns1", "ns2")
RESOLVER = "resolver"


class FakeDnsObserver:
    """Name servers `ns1` and `ns2` and a `resolver` without cache, which hold what is put there.

    `server` None always means all three. `online` is what the control query finds.
    """

    def __init__(
        self,
        *,
        questions: Callable[[Case, Evidence], tuple[Question, ...]] = next_questions,
        clock: Callable[[], datetime] = utcnow,
    ) -> None:
        self.online = True
        self.cases: list[Case] = []
        self._questions = questions
        self._clock = clock
        self._zones: dict[str, dict[tuple[str, str], RRset]] = {name: {} for name in (*NAMESERVERS, RESOLVER)}
        self._silent: dict[str, Silence] = {}

    def put(self, name: str, rdtype: str, *values: str, ttl: int = 300, server: str | None = None) -> None:
        """Put one RRset; values as `ExpectedRecord.value` has them."""
        rrset = RRset(name, rdtype, ttl, tuple(_rdata(rdtype, value) for value in values))
        for label in self._labels(server):
            self._zones[label][name, rdtype] = rrset

    def publish(self, *records: ExpectedRecord) -> None:
        """Put records as they are expected."""
        for record in records:
            self.put(record.name, record.type, record.value, ttl=record.ttl)

    def drop(self, name: str, rdtype: str, server: str | None = None) -> None:
        """Take one RRset away."""
        for label in self._labels(server):
            self._zones[label].pop((name, rdtype), None)

    def silence(self, server: str | None = None, reason: Silence = Silence.TIMEOUT) -> None:
        """Have servers answer nothing usable."""
        self._silent.update(dict.fromkeys(self._labels(server), reason))

    def heal(self) -> None:
        """Let all servers answer again."""
        self._silent.clear()

    async def observe(self, case: Case) -> Evidence:
        """Look, as the real one does."""
        self.cases.append(case)
        evidence = Evidence(vantage=case.vantage)
        while questions := [q for q in dict.fromkeys(self._questions(case, evidence)) if not evidence.asked(q)]:
            answers: list[Answer] = []
            spent = 0
            for question in questions:
                said = self._ask(case, question)
                if case.owes(question) or evidence.spent + spent + len(said) <= case.budget:
                    answers += said
                    spent += len(said)
                else:
                    answers.append(self._left_out(question))
            found = Evidence(tuple(answers), self._found(questions, case), spent=spent)
            evidence = evidence.joined_with(found)
        return evidence

    async def survey(self) -> list[ControlResult]:
        """Say of no server that it is listed."""
        return []

    async def control(self) -> ControlResult:
        """Find what `online` says."""
        return ControlResult(
            self.online, "" if self.online else f"{RESOLVER}: timeout", RESOLVER if self.online else ""
        )

    def _labels(self, server: str | None) -> tuple[str, ...]:
        return (*NAMESERVERS, RESOLVER) if server is None else (server,)

    def _found(self, questions: list[Question], case: Case) -> tuple[Zone, ...]:
        names = dict.fromkeys(q.name for q in questions if q.vantage is Vantage.AUTHORITATIVE)
        servers = tuple(_server(label) for label in NAMESERVERS)
        return tuple(Zone(name, registered_domain(name), servers) for name in (case.domain, *names) if names)

    def _ask(self, case: Case, question: Question) -> list[Answer]:
        if question.vantage is Vantage.RESOLVERS:
            return [self._answer(question, RESOLVER)]
        answers = [self._answer(question, label) for label in NAMESERVERS]
        if case.full and (case.owes(question) or not case.records):
            return answers
        return [next((answer for answer in answers if not isinstance(answer.outcome, Unknown)), answers[0])]

    def _answer(self, question: Question, label: str) -> Answer:
        return Answer(question, _server(label), self._outcome(question, label), self._clock())

    def _left_out(self, question: Question) -> Answer:
        return Answer(question, Server("", ""), Unknown(Silence.BUDGET), self._clock())

    def _outcome(self, question: Question, label: str) -> Outcome:
        if label in self._silent:
            return Unknown(self._silent[label])
        zone = self._zones[label]
        found = zone.get((question.name, question.type)) or zone.get((question.name, "CNAME"))
        if found is not None:
            return Present((found,))
        exists = any(is_under(name, question.name) for name, _ in zone)
        return Absent(Nothing.NODATA if exists else Nothing.NXDOMAIN, NEGATIVE_TTL)


def _server(label: str) -> Server:
    return Server(label, f"192.0.2.{(*NAMESERVERS, RESOLVER).index(label) + 1}")


def _rdata(rdtype: str, value: str) -> Rdata:
    match rdtype:
        case "TXT":
            octets = value.encode()
            return Txt(tuple(octets[start : start + 255] for start in range(0, len(octets), 255)) or (b"",))
        case "CNAME":
            return Cname(value)
        case "MX":
            preference, _, exchange = value.partition(" ")
            return Mx(int(preference), exchange)
        case "A" | "AAAA":
            return Address(value)
    return Other(value)
