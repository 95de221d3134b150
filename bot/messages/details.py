"""The detail modal: everything about one domain, and every button it has for the viewer."""

from typing import Any

from bot.messages import blocks
from bot.messages.buttons import NEEDS, button, link_button, stop_button
from bot.messages.card import IT_TURNS, status_fields
from bot.messages.draft import Draft
from bot.messages.forms import View, modal
from bot.messages.histories import entry_line
from bot.messages.message import Block, Context
from bot.messages.outside import heading
from bot.messages.status import record_rows
from bot.messages.timeline import checks_line, event_lines, left_line, timeline_line
from bot.messages.turns import turn_line
from bot.messages.voice import Voice
from core.commands import Verb
from core.notices.shown import DetailsShown, StatusShown
from core.phases import Phase, phase_of
from core.sending_domain import DomainStatus, Language

LAST_ENTRIES = 5
_OFFERED: dict[Phase, tuple[str, ...]] = {
    Phase.S0: ("start_deploy",),
    Phase.D1: ("records_added",),
    Phase.DP: ("records_added", "check_now"),
    Phase.DV: ("check_now",),
    Phase.DT: ("records_added", "check_now"),
    Phase.AV: ("check_now",),
    Phase.AT: ("records_added", "check_now"),
    Phase.SF: ("retry_verification",),
}


def details_modal(language: Language, shown: DetailsShown, ctx: Context) -> View:
    """Show both statuses, the turn, every record, the events, the times, and the last of the history."""
    draft = Draft(language)
    voice = draft.voice
    status = shown.status
    domain = status.domain
    draft.header(heading(domain.name))
    draft.fields(*status_fields(voice, domain.status, domain.verification))
    draft.say(turn_line(voice, status.turn, domain.name))
    record_rows(draft, voice, domain, servers=True)
    draft.listed(event_lines(voice, domain, codes=False))
    draft.note(timeline_line(voice, domain, ctx), left_line(voice, domain, ctx), checks_line(voice, domain))
    draft.listed([entry_line(voice, entry) for entry in shown.entries[:LAST_ENTRIES]])
    draft.buttons(*_likely(voice, status))
    draft.buttons(*_dangerous(voice, status, ctx))
    content = list(draft.message(blocks.VIEW_BLOCKS).blocks)
    return modal(voice, "details", content, submit=False, close="details.close", meta=domain.id)


def _likely(voice: Voice, shown: StatusShown) -> list[Block]:
    domain = shown.domain
    wanted = (*_OFFERED.get(phase_of(domain), ()), *(("show_records",) if domain.records else ()))
    primary = phase_of(domain) is not Phase.DP or shown.turn.key in IT_TURNS
    found = [
        button(voice, action, domain.id, domain.name, style=primary) for action in wanted if NEEDS[action] in shown.can
    ]
    return [*found, link_button(voice, shown.thread_link, domain.name)] if shown.thread_link else found


def _dangerous(voice: Voice, shown: StatusShown, ctx: Context) -> list[dict[str, Any]]:
    """What cannot be undone stands in a row of its own, last, and asks before it acts."""
    domain = shown.domain
    found: list[dict[str, Any]] = []
    if domain.removing:
        return found
    if Verb.CANCEL in shown.can and domain.status is DomainStatus.DEPLOYING:
        window = domain.running_window
        left = None if window is None else max(window.deadline - ctx.now, window.length * 0)
        length = window.length if window else ctx.durations.window
        found.append(stop_button(voice, domain.id, domain.name, window=length, left=left))
    if Verb.REMOVE in shown.can:
        found.append(button(voice, "remove_domain", domain.id, domain.name))
    return found
