"""A little DNS in memory that answers what the core asks: zones, servers that differ or fail, resolvers."""

from dataclasses import dataclass, field
from datetime import UTC, datetime

from core.diagnosis import Case, diagnose, next_questions, zone_facts
from core.names import is_under
from core.observations import (
    Absent,
    Address,
    Answer,
    Cname,
    Evidence,
    Mx,
    Nothing,
    Other,
    Present,
    Question,
    RRset,
    Server,
    Silence,
    Txt,
    Unknown,
    Vantage,
    Zone,
)
from core.records import RecordSet
from core.zonefile import character_strings
from tests.fakes.advice_facts import ADVICE_FACTS

NOW = datetime(2026, 11, 23, 14, 0, tzinfo=UTC)
NS1, NS2 = Server("ns1.provider.example", "192.0.2.1"), Server("ns2.provider.example", "192.0.2.2")
RESOLVERS = (Server("1.1.1.1", "1.1.1.1"), Server("8.8.8.8", "8.8.8.8"), Server("9.9.9.9", "9.9.9.9"))


def assert_advice_is_complete(code, facts):
    """Every fact that the advice of `code` names is there, and of a kind that storage and messages know."""
    missing = set(ADVICE_FACTS.get(code.value, "").split()) - facts.keys()
    assert not missing, f"{code.value} lacks {missing}"
    assert all(isinstance(fact, str | int | datetime | tuple) for fact in facts.values())


def rdata(kind, value):
    """Make the value of a record of type `kind` from text (octets for TXT)."""
    match kind:
        case "TXT":
            return Txt(character_strings(value if isinstance(value, bytes) else value.encode()))
        case "CNAME":
            return Cname(value)
        case "MX":
            preference, _, exchange = value.partition(" ")
            return Mx(int(preference), exchange)
        case "A" | "AAAA":
            return Address(value)
    return Other(value)


@dataclass
class View:
    """What one server holds, and how it fails."""

    records: dict = field(default_factory=dict)
    fault: Unknown | None = None
    faults_at: dict = field(default_factory=dict)


@dataclass
class World:
    """All servers; each holds its own records. Public resolvers see the whole world unless told otherwise."""

    apex: str = "example.com"
    servers: tuple = (NS1, NS2)
    resolvers: int = 0
    ttl: int = 300
    negative_ttl: int = 900
    subzones: dict = field(default_factory=dict)
    delegated: tuple = ()
    own: tuple = ()
    problem: object = None
    views: dict = field(default_factory=dict)
    asked: list = field(default_factory=list)
    spent: int = 0
    everything: bool = False  # servers that answer with a CNAME and what is asked for at once

    def __post_init__(self):
        for server in (*self.servers, *RESOLVERS[: self.resolvers]):
            self.views[server] = View()

    def put(self, name, kind, *values, at=None):
        """Put an RRset at `at` (a server or several), by default everywhere."""
        for view in self._views(at):
            view.records[name, kind] = tuple(rdata(kind, value) for value in values)
        return self

    def take(self, name, kind, at=None):
        """Take an RRset away."""
        for view in self._views(at):
            view.records.pop((name, kind), None)
        return self

    def add(self, records: RecordSet, at=None):
        """Put what is expected."""
        for record in records:
            self.put(record.name, record.type.value, record.value, at=at)
        return self

    def fail(self, reason: Silence, at=None, name=None, kind=None, ede=None):
        """Let servers say nothing usable: at all, or about one name."""
        for view in self._views(at):
            if name is None:
                view.fault = Unknown(reason, ede)
            else:
                view.faults_at[name, kind] = Unknown(reason, ede)
        return self

    def _views(self, at):
        if at is None:
            return list(self.views.values())
        return [self.views[server] for server in (at if isinstance(at, tuple) else (at,))]

    def observe(self, case: Case) -> Evidence:
        """Do as the observer does."""
        evidence = Evidence(vantage=case.vantage)
        self.asked = []
        for _ in range(40):
            questions = next_questions(case, evidence)
            self.spent = evidence.spent
            if not questions:
                return evidence
            assert not set(questions) & set(self.asked), "the same question was put twice"
            self.asked.extend(questions)
            for question in questions:
                evidence = evidence.joined_with(self._answer(question, case))
        raise AssertionError("the core never stops asking")

    def diagnose(self, case: Case):
        """Look once; return the findings by purpose."""
        findings = diagnose(case, self.observe(case), NOW)
        assert [finding.record for finding in findings] == list(case.records)
        for finding in findings:
            assert_advice_is_complete(finding.code, finding.facts)
            for remark in finding.remarks:
                assert_advice_is_complete(remark.code, {**finding.facts, **remark.facts})
        return {finding.record.purpose: finding for finding in findings}

    def zone_facts(self, case: Case):
        """Look once; return the surroundings."""
        return zone_facts(case, self.observe(case))

    def _answer(self, question: Question, case: Case) -> Evidence:
        if question.vantage is Vantage.RESOLVERS:
            said = tuple(self._says(server, question) for server in RESOLVERS[: self.resolvers])
            return Evidence(said, spent=len(said))
        zone = self._zone(question.name)
        if zone.apex is None:
            return Evidence((), (zone,))
        if is_under(question.name, self.apex):
            said = tuple(self._says(server, question) for server in self.servers)
        else:
            said = tuple(Answer(question, server, Unknown(Silence.REFUSED), NOW) for server in self.servers)
        if not case.owes(question):  # any one will do, the others are asked only where it has nothing to say
            said = said[:1] if not isinstance(said[0].outcome, Unknown) else said
        return Evidence(said, (zone,), spent=len(said))

    def _zone(self, name):
        if self.problem is not None:
            return Zone(name, None, problem=self.problem)
        apex = next((cut for cut in self.subzones if is_under(name, cut)), self.apex)
        delegated = self.subzones.get(apex) or self.delegated or tuple(server.name for server in self.servers)
        return Zone(name, apex, self.servers, delegated, self.own)

    def _says(self, server, question) -> Answer:
        return Answer(question, server, self._outcome(self.views[server], question), NOW)

    def _outcome(self, view, question):
        fault = view.faults_at.get((question.name, question.type), view.fault)
        if fault is not None:
            return fault
        name, kind = question.name, question.type
        owner = name if self._exists(view, name) else self._wildcard(view, name)
        sets = [
            RRset(name, found, self.ttl, view.records[owner, found])
            for found in dict.fromkeys(("CNAME", kind) if self.everything else (kind, "CNAME"))
            if owner is not None and (owner, found) in view.records
        ]
        if sets:
            return Present(tuple(sets if self.everything else sets[:1]))
        nothing = Nothing.NODATA if owner is not None else Nothing.NXDOMAIN
        return Absent(nothing, self.negative_ttl, "soa")

    def _exists(self, view, name):
        return name == self.apex or any(is_under(owner, name) for owner, _ in view.records)

    def _wildcard(self, view, name):
        while "." in name:
            name = name.partition(".")[2]
            if self._exists(view, f"*.{name}"):
                return f"*.{name}"
            if self._exists(view, name):
                return None
        return None
