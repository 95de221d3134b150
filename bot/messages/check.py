"""What `check` found, and the pre-flight of a new domain: what is in the way first, then what is worth a word."""

from bot.messages import blocks
from bot.messages.advice import Scene, advice, remarks
from bot.messages.buttons import button, create_button
from bot.messages.draft import Draft
from bot.messages.formats import plain
from bot.messages.hosts import zone_of
from bot.messages.lines import Line
from bot.messages.message import Message
from bot.messages.providers import provider_line
from bot.messages.turns import turn_line
from bot.messages.voice import Fact, Voice
from core.checkup import Checked, Checkup
from core.findings import Code, Finding, State
from core.notices import CheckResult, PreflightFound
from core.notices.answers import CheckAsked, CheckLimited
from core.preflight import Existing, usual_records
from core.providers import Trait
from core.records import Purpose
from core.sending_domain import Language
from core.turns import TurnKey

SAID_OTHERWISE = frozenset({Trait.TOO_SMALL, Trait.OWN_FORMAT})
"""Of a domain whose records are not known: the first is among the findings, the second needs their values."""
_NAMED_ALREADY = frozenset(Existing) | {Code.NXDOMAIN_PARENT, Code.CAA_BLOCKS, Code.CHECKER_OFFLINE}
_OF_THE_ZONE = frozenset({Code.LAME_PARTIAL, Code.NS_SET_MISMATCH, Code.RESOLVER_FILTERED})
_MOST_LINES = 12
_TEXT_SPACE = blocks.TEXT_LIMIT // 2
_KEYS = {
    Existing.SPF: "check.spf",
    Existing.CNAME: "check.cname",
    Existing.MX: "check.mx",
    Existing.ADDRESS: "check.address",
    Existing.DMARC: "check.dmarc",
    Existing.TOO_SMALL: "provider.too_small",
}


def render_check_asked(answer: CheckAsked, language: Language) -> Message:
    """The look has been asked for."""
    draft = Draft(language)
    draft.say(draft.voice.say("check.asked", domain=answer.name))
    return draft.message()


def render_check_limited(answer: CheckLimited, language: Language) -> Message:
    """Too many looks were asked for."""
    draft = Draft(language)
    seconds = max(1, round(answer.wait.total_seconds()))
    draft.say(draft.voice.say("check.limit", n=answer.most, domain=answer.name, seconds=seconds))
    return draft.message()


def render_check(notice: CheckResult) -> Message:
    """Everything that was found, and the next step."""
    draft = Draft(notice.subject.language)
    voice, checkup = draft.voice, notice.checkup
    if not checkup.judged:
        draft.say(voice.say("check.unjudged", domain=checkup.domain))
        return draft.message()
    _findings(draft, checkup)
    about = notice.subject
    said = frozenset({Trait.OWN_FORMAT}) if notice.registered else SAID_OTHERWISE
    draft.say(provider_line(voice, about, usual_records(checkup.domain), without=said))
    key = "check.4.registered" if notice.registered else "check.4"
    facts: dict[str, Fact] = {"checked_at": checkup.checked_at, "ns": checkup.servers, "domain": checkup.domain}
    draft.note(voice.say(key, **facts))
    if notice.can_create and not notice.registered:
        draft.buttons(create_button(voice))
    return draft.message()


def render_preflight(notice: PreflightFound) -> Message:
    """What whoever created the domain should know before going on."""
    draft = Draft(notice.subject.language)
    voice, subject = draft.voice, notice.subject
    _findings(draft, notice.checkup)
    usual = usual_records(subject.name)
    draft.say(provider_line(voice, subject, usual, warnings_only=True, without=SAID_OTHERWISE))
    draft.say(turn_line(voice, notice.turn, subject.name))
    start = button(voice, "start_deploy", subject.domain_id, subject.name, style=not notice.checkup.in_the_way)
    details = button(voice, "open_details", subject.domain_id, subject.name)
    draft.buttons(*((start, details) if notice.turn.key is TurnKey.DEPLOY else (details,)))
    return draft.message()


def _findings(draft: Draft, checkup: Checkup) -> None:
    voice = draft.voice
    in_the_way = checkup.in_the_way
    draft.header(voice.plain("check.1", domain=checkup.domain))
    head = voice.say("check.2", n=len(in_the_way)) if in_the_way else voice.say("check.2.clear")
    draft.say(head, zone_line(voice, checkup))
    draft.listed(_within(voice, checkup, [_named(voice, row, checkup) for row in (*in_the_way, *checkup.notes)]))


def _within(voice: Voice, checkup: Checkup, lines: list[Line]) -> list[Line]:
    """Keep what fits into one message; say how much is left out, and where it is to be had."""
    lines = list(dict.fromkeys(each for each in lines if each))
    kept: list[Line] = []
    space = _TEXT_SPACE
    for each in lines[:_MOST_LINES]:
        space -= len(plain(each))
        if space < 0:
            break
        kept.append(each)
    left = len(lines) - len(kept)
    return [*kept, voice.say("check.more", n=left, domain=checkup.domain)] if left else kept


def _named(voice: Voice, row: Checked, checkup: Checkup) -> Line:
    """Say what is to be done about one row, after the record that it is about."""
    said = advice_line(voice, row, checkup)
    if not said or not _is_about_a_record(row):
        return said
    purpose = Purpose(row.purpose) if row.purpose in set(Purpose) else row.record.purpose
    return voice.say("check.row", purpose=purpose, fqdn=row.record.name, advice=said)


def _is_about_a_record(row: Checked) -> bool:
    """Tell whether a row is about its record alone, and its text does not name that by itself."""
    if row.state is State.TEMPORARY or row.code in _NAMED_ALREADY:
        return False
    return row.code != Code.OK or any(remark.code not in _OF_THE_ZONE for remark in row.remarks)


def zone_line(voice: Voice, checkup: Checkup) -> Line:
    """Say where the DNS is; nothing where no zone was found, or resolvers alone were asked and told of no servers."""
    zone = checkup.zone
    if zone is None or (not zone.nameservers and any("vantage" in row.facts for row in checkup.rows)):
        return ()
    return voice.say(
        "check.3" if zone.provider else "check.3.unknown",
        provider=voice.provider(zone.provider),
        zone=zone.apex,
        count=len(zone.nameservers) or len(checkup.servers),
        dnssec=voice.say(f"check.dnssec.{checkup.dnssec.value}"),
    )


def advice_line(voice: Voice, row: Checked, checkup: Checkup) -> Line:
    """Say what to do about one row, and what is to be noted beside it; nothing where all is well."""
    scene = Scene(
        checkup.domain, zone_of(checkup.domain, checkup.zone), checkup.zone.provider if checkup.zone else None
    )
    finding = Finding(row.record, State.VERIFIED, Code.OK, row.blocked_on, remarks=row.remarks)
    return voice.sentences(*(each for each in (_own(voice, row, scene), *remarks(voice, finding, scene)) if each))


def _own(voice: Voice, row: Checked, scene: Scene) -> Line:
    if row.code == Code.CHECKER_OFFLINE:
        return voice.say("check.unjudged", domain=scene.domain)
    if row.code not in set(Existing):
        return advice(voice, Code(row.code), row.record, row.facts, scene)
    facts: dict[str, Fact] = {"domain": scene.domain, "zone": scene.zone, "fqdn": row.record.name, **row.facts}
    return voice.say(_KEYS[Existing(row.code)], **{**facts, "provider": voice.provider(scene.provider)})
