"""The table of the lifecycle, cell by cell: what each event makes of a domain in each phase."""

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta

import pytest

from core.commands import Verb
from core.events import Cancel, Deploy, ProvisioningRefused, Remove, TimePassed
from core.findings import Code
from core.lifecycle import Decision, Phase, decide, phase_of
from core.notices import (
    Active,
    AlertFailed,
    AlertNoRecords,
    AlertProvisioning,
    AlertResolved,
    AlertStalled,
    AlertTemporary,
    AllVerified,
    Cancelled,
    CardChanged,
    DeployRecordsReady,
    DeployRefused,
    DmActive,
    DmFailed,
    Failed,
    FailedByProvisioner,
    Notice,
    RecordsReady,
    RecordsUpdate,
    Recovered,
    Restarted,
    RightNow,
    Started,
    Temporary,
    ZoneFile,
    ZoneTable,
)
from core.notices.answers import (
    Answer,
    CancelDone,
    Checking,
    DeployRunning,
    DeployStarted,
    KeyNeeded,
    NoRecordsYet,
    RemoveStarted,
    StateRefused,
    VerifyAccepted,
)
from core.records import Purpose
from core.sending_domain import SendingDomain, Wanted
from tests.core.building import (
    ADMIN,
    ALL_EVENTS,
    DURATIONS,
    NOW,
    a_domain,
    a_look,
    kinds,
    looked,
    verify,
)

LATER = NOW + timedelta(minutes=1)


def _deploy(domain: SendingDomain) -> Decision:
    return decide(domain, Deploy(ADMIN), NOW, DURATIONS)


def _verify(domain: SendingDomain) -> Decision:
    return decide(domain, verify(), NOW, DURATIONS)


def _all_right(domain: SendingDomain) -> Decision:
    return decide(domain, looked(a_look(domain)), NOW, DURATIONS)


def _bad_twice(domain: SendingDomain) -> Decision:
    """One required record is verified and then bad in two looks; return what comes of the second."""
    first = _look(domain, NOW, Code.OK)
    second = _look(first.domain, LATER, Code.CNAME_WRONG_TARGET)
    return _look(second.domain, LATER + timedelta(minutes=1), Code.CNAME_WRONG_TARGET)


def _look(domain: SendingDomain, at: datetime, click: Code) -> Decision:
    """Look once. In a running window DKIM stays missing, so that the click record cannot complete it."""
    waiting = phase_of(domain) in {Phase.DP, Phase.DT, Phase.AT, Phase.SF}
    found = {Purpose.CLICK_TRACKING: click} | ({Purpose.DKIM: Code.MISSING} if waiting else {})
    return decide(domain, looked(a_look(domain, at, found)), at, DURATIONS)


def _deadline(domain: SendingDomain) -> Decision:
    """The deadline, the stall or the lack of records is long past: first time is told, then a full look judges."""
    at = NOW + timedelta(hours=80)
    passed = decide(domain, TimePassed("incident-new"), at, DURATIONS)
    look = a_look(passed.domain, at, {Purpose.DKIM: Code.MISSING})
    judged = decide(passed.domain, looked(look), at, DURATIONS)
    return replace(judged, notices=passed.notices + judged.notices)


def _cancel(domain: SendingDomain) -> Decision:
    return decide(domain, Cancel(ADMIN), NOW, DURATIONS)


def _remove(domain: SendingDomain) -> Decision:
    return decide(domain, Remove(ADMIN), NOW, DURATIONS)


def _refuse(domain: SendingDomain) -> Decision:
    refused = ProvisioningRefused("deploy", "quota exceeded", "Ask for a higher quota.", "incident-new")
    return decide(domain, refused, NOW, DURATIONS)


Column = Callable[[SendingDomain], Decision]
Cell = tuple[Column, SendingDomain, Phase, type[Answer] | None, list[type[Notice]]]

