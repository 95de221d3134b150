"""Lists of domains: newest first, a row each."""

from bot.messages import blocks
from bot.messages.buttons import button, create_button, paging
from bot.messages.draft import Draft
from bot.messages.lines import Line, Mention, MentionKind, Words, bold_lead, joined
from bot.messages.message import Block, Context, Message
from bot.messages.turns import turn_line
from bot.messages.voice import Fact, Voice
from core.filters import Filter
from core.notices.shown import DomainList, ListedDomain
from core.sending_domain import Language, VerificationStatus

_RUNNING = {VerificationStatus.PENDING, VerificationStatus.TEMPORARY_FAILURE}


def render_list(answer: DomainList, language: Language, ctx: Context) -> Message:
    """Domains with both statuses and whose turn it is, ten a page."""
    draft = Draft(language)
    voice = draft.voice
    if not answer.rows:
        draft.say(empty_line(voice, answer, ctx))
        if answer.admin:
            draft.buttons(create_button(voice))
        return draft.message()
    draft.say(voice.say("list.head", n=answer.total))
    for row in answer.rows:
        draft.add(row_block(voice, row))
        draft.text(_spoken(Voice(language), row), vital=False)
    draft.buttons(*paging(voice, "list", answer.filter or Filter.ALL.value, answer.page, answer.pages))
    return draft.message()


def row_block(voice: Voice, row: ListedDomain) -> Block:
    """One domain, with its details behind a button."""
    domain = row.domain
    counts: dict[str, Fact] = {"verified": domain.verified_count, "required": len(domain.required)}
    said = voice.say(
        "home.row" if domain.records else "home.row_bare",
        domain=domain.name,
        status=domain.status,
        verification=domain.verification,
        turn_lead=bold_lead(turn_line(voice, row.turn, domain.name)),
        **counts,
    )
    accessory = button(voice, "open_details", domain.id, domain.name)
    return blocks.section(joined((said, _ends(voice, row)), " "), accessory)


def _ends(voice: Voice, row: ListedDomain) -> Line:
    window = row.domain.window
    running = window is not None and row.domain.verification in _RUNNING and not row.domain.removing
    return voice.say("home.ends", deadline_at=window.deadline) if window and running else ()


def _spoken(voice: Voice, row: ListedDomain) -> Line:
    domain = row.domain
    turn = turn_line(voice, row.turn, domain.name)
    statuses: dict[str, Fact] = {"status": domain.status, "verification": domain.verification}
    return voice.say("list.plain", domain=domain.name, turn=turn, **statuses)


def empty_line(voice: Voice, answer: DomainList, ctx: Context) -> Line:
    """Say why there is nothing to see, and what brings something."""
    if answer.filter and answer.filter != Filter.ALL:
        return voice.say("home.empty.filter", filter=Words(voice.plain(f"filter.{answer.filter}")))
    if answer.admin:
        return voice.say("home.empty.admin")
    return voice.say("home.empty.others", it_channel=Mention(MentionKind.CHANNEL, ctx.places.it_channel))
