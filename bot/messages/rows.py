"""Record rows: one per record that is not plainly verified, then one line for the rest."""

from collections.abc import Iterable, Sequence

from bot.messages.advice import INFORMATION, Scene, advice, is_warning, remarks
from bot.messages.blocks import preformatted, rich_text
from bot.messages.compare import compared
from bot.messages.draft import Draft, Row
from bot.messages.formats import plain
from bot.messages.lines import Emoji, Line, Words, joined, line
from bot.messages.voice import Voice, outside, symbol
from core.findings import Code, Finding, State
from core.names import is_under, relative_host
from core.sending_domain import TrackedRecord, VerificationStatus

_SETTLED = {VerificationStatus.TEMPORARY_FAILURE, VerificationStatus.FAILURE}
_SEVERAL = frozenset({Code.TXT_SPLIT_RECORDS, Code.MULTIPLE_SPF, Code.DKIM_DUPLICATE, Code.DMARC_DUPLICATE})
"""Codes whose `seen` is several values in one text: their number says more than their length."""
_INCOMPARABLE = _SEVERAL | {Code.CAA_BLOCKS, Code.CNAME_CONFLICT, Code.MX_EXTRA}
"""Codes whose `seen` stands in the place of something else than what is expected."""


_ZONE_WIDE = frozenset({Code.NXDOMAIN_PARENT, Code.NS_UNREACHABLE, Code.LAME, Code.DNSSEC_BOGUS, Code.CHECKER_OFFLINE})
"""Codes about a whole zone: the records that share one share a row."""


def add_rows(
    draft: Draft,
    voice: Voice,
    records: Sequence[TrackedRecord],
    scene: Scene,
    *,
    every_seen: bool = False,
    compare: bool = False,
    servers: bool = False,
    rest: Line = (),
) -> None:
    """Put the rows of `records` into the draft; where they don't fit, they fold into a pointer to `status`."""
    rows = [
        row(voice, alike[0], scene, seen=every_seen, compare=compare, servers=servers)
        if len(alike) == 1
        else _shared_row(voice, alike, scene)
        for alike in ([[tracked] for tracked in records] if servers else _alike(voice, records, scene))
    ]
    draft.rows(rows, rest, lambda n: voice.say("rows.more", n=n, domain=scene.domain))


def noteworthy(records: Iterable[TrackedRecord]) -> tuple[TrackedRecord, ...]:
    """Return the records that deserve a row: all that are not plainly verified."""
    return tuple(tracked for tracked in records if not plainly_verified(tracked))


def plainly_verified(tracked: TrackedRecord) -> bool:
    """Tell whether a record is verified with nothing to note."""
    finding = tracked.finding
    if tracked.status is not VerificationStatus.VERIFIED:
        return False
    return finding is None or (finding.state is State.VERIFIED and not _warned(finding))


def verified_line(voice: Voice, records: Sequence[TrackedRecord]) -> Line:
    """Count the verified records and name those that got no row; nothing while none is."""
    plainly = [tracked for tracked in records if plainly_verified(tracked)]
    required = [tracked for tracked in records if tracked.expected.required]
    if not plainly:
        return ()
    names = [_name(voice, tracked) for tracked in plainly]
    verified = sum(tracked.status is VerificationStatus.VERIFIED for tracked in required)
    return voice.say("rows.verified", n=verified, required=len(required), purposes=Words(voice.listed(names)))


def quiet_line(voice: Voice, records: Sequence[TrackedRecord]) -> Line:
    """Name the records before verification."""
    if not records:
        return ()
    return voice.say("rows.quiet", purposes=Words(voice.listed(_name(voice, tracked) for tracked in records)))


def row(
    voice: Voice,
    tracked: TrackedRecord,
    scene: Scene,
    *,
    seen: bool = False,
    compare: bool = False,
    servers: bool = False,
) -> Row:
    """Show one record: what it is for, how it stands, what to do, what was seen; with `servers`, by whom and when."""
    word = _word(voice, tracked)
    purpose = voice.purpose(tracked.expected.purpose)
    host = outside("host", relative_host(tracked.expected.name, _zone(tracked, scene)))
    kind = tracked.expected.type.value
    head = voice.say(
        "row.head.bare" if kind == purpose else "row.head", purpose=purpose, type=kind, host=host, word=word
    )
    told = _told(voice, tracked, scene)
    lines = [joined((head, _advisory(voice, tracked), _symbol(tracked))), *told]
    if seen or _acts(tracked):
        lines.append(_seen(voice, tracked.finding))
    if servers:
        lines.append(_answered(voice, tracked.finding))
    block = rich_text(joined(lines, "\n"))
    if compare and tracked.finding is not None and _acts(tracked) and _code(tracked.finding) not in _INCOMPARABLE:
        block["elements"].extend(preformatted(text) for text in compared(voice, tracked.finding))
    spoken = joined((line(word), _advisory(voice, tracked)))
    key = "row.plain" if told else "row.plain_bare"
    return Row(block, voice.say(key, purpose=purpose, host=host, word=spoken, advice=voice.sentences(*told)))


