"""A record that is not at its name: where else it may have been put."""

from collections.abc import Callable, Iterator

from core.diagnosis import cname, dkim, dmarc, mx, spf
from core.diagnosis.case import Case
from core.diagnosis.scene import Rank, Scene, target, texts
from core.diagnosis.text import printable
from core.diagnosis.verdict import MISSING, Verdict, act, by, wait
from core.findings import Code
from core.names import is_under, registered_domain, relative_host, suggest_subdomain
from core.observations import Mx, Other, Outcome, Present, Rdata
from core.records import ExpectedRecord, Purpose, RecordType

Rule = Callable[[Scene, ExpectedRecord], Verdict | None]

_OTHER_TYPES = {RecordType.TXT: ("SPF",), RecordType.CNAME: ("TXT", "MX"), RecordType.MX: ("TXT",)}
_MATCHERS = {Purpose.SPF: spf.matches, Purpose.DKIM: dkim.matches, Purpose.DMARC: dmarc.matches}


def explain(scene: Scene, record: ExpectedRecord, *, exists: bool) -> Verdict:
    """Say why `record` is missing; first match wins. `exists` tells whether its name has other data."""
    found = (rule(scene, record) for rule in _rules(scene.case, exists=exists))
    return next((verdict for verdict in found if verdict is not None), MISSING)


def _rules(case: Case, *, exists: bool) -> Iterator[Rule]:
    if case.probe and not case.shape:  # what is not known by its value cannot be recognised elsewhere
        yield from (_doubled_suffix, _wrong_host, _underscore_lost)
        if exists:
            yield _wrong_type
    yield _at_apex
    if case.probe and exists:
        yield _address_instead
    yield from (_inherited, _subzone)


def _at_apex(scene: Scene, record: ExpectedRecord) -> Verdict | None:
    if record.type is not RecordType.CNAME or record.name != scene.apex(record.name):
        return None
    return act(Code.CNAME_AT_APEX, suggestion=_elsewhere(scene.case.domain, record.name))


def _inherited(scene: Scene, record: ExpectedRecord) -> Verdict | None:
    return dmarc.inherited(scene, record) if record.purpose is Purpose.DMARC else None


def _elsewhere(domain: str, apex: str) -> str:
    """Suggest a sending domain whose names are no zones: below the domain, or beside it where `apex` is one of its."""
    if domain == apex:
        return suggest_subdomain(domain)
    company = registered_domain(domain)
    return next(name for name in (suggest_subdomain(company), f"news.{company}") if name != domain)


def _doubled_suffix(scene: Scene, record: ExpectedRecord) -> Verdict | None:
    for suffix in dict.fromkeys((scene.apex(record.name), scene.case.domain)):
        if scene.exists(f"{suffix}.{suffix}", "TXT", Rank.COMMON_SLIP):
            verdict = _at(scene, record, f"{record.name}.{suffix}", Code.DOUBLED_SUFFIX, Rank.COMMON_SLIP)
            if verdict is not None:
                return verdict
    return None


def _wrong_host(scene: Scene, record: ExpectedRecord) -> Verdict | None:
    zone, domain = scene.apex(record.name), scene.case.domain
    places = [zone, domain]
    if record.purpose is not Purpose.DMARC:  # there it would be a policy that applies
        places.append(f"{relative_host(record.name, domain)}.{zone}")
    for place in dict.fromkeys(places):
        if place != record.name and is_under(place, zone):
            verdict = _at(scene, record, place, Code.WRONG_HOST, Rank.SLIP)
            if verdict is not None:
                return verdict
    return None


def _underscore_lost(scene: Scene, record: ExpectedRecord) -> Verdict | None:
    place = ".".join(label.lstrip("_") for label in record.name.split("."))
    return _at(scene, record, place, Code.UNDERSCORE_LOST, Rank.SLIP) if place != record.name else None


def _wrong_type(scene: Scene, record: ExpectedRecord) -> Verdict | None:
    for kind in _OTHER_TYPES[record.type]:
        if kind == "SPF" and record.purpose is not Purpose.SPF:
            continue
        outcome = scene.outcome(record.name, kind, Rank.SLIP)
        if any(_says(record, rdata) for rdata in _rdatas(outcome, record.name, kind)):
            return act(Code.WRONG_TYPE, seen_type=kind, seen=record.value, length=len(record.value))
        found = next((value for value in texts(outcome, record.name) if kind == "TXT" and _names(record, value)), None)
        if found is not None:
            return act(Code.WRONG_TYPE, seen_type=kind, seen=printable(found), length=len(found))
    return None


def _says(record: ExpectedRecord, rdata: Rdata) -> bool:
    match rdata:
        case Other(text=text):
            return text.replace('"', "").strip() == record.value
        case Mx(exchange=exchange):
            return record.type is RecordType.CNAME and exchange == cname.expected_target(record)
    return False


def _names(record: ExpectedRecord, value: bytes) -> bool:
    """Tell whether a TXT value is the target that a CNAME or MX should have."""
    wanted = mx.exchange_of(record) if record.type is RecordType.MX else cname.expected_target(record)
    words = printable(value).lower().split()
    return bool(words) and words[-1].rstrip(".") == wanted


def _address_instead(scene: Scene, record: ExpectedRecord) -> Verdict | None:
    return cname.instead(scene, record) if record.type is RecordType.CNAME else None


def _at(scene: Scene, record: ExpectedRecord, place: str, code: Code, rank: Rank) -> Verdict | None:
    """Return `code` if the record stands at `place`."""
    holding = [answer for answer in scene.answers(place, record.type, rank) if _holds(record, answer.outcome, place)]
    return by(act(code, found_at=place, seen=record.value, length=len(record.value)), holding) if holding else None


def _holds(record: ExpectedRecord, outcome: Outcome, place: str) -> bool:
    match record.type:
        case RecordType.CNAME:
            return target(outcome, place) == cname.expected_target(record)
        case RecordType.MX:
            return mx.matches(record, tuple(_rdatas(outcome, place, "MX")))
        case RecordType.TXT:
            values = texts(outcome, place)
            matches = _MATCHERS.get(record.purpose)
            return matches(record, values) if matches else record.value.encode() in values


def _rdatas(outcome: Outcome, name: str, kind: str) -> Iterator[Rdata]:
    for rrset in outcome.rrsets if isinstance(outcome, Present) else ():
        if rrset.type == kind and rrset.name == name:
            yield from rrset.rdatas


def _subzone(scene: Scene, record: ExpectedRecord) -> Verdict | None:
    """Say that the name lies in another zone than the sending domain does."""
    zone = scene.zone(record.name)
    above = [found.apex for found in scene.zones if found.apex and is_under(scene.case.domain, found.apex)]
    if zone is None or zone.apex is None or not above:
        return None
    parent = min(above, key=len)
    if zone.apex == parent or not is_under(zone.apex, parent):
        return None
    servers = zone.delegated or tuple(dict.fromkeys(map(str, zone.servers))) or zone.own
    return wait(Code.SUBZONE_DELEGATED, zone=zone.apex, ns=servers, parent=parent) if servers else None
