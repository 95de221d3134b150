"""The status of one domain: the card, and what the card leaves out because it ages."""

from typing import Any

from bot.messages.advice import Scene
from bot.messages.buttons import NEEDS, button, link_button
from bot.messages.card import Layout, layout_lines, layout_of, open_card, witnesses
from bot.messages.draft import Draft
from bot.messages.invites import invite_line
from bot.messages.message import Block, Context, Message
from bot.messages.rows import add_rows, noteworthy, quiet_line, verified_line
from bot.messages.timeline import checks_line, event_lines, foot_line, left_line, progress_line, timeline_line
from bot.messages.voice import Voice
from core.notices.shown import StatusShown
from core.phases import POLLED, phase_of
from core.sending_domain import Language, SendingDomain, VerificationStatus


def render_status(shown: StatusShown, language: Language, ctx: Context) -> Message:
    """Both statuses, whose turn it is, each finding with what was seen, the events, the times."""
    draft = Draft(language)
    voice = draft.voice
    domain = shown.domain
    open_card(draft, voice, domain, shown.turn, ctx)
    draft.say(*_lines(voice, domain, ctx))
    record_rows(draft, voice, domain)
    draft.listed(event_lines(voice, domain, codes=True), heard=False)
    add_times(draft, voice, shown, ctx)
    draft.say(*(invite_line(voice, each.channel, ctx.places.bot_name, each.reason) for each in shown.lost))
    draft.note(foot_line(voice, domain, shown.file_link), heard=False)
    draft.buttons(*_buttons(voice, shown))
    return draft.message()


def _lines(voice: Voice, domain: SendingDomain, ctx: Context) -> list[Any]:
    if layout_of(domain) is Layout.VERIFIED:
        return layout_lines(voice, domain, ctx)
    return [*layout_lines(voice, domain, ctx), *witnesses(voice, domain)]


def record_rows(draft: Draft, voice: Voice, domain: SendingDomain, *, servers: bool = False) -> None:
    """Every record with something to say, with what was seen (and `servers`: where); then one line for the rest."""
    if domain.verification is VerificationStatus.NOT_STARTED:
        draft.say(quiet_line(voice, domain.records))
        return
    rest = verified_line(voice, domain.records)
    add_rows(
        draft,
        voice,
        noteworthy(domain.records),
        Scene.of(domain, domain.next_check_at),
        every_seen=True,
        servers=servers,
        rest=rest,
    )


def add_times(draft: Draft, voice: Voice, shown: StatusShown, ctx: Context) -> None:
    """Progress, window, what is left of it, and the checks."""
    domain = shown.domain
    draft.note(progress_line(voice, domain), heard=False)
    draft.note(timeline_line(voice, domain, ctx), left_line(voice, domain, ctx), checks_line(voice, domain))


def _buttons(voice: Voice, shown: StatusShown) -> list[Block]:
    domain = shown.domain
    wanted = (["check_now"] if phase_of(domain) in POLLED else []) + (["show_records"] if domain.records else [])
    found = [button(voice, action, domain.id, domain.name) for action in wanted if NEEDS[action] in shown.can]
    return [*found, link_button(voice, shown.thread_link, domain.name)] if shown.thread_link else found
