"""Support alerts: one message per incident; what follows is threaded, and the end is written onto the alert."""

from bot.messages import blocks
from bot.messages.advice import Scene
from bot.messages.buttons import button, link_button
from bot.messages.card import status_fields
from bot.messages.draft import Draft
from bot.messages.evidence import evidence_text
from bot.messages.formats import fallback, mrkdwn
from bot.messages.lines import Line, line
from bot.messages.message import Block, Context, Message, Snippet
from bot.messages.notice_facts import said
from bot.messages.outside import NAME_LIMIT, cleaned, cut, heading
from bot.messages.rows import add_rows
from bot.messages.voice import Voice
from core.findings import BlockedOn
from core.notices import (
    Alert,
    AlertFailed,
    AlertNoRecords,
    AlertOffline,
    AlertResolved,
    AlertUnseen,
    EvidenceFile,
)

_UNSEEN = {
    BlockedOn.IT: "alert.unseen.it",
    BlockedOn.US: "alert.unseen.us",
    BlockedOn.PROPAGATION: "alert.unseen.propagation",
}
"""Whose turn it is, where it is not the DNS provider's."""


def render_alert(notice: Alert, ctx: Context) -> Message:
    """Render an alert: what, since when, per-record diagnosis, who asked for the domain, what support can do."""
    subject = notice.subject
    draft = Draft(subject.language)
    voice = draft.voice
    draft.header(_head(voice, notice.kind, subject.name))
    since = (voice.say("alert.field.since"), voice.say("alert.at", at=notice.since_at))
    if isinstance(notice, AlertOffline):  # one for all domains: none of them is meant
        draft.fields(since, heard=False)
    else:
        name = (voice.say("alert.field.domain"), voice.say("alert.name", domain=subject.name))
        draft.fields(name, since, *status_fields(voice, subject.status, subject.verification), heard=False)
    draft.say(_line(voice, notice))
    add_rows(draft, voice, notice.rows, Scene.of(subject))
    draft.note(said(voice, "alert.foot", notice, ref=notice.incident_id), heard=False)
    if ctx.links.card and not isinstance(notice, AlertOffline):
        draft.text(line(ctx.links.card))
    draft.buttons(*_buttons(voice, notice, ctx))
    return draft.message()


def _head(voice: Voice, kind: str, domain: str) -> str:
    return voice.plain(f"{kind}.head", domain=heading(domain))


def _line(voice: Voice, notice: Alert) -> Line:
    if isinstance(notice, AlertNoRecords) and notice.last_event is None:
        return said(voice, "alert.no_records.bare", notice)
    if isinstance(notice, AlertUnseen) and notice.blocked_on in _UNSEEN:
        return said(voice, _UNSEEN[notice.blocked_on], notice)
    return said(voice, notice.kind, notice)


def _buttons(voice: Voice, notice: Alert, ctx: Context) -> list[Block]:
    if isinstance(notice, AlertOffline):
        return []
    subject = notice.subject
    found = [link_button(voice, ctx.links.card, subject.name)] if ctx.links.card else []
    if isinstance(notice, AlertFailed):
        found.append(button(voice, "retry_verification", subject.domain_id, subject.name))
    return [*found, button(voice, "open_details", subject.domain_id, subject.name)]


def render_resolution(notice: AlertResolved) -> Message:
    """Render the reply in the alert's thread: when it was resolved, after how long, and how."""
    draft = Draft(notice.subject.language)
    voice = draft.voice
    draft.text(line(heading(notice.subject.name)))
    draft.say(_resolved(voice, notice))
    return draft.message()


def _resolved(voice: Voice, notice: AlertResolved) -> Line:
    return voice.say(
        "alert.resolved",
        resolved_at=notice.resolved_at,
        duration=notice.resolved_at - notice.opened_at,
        how=_how(voice, notice),
    )


def _how(voice: Voice, notice: AlertResolved) -> Line:
    key = f"alert.how.{notice.how.value}"
    if notice.actor is None and notice.how.value in {"restarted", "redeployed", "stopped", "removed"}:
        key += "_bare"
    return voice.say(key, actor=notice.actor)


def render_alert_resolved(notice: AlertResolved, about: str = "", original: Message | None = None) -> Message:
    """Render the alert as it is edited when its incident is over: no buttons, the resolution first.

    `about` is the kind of the alert, where the notice does not say. `original` is the alert as it was posted,
    where it can still be read; without it head and facts are made again from the notice.
    """
    voice = Voice(notice.subject.language)
    resolved = _resolved(voice, notice)
    if original is None or not original.blocks:
        return _made_again(voice, notice, notice.about or about, resolved)
    old = str(original.blocks[0].get("text", {}).get("text", notice.subject.name))
    head = voice.plain("alert.resolved.head", head=line(old))
    kept = [block for block in original.blocks[1:] if block["type"] != "actions"]
    text = f"{fallback(line(head))}\n{fallback(resolved)}\n{original.text}"
    return Message(cut(text, blocks.FALLBACK_LIMIT), [blocks.header(head), blocks.rich_text(resolved), *kept])


def _made_again(voice: Voice, notice: AlertResolved, about: str, resolved: Line) -> Message:
    subject, draft = notice.subject, Draft(notice.subject.language)
    head = _head(voice, about, subject.name) if about else heading(subject.name)
    draft.header(voice.plain("alert.resolved.head", head=line(head)))
    draft.say(resolved)
    since = (voice.say("alert.field.since"), voice.say("alert.at", at=notice.opened_at))
    if about != AlertOffline.kind:
        draft.fields(since, *status_fields(voice, subject.status, subject.verification))
    return draft.message()


def render_evidence(notice: EvidenceFile) -> Snippet:
    """Render the evidence as a file."""
    voice = Voice(notice.subject.language)
    name = notice.subject.name
    return Snippet(
        f"{cleaned(name, NAME_LIMIT)}.evidence.txt",
        voice.plain("evidence.title", domain=name),
        mrkdwn(voice.say("evidence.comment")),
        evidence_text(voice, notice),
    )
