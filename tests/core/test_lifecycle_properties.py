"""What holds for every sequence of events, whatever the order in which the world delivers them."""

from dataclasses import replace
from datetime import datetime, timedelta

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, rule

from core.events import (
    Adopt,
    AdoptionNeeded,
    Cancel,
    CheckerOffline,
    Deploy,
    Edit,
    Event,
    Looked,
    Provisioned,
    ProvisioningRefused,
    Remove,
    TimePassed,
    TornDown,
    Verify,
    Via,
)
from core.findings import Code
from core.lifecycle import Decision, Phase, decide, phase_of
from core.lifecycle.tracking import is_suspected
from core.notices import CardChanged
from core.phases import RUNNING
from core.records import Purpose
from core.sending_domain import (
    DeploymentEvent,
    DmarcPolicy,
    DomainStatus,
    SendingDomain,
    Verdict,
    VerificationStatus,
)
from tests.core.building import (
    ADMIN,
    DURATIONS,
    EVERY_EVENT,
    IT,
    NOW,
    SILENT,
    a_domain,
    a_look,
    after,
    looked,
    new_id,
    provisioned,
    records,
)

COMMANDS = (Deploy, Verify, Cancel, Remove, Edit, Adopt)
RECORD_SETS = (
    records(),
    records(without=[Purpose.MX]),
    tuple(replace(record, value=f"{record.value}x") for record in records()),
    (),
)
CODES = (Code.OK, Code.OK, Code.OK, Code.MISSING, Code.TXT_TRUNCATED, Code.PROPAGATING, SILENT)
# Enough of everything to get a domain through its life, in most of the sequences that are tried.
MOMENTS = (0, 1, 60, 300, 3600, 24 * 3600, 73 * 3600)

one_of_codes = st.sampled_from(CODES)
founds = st.one_of(
    st.just({}),
    st.just(dict.fromkeys(Purpose, Code.MISSING)),
    st.dictionaries(st.sampled_from(list(Purpose)), one_of_codes),
)


class Lives(RuleBasedStateMachine):
    """Lives of one domain."""

    @initialize(phase=st.sampled_from([*Phase, Phase.S0, Phase.D1, Phase.DP, Phase.DV, Phase.AV]))
    def born(self, phase: Phase):
        self.now: datetime = NOW
        self.domain: SendingDomain = after(a_domain(phase), TimePassed("incident-x"))

    def happens(self, event: Event) -> Decision:
        before = self.domain
        decision = decide(before, event, self.now, DURATIONS)
        self.domain = decision.domain
        check_active(before, event, decision)
        check_failure(before, event, decision)
        check_window(before, event, decision)
        check_shape(before, event, decision)
        check_replay(event, decision, self.now)
        return decision

    @rule(seconds=st.sampled_from(MOMENTS))
    def time_passes(self, seconds: int):
        self.now += timedelta(seconds=seconds)
        self.happens(TimePassed(new_id("incident")))

    @rule()
    def until_the_next_check(self):
        if self.domain.next_check_at is not None:
            self.now = max(self.now, self.domain.next_check_at)
        self.happens(TimePassed(new_id("incident")))

    @rule(seconds=st.sampled_from(MOMENTS))
    def the_clock_steps_back(self, seconds: int):
        decision = decide(self.domain, TimePassed("incident-x"), self.now - timedelta(seconds=seconds), DURATIONS)
        assert decision.domain.last_event_at is not None
        assert self.domain.last_event_at is None or decision.domain.last_event_at >= self.domain.last_event_at

    @rule(key=st.sampled_from([None, "ffffffff"]))
    def deploy(self, key: str | None):
        self.happens(Deploy(ADMIN, key))

    @rule(via=st.sampled_from(list(Via)), actor=st.sampled_from([ADMIN, IT]))
    def verify(self, via: Via, actor):
        self.happens(Verify(actor, new_id("window"), via))

    @rule(event=st.sampled_from([Cancel(ADMIN), Adopt(ADMIN), Edit(ADMIN, DmarcPolicy.REJECT, None, "eeeeeeee")]))
    def command(self, event: Event):
        self.happens(event)

    @rule(sure=st.integers(0, 5))
    def remove(self, sure: int):
        if sure == 5:
            self.happens(Remove(ADMIN))

    @rule(
        events=st.one_of(st.just(list(EVERY_EVENT)), st.lists(st.sampled_from(list(DeploymentEvent)))),
        made=st.sampled_from([None, None, None, *RECORD_SETS]),
        verdict=st.sampled_from([Verdict.PENDING, Verdict.SUCCESS, *Verdict]),
        cancelled=st.booleans(),
    )
    def provisioner_answers(self, events, made, verdict: Verdict, cancelled: bool):
        wanted = made if made is not None or self.domain.records else records()
        event = provisioned(self.domain, *events, records=wanted, verdict=verdict, at=self.now)
        told = self.domain.window.id if self.domain.window else None
        self.happens(replace(event, deployed=True, verifying=told, updated=True, cancelled=cancelled))

    @rule(step=st.sampled_from(["create", "deploy", "update", "get"]), unlucky=st.integers(0, 5))
    def provisioner_refuses(self, step: str, unlucky: int):
        if unlucky == 5:
            self.happens(ProvisioningRefused(step, "refused", "", new_id("incident")))

    @rule(event=st.sampled_from([AdoptionNeeded("engage-9"), TornDown(), CheckerOffline("no route")]))
    def report(self, event: Event):
        self.happens(event)

    @rule(found=founds, full=st.sampled_from([True, True, True, False]))
    def look(self, found, full: bool):
        self.now += timedelta(seconds=1)
        self.happens(looked(a_look(self.domain, self.now, found, full=full)))

    @rule(
        change=st.sampled_from(
            [{"record_set_version": 99}, {"window_id": "window-of-old"}, {"observed_at": NOW - timedelta(days=9)}]
        ),
        found=founds,
    )
    def look_that_does_not_count(self, change, found):
        if self.domain.last_check_at is None:
            change = {"record_set_version": 99}
        event = looked(a_look(self.domain, self.now, found, **change))

        decision = decide(self.domain, event, self.now, DURATIONS)

        assert decision.domain is self.domain
        assert decision.notices == ()

    @rule()
    def nobody_answers(self):
        self.now += timedelta(seconds=1)
        before, window = self.domain, self.domain.running_window
        if window is not None and self.now >= window.deadline:
            return

        self.happens(looked(a_look(before, self.now, otherwise=SILENT)))

        assert phase_of(self.domain) is phase_of(before)
        assert [record.status for record in self.domain.records] == [record.status for record in before.records]


