"""DMARC: right when one valid record stands at the name, or a policy is inherited. Never blocks anything."""

from collections.abc import Iterator, Sequence

from core import dmarc
from core.diagnosis import txt
from core.diagnosis.scene import Rank, Scene, texts
from core.diagnosis.text import readable
from core.diagnosis.verdict import MISSING, Verdict, act, by, remark, right, wait
from core.dmarc import DmarcRecord, DmarcSyntaxError, is_dmarc
from core.findings import Code, Remark
from core.names import is_under, registered_domain
from core.observations import Absent, Nothing, Outcome, Unknown
from core.records import ExpectedRecord, Purpose

_MARK = "v=dmarc1"
_PREFIX = "_dmarc."


def matches(record: ExpectedRecord, values: Sequence[bytes]) -> bool:
    """Tell whether the expected policy is among `values`."""
    try:
        expected = dmarc.parse(record.value).tags
    except DmarcSyntaxError:
        return record.value.encode() in values
    return any(found.tags == expected for found in _valid(values))


def judge(scene: Scene, record: ExpectedRecord, values: Sequence[bytes]) -> Verdict:
    """Judge the TXT records that stand at the name."""
    claims = tuple(value for value in values if is_dmarc(readable(value)))
    if len(claims) > 1:
        return act(Code.DMARC_DUPLICATE, count=len(claims), **txt.sight(b" | ".join(claims)))
    if len(claims) == 1:
        return _judge_one(scene, record, claims[0], values)
    meant = set(txt.related(record, values, _MARK))
    candidates = tuple(value for value in values if value in meant or dmarc.claims_to_be_dmarc(readable(value)))
    slipped = txt.slip(record, values, candidates[:1])
    if slipped is not None:
        return slipped
    return _invalid(record, candidates[0]) if candidates else MISSING


def _judge_one(scene: Scene, record: ExpectedRecord, claim: bytes, values: Sequence[bytes]) -> Verdict:
    try:
        seen = dmarc.parse(readable(claim))
    except DmarcSyntaxError:
        return txt.slip(record, values, (claim,)) or _invalid(record, claim)
    if "p" not in seen.tags:
        slipped = txt.slip(record, values, (claim,))
        if slipped is not None:
            return slipped
    clash = tuple(_strict(scene, seen))
    if len({item.facts["tag"] for item in clash}) > 1:
        return act(Code.DMARC_STRICT_ALIGNMENT, **txt.sight_with(claim, clash[0].facts))
    return right(*_remarks(scene, record, seen, clash[:1]))


def _invalid(record: ExpectedRecord, value: bytes) -> Verdict:
    """Name the tag at fault, and what it should be: as it was meant, as it is expected, or the whole record."""
    tag, suggestion = readable(value), record.value
    try:
        dmarc.parse(tag)
    except DmarcSyntaxError as error:
        tag = error.tag
        wanted = f"{error.policy_tag}={_policy(record)}" if error.policy_tag else record.value
        suggestion = error.suggestion or wanted
    return act(Code.DMARC_INVALID, tag=tag, suggestion=suggestion, **txt.sight(value))


def _remarks(scene: Scene, record: ExpectedRecord, seen: DmarcRecord, clash: Sequence[Remark]) -> Iterator[Remark]:
    if "p" not in seen.tags:
        yield remark(Code.DMARC_NO_P)
    yield from clash
    yield from _unauthorised(scene, record, seen)
    yield from _weaker(record, seen.policy)
    if seen.legacy:
        yield remark(Code.DMARC_LEGACY_TAGS, tags=seen.legacy, count=len(seen.legacy))
    if seen.tags.get("t") == "y":
        yield remark(Code.DMARC_TEST_MODE, policy=seen.policy)


def _weaker(record: ExpectedRecord, policy: str) -> Iterator[Remark]:
    wanted = _policy(record)
    if dmarc.is_weaker(policy, wanted):
        yield remark(Code.DMARC_WEAKER_POLICY, seen=policy, expected=wanted)


def _policy(record: ExpectedRecord) -> str:
    return _expected(record).policy