S0, D0, D1, DP, DV, DT, AV, AT, SF, RM = Phase
NOTHING: list[type[Notice]] = []
KEY_ERASED = {"key_held": False, "key_erased_at": NOW, "events": {}}
STANDING = {"records": a_domain(D1).records, "record_set_version": 1}
ANNOUNCED = [CardChanged, RecordsReady, ZoneTable, ZoneFile, DeployRecordsReady]
FAILED = [CardChanged, Failed, AlertFailed, DmFailed]
SUSPENDED = [CardChanged, FailedByProvisioner, AlertProvisioning, DmFailed]

TABLE: list[Cell] = [
    # deploy
    (_deploy, a_domain(S0), D0, DeployStarted, [CardChanged]),
    (_deploy, a_domain(S0, **STANDING), D1, DeployStarted, ANNOUNCED),
    (_deploy, a_domain(S0, **STANDING, records_ready_at=NOW), D1, DeployStarted, [CardChanged, DeployRecordsReady]),
    (_deploy, a_domain(S0, **KEY_ERASED), S0, KeyNeeded, NOTHING),
    (_deploy, a_domain(D0), D0, DeployRunning, NOTHING),
    (_deploy, a_domain(D1), D1, DeployRunning, NOTHING),
    (_deploy, a_domain(DP), DP, DeployRunning, NOTHING),
    (_deploy, a_domain(DV), DV, DeployRunning, NOTHING),
    (_deploy, a_domain(DT), DT, DeployRunning, NOTHING),
    (_deploy, a_domain(AV), AV, StateRefused, NOTHING),
    (_deploy, a_domain(AT), AT, StateRefused, NOTHING),
    (_deploy, a_domain(SF), D1, DeployStarted, [CardChanged, DeployRecordsReady, AlertResolved]),
    (_deploy, a_domain(SF, records=(), incident=None), D0, DeployStarted, [CardChanged]),
    (_deploy, a_domain(RM), RM, StateRefused, NOTHING),
    # verify
    (_verify, a_domain(S0), S0, StateRefused, NOTHING),
    (_verify, a_domain(D0), D0, NoRecordsYet, NOTHING),
    (_verify, a_domain(D1), DP, VerifyAccepted, [CardChanged, Started]),
    (_verify, a_domain(DP), DP, VerifyAccepted, NOTHING),
    (_verify, a_domain(DV), DV, Checking, NOTHING),
    (_verify, a_domain(DT), DT, VerifyAccepted, NOTHING),
    (_verify, a_domain(AV), AV, Checking, NOTHING),
    (_verify, a_domain(AT), AT, VerifyAccepted, NOTHING),
    (_verify, a_domain(SF), DP, VerifyAccepted, [CardChanged, Restarted, AlertResolved]),
    (_verify, a_domain(RM), RM, StateRefused, NOTHING),
    # all required right
    (_all_right, a_domain(S0), S0, None, NOTHING),
    (_all_right, a_domain(D0), D0, None, NOTHING),
    (_all_right, a_domain(D1), D1, None, NOTHING),
    (_all_right, a_domain(DP), DV, None, [CardChanged, AllVerified]),
    (_all_right, a_domain(DP, **ALL_EVENTS), AV, None, [CardChanged, Active, DmActive]),
    (_all_right, a_domain(DV), DV, None, NOTHING),
    (_all_right, a_domain(DV, **ALL_EVENTS), AV, None, [CardChanged, Active, DmActive]),
    (_all_right, a_domain(DT), DV, None, [CardChanged, Recovered]),
    (_all_right, a_domain(DT, **ALL_EVENTS), AV, None, [CardChanged, Active, DmActive]),
    (_all_right, a_domain(AV), AV, None, NOTHING),
    (_all_right, a_domain(AT), AV, None, [CardChanged, Recovered, AlertResolved]),
    (_all_right, a_domain(SF), SF, None, [CardChanged, RightNow]),
    (_all_right, a_domain(RM), RM, None, NOTHING),
    # required bad twice
    (_bad_twice, a_domain(S0), S0, None, NOTHING),
    (_bad_twice, a_domain(D0), D0, None, NOTHING),
    (_bad_twice, a_domain(D1), D1, None, NOTHING),
    (_bad_twice, a_domain(DP), DP, None, [CardChanged, RecordsUpdate]),
    (_bad_twice, a_domain(DV), DT, None, [CardChanged, Temporary]),
    (_bad_twice, a_domain(DT), DT, None, [CardChanged, RecordsUpdate]),
    (_bad_twice, a_domain(AV), AT, None, [CardChanged, Temporary, AlertTemporary]),
    (_bad_twice, a_domain(AT), AT, None, [CardChanged, RecordsUpdate]),
    (_bad_twice, a_domain(SF), SF, None, [CardChanged, RecordsUpdate]),
    (_bad_twice, a_domain(RM), RM, None, NOTHING),
    # deadline
    (_deadline, a_domain(S0), S0, None, NOTHING),
    (_deadline, a_domain(D0), D0, None, [AlertNoRecords]),
    (_deadline, a_domain(D1), D1, None, NOTHING),
    (_deadline, a_domain(DP), SF, None, [CardChanged, *FAILED]),
    (_deadline, a_domain(DV), DV, None, [AlertStalled]),
    (_deadline, a_domain(DT), SF, None, [CardChanged, *FAILED]),
    (_deadline, a_domain(AV), AV, None, NOTHING),
    (_deadline, a_domain(AT), SF, None, [CardChanged, *FAILED]),
    (_deadline, a_domain(SF), SF, None, [CardChanged, RecordsUpdate]),
    (_deadline, a_domain(RM), RM, None, NOTHING),
    # cancel
    (_cancel, a_domain(S0), S0, StateRefused, NOTHING),
    (_cancel, a_domain(D0), S0, CancelDone, [CardChanged, Cancelled]),
    (_cancel, a_domain(D1), S0, CancelDone, [CardChanged, Cancelled]),
    (_cancel, a_domain(DP), S0, CancelDone, [CardChanged, Cancelled]),
    (_cancel, a_domain(DV), S0, CancelDone, [CardChanged, Cancelled]),
    (_cancel, a_domain(DT), S0, CancelDone, [CardChanged, Cancelled]),
    (_cancel, a_domain(AV), AV, StateRefused, NOTHING),
    (_cancel, a_domain(AT), AT, StateRefused, NOTHING),
    (_cancel, a_domain(SF), SF, StateRefused, NOTHING),
    (_cancel, a_domain(RM), RM, StateRefused, NOTHING),
    # remove: never refused; there is no card before the first deployment
    (_remove, a_domain(S0), RM, RemoveStarted, NOTHING),
    *((_remove, a_domain(phase), RM, RemoveStarted, [CardChanged]) for phase in (D0, D1, DP, DV, DT, AV, AT, SF)),
    (_remove, a_domain(RM), RM, RemoveStarted, NOTHING),
    # permanent provisioner error
    (_refuse, a_domain(S0), S0, None, [DeployRefused]),
    (_refuse, a_domain(D0), S0, None, [CardChanged, AlertProvisioning, DeployRefused]),
    (_refuse, a_domain(D1), S0, None, [CardChanged, FailedByProvisioner, AlertProvisioning, DeployRefused]),
    *((_refuse, a_domain(phase), SF, None, SUSPENDED) for phase in (DP, DV, DT, AV, AT)),
    (_refuse, a_domain(SF), SF, None, NOTHING),
    (_refuse, a_domain(RM), RM, None, [CardChanged, AlertProvisioning]),
]


