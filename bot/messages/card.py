"""The card: one message per domain, edited in place on every change, with nothing on it that ages."""

from enum import StrEnum
from typing import Any

from bot.messages import blocks
from bot.messages.advice import Scene
from bot.messages.buttons import button
from bot.messages.draft import Draft
from bot.messages.lines import Line, line
from bot.messages.message import Context, Message
from bot.messages.outside import heading
from bot.messages.providers import provider_line
from bot.messages.rows import add_rows, noteworthy, quiet_line, verified_line
from bot.messages.timeline import foot_line, progress_line, timeline_line
from bot.messages.turns import turn_line
from bot.messages.voice import Voice
from core.phases import Phase, phase_of
from core.sending_domain import DomainStatus, SendingDomain, VerificationStatus
from core.turns import Turn, TurnKey


class Layout(StrEnum):
    """Which of its layouts the card shows; each is the end of a key of `card.head.*`."""

    PREPARING = "preparing"
    READY = "ready"
    PENDING = "pending"
    VERIFIED = "verified"
    ACTIVE = "active"
    TEMPORARY = "temporary"
    FAILURE = "failure"
    PROVISIONER = "provisioner"
    CREATED = "created"
    STOPPED = "stopped"
    REMOVING = "removing"
    REMOVED = "removed"


_WITH_ROWS = {Layout.PENDING, Layout.ACTIVE, Layout.TEMPORARY, Layout.FAILURE, Layout.PROVISIONER}
_QUIET = {Layout.READY, Layout.CREATED, Layout.STOPPED}
_PROGRESSING = {Layout.PREPARING, Layout.READY, Layout.PENDING, Layout.VERIFIED, Layout.TEMPORARY}
_BUTTONS: dict[Layout, tuple[str, ...]] = {
    Layout.READY: ("records_added", "show_records"),
    Layout.PENDING: ("records_added", "check_now", "show_records"),
    Layout.VERIFIED: ("show_records",),
    Layout.ACTIVE: ("check_now", "show_records"),
    Layout.TEMPORARY: ("records_added", "check_now", "show_records"),
    Layout.FAILURE: ("retry_verification", "show_records"),
    Layout.PROVISIONER: ("retry_verification",),
    Layout.CREATED: ("start_deploy",),
    Layout.STOPPED: ("start_deploy",),
}
_LAYOUTS = {
    Phase.S0: Layout.STOPPED,
    Phase.D0: Layout.PREPARING,
    Phase.D1: Layout.READY,
    Phase.DP: Layout.PENDING,
    Phase.DV: Layout.VERIFIED,
    Phase.DT: Layout.TEMPORARY,
    Phase.AV: Layout.ACTIVE,
    Phase.AT: Layout.TEMPORARY,
    Phase.SF: Layout.FAILURE,
}
IT_TURNS = frozenset({TurnKey.IT_ADD, TurnKey.IT_FIX, TurnKey.IT_REGISTER})


def layout_of(domain: SendingDomain) -> Layout:
    """Tell which of the card's layouts applies."""
    phase = phase_of(domain)
    if phase is Phase.RM:
        return Layout.REMOVING if domain.removed_at is None else Layout.REMOVED
    if phase is Phase.SF and domain.provisioner_error is not None:
        return Layout.PROVISIONER
    if phase is Phase.S0 and domain.deploy_started_at is None:
        return Layout.CREATED
    return _LAYOUTS[phase]


def render_card(domain: SendingDomain, turn: Turn, ctx: Context) -> Message:
    """Render the card of `domain` in its own language, at most 20 blocks."""
    draft = Draft(domain.language)
    voice = draft.voice
    layout = layout_of(domain)
    open_card(draft, voice, domain, turn, ctx)
    draft.say(*layout_lines(voice, domain, ctx))
    body(draft, voice, domain, layout)
    draft.note(timeline_line(voice, domain, ctx))
    draft.note(foot_line(voice, domain, ctx.links.file), heard=False)
    draft.buttons(*card_buttons(voice, domain, layout, turn))
    return draft.message(blocks.CARD_BLOCKS)


def open_card(draft: Draft, voice: Voice, domain: SendingDomain, turn: Turn, ctx: Context) -> None:
    """Begin with what is true now, both statuses, and whose turn it is."""
    draft.header(_head(voice, domain, ctx))
    if layout_of(domain) is Layout.REMOVED:  # it has no status any more
        draft.say(_removed(voice, domain))
        return
    draft.fields(*status_fields(voice, domain.status, domain.verification))
    draft.say(turn_line(voice, turn, domain.name))


