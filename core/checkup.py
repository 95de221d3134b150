"""A check-up of a domain's DNS: one row per record, with what was seen, where, and what to do.

With expected records it is the diagnosis of those; without, the *pre-flight* (`core.preflight`).
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from itertools import islice

from core.diagnosis.surroundings import Dnssec
from core.diagnosis.text import printable
from core.findings import BlockedOn, Code, Facts, Finding, Remark, State, ZoneFacts
from core.observations import (
    Absent,
    Address,
    Cname,
    Evidence,
    Mx,
    Outcome,
    Present,
    Question,
    Rdata,
    Txt,
    Unknown,
    Vantage,
)
from core.records import ExpectedRecord

IN_THE_WAY = (State.ACTION, State.TEMPORARY)
"""The states of what keeps a sending domain from being set up."""


@dataclass(frozen=True, slots=True)
class Checked:
    """One row. `kind` is the record type it is about, `code` a `Code` or a `core.preflight.Existing`.

    `seen` are the values that were seen, `servers` what each name server said, in a word. `purpose` is
    ``"DOMAIN"`` for what concerns the domain as a whole.
    """

    record: ExpectedRecord
    kind: str
    state: State
    code: str
    blocked_on: BlockedOn
    definite: bool = True
    facts: Facts = field(default_factory=dict)
    remarks: tuple[Remark, ...] = ()
    seen: tuple[str, ...] = ()
    servers: Mapping[str, str] = field(default_factory=dict)
    purpose: str = ""

    @property
    def verified(self) -> bool:
        """Tell whether nothing is to be done here."""
        return self.definite and self.state is State.VERIFIED

    @property
    def in_the_way(self) -> bool:
        """Tell whether this keeps a sending domain from being set up; what is advisory never does."""
        return self.state in IN_THE_WAY and self.record.required

    @property
    def worth_saying(self) -> bool:
        """Tell whether there is anything to say about it at all."""
        is_fine = self.code == Code.OK or (self.code == Code.MISSING and not self.record.required)
        return not is_fine or bool(self.remarks)


@dataclass(frozen=True, slots=True)
class Checkup:
    """What one look at a domain found. `servers` are those that were asked; `rows` are in the order of the records.

    `problem` says what kept us from asking at all.
    """

    domain: str
    checked_at: datetime
    rows: tuple[Checked, ...] = ()
    zone: ZoneFacts | None = None
    dnssec: Dnssec = Dnssec.UNKNOWN
    servers: tuple[str, ...] = ()
    problem: str = ""

    @property
    def judged(self) -> bool:
        """Tell whether anything could be judged: our own view of the DNS was not what failed."""
        return any(row.code != Code.CHECKER_OFFLINE for row in self.rows)

    @property
    def verified(self) -> bool:
        """Tell whether every required record is right, or nothing is in the way."""
        return self.judged and all(row.verified for row in self.rows if row.record.required)

    @property
    def blocked_on(self) -> BlockedOn:
        """Whose turn it is: that of the worst required row."""
        waiting = {row.blocked_on for row in self.rows if row.record.required and not row.verified}
        return next((who for who in BlockedOn if who in waiting), BlockedOn.NOBODY)

    @property
    def eta_at(self) -> datetime | None:
        """The moment by which caches have caught up, where that is what is waited for."""
        etas = (row.facts.get("eta_at") for row in self.rows if row.record.required)
        return max((eta for eta in etas if isinstance(eta, datetime)), default=None)

    @property
    def in_the_way(self) -> tuple[Checked, ...]:
        """The rows in the way, each trouble once: what ails the whole zone ails all its records."""
        first: dict[tuple[str, str], Checked] = {}
        for row in self.rows:
            if row.in_the_way and row.code != Code.CHECKER_OFFLINE:
                of_zone = row.state is State.TEMPORARY or row.code == Code.NXDOMAIN_PARENT
                first.setdefault((row.code, "" if of_zone else row.record.name), row)
        return tuple(first.values())

    @property
    def notes(self) -> tuple[Checked, ...]:
        """The rows that are in nobody's way, but worth a word."""
        return tuple(row for row in self.rows if not row.in_the_way and row.worth_saying)

    def brief(self) -> "Checkup":
        """Return it with the rows alone that are worth saying, or one that says whether it was judged; no evidence."""
        shown = (*self.in_the_way, *self.notes) if self.judged else ()
        if all(row.code == Code.CHECKER_OFFLINE for row in shown):
            witnesses = (row for row in self.rows if (row.code != Code.CHECKER_OFFLINE) is self.judged)
            shown = (*shown, *islice(witnesses, 1))
        return replace(self, rows=tuple(replace(row, seen=(), servers={}) for row in shown))


def row_of(finding: Finding, evidence: Evidence) -> Checked:
    """Return the row of a finding, with what the name servers said."""
    record = finding.record
    said = evidence.to(Question(record.name, record.type, evidence.vantage))
    if not finding.verified and evidence.vantage is Vantage.AUTHORITATIVE:  # what is waited for may be a resolver
        said += evidence.to(Question(record.name, record.type, Vantage.RESOLVERS))
    return Checked(
        record=record,
        kind=record.type.value,
        state=finding.state,
        code=finding.code.value,
        blocked_on=finding.blocked_on,
        definite=finding.definite,
        facts=finding.facts,
        remarks=finding.remarks,
        seen=tuple(dict.fromkeys(text for answer in said for text in _texts(answer.outcome))),
        servers=_servers((str(answer.server), _word(answer.outcome)) for answer in said),
        purpose=record.purpose.value,
    )


def servers_of(evidence: Evidence) -> tuple[str, ...]:
    """Return the name servers that were asked, each once; the resolvers, where only they could be."""
    if evidence.vantage is Vantage.RESOLVERS:
        return tuple(dict.fromkeys(str(answer.server) for answer in evidence.answers))
    return tuple(dict.fromkeys(str(server) for zone in evidence.zones for server in zone.servers))


def _servers(said: Iterable[tuple[str, str]]) -> dict[str, str]:
    """Gather what each server said; one with several addresses may have said several things."""
    words: dict[str, list[str]] = {}
    for server, word in said:
        known = words.setdefault(server, [])
        if word not in known:
            known.append(word)
    return {server: ", ".join(known) for server, known in words.items()}


def _word(outcome: Outcome) -> str:
    match outcome:
        case Present():
            return "present"
        case Absent(kind=kind):
            return kind.value
        case Unknown(reason=reason, ede=ede):
            return f"{reason.value} ({ede})" if ede else reason.value


def _texts(outcome: Outcome) -> tuple[str, ...]:
    rrsets = outcome.rrsets if isinstance(outcome, Present) else ()
    return tuple(_text(rdata) for rrset in rrsets for rdata in rrset.rdatas)


def _text(rdata: Rdata) -> str:
    match rdata:
        case Txt():
            return printable(rdata.joined)
        case Cname(target=target):
            return f"CNAME {target}"
        case Mx(preference=preference, exchange=exchange):
            return f"{preference} {exchange or '.'}"
        case Address(address=address):
            return address
        case _:
            return rdata.text
