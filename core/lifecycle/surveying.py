"""What is learnt of a domain's surroundings before IT is asked to do anything."""

from core import providers
from core.checkup import Checkup
from core.events import Preflighted, ZoneSeen
from core.lifecycle.draft import Draft
from core.notices import PreflightFound
from core.schedule import awaits_preflight


def on_zone_seen(draft: Draft, event: ZoneSeen) -> None:
    """Know the zone: hosts are relative to it, and its provider decides the advice."""
    draft.change(zone=event.zone)


def on_preflighted(draft: Draft, event: Preflighted) -> None:
    """Tell whoever created the domain what was found, if that is worth a word; a clean one goes without."""
    checkup = event.checkup
    if not awaits_preflight(draft.domain):
        return
    draft.change(preflight_at=draft.now)
    if checkup is None or not checkup.judged:
        return
    draft.change(zone=checkup.zone or draft.domain.zone)
    if checkup.in_the_way or checkup.notes or _warns(checkup):
        asker = draft.domain.asker
        draft.say(PreflightFound(subject=draft.subject_for(asker), to=asker, checkup=checkup.brief(), turn=draft.turn))


def _warns(checkup: Checkup) -> bool:
    """Tell whether the provider has something that must be known before anybody begins; a limit is among the rows."""
    provider = providers.by_name(checkup.zone.provider) if checkup.zone else None
    return provider is not None and any(t.is_warning and t is not providers.Trait.TOO_SMALL for t in provider.traits)
