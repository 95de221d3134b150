"""The pre-flight: what stands in the way of a sending domain before anybody knows its records.

A domain's records have a usual shape; their values are the provisioner's to say, so none is judged here. What
is asked is whether the names are free, and whether the zone can hold and serve what will come.
"""

from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime
from enum import StrEnum

from core import providers
from core.checkup import Checked, Checkup, row_of, servers_of
from core.diagnosis import Case, diagnose, look_around, wildcard, zone_facts
from core.diagnosis.case import Around
from core.diagnosis.clipping import clipped_facts, clipped_remarks
from core.diagnosis.surroundings import Dnssec, Surroundings
from core.diagnosis.text import printable
from core.findings import BlockedOn, Code, Facts, Finding, Remark, State, ZoneFacts
from core.names import IMAGE_LABEL
from core.observations import Evidence
from core.records import ExpectedRecord, Purpose, RecordSet, RecordType

USUAL_DKIM_LENGTH = 410
"""The characters of a DKIM record with an RSA key of 2048 bits: 18 of tags and 392 of Base64."""
_DOMAIN = "DOMAIN"
_UNKNOWN = "…"  # no DNS name: equal to nothing that is ever seen


class Existing(StrEnum):
    """What a pre-flight can find besides the diagnosis codes."""

    SPF = "existing-spf"  # at the domain itself; it may stay
    CNAME = "existing-cname"
    MX = "existing-mx"
    ADDRESS = "existing-address"
    DMARC = "existing-dmarc"  # the domain's own policy; it may stay
    TOO_SMALL = "too-small"  # the provider cannot hold a DKIM record


_FREE = frozenset(
    {
        Code.OK,
        Code.MISSING,
        # Records of ours from before, or values that nobody can judge yet.
        Code.MX_WRONG_REGION,
        Code.CACHED_NEGATIVE,
        Code.STALE_CACHE,
        Code.PROPAGATING,
        Code.NAMESERVERS_DISAGREE,
    }
)
_NOTED = frozenset({Code.WILDCARD_SHADOW, Code.SUBZONE_DELEGATED})
_ADDRESSES = frozenset({Code.ADDRESS_INSTEAD, Code.CNAME_PROXIED, Code.CNAME_FLATTENED})


def usual_records(domain: str) -> RecordSet:
    """Return the usual shape of the records of `domain`; the values only tell how long they will be."""
    bounce = f"bounce.{domain}"
    selector = wildcard.sibling(f"_._domainkey.{domain}")
    records = (
        ExpectedRecord(Purpose.SPF, RecordType.TXT, bounce, "v=spf1 include:amazonses.com ~all"),
        ExpectedRecord(Purpose.DKIM, RecordType.TXT, selector, "v=DKIM1; k=rsa; p=".ljust(USUAL_DKIM_LENGTH, "A")),
        ExpectedRecord(Purpose.DMARC, RecordType.TXT, f"_dmarc.{domain}", "v=DMARC1; p=none;", required=False),
        ExpectedRecord(Purpose.CLICK_TRACKING, RecordType.CNAME, f"click.{domain}", _UNKNOWN),
        ExpectedRecord(Purpose.IMAGE_HOSTING, RecordType.CNAME, f"{IMAGE_LABEL}.{domain}", _UNKNOWN),
        ExpectedRecord(Purpose.MX, RecordType.MX, bounce, "10 feedback-smtp.us-east-1.amazonses.com"),
    )
    return RecordSet(0, records)


def preflight_case(domain: str, records: RecordSet | None = None, **limits: object) -> Case:
    """Return what to look at: the usual shape of records, or those that are known; `limits` are fields of `Case`."""
    case = Case(domain, records or usual_records(domain), around=Around.ALL, shape=not records, beside=True)
    return replace(case, **limits)  # type: ignore[arg-type]  # named fields of Case


def judge(case: Case, evidence: Evidence, now: datetime) -> Checkup:
    """Judge the evidence: a row per record, then what else was found around them."""
    findings = diagnose(case, evidence, now)
    facts = zone_facts(case, evidence)
    around = look_around(case, evidence, now)
    rows = [row_of(finding, evidence) for finding in findings]
    if case.shape:
        rows = [_free_or_taken(row, finding) for row, finding in zip(rows, findings, strict=True)]
        rows = [_of_any_selector(_held(row, facts), case.domain) for row in rows]
    if around.dnssec is Dnssec.BOGUS:
        rows = [_bogus(row, facts, around.ede) for row in rows]
    bogus = around.dnssec is Dnssec.BOGUS or any(row.code == Code.DNSSEC_BOGUS for row in rows)
    return Checkup(
        domain=case.domain,
        checked_at=now,
        rows=tuple(map(_clipped, (*rows, *_around(case, around)))),
        zone=facts,
        dnssec=Dnssec.BOGUS if bogus else around.dnssec,
        servers=servers_of(evidence),
    )


def _clipped(row: Checked) -> Checked:
    return replace(row, facts=clipped_facts(row.facts), remarks=clipped_remarks(row.remarks))