def check_active(before: SendingDomain, event: Event, decision: Decision) -> None:
    """ACTIVE takes all required records, seen right in one full look, and six events."""
    domain = decision.domain
    if domain.status is not DomainStatus.ACTIVE or before.status is DomainStatus.ACTIVE:
        return
    assert domain.all_events
    assert domain.required
    assert all(record.status is VerificationStatus.VERIFIED for record in domain.required)
    assert not any(map(is_suspected, domain.required))
    if isinstance(event, Looked):
        right = {finding.record for finding in event.look.findings if finding.verified}
        assert event.look.full
        assert phase_of(before) is Phase.DV or right >= {record.expected for record in domain.required}
    else:
        assert isinstance(event, Provisioned)
        assert phase_of(before) is Phase.DV


def check_failure(before: SendingDomain, event: Event, decision: Decision) -> None:
    """Failure takes a full look at or after the deadline, or the provisioner's word."""
    domain = decision.domain
    if phase_of(domain) is not Phase.SF or phase_of(before) is Phase.SF:
        return
    if domain.provisioner_error is not None:
        assert isinstance(event, Provisioned | ProvisioningRefused)
        return
    assert isinstance(event, Looked)
    assert before.running_window is not None
    assert event.look.full
    assert event.look.observed_at >= before.running_window.deadline
    right = {finding.record for finding in event.look.findings if finding.verified}
    assert not right >= {record.expected for record in before.required}


def check_window(before: SendingDomain, event: Event, decision: Decision) -> None:
    """No poll moves a deadline: a window is opened by `verify`, a regression or changed records, and by no more."""
    old, new = before.window, decision.domain.window
    if new is None or old == new:
        return
    if old is not None and old.id == new.id:
        assert (old.opened_at, old.deadline) == (new.opened_at, new.deadline)
        return
    match event:
        case Verify():
            assert phase_of(before) in {Phase.D1, Phase.SF}
        case Looked():
            assert phase_of(before) in {Phase.DV, Phase.AV}
        case Provisioned():
            assert decision.domain.record_set_version > before.record_set_version
        case _:
            raise AssertionError(event)


def check_shape(before: SendingDomain, event: Event, decision: Decision) -> None:
    """What always holds: sticky events, a next check, one card edit that comes first, answers to commands."""
    domain = decision.domain
    phase = phase_of(domain)
    assert domain.events.keys() >= before.events.keys()
    if phase not in {Phase.S0, Phase.RM} or (phase is Phase.S0 and domain.key_held):
        assert domain.next_check_at is not None
    if phase is Phase.RM:
        assert (domain.next_check_at is None) is (domain.removed_at is not None)
    cards = [number for number, notice in enumerate(decision.notices) if isinstance(notice, CardChanged)]
    assert cards in ([], [0])
    assert (decision.answer is not None) is isinstance(event, COMMANDS)
    assert (domain.window is not None) or phase not in RUNNING


def check_replay(event: Event, decision: Decision, now: datetime) -> None:
    """An event that is delivered twice is spoken about once."""
    if isinstance(event, Provisioned) and event.snapshot.verdict is Verdict.FAILED:
        # The second time it may meet a domain that has become ACTIVE, and then it is another matter.
        return

    again = decide(decision.domain, event, now, DURATIONS)

    assert again.notices == ()
    assert phase_of(again.domain) is phase_of(decision.domain)


TestLives = Lives.TestCase
TestLives.settings = settings(settings.default, stateful_step_count=40)


def test_the_schedule_alone_leads_to_the_deadline_and_no_further():
    """Follow `next_check_at` as the check tick does, while nothing is ever added."""
    domain = decide(a_domain(Phase.D1), Verify(IT, "window-1"), NOW, DURATIONS).domain
    window = domain.window
    assert window is not None
    checks = 0

    while phase_of(domain) is Phase.DP:
        at = domain.next_check_at
        assert at is not None
        look = looked(a_look(domain, at + timedelta(seconds=1), otherwise=Code.MISSING))
        for event in (look, TimePassed(new_id("incident"))):
            domain = decide(domain, event, at + timedelta(seconds=1), DURATIONS).domain
        checks += 1

    assert phase_of(domain) is Phase.SF
    assert domain.failed_at is not None
    assert timedelta() <= domain.failed_at - window.deadline <= timedelta(seconds=2)
    assert 15 + 71 * 12 <= checks <= 15 + 72 * 12
