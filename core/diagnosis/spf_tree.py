"""What an SPF record refers to: includes and redirects of others, followed and counted.

Only names of third parties are followed, through the resolvers; without resolvers nothing is. Our own targets
are not: whether they are right is not for IT to mend.
"""

from collections.abc import Collection, Iterator
from dataclasses import dataclass, field

from core.diagnosis.scene import Rank, Scene, is_askable, texts
from core.diagnosis.text import readable
from core.diagnosis.verdict import Verdict, act, by, trouble
from core.findings import Code
from core.observations import Absent, Answer, Mx, Outcome, Present, Silence, Unknown
from core.spf import LOOKUP_LIMIT, VOID_LIMIT, SpfRecord, SpfSyntaxError, Term, is_spf, parse

_MOST_FOLLOWED = 2 * LOOKUP_LIMIT
_MOST_COUNTED = 200  # nobody needs to know by how much more a record is beyond mending
_REFERENCES = frozenset({"include", "redirect"})
_ADDRESS_TYPES = {"a": "A", "exists": "A", "mx": "MX"}
_MOST_EXCHANGES = 10  # RFC 7208 section 4.6.4


@dataclass(slots=True)
class _Tree:
    """What is found on the way. `own_term` is the term of the record itself that led to where we are."""

    scene: Scene
    own: frozenset[str]
    own_term: Term | None = None
    followed: int = 0
    lookups: int = 0
    counts: dict[str, int] = field(default_factory=dict)
    voids: dict[tuple[str, str], str] = field(default_factory=dict)
    loops: list[Verdict] = field(default_factory=list)
    broken: list[Verdict] = field(default_factory=list)
    not_asked: list[Verdict] = field(default_factory=list)

    def count(self, record: SpfRecord, name: str, path: tuple[str, ...]) -> int:
        """Count the lookups of `record`, which stands at `name`; what is wrong on the way is noted, and passed over."""
        before = self.lookups
        for term in record.effective:
            if term.looks_up and self.lookups < _MOST_COUNTED:
                self._count_one(term, name, path)
        return self.lookups - before

    def _count_one(self, term: Term, name: str, path: tuple[str, ...]) -> None:
        before = self.lookups
        self.lookups += 1
        if len(path) == 1:
            self.own_term = term
        self._look_inside(term, name, path)
        if len(path) == 1 and _is_foreign(term, self.own):
            self.counts[_short(term)] = self.lookups - before

    def _look_inside(self, term: Term, name: str, path: tuple[str, ...]) -> None:
        if term.name not in _REFERENCES:
            if self.lookups <= LOOKUP_LIMIT:  # beyond it is decided
                self._note_void(term, name, path)
        elif term.target in path:
            self.loops.append(act(Code.SPF_LOOP, path=" → ".join((*path, term.target))))
        elif not (term.target in self.own or term.has_macro or self.followed >= _MOST_FOLLOWED):
            self.followed += 1
            nested = self._nested(term)
            if nested is not None:
                self.count(nested, term.target, (*path, term.target))

    def _nested(self, term: Term) -> SpfRecord | None:
        """Return the record that `term` refers to; None where there is no valid one, or nobody tells."""
        if not is_askable(term.target):
            self._note_broken(term.target, "0 × v=spf1")
            return None
        outcome = self.scene.mentioned(term.target, "TXT")
        if isinstance(outcome, Unknown):
            noted = self.not_asked if outcome.reason is Silence.BUDGET else self.broken
            noted.append(by(not_told(self.own_term or term, outcome, term.target), self._said(term.target, "TXT")))
            return None
        found = [text for text in map(readable, texts(outcome, term.target)) if is_spf(text)]
        if len(found) != 1:
            self._note_broken(term.target, f"{len(found)} × v=spf1")
            return None
        try:
            return parse(found[0])
        except SpfSyntaxError as error:
            self._note_broken(term.target, error.term)
            return None

    def _note_void(self, term: Term, name: str, path: tuple[str, ...]) -> None:
        """Note a name that does not exist. `ptr` is not looked at: it depends on the sender's address."""
        kind = _ADDRESS_TYPES.get(term.name)
        if kind is None or term.has_macro:
            return
        target = term.target or name
        outcome = self.scene.mentioned(target, kind)
        if isinstance(outcome, Absent):
            way = self.own_term if len(path) > 1 else None
            self.voids.setdefault((kind, target), f"{way.text} ({target})" if way else target)
        exchanges = _exchanges(outcome)
        if exchanges > _MOST_EXCHANGES:
            self._note_broken(target, f"{exchanges} × MX > {_MOST_EXCHANGES}", kind)

    def _note_broken(self, target: str, problem: str, kind: str = "TXT") -> None:
        term = self.own_term.text if self.own_term else target
        verdict = act(Code.SPF_NESTED_ERROR, term=term, target=target, problem=problem)
        self.broken.append(by(verdict, self._said(target, kind)))

    def _said(self, target: str, kind: str) -> tuple[Answer, ...]:
        return self.scene.answers(target, kind, Rank.JUDGEMENT, self.scene.whom(target))


def _exchanges(outcome: Outcome) -> int:
    rrsets = outcome.rrsets if isinstance(outcome, Present) else ()
    return sum(isinstance(rdata, Mx) for rrset in rrsets for rdata in rrset.rdatas)


def _short(term: Term) -> str:
    return term.target if term.name == "include" else term.text


def not_told(term: Term, outcome: Unknown, target: str = "") -> Verdict:
    """Nobody tells what `term` refers to; where we did not get round to asking, that is nobody else's fault."""
    if outcome.reason is Silence.BUDGET:
        return trouble(Code.CHECKER_OFFLINE)
    return trouble(Code.SPF_NESTED_ERROR, term=term.text, target=target or term.target, problem=outcome.reason.value)


def examine(scene: Scene, name: str, record: SpfRecord, own: Collection[str]) -> Verdict | None:
    """Say what is wrong with what `record` at `name` refers to; first match wins, None where nothing is."""
    here = [term for term in record.effective if term.looks_up]
    foreign = [term for term in here if _is_foreign(term, own)]
    if scene.third_parties is None or not foreign:
        return _too_many(len(here), {_short(term): 1 for term in foreign})
    tree = _Tree(scene, frozenset(own))
    total = tree.count(record, name, (name,))
    return next(_conclusions(tree, total), None)


def _is_foreign(term: Term, own: Collection[str]) -> bool:
    return term.looks_up and not (term.name == "include" and term.target in own)


def _conclusions(tree: _Tree, total: int) -> Iterator[Verdict]:
    yield from tree.loops
    yield from sorted(tree.broken, key=lambda verdict: not verdict.definite)
    too_many = _too_many(total, tree.counts)
    if too_many is not None:
        yield too_many
    if len(tree.voids) > VOID_LIMIT:
        names = tuple(dict.fromkeys(tree.voids.values()))
        yield act(Code.SPF_VOID_LOOKUPS, count=len(tree.voids), names=names)
    yield from tree.not_asked


def _too_many(total: int, counts: dict[str, int]) -> Verdict | None:
    if total <= LOOKUP_LIMIT:
        return None
    listed = tuple(f"{target} {count}" for target, count in sorted(counts.items(), key=lambda item: -item[1]))
    return act(Code.SPF_TOO_MANY_LOOKUPS, count=total, counts=listed)
