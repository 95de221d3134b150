"""Times and progress: the events, the verification window, the checks, and the foot of the card."""

from bot.messages.lines import Line, Link, Words, joined
from bot.messages.message import Context
from bot.messages.outside import heading
from bot.messages.voice import Fact, Voice
from core.durations import REMINDERS
from core.records import Purpose
from core.sending_domain import (
    DeploymentEvent,
    DomainStatus,
    Language,
    SendingDomain,
    VerificationStatus,
    Window,
)

_AFTER_DNS = frozenset({DeploymentEvent.ENABLE_IDENTITY, DeploymentEvent.ENABLE_CDN})


def progress_line(voice: Voice, domain: SendingDomain) -> Line:
    """Count the deployment events, in words and then as a bar; name the last and the next one."""
    done = len(domain.events)
    bar = "●" * done + "○" * (len(DeploymentEvent) - done)
    parts = [voice.say("progress.done", done=done, bar=bar)]
    if domain.events:
        order = list(DeploymentEvent)
        last = max(domain.events, key=lambda event: (domain.events[event], order.index(event)))
        parts.append(voice.say("progress.last", last_event=last, last_at=domain.events[last]))
    if domain.next_event is not None:
        parts.append(voice.say("progress.next", next_event=domain.next_event))
        if _needs_records(domain):
            parts.append(voice.say("progress.dns"))
    return joined(parts, " " if voice.language is Language.EN else "　")


def _needs_records(domain: SendingDomain) -> bool:
    """Tell whether the next event waits for IT's records."""
    certificate = any(tracked.expected.purpose is Purpose.CERTIFICATE for tracked in domain.records)
    waiting = _AFTER_DNS | ({DeploymentEvent.CERTIFICATE} if certificate else set())
    verified = domain.verification is VerificationStatus.VERIFIED
    return bool(domain.records) and not verified and domain.next_event in waiting


def timeline_line(voice: Voice, domain: SendingDomain, ctx: Context) -> Line:
    """Say where the domain stands on its way through the verification window."""
    if domain.removing:
        return ()
    window = domain.window
    length = window.length if window else ctx.durations.window
    match domain.verification:
        case VerificationStatus.NOT_STARTED:
            before = bool(domain.records) and domain.status is DomainStatus.DEPLOYING
            return voice.say("timeline.before", window=ctx.durations.window) if before else ()
        case VerificationStatus.PENDING | VerificationStatus.TEMPORARY_FAILURE:
            return _running(voice, window) if window else ()
        case VerificationStatus.VERIFIED:
            return _done(voice, domain)
        case VerificationStatus.FAILURE:
            closed_at = window.deadline if window else domain.failed_at
            return voice.say("timeline.closed", window=length, deadline_at=closed_at) if closed_at else ()


def _running(voice: Voice, window: Window) -> Line:
    facts: dict[str, Fact] = {}
    for index, share in enumerate(REMINDERS, start=1):
        facts[f"r{index}"] = window.length * share.numerator / share.denominator
        sent = index <= window.reminders_sent
        facts[f"s{index}"] = voice.plain("timeline.reminder_sent" if sent else "timeline.reminder_to_come")
    times: dict[str, Fact] = {"opened_at": window.opened_at, "deadline_at": window.deadline}
    return voice.say("timeline.running", window=window.length, **times, **facts)


def _done(voice: Voice, domain: SendingDomain) -> Line:
    at, window = domain.verified_at, domain.window
    if at is None:
        return ()
    if window is None or at < window.opened_at:
        return voice.say("timeline.done_bare", verified_at=at)
    return voice.say("timeline.done", verified_at=at, elapsed=at - window.opened_at, window=window.length)


def left_line(voice: Voice, domain: SendingDomain, ctx: Context) -> Line:
    """Say how much of a running window is left. It ages: never on the card."""
    window = domain.window
    running = {VerificationStatus.PENDING, VerificationStatus.TEMPORARY_FAILURE}
    if window is None or domain.verification not in running:
        return ()
    elapsed = min(max(ctx.now - window.opened_at, window.length * 0), window.length)
    return voice.say("timeline.left", elapsed=elapsed, window=window.length, left=window.length - elapsed)


def checks_line(voice: Voice, domain: SendingDomain) -> Line:
    """Say when the last look was and when the next one is. It ages: never on the card."""
    if domain.last_check_at is None:
        return ()
    key = "checks" if domain.next_check_at else "checks.last"
    return voice.say(key, last_at=domain.last_check_at, next_at=domain.next_check_at)


def event_lines(voice: Voice, domain: SendingDomain, *, codes: bool) -> list[Line]:
    """List the six events with their times, on demand with their codes."""
    key = "event.code_line" if codes else "event.line"
    coming = Words(voice.plain("event.to_come"))
    return [
        voice.say(key, name=event, code=event.value, at=domain.events.get(event, coming)) for event in DeploymentEvent
    ]


def foot_line(voice: Voice, domain: SendingDomain, file_link: str | None) -> Line:
    """Name who asked for the domain, and link the newest zone file."""
    if not file_link:
        return voice.say("foot.asker", asker=domain.asker)
    link = Link(file_link, f"{heading(domain.name)}.zone.txt")
    return voice.say("foot", asker=domain.asker, file_link=link)
