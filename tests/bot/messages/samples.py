"""One sample of everything that can be said, for a domain whose facts can be chosen."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta

from bot.messages import Context, Links, Message, Places, render_answer, render_card, render_notice
from core.access import Role
from core.checkup import Checked, Checkup
from core.commands import Verb
from core.diagnosis.surroundings import Dnssec
from core.durations import Durations
from core.exhibits import Asked, Exhibit, Exhibits
from core.findings import BlockedOn, Code, Finding, Remark, State, ZoneFacts
from core.history import BOT, HistoryEntry, What
from core.notices import alerts, answers, channels, personal, shown, thread
from core.notices.parts import Notice, Subject
from core.observations import Server
from core.preflight import usual_records
from core.records import Purpose
from core.sending_domain import (
    Actor,
    DeploymentEvent,
    DmarcPolicy,
    DomainStatus,
    Language,
    ProvisionerError,
    SendingDomain,
    TrackedRecord,
    Verdict,
    VerificationStatus,
    Wanted,
    Window,
)
from core.turns import Turn, TurnKey, turn_of
from tests.fakes.record_sets import record_set

NOW = datetime(2026, 11, 23, 14, 5, tzinfo=UTC)
HOUR = timedelta(hours=1)
NAME = "mail.example.com"
REMEDIES = (
    "Look at the domain in Engage Studio.",
    "Correct what was entered and try again.",
    "Ask Treasure Data Support with these words.",
    "It was removed outside this bot: remove it here too.",
    "Enter the key again with `/engage-domain edit`.",
    "It was removed outside this bot; remove it here, too, and create it again.",
)
"""What the adapters and services advise, word for word."""
ASKER = Actor("U0ADMIN", Language.EN, "C0ANY")
DURATIONS = Durations()
PLACES = Places("T0TEAM", "C0IT", "C0SUPPORT", "U0BOT")
LINKS = Links("https://example.slack.com/archives/C0IT/p1", "https://example.slack.com/files/F1")
CTX = Context(places=PLACES, durations=DURATIONS, now=NOW, links=LINKS)
BARE = Context(places=PLACES, durations=DURATIONS, now=NOW)
ZONE = ZoneFacts("example.com", ("ns-1.awsdns-00.com",), "Amazon Route 53")
WINDOW = Window("w1", NOW - 41 * HOUR, NOW + 31 * HOUR, reminders_sent=1)
EVERY_EVENT = dict.fromkeys(DeploymentEvent, NOW - 40 * HOUR)
EARLY = dict(list(EVERY_EVENT.items())[:3])
DKIM_CUT = Finding(
    record_set(NAME).records[1],
    State.ACTION,
    Code.TXT_TRUNCATED,
    BlockedOn.IT,
    facts={"seen": record_set(NAME).records[1].value[:255], "length": 255},
)


CHECKUP = Checkup(
    NAME,
    NOW,
    tuple(
        Checked(record, record.type, State.VERIFIED, "ok", BlockedOn.NOBODY, purpose=record.purpose)
        for record in usual_records(NAME)
    ),
    ZONE,
    Dnssec.SIGNED,
    ("ns-1.awsdns-00.com",),
)


def findings(name: str = NAME, language: Language = Language.EN) -> tuple[TrackedRecord, ...]:
    """The records of a domain in very different states."""
    del language
    spf, dkim, dmarc, click, img, mx, cert = record_set(name).records
    status = VerificationStatus
    cut = Finding(
        dkim,
        State.ACTION,
        Code.TXT_TRUNCATED,
        BlockedOn.IT,
        facts={"seen": dkim.value[:255], "length": 255},
        servers=(Server("ns1.example.net", "192.0.2.53"), Server("ns2.example.net", "192.0.2.54")),
        seen_at=NOW - HOUR,
    )
    chain = Finding(click, State.VERIFIED, Code.OK, BlockedOn.NOBODY)
    priority = Finding(
        mx, State.VERIFIED, Code.OK, BlockedOn.NOBODY, remarks=(Remark(Code.MX_WRONG_PRIORITY, {"seen": "20"}),)
    )
    silent = Finding(img, State.TEMPORARY, Code.NS_UNREACHABLE, BlockedOn.DNS_PROVIDER, False, {"ns": ("ns1", "ns2")})
    late = Finding(
        cert,
        State.PENDING,
        Code.STALE_CACHE,
        BlockedOn.PROPAGATION,
        facts={"resolver": "8.8.8.8", "eta_at": NOW + HOUR},
    )
    return (
        TrackedRecord(spf, status.VERIFIED, Finding(spf, State.VERIFIED, Code.OK, BlockedOn.NOBODY)),
        TrackedRecord(dkim, status.PENDING, cut),
        TrackedRecord(dmarc, status.PENDING, Finding(dmarc, State.PENDING, Code.MISSING, BlockedOn.IT)),
        TrackedRecord(click, status.VERIFIED, chain),
        TrackedRecord(img, status.PENDING, silent),
        TrackedRecord(mx, status.VERIFIED, priority),
        TrackedRecord(cert, status.PENDING, late),
    )


def untouched(name: str = NAME) -> tuple[TrackedRecord, ...]:
    """The records before verification."""
    return tuple(TrackedRecord(record) for record in record_set(name))


def verified(name: str = NAME) -> tuple[TrackedRecord, ...]:
    """All records right."""
    return tuple(
        TrackedRecord(record, VerificationStatus.VERIFIED, Finding(record, State.VERIFIED, Code.OK, BlockedOn.NOBODY))
        for record in record_set(name)
    )


def regressed(name: str = NAME) -> tuple[TrackedRecord, ...]:
    """All right but the SPF record, which has gone."""
    first, *others = verified(name)
    facts = {"since_at": NOW - HOUR, "underlying": Code.MISSING.value, "seen": "v=spf1 -all"}
    gone = Finding(first.expected, State.TEMPORARY, Code.REGRESSED, BlockedOn.IT, facts=facts)
    return (TrackedRecord(first.expected, VerificationStatus.TEMPORARY_FAILURE, gone), *others)


def domain(language: Language = Language.EN, name: str = NAME, **changes: object) -> SendingDomain:
    """A domain just created; `changes` take it further."""
    made = SendingDomain(
        id="d1",
        team_id="T0TEAM",
        name=name,
        language=language,
        dmarc_policy=DmarcPolicy.NONE,
        asker=ASKER,
        created_at=NOW - 50 * HOUR,
        key_id="a1b2c3d4",
        zone=ZONE,
    )
    return replace(made, **changes)


def at_every_layout(language: Language = Language.EN, name: str = NAME) -> dict[str, SendingDomain]:
    """A domain in every layout of the card."""
    status, verification = DomainStatus, VerificationStatus
    deploying = domain(language, name, status=status.DEPLOYING, wanted=Wanted.DEPLOYED, deploy_started_at=NOW)
    ready = replace(deploying, records=untouched(name), record_set_version=1, events=EARLY)
    pending = replace(
        ready,
        verification=verification.PENDING,
        records=findings(name),
        window=WINDOW,
        last_check_at=NOW - timedelta(minutes=2),
        next_check_at=NOW + timedelta(minutes=3),
        verdict=Verdict.PENDING,
        verdict_word="PENDING",
        verdict_at=NOW - timedelta(minutes=2),
    )
    settled = replace(pending, verification=verification.VERIFIED, records=verified(name), verified_at=NOW - 2 * HOUR)
    active = replace(settled, status=status.ACTIVE, events=EVERY_EVENT, active_at=NOW)
    temporary = replace(active, verification=verification.TEMPORARY_FAILURE, records=regressed(name))
    failure = replace(
        pending, status=status.SUSPENDED, verification=verification.FAILURE, failed_at=NOW, wanted=Wanted.DEPLOYED
    )
    refusal = ProvisionerError("create the identity", "SES says no", "Ask AWS to lift the pause.", NOW)
    return {
        "preparing": deploying,
        "ready": ready,
        "pending": pending,
        "verified": settled,
        "active": active,
        "temporary": temporary,
        "failure": failure,
        "provisioner": replace(failure, provisioner_error=refusal),
        "created": domain(language, name, status=status.SUSPENDED, wanted=Wanted.CREATED),
        "stopped": replace(ready, status=status.SUSPENDED, wanted=Wanted.CREATED),
        "removing": replace(active, wanted=Wanted.REMOVED),
        "removed": replace(active, wanted=Wanted.REMOVED, removed_at=NOW, removed_by=ASKER),
    }


def turn(of: SendingDomain) -> Turn:
    """Whose turn it is with a domain."""
    return turn_of(of, DURATIONS, NOW)


def subject(language: Language = Language.EN, name: str = NAME) -> Subject:
    """A domain in the middle of its verification, as notices describe it."""
    return Subject.of(at_every_layout(language, name)["pending"])


def replies(language: Language = Language.EN, name: str = NAME, text: str = "") -> Iterator[Notice]:
    """Every reply in the thread, in its variants."""
    fix = Turn(TurnKey.IT_FIX, n=1, provider="Amazon Route 53")
    wait = Turn(TurnKey.PROPAGATION, eta_at=NOW + HOUR)
    engage = Turn(TurnKey.ENGAGE, done=3)
    rows = findings(name)
    about = {"subject": subject(language, name), "turn": fix, "next_at": NOW + HOUR}
    two = (Purpose.SPF, Purpose.CERTIFICATE)
    span = {"window": 72 * HOUR, "deadline_at": NOW + 31 * HOUR}
    error = text or "SES: FAILED"
    yield thread.RecordsReady(**about | {"turn": Turn(TurnKey.IT_ADD, n=7)}, n=7)
    yield thread.ZoneTable(subject=about["subject"], records=record_set(name))
    yield thread.RecordsChanged(**about, purposes=two, kept=5)
    paces = {"fast": DURATIONS.fast, "burst": DURATIONS.burst, "poll": DURATIONS.poll}
    yield thread.Started(**about, actor=ASKER, **span, **paces, dmarc_open=True)
    yield thread.Restarted(**about, actor=ASKER, **span)
    yield thread.RecordsUpdate(**about, newly_verified=two, changed=(Purpose.DKIM,), verified=3, required=6, rows=rows)
    yield thread.RecordsUpdate(**about, changed=(Purpose.DKIM,), verified=3, required=6, rows=rows[1:2])
    yield thread.AllVerified(**about | {"turn": engage}, required=6, remaining=3)
    yield thread.Active(**about | {"turn": Turn(TurnKey.NONE)}, sweep=HOUR, dmarc_missing=True)
    left = {"left": 31 * HOUR, "deadline_at": NOW + 31 * HOUR, "n": 1, "required": 6}
    yield thread.Reminder(**about, **left, rows=rows)
    yield thread.Reminder(**about, **left, rows=rows, last=True)
    yield thread.Reminder(**about | {"turn": wait}, **left, rows=rows, last=True)
    seen = {"first_at": NOW - HOUR, "second_at": NOW, "deadline_at": NOW + 72 * HOUR}
    yield thread.Temporary(**about, purposes=two, **seen, rows=regressed(name)[:1])
    yield thread.Recovered(**about | {"turn": Turn(TurnKey.NONE)}, purposes=two, since_at=NOW, duration=HOUR)
    yield thread.Failed(**about | {"turn": Turn(TurnKey.IT_RETRY, window=72 * HOUR)}, window=72 * HOUR, n=3, rows=rows)
    support = Turn(TurnKey.SUPPORT, provisioner="Engage")
    yield thread.FailedByProvisioner(**about | {"turn": support}, error=error, verified=3, required=6)
    yield thread.RightNow(**about | {"turn": Turn(TurnKey.RETRY)})
    yield thread.Cancelled(**about | {"turn": Turn(TurnKey.DEPLOY)}, actor=ASKER)
    offline = Turn(TurnKey.OFFLINE)
    yield thread.Offline(**about | {"turn": offline}, since_at=NOW - HOUR, deadline_at=NOW + HOUR)
    yield thread.Offline(**about | {"turn": offline}, since_at=NOW - HOUR)
    yield thread.Online(**about, since_at=NOW)
    none = {"subject": about["subject"], "turn": Turn(TurnKey.NONE)}
    yield thread.Removed(**none, actor=ASKER, n=7, provider="Amazon Route 53")
    yield thread.Removed(**none, actor=ASKER, n=0)


def support_alerts(language: Language = Language.EN, name: str = NAME, text: str = "") -> Iterator[Notice]:
    """Every alert, and every way in which one ends."""
    about = {"subject": subject(language, name), "incident_id": "i1", "since_at": NOW - HOUR, "asker": ASKER}
    rows, two = findings(name), (Purpose.SPF, Purpose.DKIM)
    error = text or "timed out"
    yield alerts.AlertFailed(**about, window=72 * HOUR, deadline_at=NOW, n=3, rows=rows)
    yield alerts.AlertTemporary(
        **about, purposes=two, first_at=NOW - HOUR, second_at=NOW, deadline_at=NOW + 72 * HOUR, rows=rows
    )
    yield alerts.AlertStalled(
        **about, verified_at=NOW, duration=48 * HOUR, remaining=3, next_event=DeploymentEvent.CERTIFICATE
    )
    yield alerts.AlertNoRecords(**about, duration=HOUR, last_event=DeploymentEvent.SECRET)
    yield alerts.AlertNoRecords(**about, duration=HOUR)
    remedy = {"step": text or "create the identity", "remedy": text or "Ask AWS to lift the pause."}
    yield alerts.AlertProvisioning(**about, error=error, **remedy)
    for each in REMEDIES:
        yield alerts.AlertProvisioning(**about, error=error, step="create", remedy=each)
    yield alerts.AlertOffline(**about, error=error, n=3)
    for who in (BlockedOn.DNS_PROVIDER, BlockedOn.IT, BlockedOn.US, BlockedOn.PROPAGATION):
        yield alerts.AlertUnseen(**about, purposes=two, duration=24 * HOUR, rows=rows, blocked_on=who)
    for reason in ("not_in_channel", "is_archived", "restricted_action"):
        yield channels.ChannelLost(subject=about["subject"], channel="C0IT", reason=reason)
    for how in alerts.Resolution:
        yield alerts.AlertResolved(
            subject=about["subject"],
            incident_id="i1",
            opened_at=NOW - 2 * HOUR,
            resolved_at=NOW,
            how=how,
            actor=ASKER,
            about="alert.failed",
        )


def personal_notices(language: Language = Language.EN, name: str = NAME, text: str = "") -> Iterator[Notice]:
    """Everything that one person is told later."""
    about = {"subject": subject(language, name), "to": ASKER}
    yield personal.DmActive(**about, duration=52 * HOUR)
    yield personal.DmFailed(**about, window=72 * HOUR, purposes=(Purpose.SPF, Purpose.DKIM))
    yield personal.DmFailed(**about, window=72 * HOUR, error=text or "SES: FAILED", verified=3, required=6)
    yield personal.DeployRecordsReady(**about, n=7, provider=text or "Amazon Route 53")
    remedy = {"step": text or "create the identity", "remedy": text or "Ask AWS to lift the pause."}
    yield personal.DeployRefused(**about, error=text or "SES says no", **remedy)
    suspended = replace(about["subject"], status=DomainStatus.SUSPENDED)
    yield personal.DeployRefused(subject=suspended, to=ASKER, error=text or "SES says no", **remedy)
    yield personal.AdoptionOffered(**about)
    yield from checks(about, name, text)
    check = {"checked_at": NOW, "turn": Turn(TurnKey.IT_FIX, n=1)}
    yield personal.LookResult(**about, **check)
    yield personal.LookResult(**about, **check, changed=findings(name)[1:3])
    yield channels.DmChannelLost(**about, channel="C0SUPPORT", reason="not_in_channel")


def checks(about: dict[str, object], name: str, text: str) -> Iterator[Notice]:
    """What the pre-flight and `check` find."""
    usual = tuple(
        Checked(record, record.type, State.VERIFIED, "ok", BlockedOn.NOBODY, purpose=record.purpose)
        for record in usual_records(name)
    )
    spf, dkim, dmarc, click, img, mx = usual
    seen = {"fqdn": name, "seen": text or "v=spf1 -all", "length": 11}
    taken = {"state": State.ACTION, "blocked_on": BlockedOn.IT}
    found = (
        replace(spf, code="existing-spf", facts=seen | {"return_path": f"bounce.{name}"}),
        replace(dkim, **taken, code="too-small", facts={"limit": 255, "length": 410}),
        replace(dmarc, code="existing-dmarc", facts=seen),
        replace(click, **taken, code="existing-cname", facts=seen),
        replace(img, **taken, code="existing-address", facts=seen | {"seen_type": "A"}),
        replace(mx, **taken, code="existing-mx", facts=seen),
        replace(mx, **taken, code="caa-blocks", facts=seen | {"caa_at": name}),
        replace(spf, remarks=(Remark(Code.WILDCARD_SHADOW, seen),)),
    )
    many = tuple(
        replace(found[3], record=replace(click.record, name=f"{n}.{name}"), facts={"seen": f"x{n}"}) for n in range(20)
    )
    for dnssec, rows in zip(Dnssec, (found, usual, many, found[:1]), strict=True):
        checkup = Checkup(name, NOW, rows, replace(ZONE, provider=text or ZONE.provider), dnssec, ("ns1", "ns2"))
        yield personal.PreflightFound(**about, checkup=checkup, turn=Turn(TurnKey.DEPLOY))
        yield personal.CheckResult(**about, checkup=checkup, registered=dnssec is Dnssec.SIGNED, can_create=True)
    yield personal.CheckResult(**about, checkup=Checkup(name, NOW))
    lost = (replace(spf, state=State.ACTION, code="nxdomain-parent", facts={"parent": name}),)
    yield personal.CheckResult(**about, checkup=Checkup(name, NOW, lost))


def files(language: Language = Language.EN, name: str = NAME, text: str = "") -> Iterator[Notice]:
    """Every file."""
    about = subject(language, name)
    yield thread.ZoneFile(subject=about, records=record_set(name), made_at=NOW)
    yield personal.RecordsSent(subject=about, to=ASKER, records=record_set(name), made_at=NOW)
    yield alerts.EvidenceFile(subject=about, incident_id="i1", text=text or "$ dig +norecurse\n  NOERROR")
    yield alerts.EvidenceFile(subject=about, incident_id="i1", exhibits=exhibits(name, text))


def exhibits(name: str = NAME, text: str = "") -> Exhibits:
    """What was seen of every record that has something to say."""
    said = text or "NOERROR aa"
    asked = Asked(name, "TXT", Server(text or "ns1", "192.0.2.1"), NOW, said, 24, 300, (f'3 characters  "{said}"',))
    shown = tuple(Exhibit(row.finding, NOW, (asked,), 1) for row in findings(name) if row.finding is not None)
    return Exhibits("alert.failed", NOW, shown, verdict=text or "PENDING", verdict_at=NOW, error=text)


def history(text: str = "") -> tuple[HistoryEntry, ...]:
    """A line of every kind."""
    facts = {
        What.EVENT: {"event": DeploymentEvent.CDN.value},
        What.RECORDS_READY: {"n": "7"},
        What.RECORDS_CHANGED: {"n": "8"},
        What.VERIFICATION_STARTED: {"deadline_at": NOW.isoformat()},
        What.EDITED: {"key_id": "a1b2c3d4", "dmarc_policy": "reject", "language": "ja"},
        What.RECORD_CHANGED: {"purpose": "SPF", "old": "Pending", "new": "Verified", "code": "ok"},
        What.STATUS_CHANGED: {"old": "DEPLOYING", "new": "ACTIVE"},
        What.REMINDED: {"after": "86400"},
        What.SUPPORT_TOLD: {"incident": "failed"},
    }
    who = ("U0ADMIN", BOT, text or "Engage")
    return tuple(
        HistoryEntry(NOW, who[index % 3], what, {**facts.get(what, {}), **({"more": text} if text else {})})
        for index, what in enumerate(What)
    )


def all_answers(language: Language = Language.EN, name: str = NAME, text: str = "") -> Iterator[answers.Answer]:
    """Every answer, in its variants."""
    yield from help_and_refusals(language, name, text)
    yield from receipts(language, name)
    yield from questions(language, name, text)


def help_and_refusals(language: Language, name: str, text: str) -> Iterator[answers.Answer]:
    """What is said when nothing was done."""
    layouts = at_every_layout(language, name)
    created = domain(language, name)
    yield answers.HelpRoot(admin=True, window=72 * HOUR)
    for verb in Verb:
        yield answers.HelpVerb(verb=verb, window=72 * HOUR)
    yield answers.UsageProblem(key="usage.verb", facts={"verb": text or "stat", "nearest": "status"})
    yield answers.UsageProblem(key="usage.verb", facts={"verb": text or "xyzzy"})
    extra = {"verb": "deploy", "extra": text or "x=1"}
    yield answers.UsageProblem(key="usage.extra", facts=extra, verb=Verb.DEPLOY)
    status = {"verb": "list", "extra": f"status={text or 'asleep'}"}
    yield answers.UsageProblem(key="usage.extra", facts=status, verb=Verb.LIST)
    choices = {"facts": {"verb": "deploy"}, "verb": Verb.DEPLOY}
    yield answers.UsageProblem(key="usage.no_domain", **choices, choices=(name, "b.example.com"))
    yield answers.UsageProblem(key="usage.no_domain", **choices)
    yield answers.UsageProblem(key="usage.key", facts={})
    yield answers.UnknownDomain(name=text or name, verb=Verb.STATUS, similar=("b.example.com",))
    yield answers.UnknownDomain(name=text or name, verb=Verb.STATUS)
    yield answers.InvalidName(reason="syntax", facts={"label": text or "_x"})
    yield answers.InvalidName(reason="public_suffix", facts={"domain": text or "co.jp"})
    yield answers.InvalidName(reason="too_long", facts={"name": text or "img.x", "length": "70", "limit": "64"})
    may = (Verb.STATUS, Verb.LIST)
    yield answers.Denied(verb=Verb.DEPLOY, roles=(Role.ADMIN,), allowed=may, contacts=("U0ADMIN", "S0ADMINS"))
    yield answers.Denied(verb=Verb.VERIFY, roles=(Role.ADMIN, Role.IT, Role.SUPPORT), allowed=may)
    yield answers.Denied(verb=Verb.LIST, roles=(Role.ADMIN, Role.IT, Role.SUPPORT, Role.ANYONE), allowed=())
    yield answers.DeniedUnread(ref="8c1f2a90")
    yield answers.Busy(ref="8c1f2a90")
    yield answers.Broken(ref=text or "7f3a")
    yield answers.TakesLong(ref=text or "7f3a")
    yield answers.FormLate(problems=(text or "A key looks different.",))
    yield answers.FormLate()
    yield answers.SlowDown(most=60, wait=timedelta(seconds=1))
    yield answers.StateRefused(verb=Verb.VERIFY, domain=created, next_verb=Verb.DEPLOY)
    yield answers.StateRefused(verb=Verb.CANCEL, domain=layouts["active"], next_verb=None)
    yield answers.StateRefused(verb=Verb.CANCEL, domain=created, next_verb=Verb.DEPLOY, key_erased=True)
    yield answers.NoRecordsYet(domain=layouts["preparing"], window=72 * HOUR)


def receipts(language: Language, name: str) -> Iterator[answers.Answer]:
    """What is said when something was done."""
    layouts = at_every_layout(language, name)
    created, pending = domain(language, name), layouts["pending"]
    yield answers.Created(domain=created, turn=turn(created))
    yield answers.Edited(domain=pending, turn=turn(pending), key_id="a1b2c3d4", language=Language.JA)
    yield answers.Edited(domain=pending, turn=turn(pending), dmarc_policy=DmarcPolicy.REJECT)
    yield answers.Edited(domain=pending, turn=turn(pending))
    yield answers.KeyNeeded(domain=replace(created, key_erased_at=NOW))
    yield answers.KeyNeeded(domain=created)
    yield answers.DeployStarted(domain=layouts["preparing"])
    yield answers.DeployRunning(domain=layouts["ready"])
    yield answers.Adopted(domain=created, turn=turn(created))
    paces = {"fast": DURATIONS.fast, "burst": DURATIONS.burst, "poll": DURATIONS.poll}
    yield answers.VerifyAccepted(domain=pending, **paces)
    yield answers.Checking(domain=pending)
    yield answers.TooSoon(domain=pending, ago=timedelta(seconds=12))
    yield answers.TooSoon(domain=layouts["active"], ago=timedelta(seconds=12))
    yield answers.Stale(domain=layouts["active"])
    yield answers.CancelAsked(domain=pending, left=31 * HOUR, window=72 * HOUR)
    yield answers.CancelAsked(domain=layouts["ready"], left=None, window=72 * HOUR)
    yield answers.CancelDone(domain=layouts["stopped"], turn=turn(layouts["stopped"]))
    yield answers.RemoveStarted(domain=layouts["removing"])


def questions(language: Language, name: str, text: str) -> Iterator[answers.Answer]:
    """What is said to those who ask."""
    layouts = at_every_layout(language, name)
    pending = layouts["pending"]
    yield from (status(each) for each in layouts.values())
    yield shown.RecordsShown(domain=pending, turn=turn(pending))
    yield shown.RecordsShown(domain=layouts["preparing"], turn=turn(layouts["preparing"]))
    yield answers.CheckAsked(name=text or name)
    yield answers.CheckLimited(name=text or name, most=6, wait=timedelta(seconds=20))
    yield listing(tuple(layouts.values()))
    yield listing(())
    yield listing((), filter="pending")
    yield replace(listing(()), admin=False)
    yield home(tuple(layouts.values()))
    yield shown.HistoryShown(domain=pending, entries=history(text), page=2, pages=3)
    yield shown.DetailsShown(status=status(pending), entries=history(text))


def status(of: SendingDomain) -> shown.StatusShown:
    """Everything about one domain, for somebody who may do everything."""
    return shown.StatusShown(
        domain=of,
        turn=turn(of),
        durations=DURATIONS,
        now=NOW,
        thread_link=LINKS.card,
        file_link=LINKS.file,
        can=tuple(Verb),
    )


def listing(domains: tuple[SendingDomain, ...], **more: str) -> shown.DomainList:
    """A page in the middle of a list."""
    rows = tuple(shown.ListedDomain(domain=each, turn=turn(each)) for each in domains)
    return shown.DomainList(rows=rows, total=len(rows), page=2, pages=3, now=NOW, admin=True, **more)


def home(domains: tuple[SendingDomain, ...]) -> shown.HomeShown:
    """The App Home of an admin."""
    return shown.HomeShown(list=listing(domains[:10]), mine=2)


def said_in_channels(language: Language, name: str = NAME, text: str = "") -> Iterator[tuple[str, Message]]:
    """Every message that stands in a channel or a DM, with a name for it."""
    for layout, each in at_every_layout(language, name).items():
        yield f"card {layout}", render_card(each, turn(each), CTX)
    for kind in (replies, support_alerts, personal_notices):
        for notice in kind(language, name, text):
            rendered = render_notice(notice, CTX)
            assert isinstance(rendered, Message)
            yield notice.kind, rendered


def answered(language: Language, name: str = NAME, text: str = "") -> Iterator[tuple[str, Message]]:
    """Every answer, with a name for it."""
    for answer in all_answers(language, name, text):
        yield type(answer).__name__, render_answer(answer, language, CTX)


def everything(language: Language, name: str = NAME, text: str = "") -> Iterator[tuple[str, Message]]:
    """Every message there is."""
    yield from said_in_channels(language, name, text)
    yield from answered(language, name, text)
