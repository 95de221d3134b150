"""Every slip in turn, over real packets: its own code and advice in the thread, and Verified once it is mended."""

import itertools
from dataclasses import dataclass, field, replace
from datetime import timedelta

import pytest

from bot.adapters.dns.observer import Observer, ObserverSettings
from bot.messages.advice import Scene, advice
from bot.messages.formats import rich
from bot.messages.thread import render_reply
from bot.messages.voice import Voice
from core.diagnosis import Case, diagnose, zone_facts
from core.durations import Durations
from core.events import CheckerOffline, Looked, Provisioned, TimePassed, Verify
from core.findings import BlockedOn, Code, Look, State
from core.lifecycle import Phase, decide
from core.notices import Notice, ThreadNotice
from core.sending_domain import Language, SendingDomain, VerificationStatus
from core.turns import TurnKey
from sandbox.nameserver.server import Nameserver
from sandbox.nameserver.slips import SLIPS
from tests.bot.services.house import Time, zone_value
from tests.core.building import IT, NAME, NOW, a_domain, a_snapshot
from tests.fakes.provisioner import records_for
from tests.fakes.workspace import words
from tests.walk.shown import ELSEWHERE, LOST, OFFLINE, SHOWN, Shown

POLL = timedelta(minutes=5)
LIMIT = timedelta(minutes=4)
TURNS = {
    BlockedOn.IT: {TurnKey.IT_FIX, TurnKey.IT_ADD, TurnKey.IT_REGISTER},
    BlockedOn.DNS_PROVIDER: {TurnKey.PROVIDER},
    BlockedOn.PROPAGATION: {TurnKey.PROPAGATION},
    BlockedOn.US: {TurnKey.US},
}


@dataclass
class Walk:
    """One domain under verification: looks at it over the wire, and what is decided by them."""

    nameserver: Nameserver
    observer: Observer
    clock: Time
    domain: SendingDomain = field(default_factory=lambda: a_domain(Phase.D1, records=(), record_set_version=0))
    said: list[Notice] = field(default_factory=list)
    durations: Durations = field(default_factory=lambda: Durations(disagree_after=LIMIT))
    ids: "itertools.count[int]" = field(default_factory=itertools.count)

    def happen(self, event):
        decision = decide(self.domain, event, self.clock.now, self.durations)
        self.domain = decision.domain
        self.said.extend(decision.notices)

    async def begin(self, shown):
        """Have the records made, start the verification, look once, and only then publish."""
        snapshot = a_snapshot(self.domain, records=records_for(NAME, shown.policy), at=self.clock.now)
        self.happen(Provisioned(snapshot, self.new_id()))
        self.happen(Verify(IT, self.new_id()))
        await self.poll()
        for record in self.domain.record_set:
            self.nameserver.put(record.name, record.type, [zone_value(record.type, record.value)])

    async def slip(self, shown):
        """Make the slip, and what has to come before it."""
        if shown.after is not None:
            self.nameserver.slip(shown.after, NAME)
            await self.poll()
            self.nameserver.mend()
        self.said.clear()
        self.nameserver.slip(shown.slip, NAME)

    async def poll(self):
        self.clock.pass_by(POLL)
        if not (await self.observer.control()).online:
            self.happen(CheckerOffline("nobody answers"))
            self.happen(TimePassed(self.new_id()))
            return
        limits = {"resolvers": 1, "disagree_after": LIMIT, "seconds": 3, "check_targets": True, "beside": True}
        case = Case(self.domain.name, self.domain.record_set, **limits)
        evidence = await self.observer.observe(case)
        look = Look(
            id=self.new_id(),
            started_at=self.clock.now,
            observed_at=self.clock.now,
            record_set_version=self.domain.record_set_version,
            window_id=self.domain.window.id if self.domain.window else None,
            findings=diagnose(case, evidence, self.clock.now),
            zone=zone_facts(case, evidence),
        )
        self.happen(Looked(look, self.new_id(), self.new_id()))

    async def until_verified(self):
        """Two polls must do."""
        for _ in range(2):
            if self.domain.verification is not VerificationStatus.VERIFIED or not self.all_right():
                await self.poll()

    def all_right(self):
        return all(each.finding.verified and not each.finding.remarks for each in self.domain.records)

    def new_id(self):
        return f"id-{next(self.ids)}"

    @property
    def replies(self):
        return [notice for notice in self.said if isinstance(notice, ThreadNotice)]


@pytest.fixture
async def walk():
    clock = Time(NOW)
    async with Nameserver() as nameserver:
        places = {
            "nameservers": nameserver.nameservers,
            "parents": nameserver.registries,
            "resolvers": nameserver.resolvers,
        }
        observer = Observer(
            ObserverSettings(**places, timeout=0.4, tries=1, control_seconds=0.8, per_second=0), clock=clock
        )
        nameserver.create_zone("example.com")
        yield Walk(nameserver, observer, clock)
        await observer.aclose()


def tells_of(notices, shown):
    return [row.finding for notice in notices for row in notice.rows if row.expected.purpose is shown.purpose]


def told_of(notices, shown):
    """Return the last finding at the record that the thread has told."""
    told = tells_of(notices, shown)
    assert told, f"the thread says nothing of {shown.purpose}"
    return told[-1]


