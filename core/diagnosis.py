"""Stub of the contract; see the plan."""

from dataclasses import dataclass

from core.observations import Vantage
from core.records import RecordSet


@dataclass(frozen=True, slots=True)
class Case:
    """One domain to be looked at.

    `full` asks every authoritative server about every record; otherwise one server may do while a
    record is known to be missing. `resolvers` is how many public resolvers there are to ask afterwards
    (0: their quorum is skipped). `probe` looks for misplaced records, too. `budget` is the most queries,
    `seconds` the most time that this look may take.
    """

    domain: str
    records: RecordSet
    full: bool = True
    resolvers: int = 0
    probe: bool = True
    budget: int = 60
    seconds: float = 10.0
    vantage: Vantage = Vantage.AUTHORITATIVE
