"""Whether mail that one term authorises passes by way of the records that an SPF record refers to.

`check_host()` evaluates the record behind an effective ``redirect=`` in the place of this one (RFC 7208 section
6.1), and an ``include:`` matches when the record behind it gives a pass (section 5.2). So a term that stands
there lets the same mail pass as one that stands here.
"""

from dataclasses import dataclass, field

from core.diagnosis.scene import Scene, texts
from core.diagnosis.text import readable
from core.observations import Outcome, Unknown
from core.spf import LOOKUP_LIMIT, SpfRecord, SpfSyntaxError, Term, is_spf, parse

_OF_THE_NAME = frozenset({"a", "mx", "ptr"})
"""Mechanisms that without a target mean the name at which they stand: elsewhere they authorise others."""


def same(one: Term, other: Term) -> bool:
    """Tell whether two terms name the same senders, whatever their signs."""
    return (one.name, one.target, one.cidr) == (other.name, other.target, other.cidr)


@dataclass(slots=True)
class Reach:
    """A search for `wanted` behind the references of a record at `name`. `unanswered` are those nobody told about."""

    scene: Scene
    name: str
    wanted: Term
    unanswered: list[tuple[Term, Unknown]] = field(default_factory=list)
    _followed: int = 0

    def passes_behind(self, record: SpfRecord) -> bool:
        """Tell whether mail of the wanted term certainly gets a pass from what `record` refers to."""
        if not self.wanted.target and self.wanted.name in _OF_THE_NAME:
            return False
        return self._behind(record, (self.name,))

    def _behind(self, record: SpfRecord, path: tuple[str, ...]) -> bool:
        references = [
            term for term in record.effective if (term.name, term.sign) in {("include", "+"), ("redirect", "")}
        ]
        # A redirect is evaluated when no mechanism has matched, wherever it stands.
        return any(self._passes_at(term, path) for term in sorted(references, key=lambda term: term.name == "redirect"))

    def _passes_at(self, reference: Term, path: tuple[str, ...]) -> bool:
        if reference.name == "redirect" and self.wanted.name == "include" and reference.target == self.wanted.target:
            return True  # the same record, evaluated in this one's place
        if reference.target in path or reference.has_macro or self._followed >= LOOKUP_LIMIT:
            return False
        self._followed += 1
        record = self._record_of(reference)
        if record is None:
            return False
        found = next((term for term in record.effective if same(term, self.wanted)), None)
        if found is not None:
            return found.sign == "+"
        return self._behind(record, (*path, reference.target))

    def _record_of(self, reference: Term) -> SpfRecord | None:
        outcome = self._asked(reference.target)
        if outcome is None:
            return None
        if isinstance(outcome, Unknown):
            self.unanswered.append((reference, outcome))
            return None
        found = [text for text in map(readable, texts(outcome, reference.target)) if is_spf(text)]
        try:
            return parse(found[0]) if len(found) == 1 else None
        except SpfSyntaxError:
            return None

    def _asked(self, target: str) -> Outcome | None:
        """Return what is said of `target`; None of a stranger's name where no resolver can be asked."""
        return None if self.scene.whom(target) is None else self.scene.mentioned(target, "TXT")