def finding_of(domain, shown):
    return next(each.finding for each in domain.records if each.expected.purpose is shown.purpose)


def advice_in(language, shown, finding, notice):
    """Return the advice on what was shown, as the thread has it, without what only a clock tells."""
    facts = next((each.facts for each in finding.remarks if each.code is shown.code), finding.facts)
    scene = Scene.of(notice.subject, notice.next_at)
    line = advice(Voice(language), shown.code, finding.record, facts, scene)
    return words({"type": "rich_text_section", "elements": rich(line)})


def thread_in(language, notices):
    spoken = (replace(each, subject=replace(each.subject, language=language)) for each in notices)
    return "\n".join(words({"blocks": render_reply(each).blocks}) for each in spoken)


@pytest.mark.parametrize("shown", SHOWN, ids=lambda shown: shown.slip)
async def test_a_slip_shows_its_code_and_mending_it_gives_verified(walk, shown: Shown):
    await walk.begin(shown)
    await walk.slip(shown)
    await walk.poll()
    if not tells_of(walk.replies, shown):  # silence is told when it lasts
        await walk.poll()

    finding = told_of(walk.replies, shown)
    codes = {each.code for each in finding.remarks} if shown.beside else {finding.code}
    assert shown.code in codes, (finding.code, finding.remarks)
    for language in Language:
        assert advice_in(language, shown, finding, walk.replies[-1]) in thread_in(language, walk.replies)
    assert (finding.state, finding.blocked_on) == (shown.state, shown.waits_for)
    if finding.record.required and not shown.beside:
        assert walk.replies[-1].turn.key in TURNS[finding.blocked_on]

    walk.nameserver.mend()
    await walk.until_verified()
    assert walk.domain.verification is VerificationStatus.VERIFIED
    assert walk.all_right()


async def test_name_servers_that_disagree_for_long_are_the_providers_turn(walk):
    shown = next(each for each in SHOWN if each.code is Code.NAMESERVERS_DISAGREE)
    await walk.begin(shown)
    await walk.slip(shown)
    await walk.poll()
    first = finding_of(walk.domain, shown)

    await walk.poll()

    lasting = finding_of(walk.domain, shown)
    assert (first.state, first.blocked_on) == (State.PENDING, BlockedOn.PROPAGATION)
    assert (lasting.state, lasting.blocked_on) == (State.TEMPORARY, BlockedOn.DNS_PROVIDER)
    assert [each.turn.key for each in walk.replies] == [TurnKey.PROPAGATION, TurnKey.PROVIDER]


async def test_a_resolver_out_of_reach_is_nobodys_fault_but_ours(walk):
    await walk.begin(SHOWN[0])
    walk.nameserver.slip(OFFLINE, NAME)
    await walk.poll()
    walk.clock.pass_by(walk.durations.offline_after)
    await walk.poll()
    offline = walk.replies[-1]

    walk.nameserver.mend()
    await walk.until_verified()

    assert (offline.kind, offline.turn.key) == ("thread.offline", TurnKey.OFFLINE)
    assert walk.domain.verification is VerificationStatus.VERIFIED


@pytest.mark.parametrize("slip", LOST)
async def test_a_slip_at_a_verified_record_is_told_as_a_regression_once_seen_twice(walk, slip):
    shown = replace(next(each for each in SHOWN if each.slip == slip), after=None)
    await walk.begin(shown)
    await walk.until_verified()
    assert walk.domain.verification is VerificationStatus.VERIFIED
    await walk.slip(shown)

    await walk.poll()
    first = walk.replies
    await walk.poll()

    finding = told_of(walk.replies, shown)
    lost = replace(shown, code=Code.REGRESSED)
    assert not first
    assert (finding.code, finding.facts["underlying"]) == (Code.REGRESSED, shown.code)
    assert (finding.state, finding.blocked_on) == (State.TEMPORARY, BlockedOn.IT)
    assert walk.domain.verification is VerificationStatus.TEMPORARY_FAILURE
    for language in Language:
        thread = thread_in(language, walk.replies)
        assert advice_in(language, lost, finding, walk.replies[-1]) in thread
        if shown.code is not Code.MISSING:  # which is said in words of its own
            assert advice_in(language, shown, plain(finding), walk.replies[-1]) in thread

    walk.nameserver.mend()
    await walk.until_verified()
    assert walk.domain.verification is VerificationStatus.VERIFIED
    assert walk.all_right()


def plain(finding):
    """Return a finding without what makes it a regression."""
    return replace(finding, facts={name: fact for name, fact in finding.facts.items() if name != "underlying"})


def test_every_slip_shows_a_code_and_every_code_is_shown_or_excused():
    slips = [each.slip for each in SHOWN]
    codes = [each.code for each in SHOWN]

    assert sorted([*slips, OFFLINE]) == sorted(SLIPS)
    assert [code for code in set(codes) if codes.count(code) > 1] == [Code.CNAME_CONFLICT]  # it has two sides
    assert set(codes) | set(ELSEWHERE) == set(Code)
    assert not set(codes) & set(ELSEWHERE)
