"""What is to be looked at: one domain with its expected records, and how hard to look."""

from dataclasses import dataclass
from datetime import timedelta

from core.observations import Vantage
from core.records import RecordSet


@dataclass(frozen=True, slots=True)
class Case:
    """One domain to be looked at.

    `full` says that every authoritative server is asked; otherwise one may do, and nothing that its silent
    companions were not asked about counts as verified. `resolvers` is how many public resolvers there are
    to ask afterwards (0: their quorum is skipped, and names of third parties are not examined). `probe`
    looks for misplaced records, too. `budget` is the most queries, `seconds` the most time that this look may
    take; the budget bounds explanations, never the questions without which nothing could be judged.
    `check_targets` asks whether the targets of CNAMEs resolve, which is our own side's business.
    `disagree_after` is how long name servers may disagree before it is the provider's turn.
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
    disagree_after: timedelta = timedelta(hours=1)