def _zone(tracked: TrackedRecord, scene: Scene) -> str:
    """Return the zone in whose panel the record is entered: one below the domain's where that holds its name."""
    found = tracked.finding.facts.get("zone") if tracked.finding is not None else None
    return found if isinstance(found, str) and is_under(found, scene.zone) else scene.zone


def _alike(voice: Voice, records: Sequence[TrackedRecord], scene: Scene) -> list[list[TrackedRecord]]:
    """Put together the records of which the same is to be said: that their zone is in trouble."""
    groups: dict[tuple[object, ...], list[TrackedRecord]] = {}
    for number, tracked in enumerate(records):
        finding = tracked.finding
        wide = finding is not None and finding.code in _ZONE_WIDE
        key = (_word(voice, tracked), *map(plain, _told(voice, tracked, scene))) if wide else (number,)
        groups.setdefault(key, []).append(tracked)
    return list(groups.values())


def _shared_row(voice: Voice, records: Sequence[TrackedRecord], scene: Scene) -> Row:
    """Show records that share their trouble."""
    names, word = voice.listed(_name(voice, tracked) for tracked in records), _word(voice, records[0])
    told = _told(voice, records[0], scene)
    head = joined((voice.say("row.head.several", purposes=Words(names), word=word), _symbol(records[0])))
    block = rich_text(joined([head, *told], "\n"))
    return Row(block, voice.say("row.plain.several", purposes=Words(names), word=word, advice=voice.sentences(*told)))


def _told(voice: Voice, tracked: TrackedRecord, scene: Scene) -> list[Line]:
    finding = tracked.finding
    if finding is None:
        return []
    said = (advice(voice, finding.code, finding.record, finding.facts, scene), *remarks(voice, finding, scene))
    return [each for each in said if each]


def _seen(voice: Voice, finding: Finding | None) -> Line:
    seen = finding.facts.get("value", finding.facts.get("seen")) if finding else None
    if finding is None or not seen:
        return ()
    text = ", ".join(seen) if isinstance(seen, tuple) else str(seen)
    if _code(finding) in _SEVERAL:
        return voice.say("row.seen.several", seen=text, count=finding.facts.get("count", 2))
    return voice.say("row.seen", seen=text, length=finding.facts.get("length", len(text)))


def _answered(voice: Voice, finding: Finding | None) -> Line:
    if finding is None or not finding.servers or finding.seen_at is None:
        return ()
    return voice.say("row.answered", ns=tuple(dict.fromkeys(map(str, finding.servers))), seen_at=finding.seen_at)


def _code(finding: Finding) -> str:
    """Return the code that says what is wrong, of a regression as well."""
    return str(finding.facts.get("underlying", finding.code))


def _word(voice: Voice, tracked: TrackedRecord) -> str:
    finding = tracked.finding
    if tracked.status in _SETTLED or finding is None:
        return voice.plain("row.status", status=tracked.status)
    if tracked.status is VerificationStatus.VERIFIED and finding.state is State.VERIFIED:
        return voice.plain("word.please_note") if _warned(finding) else voice.plain("row.status", status=tracked.status)
    if finding.state is State.ACTION:
        return voice.plain("word.action_needed")
    if finding.state is State.TEMPORARY:
        return voice.plain("word.cannot_tell")
    status = VerificationStatus.VERIFIED if finding.state is State.VERIFIED else VerificationStatus.PENDING
    return voice.plain("row.status", status=status)


def _symbol(tracked: TrackedRecord) -> Line:
    finding = tracked.finding
    if tracked.status in _SETTLED or finding is None:
        return symbol(tracked.status)
    match finding.state:
        case State.ACTION:
            return (Words(" "), Emoji("wrench"))
        case State.TEMPORARY:
            return ()
        case State.VERIFIED:
            return symbol(VerificationStatus.VERIFIED)
        case State.PENDING:
            return symbol(VerificationStatus.PENDING)


def _advisory(voice: Voice, tracked: TrackedRecord) -> Line:
    return () if tracked.expected.required else voice.say("word.advisory")


def _name(voice: Voice, tracked: TrackedRecord) -> str:
    advisory = "" if tracked.expected.required else voice.plain("word.advisory")
    return f"{voice.purpose(tracked.expected.purpose)}{advisory}"


def _warned(finding: Finding) -> bool:
    return finding.code not in INFORMATION or any(is_warning(remark) for remark in finding.remarks)


def _acts(tracked: TrackedRecord) -> bool:
    """Tell whether somebody has to change what was seen."""
    if tracked.status is VerificationStatus.TEMPORARY_FAILURE:
        return True
    return tracked.finding is not None and tracked.finding.state is State.ACTION