def _name(cell: Cell) -> str:
    column, domain, *_ = cell
    return f"{phase_of(domain)}{column.__name__}"


@pytest.mark.parametrize("cell", TABLE, ids=_name)
def test_every_cell_of_the_table_leads_to_its_phase_and_says_what_it_should(cell: Cell):
    column, domain, phase, answer, said = cell

    decision = column(domain)

    assert phase_of(decision.domain) is phase
    assert isinstance(decision.answer, answer) if answer else decision.answer is None
    assert kinds(decision) == said


@pytest.mark.parametrize("column", [_deploy, _verify, _all_right, _bad_twice, _deadline, _cancel, _remove, _refuse])
def test_no_cell_of_the_table_is_left_out(column: Column):
    covered = {phase_of(domain) for known, domain, *_ in TABLE if known is column}

    assert covered == set(Phase)


@pytest.mark.parametrize(
    ("column", "phase", "verb", "next_verb"),
    [
        (_deploy, AV, Verb.DEPLOY, None),
        (_deploy, AT, Verb.DEPLOY, Verb.VERIFY),
        (_deploy, RM, Verb.DEPLOY, None),
        (_verify, S0, Verb.VERIFY, Verb.DEPLOY),
        (_verify, RM, Verb.VERIFY, None),
        (_cancel, S0, Verb.CANCEL, Verb.DEPLOY),
        (_cancel, AV, Verb.CANCEL, Verb.REMOVE),
        (_cancel, AT, Verb.CANCEL, Verb.REMOVE),
        (_cancel, SF, Verb.CANCEL, Verb.VERIFY),
        (_cancel, RM, Verb.CANCEL, None),
    ],
)
def test_a_refusal_names_the_next_step(column: Column, phase: Phase, verb: Verb, next_verb: Verb | None):
    answer = column(a_domain(phase)).answer

    assert isinstance(answer, StateRefused)
    assert (answer.verb, answer.next_verb) == (verb, next_verb)


