"""Wildcards: the same answer at the record's name and at one that nobody ever made."""

import hashlib

from core.diagnosis.scene import Rank, Scene
from core.observations import Outcome, Present, Rdata
from core.records import ExpectedRecord


def sibling(name: str) -> str:
    """Return a name beside `name` that nobody has made: always the same one, so that a look can be repeated."""
    label = "x" + hashlib.sha256(name.encode()).hexdigest()[:15]
    return f"{label}.{name.partition('.')[2]}"


def shadows(scene: Scene, record: ExpectedRecord, outcome: Outcome) -> bool:
    """Tell whether what stands at the name of `record` is the answer of a wildcard."""
    if not isinstance(outcome, Present) or record.name == scene.apex(record.name):
        return False
    beside = sibling(record.name)
    other = scene.outcome(beside, record.type, Rank.SLIP)
    return isinstance(other, Present) and _at(outcome, record.name) == _at(other, beside)


def _at(outcome: Present, name: str) -> frozenset[tuple[str, Rdata]]:
    return frozenset((rrset.type, rdata) for rrset in outcome.rrsets if rrset.name == name for rdata in rrset.rdatas)