def status_fields(
    voice: Voice, status: DomainStatus, verification: VerificationStatus
) -> tuple[tuple[Line, Line], tuple[Line, Line]]:
    """Both statuses, explained, under their names."""
    return (
        (voice.say("card.status"), voice.status(status, explained=True)),
        (voice.say("card.verification"), voice.verification_with_symbol(verification)),
    )


def _head(voice: Voice, domain: SendingDomain, ctx: Context) -> str:
    return voice.plain(
        f"card.head.{layout_of(domain).value}",
        domain=heading(domain.name),
        n=_head_count(domain),
        verified=domain.verified_count,
        required=len(domain.required),
        window=domain.window.length if domain.window else ctx.durations.window,
    )


def _head_count(domain: SendingDomain) -> int:
    """Count the records to add, or the required ones that are not right."""
    if domain.verification is VerificationStatus.NOT_STARTED:
        return len(domain.records)
    return len(domain.required) - domain.verified_count


def layout_lines(voice: Voice, domain: SendingDomain, ctx: Context) -> list[Line]:
    """Say what the phase means, besides the turn."""
    match layout_of(domain):
        case Layout.READY:
            return [provider_line(voice, domain, domain.record_set, warnings_only=True)]
        case Layout.VERIFIED:
            return witnesses(voice, domain)
        case Layout.ACTIVE:
            return [voice.say("card.active", domain=domain.name, sweep=ctx.durations.sweep)]
        case Layout.TEMPORARY if domain.window is not None:
            return [voice.say("card.temporary", status=domain.status, deadline_at=domain.window.deadline)]
        case Layout.CREATED | Layout.STOPPED if domain.provisioner_error is not None:
            why = domain.provisioner_error
            facts = {"step": why.step, "error": why.error, "remedy": why.remedy}
            return [voice.say("card.refused", provisioner=line(heading(domain.provisioner)), **facts)]
        case Layout.FAILURE | Layout.PROVISIONER if domain.failed_at is not None:
            return [voice.say("card.failure", failed_at=domain.failed_at)]
        case _:
            return []


def witnesses(voice: Voice, domain: SendingDomain) -> list[Line]:
    """Two witnesses, two sentences: what we see in the DNS, and what the provisioner says."""
    lines: list[Line] = []
    if domain.verification is VerificationStatus.VERIFIED and domain.verified_at is not None:
        lines.append(voice.say("card.witnesses.dns", since_at=domain.verified_at))
    if domain.verdict_at is not None:
        verdict = domain.verdict_word or domain.verdict.value
        provisioner: Line = line(heading(domain.provisioner))
        lines.append(
            voice.say(
                "card.witnesses.provisioner", provisioner=provisioner, verdict=verdict, asked_at=domain.verdict_at
            )
        )
    return lines


def body(draft: Draft, voice: Voice, domain: SendingDomain, layout: Layout) -> None:
    """The rows, or one line instead of them, between rules; then the progress of the deployment."""
    rows = noteworthy(domain.records) if layout in _WITH_ROWS else ()
    rest = verified_line(voice, domain.records) if layout in _WITH_ROWS - {Layout.ACTIVE} else ()
    if rows or rest:
        draft.add(blocks.divider())
        add_rows(draft, voice, rows, Scene.of(domain, domain.next_check_at), rest=rest)
        draft.add(blocks.divider())
    if layout in _QUIET:
        draft.say(quiet_line(voice, domain.records))
    if layout in _PROGRESSING:
        draft.note(progress_line(voice, domain), heard=False)


def card_buttons(voice: Voice, domain: SendingDomain, layout: Layout, turn: Turn) -> list[dict[str, Any]]:
    """The buttons of a phase, likeliest first; *I've added the records* is primary on IT's turn only."""
    primary = layout is not Layout.PENDING or turn.key in IT_TURNS
    return [
        button(voice, action_id, domain.id, domain.name, style=primary or action_id != "records_added")
        for action_id in _BUTTONS.get(layout, ())
    ]


def _removed(voice: Voice, domain: SendingDomain) -> Line:
    by, n = domain.removed_by or domain.asker, len(domain.records)
    if not n:
        return voice.say("thread.removed.none", actor=by, domain=domain.name)
    provider = voice.provider(domain.zone.provider if domain.zone else None)
    return voice.say("thread.removed", actor=by, domain=domain.name, n=n, provider=provider)
