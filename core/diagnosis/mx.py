"""MX: right is exactly one record, with the expected exchange (Amazon SES refuses more than one)."""

import ipaddress
import re
from collections.abc import Callable, Sequence

from core import providers
from core.diagnosis.scene import Scene
from core.diagnosis.verdict import Verdict, act, remark, right
from core.findings import Code
from core.names import parents
from core.observations import Mx, Rdata
from core.providers import Trait
from core.records import ExpectedRecord

_REGION = re.compile(r"feedback-smtp\.([a-z0-9-]+)\.amazonses\.com")
_PRIORITY = re.compile(r"\d+(?:\s|\\032|\\009)")
_NUMBER = re.compile(r"\d+\.")

Rule = Callable[[ExpectedRecord, str, Sequence[Mx], Scene], Verdict | None]


def exchange_of(record: ExpectedRecord) -> str:
    """Return the exchange that is expected."""
    return record.value.partition(" ")[2].strip().lower().rstrip(".")


def preference_of(record: ExpectedRecord) -> int | None:
    """Return the preference that is expected."""
    preference = record.value.partition(" ")[0]
    return int(preference) if preference.isdecimal() else None


def matches(record: ExpectedRecord, rdatas: Sequence[Rdata]) -> bool:
    """Tell whether the expected exchange is among `rdatas`."""
    return any(isinstance(rdata, Mx) and rdata.exchange == exchange_of(record) for rdata in rdatas)


def judge(scene: Scene, record: ExpectedRecord, rdatas: Sequence[Rdata]) -> Verdict:
    """Judge the MX records that stand at the name."""
    seen = tuple(sorted((rdata for rdata in rdatas if isinstance(rdata, Mx)), key=lambda mx: mx.preference))
    expected = exchange_of(record)
    verdict = next((found for rule in _RULES if (found := rule(record, expected, seen, scene)) is not None), None)
    verdict = verdict or act(Code.MX_MAILBOX_IN_USE)
    if verdict.right:
        return verdict
    facts = {"seen": ", ".join(_shown(mx) for mx in seen), **verdict.facts}
    return act(verdict.code, **{**facts, "length": len(str(facts["seen"]))})


def _right(record: ExpectedRecord, expected: str, seen: Sequence[Mx], _: Scene) -> Verdict | None:
    if {mx.exchange for mx in seen} != {expected} or len(seen) != 1:
        return None
    preference = seen[0].preference
    if preference == preference_of(record):
        return right()
    return right(remark(Code.MX_WRONG_PRIORITY, seen=str(preference)))


def _null(_: ExpectedRecord, __: str, seen: Sequence[Mx], ___: Scene) -> Verdict | None:
    return act(Code.NULL_MX) if any(not mx.exchange for mx in seen) else None


def _extra(_: ExpectedRecord, expected: str, seen: Sequence[Mx], __: Scene) -> Verdict | None:
    others = [mx for mx in seen if mx.exchange != expected]
    if len(others) == len(seen):
        return None
    others = others or list(seen[1:])
    return act(Code.MX_EXTRA, count=len(others), seen=", ".join(_shown(mx) for mx in others))


def _doubled(record: ExpectedRecord, expected: str, seen: Sequence[Mx], scene: Scene) -> Verdict | None:
    found = next((mx.exchange for mx in seen if is_doubled(mx.exchange, expected, record.name, scene)), None)
    return act(Code.MX_TARGET_DOUBLED, seen=found, typed=typed(scene, record, expected)) if found else None


def typed(scene: Scene, record: ExpectedRecord, target: str) -> str:
    """Return how `target` is entered at the provider of the record's zone: with a final dot where that takes one."""
    zone = scene.zone(record.name)
    provider = providers.detect(zone.delegated or zone.own) if zone else None
    return target if provider is not None and Trait.NO_DOT in provider.traits else f"{target}."


def is_doubled(seen: str, expected: str, name: str, scene: Scene) -> bool:
    """Tell whether a panel has appended the zone, or another name above the owner, to the expected target."""
    above = {name, scene.apex(name), *parents(name, scene.apex(name))}
    return any(seen == f"{expected}.{zone}" for zone in above)


def _priority_in_target(_: ExpectedRecord, expected: str, seen: Sequence[Mx], __: Scene) -> Verdict | None:
    for mx in seen:
        if _is_address(mx.exchange) or _begins_with_priority(mx.exchange, expected):
            return act(Code.MX_PRIORITY_IN_TARGET, seen=mx.exchange, target=expected)
    return None


def _begins_with_priority(target: str, expected: str) -> bool:
    """Tell whether a number stands before a target; before a dot it may as well be a host of somebody's."""
    return bool(_PRIORITY.match(target) or (_NUMBER.match(target) and expected in target))


def _is_address(text: str) -> bool:
    try:
        ipaddress.ip_address(text)
    except ValueError:
        return False
    return True


def _wrong_region(_: ExpectedRecord, expected: str, seen: Sequence[Mx], __: Scene) -> Verdict | None:
    ours = _REGION.fullmatch(expected)
    for mx in seen:
        theirs = _REGION.fullmatch(mx.exchange)
        if ours and theirs:
            return act(Code.MX_WRONG_REGION, seen_region=theirs[1], region=ours[1])
    return None


_RULES: tuple[Rule, ...] = (_right, _null, _extra, _doubled, _priority_in_target, _wrong_region)


def _shown(mx: Mx) -> str:
    return f"{mx.preference} {mx.exchange or '.'}"
