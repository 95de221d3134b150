"""The card: one message per domain, edited in place on every change, with nothing on it that ages."""

from enum import Enum, auto
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
from core.sending_domain import DomainStatus, SendingDomain, VerificationStatus
from core.turns import Turn, TurnKey


class Phase(Enum):
    """What the card is showing."""

    PREPARING = auto()
    READY = auto()
    PENDING = auto()
    VERIFIED = auto()
    ACTIVE = auto()
    TEMPORARY = auto()
    FAILURE = auto()
    PROVISIONER = auto()
    STOPPED = auto()
    REMOVING = auto()
    REMOVED = auto()


_WITH_ROWS = {Phase.PENDING, Phase.ACTIVE, Phase.TEMPORARY, Phase.FAILURE, Phase.PROVISIONER}
_QUIET = {Phase.READY, Phase.STOPPED}
_PROGRESSING = {Phase.PREPARING, Phase.READY, Phase.PENDING, Phase.VERIFIED, Phase.TEMPORARY}
_BUTTONS: dict[Phase, tuple[str, ...]] = {
    Phase.READY: ("records_added", "show_records"),
    Phase.PENDING: ("records_added", "check_now", "show_records"),
    Phase.VERIFIED: ("show_records",),
    Phase.ACTIVE: ("check_now", "show_records"),
    Phase.TEMPORARY: ("records_added", "check_now", "show_records"),
    Phase.FAILURE: ("retry_verification", "show_records"),
    Phase.PROVISIONER: ("retry_verification",),
    Phase.STOPPED: ("start_deploy",),
}
IT_TURNS = frozenset({TurnKey.IT_ADD, TurnKey.IT_FIX})


def phase_of(domain: SendingDomain) -> Phase:
    """Tell which of the card's layouts applies."""
    if domain.removed_at is not None:
        return Phase.REMOVED
    if domain.removing:
        return Phase.REMOVING
    match domain.verification:
        case VerificationStatus.NOT_STARTED:
            if domain.status is DomainStatus.SUSPENDED:
                return Phase.STOPPED
            return Phase.READY if domain.records else Phase.PREPARING
        case VerificationStatus.PENDING:
            return Phase.PENDING
        case VerificationStatus.VERIFIED:
            return Phase.ACTIVE if domain.status is DomainStatus.ACTIVE else Phase.VERIFIED
        case VerificationStatus.TEMPORARY_FAILURE:
            return Phase.TEMPORARY
        case VerificationStatus.FAILURE:
            return Phase.FAILURE if domain.provisioner_error is None else Phase.PROVISIONER


def render_card(domain: SendingDomain, turn: Turn, ctx: Context) -> Message:
    """Render the card of `domain` in its own language, at most 20 blocks."""
    voice = Voice(domain.language)
    draft = Draft()
    phase = phase_of(domain)
    open_card(draft, voice, domain, turn, ctx)
    draft.say(*phase_lines(voice, domain, ctx))
    body(draft, voice, domain, phase, ctx)
    draft.note(timeline_line(voice, domain, ctx))
    draft.note(foot_line(voice, domain, ctx.links.file), heard=False)
    draft.buttons(*card_buttons(voice, domain, phase, turn))
    return draft.message(blocks.CARD_BLOCKS)


def open_card(draft: Draft, voice: Voice, domain: SendingDomain, turn: Turn, ctx: Context) -> None:
    """Begin with what is true now, both statuses, and whose turn it is."""
    draft.header(_head(voice, domain, ctx))
    draft.fields(*status_fields(voice, domain.status, domain.verification))
    if phase_of(domain) is Phase.REMOVED:
        draft.say(_removed(voice, domain))
    else:
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
        f"card.head.{phase_of(domain).name.lower()}",
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


def phase_lines(voice: Voice, domain: SendingDomain, ctx: Context) -> list[Line]:
    """Say what the phase means, besides the turn."""
    match phase_of(domain):
        case Phase.READY:
            return [provider_line(voice, domain, ctx.advice, warnings_only=True)]
        case Phase.VERIFIED:
            return witnesses(voice, domain)
        case Phase.ACTIVE:
            return [voice.say("card.active", domain=domain.name, sweep=ctx.durations.sweep)]
        case Phase.TEMPORARY if domain.window is not None:
            return [voice.say("card.temporary", status=domain.status, deadline_at=domain.window.deadline)]
        case Phase.FAILURE | Phase.PROVISIONER if domain.failed_at is not None:
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


def body(draft: Draft, voice: Voice, domain: SendingDomain, phase: Phase, ctx: Context) -> None:
    """The rows, or one line instead of them, between rules; then the progress of the deployment."""
    del ctx
    rows = noteworthy(domain.records) if phase in _WITH_ROWS else ()
    rest = verified_line(voice, domain.records) if phase in _WITH_ROWS - {Phase.ACTIVE} else ()
    if rows or rest:
        draft.add(blocks.divider())
        add_rows(draft, voice, rows, Scene.of(domain, domain.next_check_at), rest=rest)
        draft.add(blocks.divider())
    if phase in _QUIET:
        draft.say(quiet_line(voice, domain.records))
    if phase in _PROGRESSING:
        draft.note(progress_line(voice, domain), heard=False)


def card_buttons(voice: Voice, domain: SendingDomain, phase: Phase, turn: Turn) -> list[dict[str, Any]]:
    """The buttons of a phase, likeliest first; *I've added the records* is primary on IT's turn only."""
    primary = phase is not Phase.PENDING or turn.key in IT_TURNS
    return [
        button(voice, action_id, domain.id, domain.name, style=primary or action_id != "records_added")
        for action_id in _BUTTONS.get(phase, ())
    ]


def _removed(voice: Voice, domain: SendingDomain) -> Line:
    by, n = domain.removed_by or domain.asker, len(domain.records)
    if not n:
        return voice.say("thread.removed.none", actor=by, domain=domain.name)
    provider = voice.provider(domain.zone.provider if domain.zone else None)
    return voice.say("thread.removed", actor=by, domain=domain.name, n=n, provider=provider)