REFUSED = [
    cell
    for cell in TABLE
    if cell[3] in {StateRefused, KeyNeeded, DeployRunning} and cell[:2] != (_cancel, a_domain(S0))
]


@pytest.mark.parametrize("cell", REFUSED, ids=_name)
def test_a_command_that_is_refused_leaves_the_domain_as_it_was(cell: Cell):
    column, domain, *_ = cell

    decision = column(domain)

    assert decision.domain == domain
    assert decision.history == ()


def test_cancelling_keeps_the_records_but_none_of_their_results():
    domain = a_domain(DP)

    cancelled = _cancel(domain).domain

    assert cancelled.record_set == domain.record_set
    assert all(record.finding is None for record in cancelled.records)
    assert (cancelled.window, cancelled.wanted, cancelled.cancel_wanted) == (None, Wanted.CREATED, True)


def test_deploying_again_after_a_failure_keeps_the_events_and_resolves_the_incident():
    domain = a_domain(SF)

    decision = _deploy(domain)

    assert decision.domain.events == domain.events
    assert decision.domain.incident is None


def test_verifying_again_after_a_failure_opens_a_new_window_and_restarts_the_provisioners_check():
    domain = a_domain(SF)
    event = verify()

    again = decide(domain, event, NOW, DURATIONS).domain

    assert again.window is not None
    assert (again.window.id, again.window.deadline) == (event.window_id, NOW + DURATIONS.window)
    assert again.verify_accepted is None


def test_a_failure_of_an_active_domain_is_told_in_the_incident_that_is_open():
    decision = _deadline(a_domain(AT))

    alert = next(notice for notice in decision.notices if isinstance(notice, AlertFailed))
    assert alert.incident_id == "incident-0"


@pytest.mark.parametrize("phase", [DP, DT, AT])
def test_verify_in_a_running_window_looks_at_once_and_often_and_leaves_the_deadline(phase: Phase):
    domain = a_domain(phase)

    hurried = _verify(domain).domain

    assert hurried.window == domain.window
    assert hurried.next_check_at == NOW
    assert hurried.burst_until == NOW + DURATIONS.burst


def test_verify_before_there_are_records_asks_for_them_at_once():
    assert _verify(a_domain(D0)).domain.next_check_at == NOW


def test_an_error_of_the_provisioner_clears_the_deadline():
    suspended = _refuse(a_domain(DP)).domain

    assert suspended.window is None
    assert suspended.provisioner_error is not None
