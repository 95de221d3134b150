"""One text of advice per diagnosis code, filled with the facts of the finding."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from bot.messages import catalog
from bot.messages.advice_facts import told
from bot.messages.hosts import zone_of
from bot.messages.lines import Line
from bot.messages.voice import Fact, Voice, outside
from core.dkim import WEAK_BITS
from core.findings import Code, Facts, Finding, Remark, ZoneFacts
from core.names import relative_host
from core.notices import Subject
from core.observations import Silence
from core.providers import Trait, by_name
from core.records import ExpectedRecord
from core.sending_domain import SendingDomain

INFORMATION = frozenset(
    {
        Code.OK,
        Code.RESOLVER_FILTERED,
        Code.DMARC_INHERITED,
        Code.DMARC_LEGACY_TAGS,
        Code.DMARC_TEST_MODE,
        Code.CNAME_CHAIN,
    }
)
"""Codes that ask for nothing beside a record that is right; any other is a warning there."""
_STRING_LIMIT = 255  # characters of one string of a TXT record (RFC 1035 section 3.3)


_CUT = frozenset({Code.TXT_TRUNCATED, Code.DKIM_TRUNCATED})


@dataclass(frozen=True, slots=True)
class Scene:
    """What every row of one message has in common."""

    domain: str
    zone: str
    provider: str | None = None
    next_at: datetime | None = None

    @classmethod
    def of(cls, about: SendingDomain | Subject, next_at: datetime | None = None) -> "Scene":
        """Describe the surroundings of a domain, or of a notice's subject."""
        zone: ZoneFacts | None = about.zone
        return cls(about.name, zone_of(about.name, zone), zone.provider if zone else None, next_at)


def advice(voice: Voice, code: Code, record: ExpectedRecord, facts: Facts, scene: Scene) -> Line:
    """Say what to do about `code`; nothing for a record that is right."""
    if code is Code.OK:
        return ()
    known = {**_of_record(record, scene), **told(voice, facts), "provider": voice.provider(scene.provider)}
    if code in _CUT and (limit := _limit(record, scene)) is not None:
        return voice.say("truncated.too_small", **{**known, "limit": limit})
    if "underlying" in facts:
        if facts["underlying"] == Code.MISSING:
            return voice.say("regressed.missing", **known)
        known["underlying"] = _underlying(voice, str(facts["underlying"]), record, facts, scene)
    if code is Code.CAA_BLOCKS and "tag" in facts:
        return voice.say("caa.critical", **known)
    key = _key_for_silence(code, facts, scene) or _key(code, record, facts)
    return voice.say(key, **known)


def _key_for_silence(code: Code, facts: Facts, scene: Scene) -> str | None:
    """Choose the text where one code has several: by who was silent, and in which way; None where it has one."""
    match code, facts.get("rcode"):
        case Code.CHECKER_OFFLINE, Silence.BUDGET.value:
            return "offline.budget"
        case Code.CHECKER_OFFLINE, _ if scene.next_at is None:
            return "offline.open"
        case Code.NS_UNREACHABLE, Silence.FORBIDDEN.value:
            return "unreachable.private"
        case Code.NS_UNREACHABLE, _ if facts.get("ok_ns"):
            return "unreachable.some"
        case Code.SERVFAIL, Silence.GARBAGE.value:
            return "servfail.garbage"
    return None


def _key(code: Code, record: ExpectedRecord, facts: Facts) -> str:
    """Choose the text: one value needs no advice on long ones, and nobody in the DNS can lengthen a given key."""
    if code is Code.TXT_TRUNCATED and len(record.value) <= _STRING_LIMIT:
        return "truncated.short"
    if code is Code.MISSING and "cached_until_at" in facts:  # nobody but resolvers could be asked
        return "missing.recursive"
    if code is Code.DKIM_WEAK and facts.get("bits") == WEAK_BITS:
        return "weak.given"
    return f"advice.{code.value}"


def _limit(record: ExpectedRecord, scene: Scene) -> int | None:
    """Return how many characters the provider's TXT records hold, where that is less than `record` has."""
    provider = by_name(scene.provider)
    too_small = provider is not None and Trait.TOO_SMALL in provider.traits
    limit = provider.txt_limit if provider is not None and too_small else None
    return limit if limit is not None and len(record.value) > limit else None


def remarks(voice: Voice, finding: Finding, scene: Scene) -> tuple[Line, ...]:
    """Say what is to be noted besides, in the order of the finding."""
    return tuple(advice(voice, remark.code, finding.record, remark.facts, scene) for remark in finding.remarks)


def is_warning(remark: Remark) -> bool:
    """Tell whether a remark asks for something."""
    return remark.code not in INFORMATION


def _of_record(record: ExpectedRecord, scene: Scene) -> Mapping[str, Fact]:
    """The facts that every row knows, whatever was found."""
    return {
        "domain": scene.domain,
        "zone": scene.zone,
        "fqdn": record.name,
        "host": relative_host(record.name, scene.zone),
        "type": record.type.value,
        "expected": record.value,
        "target": record.value.rpartition(" ")[2],
        "typed": f"{record.value.rpartition(' ')[2]}.",
        "expected_length": len(record.value),
        "next_at": scene.next_at,
    }


def _underlying(voice: Voice, what: str, record: ExpectedRecord, facts: Facts, scene: Scene) -> Line:
    """Say what a regression comes down to: the advice of another code, or words from outside."""
    if f"advice.{what}" in catalog.sources() and what != Code.REGRESSED:
        plain_facts = {name: fact for name, fact in facts.items() if name != "underlying"}
        return advice(voice, Code(what), record, plain_facts, scene)
    return outside("seen", what)
