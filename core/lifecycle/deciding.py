"""`decide`: every event leads from here to its module."""

from datetime import datetime
from typing import assert_never

from core.durations import Durations
from core.events import (
    Adopt,
    AdoptionNeeded,
    Cancel,
    CheckerOffline,
    Deploy,
    Edit,
    Event,
    Looked,
    Preflighted,
    Provisioned,
    ProvisioningRefused,
    Remove,
    TimePassed,
    TornDown,
    Verify,
    ZoneSeen,
)
from core.lifecycle.commands import on_adopt, on_cancel, on_edit, on_remove
from core.lifecycle.decision import Decision
from core.lifecycle.deploying import on_deploy
from core.lifecycle.draft import Draft
from core.lifecycle.looks import counts, on_looked, on_offline
from core.lifecycle.passing import on_time_passed
from core.lifecycle.provisioning import on_adoption_needed, on_provisioned, on_refused, on_torn_down
from core.lifecycle.surveying import on_preflighted, on_zone_seen
from core.lifecycle.verifying import on_verify
from core.sending_domain import SendingDomain

_Command = Deploy | Verify | Cancel | Remove | Edit | Adopt
_Sight = Looked | ZoneSeen | Preflighted | CheckerOffline
_Report = Provisioned | ProvisioningRefused | AdoptionNeeded | TornDown | _Sight | TimePassed


def decide(domain: SendingDomain, event: Event, now: datetime, durations: Durations = Durations()) -> Decision:  # noqa: B008 -- frozen
    """Decide what comes of `event` for `domain`. Pure and total: the same input gives the same, and nothing raises.

    Time never runs backwards: an event that bears an earlier `now` than the last one happens at the last one's.
    """
    told, now = now, max(now, domain.last_event_at) if domain.last_event_at is not None else now
    behind = now - told > durations.too_soon
    match event:
        case Deploy() | Verify() | Cancel() | Remove() | Edit() | Adopt():
            return _command(Draft(domain, now, durations, who=event.actor.user_id, clock_behind=behind), event)
        case Looked() if not counts(domain, event.look):
            return Decision(domain)
        case _:
            draft = Draft(domain, now, durations)
            _report(draft, event)
            return draft.decided()


def _command(draft: Draft, event: _Command) -> Decision:
    """Decide a command; each is answered."""
    match event:
        case Deploy():
            return on_deploy(draft, event)
        case Verify():
            return on_verify(draft, event)
        case Cancel():
            return on_cancel(draft, event)
        case Remove():
            return on_remove(draft, event)
        case Edit():
            return on_edit(draft, event)
        case Adopt():
            return on_adopt(draft, event)
        case _:
            assert_never(event)


def _report(draft: Draft, event: _Report) -> None:
    """Take note of what the provisioner, the DNS or the clock report."""
    match event:
        case Provisioned():
            on_provisioned(draft, event)
        case ProvisioningRefused():
            on_refused(draft, event)
        case AdoptionNeeded():
            on_adoption_needed(draft, event)
        case TornDown():
            on_torn_down(draft)
        case Looked() | ZoneSeen() | Preflighted() | CheckerOffline():
            _sight(draft, event)
        case TimePassed():
            on_time_passed(draft, event)
        case _:
            assert_never(event)


def _sight(draft: Draft, event: _Sight) -> None:
    """Take note of what was seen in the DNS, or that nothing can be."""
    match event:
        case Looked():
            on_looked(draft, event)
        case ZoneSeen():
            on_zone_seen(draft, event)
        case Preflighted():
            on_preflighted(draft, event)
        case CheckerOffline():
            on_offline(draft)
        case _:
            assert_never(event)