def _expected(record: ExpectedRecord) -> DmarcRecord:
    try:
        return dmarc.parse(record.value)
    except DmarcSyntaxError:
        return DmarcRecord({})


def _strict(scene: Scene, seen: DmarcRecord) -> Iterator[Remark]:
    """Say where strict alignment (RFC 9989 section 4.4) meets names that differ from the one in From."""
    for record in scene.case.records:
        tag = {Purpose.DKIM: "adkim", Purpose.SPF: "aspf"}.get(record.purpose, "")
        name = record.name.rpartition("._domainkey.")[2]
        if seen.tags.get(tag) == "s" and name != scene.case.domain:
            facts = {"tag": f"{tag}=s", "seen": name, "domain": scene.case.domain, "suggestion": f"{tag}=r"}
            yield Remark(Code.DMARC_STRICT_ALIGNMENT, facts)


def _unauthorised(scene: Scene, record: ExpectedRecord, seen: DmarcRecord) -> Iterator[Remark]:
    """Look for the consent of foreign report receivers (RFC 9990 section 4)."""
    if scene.third_parties is None:
        return
    given = _expected(record).report_hosts
    for host in seen.report_hosts:
        if registered_domain(host) == registered_domain(scene.case.domain) or host in given:
            continue
        name = f"{scene.case.domain}._report._dmarc.{host}"
        outcome = scene.outcome(name, "TXT", Rank.REMARK, scene.third_parties)
        if not isinstance(outcome, Unknown) and not any(is_dmarc(readable(text)) for text in texts(outcome, name)):
            yield remark(Code.DMARC_RUA_UNAUTHORISED, rua=host, report_name=name)


def inherited(scene: Scene, record: ExpectedRecord) -> Verdict | None:
    """Walk up the tree for a policy that applies (RFC 9989 section 4.10); None when there certainly is none."""
    found: list[tuple[str, DmarcRecord]] = []
    certain = True
    for name in dmarc.walk(record.name.removeprefix(_PREFIX)):
        outcome = _ask(scene, name)
        if outcome is None:
            break
        certain = certain and not isinstance(outcome, Unknown)
        claims = tuple(text for text in texts(outcome, _PREFIX + name) if is_dmarc(readable(text)))
        policies = _valid(claims)
        if len(claims) == len(policies) == 1:  # of several that claim to be it, receivers take none
            found.append((name, policies[0]))
            if policies[0].psd != "u":
                break
    if found:
        parent, record_there = _applying(found)
        policy = record_there.subdomain_policy
        verdict = right(*_weaker(record, policy), code=Code.DMARC_INHERITED, policy=policy, parent=parent)
        return by(verdict, scene.known_about(_PREFIX + parent))
    return None if certain else wait(Code.MISSING, definite=False)


def _ask(scene: Scene, name: str) -> Outcome | None:
    """Return what is said about a policy at `name`; None above the registered domain if nobody can be asked there."""
    if is_under(name, registered_domain(scene.case.domain)):
        return scene.mentioned(_PREFIX + name, "TXT", Rank.COMMON_SLIP)
    if scene.third_parties is None:
        return None
    outcome = scene.outcome(_PREFIX + name, "TXT", Rank.REMARK, scene.third_parties)
    # Whether a registry has a policy is a nicety: its silence must not make ours uncertain.
    return Absent(Nothing.NXDOMAIN) if isinstance(outcome, Unknown) else outcome


def _applying(found: Sequence[tuple[str, DmarcRecord]]) -> tuple[str, DmarcRecord]:
    """Choose the policy of the organizational domain; one of a public suffix only where that has none."""
    name, last = found[-1]
    if last.psd == "y" and len(found) > 1 and found[-2][0].partition(".")[2] == name:
        return found[-2]
    return name, last


def _valid(values: Sequence[bytes]) -> tuple[DmarcRecord, ...]:
    records = []
    for text in map(readable, values):
        try:
            records.append(dmarc.parse(text))
        except DmarcSyntaxError:
            continue
    return tuple(records)
