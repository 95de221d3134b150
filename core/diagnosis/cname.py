"""CNAME: right when the target is the expected one."""

from collections.abc import Sequence

from core import providers
from core.diagnosis import caa, wildcard
from core.diagnosis.mx import is_doubled, typed
from core.diagnosis.scene import Rank, Scene, addresses, target
from core.diagnosis.verdict import Verdict, act, by, remark, right, trouble, wait
from core.findings import Code
from core.observations import Absent, Answer, Cname, Rdata, Unknown
from core.records import ExpectedRecord, Purpose

_MOST_HOPS = 8
_SERVED = frozenset({Purpose.CLICK_TRACKING, Purpose.IMAGE_HOSTING})


def expected_target(record: ExpectedRecord) -> str:
    """Return the target that is expected."""
    return record.value.strip().lower().rstrip(".")


def matches(record: ExpectedRecord, rdatas: Sequence[Rdata]) -> bool:
    """Tell whether the expected target is among `rdatas`."""
    return any(isinstance(rdata, Cname) and rdata.target == expected_target(record) for rdata in rdatas)


def judge(scene: Scene, record: ExpectedRecord, rdatas: Sequence[Rdata]) -> Verdict:
    """Judge the CNAME that stands at the name."""
    if matches(record, rdatas):
        return _beyond(scene, record) or right()
    seen = next((rdata.target for rdata in rdatas if isinstance(rdata, Cname)), "")
    expected = expected_target(record)
    if is_doubled(seen, expected, record.name, scene):
        return act(Code.TARGET_DOUBLED_SUFFIX, seen=seen, length=len(seen), typed=typed(scene, record, expected))
    return _chain(scene, record, seen)


def _chain(scene: Scene, record: ExpectedRecord, first: str) -> Verdict:
    """Follow another target: it may lead to the expected one."""
    via = [first]
    wrong = act(Code.CNAME_WRONG_TARGET, seen=first, length=len(first))
    while (whom := scene.whom(via[-1])) is not None and len(via) <= _MOST_HOPS:
        outcome = scene.outcome(via[-1], "CNAME", Rank.JUDGEMENT, whom)
        following = target(outcome, via[-1])
        if following == expected_target(record):
            return right(remark(Code.CNAME_CHAIN, via=tuple(via), expected=expected_target(record)))
        if isinstance(outcome, Unknown):
            return Verdict(wrong.state, wrong.code, wrong.facts, definite=False)
        if following is None or following in via:
            break
        via.append(following)
    return wrong


def _beyond(scene: Scene, record: ExpectedRecord) -> Verdict | None:
    """Look at what keeps a right CNAME from working: a dead target, or a CAA record."""
    if scene.case.check_targets and record.purpose in _SERVED:
        denied = _denied(scene, expected_target(record))
        if denied:  # says nothing against the record: nothing gets worse by it
            return by(trouble(Code.TARGET_BROKEN), denied)
    if (scene.case.full or scene.case.caa) and record.purpose in caa.CERTIFIED:
        return caa.blocking(scene, caa.certified_name(record))
    return None


def _denied(scene: Scene, name: str) -> tuple[Answer, ...]:
    """Return the answers by which `name` has no address of any kind; none where it may have one."""
    whom = scene.third_parties
    if whom is None:
        return ()
    outcomes = [scene.outcome(name, kind, Rank.REMARK, whom) for kind in ("A", "AAAA")]
    if not all(isinstance(outcome, Absent) for outcome in outcomes):
        return ()
    return tuple(answer for kind in ("A", "AAAA") for answer in scene.answers(name, kind, Rank.REMARK, whom))


def instead(scene: Scene, record: ExpectedRecord) -> Verdict | None:
    """Say what stands in the place of a CNAME that is not there: addresses."""
    for kind in ("A", "AAAA"):
        found = addresses(scene.outcome(record.name, kind, Rank.COMMON_SLIP))
        if found:
            return _addresses_instead(scene, record, kind, found)
    return None


def _addresses_instead(scene: Scene, record: ExpectedRecord, kind: str, found: frozenset[str]) -> Verdict:
    seen = ", ".join(sorted(found))
    if found == addresses(scene.outcome(wildcard.sibling(record.name), kind, Rank.SLIP)):
        return wait(Code.WILDCARD_SHADOW, seen=seen, length=len(seen))
    return act(_address_code(scene, record, kind, found), seen=seen, length=len(seen), seen_type=kind)


def _address_code(scene: Scene, record: ExpectedRecord, kind: str, found: frozenset[str]) -> Code:
    zone = scene.zone(record.name)
    provider = providers.detect(zone.delegated or zone.own) if zone else None
    if provider is not None and provider.name == "Cloudflare":
        return Code.CNAME_PROXIED
    if scene.third_parties is not None:
        theirs = addresses(scene.outcome(expected_target(record), kind, Rank.SLIP, scene.third_parties))
        if theirs & found:
            return Code.CNAME_FLATTENED
    return Code.ADDRESS_INSTEAD
