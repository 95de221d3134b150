"""What one person is told later: by DM, or where the question was put."""

from bot.messages.advice import Scene
from bot.messages.buttons import button, link_button
from bot.messages.draft import Draft
from bot.messages.lines import Link, Mention, MentionKind, Piece
from bot.messages.message import Context, Message
from bot.messages.notice_facts import said
from bot.messages.rows import add_rows
from bot.messages.turns import turn_line
from bot.messages.voice import Voice
from core.notices import (
    AdoptionOffered,
    DeployRecordsReady,
    DeployRefused,
    DmActive,
    DmFailed,
    LookResult,
)
from core.sending_domain import DomainStatus


def card_link(voice: Voice, ctx: Context) -> Piece:
    """Link the card; while there is no link, name the channel where it is."""
    if ctx.links.card:
        return Link(ctx.links.card, voice.plain("word.card"))
    return Mention(MentionKind.CHANNEL, ctx.places.it_channel)


def render_dm(notice: DmActive | DmFailed, ctx: Context) -> Message:
    """Tell the asker how it ended."""
    draft = Draft(notice.subject.language)
    voice = draft.voice
    subject = notice.subject
    failed_by_provisioner = isinstance(notice, DmFailed) and bool(notice.error)
    key = "thread.failed.engage" if failed_by_provisioner else notice.kind
    draft.say(said(voice, key, notice, card_link=card_link(voice, ctx)))
    if failed_by_provisioner:
        draft.say(voice.say("turn.support", provisioner=subject.provisioner))
    actions = [button(voice, "open_details", subject.domain_id, subject.name)]
    if ctx.links.card:
        actions.insert(0, link_button(voice, ctx.links.card, subject.name))
    if isinstance(notice, DmFailed):
        actions.append(button(voice, "retry_verification", subject.domain_id, subject.name))
    draft.buttons(*actions)
    return draft.message()


def render_deployment(notice: DeployRecordsReady | DeployRefused, ctx: Context) -> Message:
    """Tell whoever deployed what came of it."""
    draft = Draft(notice.subject.language)
    voice = draft.voice
    draft.say(said(voice, _deployment_key(notice), notice, card_link=card_link(voice, ctx)))
    draft.buttons(button(voice, "open_details", notice.subject.domain_id, notice.subject.name))
    return draft.message()


def _deployment_key(notice: DeployRecordsReady | DeployRefused) -> str:
    """Tell a refused edit from a refused deployment: a domain in use stays what it is."""
    lives_on = isinstance(notice, DeployRefused) and notice.subject.status is not DomainStatus.SUSPENDED
    return "deploy.refused_edit" if lives_on else notice.kind


def render_adoption(notice: AdoptionOffered) -> Message:
    """Offer to take over what the provisioner has already."""
    draft = Draft(notice.subject.language)
    voice = draft.voice
    draft.say(said(voice, notice.kind, notice))
    draft.buttons(button(voice, "adopt_domain", notice.subject.domain_id, notice.subject.name))
    return draft.message()


def render_look_result(notice: LookResult) -> Message:
    """Answer *Check now*: nothing new, or the rows that changed; then whose turn it is."""
    draft = Draft(notice.subject.language)
    voice = draft.voice
    turn = turn_line(voice, notice.turn, notice.subject.name)
    if not notice.changed:
        draft.say(voice.sentences(said(voice, "pressed.same", notice), turn))
        return draft.message()
    purposes = tuple(tracked.expected.purpose for tracked in notice.changed)
    draft.say(said(voice, "thread.changed", notice, purposes=purposes))
    add_rows(draft, voice, notice.changed, Scene.of(notice.subject), compare=True)
    draft.say(turn)
    return draft.message()
