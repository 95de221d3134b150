"""What a finding keeps of what strangers say: as much as anybody reads.

A TXT record holds up to 64 KiB, a zone may list a thousand name servers, and all that is found is stored with the
domain and said in messages. Whatever is left out leaves a mark behind. `length` tells how long a value was.
"""

from dataclasses import replace

from core.findings import Fact, Facts, Finding, Remark

_MOST_TEXT = 4096  # characters: no value that is expected has more
_MOST_ITEMS = 32
_MOST_ITEM = 256  # characters: more than a name has
_MARK = "…"


def clipped(finding: Finding) -> Finding:
    """Return `finding` with facts of bounded size, those of its remarks, too."""
    facts = clipped_facts(finding.facts)
    remarks = clipped_remarks(finding.remarks)
    servers = finding.servers[:_MOST_ITEMS]
    if facts is finding.facts and remarks is finding.remarks and len(servers) == len(finding.servers):
        return finding
    return replace(finding, facts=facts, remarks=remarks, servers=servers)


def clipped_facts(facts: Facts) -> Facts:
    """Return `facts` with texts and lists of bounded size."""
    return facts if all(map(_fits, facts.values())) else {name: _clipped(fact) for name, fact in facts.items()}


def clipped_remarks(remarks: tuple[Remark, ...]) -> tuple[Remark, ...]:
    """Return remarks with facts of bounded size, and not too many of them."""
    if len(remarks) <= _MOST_ITEMS and all(_fits(fact) for remark in remarks for fact in remark.facts.values()):
        return remarks
    return tuple(replace(remark, facts=clipped_facts(remark.facts)) for remark in remarks[:_MOST_ITEMS])


def clipped_names(names: tuple[str, ...]) -> tuple[str, ...]:
    """Return as many of `names` as anybody reads, none of them longer than names are."""
    kept = names if len(names) <= _MOST_ITEMS else (*names[: _MOST_ITEMS - 1], _MARK)
    return tuple(_cut(name, _MOST_ITEM) for name in kept)


def _fits(fact: Fact) -> bool:
    if isinstance(fact, str):
        return len(fact) <= _MOST_TEXT
    return not isinstance(fact, tuple) or (len(fact) <= _MOST_ITEMS and all(len(item) <= _MOST_ITEM for item in fact))


def _clipped(fact: Fact) -> Fact:
    if isinstance(fact, str):
        return _cut(fact, _MOST_TEXT)
    return clipped_names(fact) if isinstance(fact, tuple) else fact


def _cut(text: str, most: int) -> str:
    return text if len(text) <= most else text[: most - len(_MARK)] + _MARK
