"""What is to be looked at: one domain with its expected records, and how hard to look."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from core.observations import Vantage
from core.records import RecordSet


@dataclass(frozen=True, slots=True)
class Case:
    """One domain to be looked at.

    `full` asks every authoritative server about every record; otherwise one server may do while a
    record is known to be missing. `resolvers` is how many public resolvers there are to ask afterwards
    (0: their quorum is skipped). `probe` looks for misplaced records, too. `budget` is the most queries,
    `seconds` the most time that this look may take. `disagreeing_since` tells, by `ExpectedRecord.key`, since
    when the name servers have not agreed on a record; after `disagree_after` it is the provider's turn.
    """

    domain: str
    records: RecordSet
    full: bool = True
    resolvers: int = 0
    probe: bool = True
    budget: int = 60
    seconds: float = 10.0
    vantage: Vantage = Vantage.AUTHORITATIVE
    disagreeing_since: Mapping[tuple[str, str, str], datetime] = field(default_factory=dict)
    disagree_after: timedelta = timedelta(hours=1)
