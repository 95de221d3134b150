"""What is to be looked at: one domain with its expected records, and how hard to look."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum

from core.observations import Question, Vantage
from core.records import RecordSet


class Around(StrEnum):
    """What of a domain's surroundings is to be looked at, beside its records."""

    NOTHING = "nothing"
    ZONE = "zone"  # which zone holds it, and who serves that
    TRUST = "trust"  # whether DNSSEC holds
    ALL = "all"  # what stands there already, and whether the zone is sound


_WHOLE: Mapping[Around, tuple[str, ...]] = {
    Around.NOTHING: (),
    Around.ZONE: ("SOA",),
    Around.TRUST: (),
    Around.ALL: ("TXT",),
}
"""What is asked about the domain itself, to learn its surroundings at all."""


@dataclass(frozen=True, slots=True)
class Case:
    """One domain to be looked at.

    `full` says that every authoritative server is asked; otherwise one may do, and nothing that its silent
    companions were not asked about counts as verified. `resolvers` is how many public resolvers there are
    to ask afterwards (0: their quorum is skipped, and names of third parties are not examined). `probe`
    looks for misplaced records, too. `budget` is the most queries, `seconds` the most time that this look may
    take; the budget bounds explanations, never the questions without which nothing could be judged (`owes`).
    `check_targets` asks whether the targets of CNAMEs resolve, which is our own side's business.
    `beside` looks for other data beside CNAMEs, once everything else is right.
    `disagree_after` is how long name servers may disagree before it is the provider's turn.
    `around` asks about the domain's surroundings, too. `shape` says that only names and types of the records
    are known, not their values: nobody looks for them in other places. `caa` asks about CAA even
    where not every server is asked.
    """

    domain: str
    records: RecordSet
    full: bool = True
    resolvers: int = 0
    probe: bool = True
    budget: int = 60
    seconds: float = 10.0
    vantage: Vantage = Vantage.AUTHORITATIVE
    check_targets: bool = False
    beside: bool = False
    disagree_after: timedelta = timedelta(hours=1)
    around: Around = Around.NOTHING
    shape: bool = False
    caa: bool = False

    def owes(self, question: Question) -> bool:
        """Tell whether nothing could be judged without `question`: then every server is asked, whatever it costs."""
        if question.name == self.domain and question.type in _WHOLE[self.around]:
            return True
        return any((record.name, record.type) == (question.name, question.type) for record in self.records)
