"""CAA: whether a record of the domain's own keeps Amazon from issuing the certificate.

ACM checks as RFC 8659 section 3 has it: the first CAA record set on the way from the requested name upwards counts, and
lookups follow CNAMEs (https://repost.aws/knowledge-center/acm-troubleshoot-caa-errors). The name is that of the
images' host, which is no wildcard, so `issuewild` is ignored (section 4.3).
"""

from collections.abc import Iterator, Sequence
from typing import NamedTuple

from core.diagnosis.scene import Rank, Scene, target
from core.diagnosis.text import printable
from core.diagnosis.verdict import Verdict, act, by
from core.findings import Code
from core.names import IMAGE_LABEL, is_under, parents, registered_domain
from core.observations import Absent, Nothing, Other, Outcome, Present, Unknown
from core.records import ExpectedRecord, Purpose

CERTIFIED = frozenset({Purpose.CERTIFICATE, Purpose.IMAGE_HOSTING})
"""The records that are of no use without the certificate."""
_AMAZON = frozenset({"amazon.com", "amazontrust.com", "awstrust.com", "amazonaws.com"})
"""The issuer names that Amazon's certificate authority accepts in CAA."""
_KNOWN_TAGS = frozenset({"issue", "issuewild", "iodef", "issuemail", "issuevmc", "contactemail", "contactphone"})
"""Registered property tags: of these nobody can say that Amazon does not know them."""
_MOST_HOPS = 8
_CRITICAL = 128  # the issuer critical flag (RFC 8659 section 4.1)


class _Property(NamedTuple):
    flags: int
    tag: str
    value: str


def certified_name(record: ExpectedRecord) -> str:
    """Return the name that gets the certificate: ACM validates it at ``_token.<name>``, and serves it there itself."""
    token, _, name = record.name.partition(".")
    return name if record.purpose is Purpose.CERTIFICATE and token.startswith("_") else record.name


def images_host(scene: Scene) -> str:
    """Return the name that will get the certificate, as far as it is known."""
    records = (record for record in scene.case.records if record.purpose is Purpose.IMAGE_HOSTING)
    return next((record.name for record in records), f"{IMAGE_LABEL}.{scene.case.domain}")


def blocking(scene: Scene, name: str) -> Verdict | None:
    """Tell whether CAA keeps Amazon from issuing a certificate for `name`, climbing to its registered domain.

    An alias is followed as far as it stays under that domain: what stands there IT can change. What it leads to
    elsewhere is looked at only where the climb ends badly: a policy there comes first, and whatever it says is not
    for IT to change here. An alias to somewhere else is a finding of its own.
    """
    led_to: list[str] = []
    for place in (name, *parents(name, registered_domain(name))):
        owner, outcome = _followed(scene, place)
        properties = tuple(_properties(outcome))
        alias = target(outcome, owner)
        if alias is None and properties:
            verdict = _judged(scene, owner, properties)
            return None if any(_has_policy(scene, place) for place in led_to if verdict) else verdict
        if properties or (alias is None and not isinstance(outcome, Absent)):
            return None
        if alias is not None:
            led_to.append(alias)
    return None


def _followed(scene: Scene, name: str) -> tuple[str, Outcome]:
    """Return where aliases lead from `name` without leaving its registered domain, and what stands there."""
    way = [name]
    outcome = _policy(scene, name)
    while (alias := target(outcome, way[-1])) is not None and len(way) <= _MOST_HOPS:
        if alias in way or not is_under(alias, registered_domain(name)):
            break
        way.append(alias)
        outcome = _policy(scene, alias)
    return way[-1], outcome


def _policy(scene: Scene, owner: str) -> Outcome:
    """Ask for CAA at `owner`, unless its own record has shown that there can be none: an alias, or nothing at all."""
    if scene.was_answered(owner, "CNAME"):
        known = scene.outcome(owner, "CNAME", Rank.JUDGEMENT)
        if target(known, owner) is not None or (isinstance(known, Absent) and known.kind is Nothing.NXDOMAIN):
            return known
    return scene.outcome(owner, "CAA", Rank.JUDGEMENT)


def _has_policy(scene: Scene, name: str) -> bool:
    """Tell whether there may be CAA at the end of the alias to `name`; silence is no reason to blame anybody."""
    whom = scene.whom(name)
    if whom is None:
        return False
    outcome = scene.outcome(name, "CAA", Rank.JUDGEMENT, whom)
    return isinstance(outcome, Unknown) or any(_properties(outcome))


def _properties(outcome: Outcome) -> Iterator[_Property]:
    """Read what CAA records say, as in ``0 issue "amazon.com; policy=x"``."""
    for rrset in outcome.rrsets if isinstance(outcome, Present) else ():
        for rdata in rrset.rdatas:
            words = rdata.text.split(None, 2) if rrset.type == "CAA" and isinstance(rdata, Other) else []
            if len(words) == 3 and words[0].isdecimal():
                yield _Property(int(words[0]), words[1].lower(), words[2].strip('"'))


def _judged(scene: Scene, owner: str, properties: Sequence[_Property]) -> Verdict | None:
    """Judge one record set (RFC 8659 sections 4.1 and 4.2): without `issue` it restricts nothing."""
    for each in properties:
        if each.flags & _CRITICAL and each.tag not in _KNOWN_TAGS:
            seen = printable(f'{each.flags} {each.tag} "{each.value}"'.encode())
            return _blocks(scene, owner, seen, tag=printable(each.tag.encode()))
    issuers = [each.value.partition(";")[0].strip().lower() or ";" for each in properties if each.tag == "issue"]
    if not issuers or not _AMAZON.isdisjoint(issuers):
        return None
    return _blocks(scene, owner, ", ".join(issuers))


def _blocks(scene: Scene, owner: str, seen: str, **facts: str) -> Verdict:
    verdict = act(Code.CAA_BLOCKS, caa_at=owner, seen=seen, length=len(seen), **facts)
    return by(verdict, scene.answers(owner, "CAA", Rank.JUDGEMENT))