def _free_or_taken(row: Checked, finding: Finding) -> Checked:
    """Say of one name of the usual shape whether it is free."""
    code = finding.code
    if code in {Code.OK, Code.CNAME_CONFLICT} and finding.record.purpose is Purpose.DMARC:
        return _clear(row, code=Existing.DMARC, seen=", ".join(row.seen))
    if code in _FREE:
        return _clear(row)
    if code is Code.DMARC_INHERITED:
        return replace(row, remarks=tuple(item for item in row.remarks if item.code is not Code.DMARC_WEAKER_POLICY))
    if code in _NOTED:
        return _clear(row, Remark(code, finding.facts))
    if code in {Code.CNAME_WRONG_TARGET, Code.CNAME_CONFLICT}:
        shown, length = str(finding.facts.get("seen", "")), finding.facts.get("length")
        seen = shown.removeprefix("CNAME ")
        whole = length if isinstance(length, int) else len(shown)
        return _taken(row, Existing.CNAME, seen=seen, length=whole - len(shown) + len(seen))
    if code in _ADDRESSES:
        return _taken(row, Existing.ADDRESS, **finding.facts)
    if code is Code.NULL_MX:
        return _taken(row, Existing.MX, **finding.facts)
    return row


def _clear(row: Checked, *remarks: Remark, code: str = Code.OK.value, **facts: str) -> Checked:
    kept = tuple(item for item in row.remarks if item.code in {Code.LAME_PARTIAL, Code.NS_SET_MISMATCH})
    return replace(
        row,
        state=State.VERIFIED,
        code=code,
        blocked_on=BlockedOn.NOBODY,
        definite=True,
        facts={**row.facts, **facts},
        remarks=(*kept, *remarks),
    )


def _taken(row: Checked, code: Existing, **facts: object) -> Checked:
    known: Facts = {**row.facts, **facts}  # type: ignore[dict-item]  # facts of a finding, or texts
    return replace(row, state=State.ACTION, code=code, blocked_on=BlockedOn.IT, facts=known, remarks=())


def _held(row: Checked, zone: ZoneFacts | None) -> Checked:
    """Say that the provider's panel cannot hold the DKIM record."""
    provider = None if zone is None else providers.by_name(zone.provider)
    length = len(row.record.value)
    limit = provider.txt_limit if provider is not None else None
    fits = limit is None or length <= limit or row.record.purpose is not Purpose.DKIM
    if provider is None or fits or row.in_the_way:
        return row
    return _taken(row, Existing.TOO_SMALL, provider=provider.name, limit=limit, length=length)


def _of_any_selector(row: Checked, domain: str) -> Checked:
    """Show the DKIM record under no selector: the one that was asked for is nobody's."""
    if row.record.purpose is not Purpose.DKIM:
        return row
    name = f"*._domainkey.{domain}"
    host = str(row.facts.get("host", "")).partition(".")[2]
    return replace(row, record=replace(row.record, name=name), facts={**row.facts, "fqdn": name, "host": f"*.{host}"})


def _bogus(row: Checked, zone: ZoneFacts | None, ede: str) -> Checked:
    if row.in_the_way:
        return row
    facts: Facts = {**row.facts, "zone": zone.apex if zone else row.record.name, "ede": ede}
    return replace(
        row, state=State.TEMPORARY, code=Code.DNSSEC_BOGUS.value, blocked_on=BlockedOn.DNS_PROVIDER, facts=facts
    )


def _around(case: Case, around: Surroundings) -> Iterator[Checked]:
    """Yield rows for what stands at the domain itself, unless it is where its records belong."""
    domain = case.domain
    ours = {(record.name, record.purpose) for record in case.records}
    if around.alias is not None:
        yield _row(domain, "CNAME", Existing.CNAME, around.alias, purpose=_DOMAIN)
    elif around.spf and (domain, Purpose.SPF) not in ours:
        bounce = next((record.name for record in case.records if record.purpose is Purpose.SPF), f"bounce.{domain}")
        shown = " | ".join(printable(text) for text in around.spf)
        yield _row(domain, "TXT", Existing.SPF, shown, purpose=Purpose.SPF, return_path=bounce)
    mailboxes = ", ".join(f"{mx.preference} {mx.exchange}" for mx in around.mx if mx.exchange)
    if mailboxes and (domain, Purpose.MX) not in ours:
        yield _row(domain, "MX", Code.MX_MAILBOX_IN_USE, mailboxes, purpose=Purpose.MX)
    if around.caa is not None and case.shape:  # known records have it among their findings
        told = {name: str(around.caa.facts[name]) for name in ("caa_at", "tag") if name in around.caa.facts}
        seen = str(around.caa.facts.get("seen", ""))
        yield _row(told.get("caa_at", domain), "CAA", Code.CAA_BLOCKS, seen, purpose="CERTIFICATE", **told)


def _row(name: str, kind: str, code: str, seen: str, *, purpose: str, **facts: str) -> Checked:
    harmless = code == Existing.SPF
    meant = {"TXT": RecordType.TXT, "MX": RecordType.MX}.get(kind, RecordType.CNAME)
    by_purpose = Purpose(purpose) if purpose in set(Purpose) else Purpose.SPF
    return Checked(
        record=ExpectedRecord(by_purpose, meant, name, "", required=not harmless),
        kind=kind,
        state=State.VERIFIED if harmless else State.ACTION,
        code=str(code),
        blocked_on=BlockedOn.NOBODY if harmless else BlockedOn.IT,
        facts={"fqdn": name, "seen": seen, "length": len(seen), **facts},
        seen=(seen,),
        purpose=purpose,
    )
