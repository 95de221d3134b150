"""Every answer as a message, in the asker's language."""

from collections.abc import Callable
from typing import Any

from bot.messages import blocks
from bot.messages.check import render_check_asked, render_check_limited
from bot.messages.draft import Draft
from bot.messages.formats import fallback
from bot.messages.help import render_help, render_help_verb
from bot.messages.histories import render_history
from bot.messages.invites import invite_line
from bot.messages.lines import Words
from bot.messages.lists import render_list
from bot.messages.message import Context, Message
from bot.messages.outside import NAME_LIMIT, cleaned, cut
from bot.messages.receipts import (
    receipt,
    render_adopted,
    render_cancel_asked,
    render_cancelled,
    render_created,
    render_deploy,
    render_edited,
    render_key_needed,
    render_removal,
    render_too_soon,
    render_verify,
)
from bot.messages.refusals import (
    render_denied,
    render_form_late,
    render_invalid_name,
    render_state_refused,
    render_unknown,
    render_usage,
)
from bot.messages.status import render_status
from bot.messages.turns import turn_line
from bot.messages.voice import Fact, Voice
from bot.messages.zone import render_table
from core.notices import answers as given
from core.notices import shown
from core.sending_domain import Language

_Renderer = Callable[[Any, Language, Context], Message]


def render_answer(
    answer: given.Answer, language: Language, ctx: Context, forgiven: tuple[str, str] | None = None
) -> Message:
    """Render an answer. `forgiven` is what was typed for a domain and what it was read as."""
    message = _RENDERERS[type(answer)](answer, language, ctx)
    if isinstance(answer, given.DeniedUnread | given.Busy | given.SlowDown) and answer.ref:
        message = _referring(message, answer.ref, language)
    if forgiven is None:
        return message
    typed, name = forgiven
    read = Voice(language).say("forgiven", typed=Words(cleaned(typed, NAME_LIMIT)), domain=name)
    text = cut(f"{message.text}\n{fallback(read)}", blocks.FALLBACK_LIMIT)
    return Message(text, [blocks.context(read), *message.blocks])


def render_invite(channel: str, bot: str, language: Language, reason: str = "") -> Message:
    """Ask for the channel to be mended, as `reason` (Slack's word) demands; `bot` is the bot's name."""
    draft = Draft(language)
    draft.say(invite_line(draft.voice, channel, bot, reason))
    return draft.message()


def _say(key: str, language: Language, **facts: Fact) -> Message:
    draft = Draft(language)
    draft.say(draft.voice.say(key, **facts))
    return draft.message()


def _no_records(answer: given.NoRecordsYet, language: Language, _: Context) -> Message:
    return _say("state.no_records", language, domain=answer.domain.name, window=answer.window)


def _records(answer: shown.RecordsShown, language: Language, _: Context) -> Message:
    voice = Voice(language)
    domain = answer.domain
    if domain.records:
        draft = render_table(domain, domain.record_set, language)
        draft.say(voice.say("records.sent"))
    else:
        draft = Draft(language)
        draft.say(voice.say("records.none", domain=domain.name))
        draft.say(turn_line(voice, answer.turn, domain.name))
    return draft.message()


def _referring(message: Message, ref: str, language: Language) -> Message:
    """Put the reference below by which the log knows what was asked."""
    below = Voice(language).say("reference", ref=ref)
    return Message(f"{message.text}\n{fallback(below)}", [*message.blocks, blocks.context(below)])


_RENDERERS: dict[type[given.Answer], _Renderer] = {
    given.HelpRoot: lambda answer, language, _: render_help(answer, language),
    given.HelpVerb: lambda answer, language, _: render_help_verb(answer, language),
    given.UsageProblem: lambda answer, language, _: render_usage(answer, language),
    given.UnknownDomain: lambda answer, language, _: render_unknown(answer, language),
    given.InvalidName: lambda answer, language, _: render_invalid_name(answer, language),
    given.Denied: lambda answer, language, _: render_denied(answer, language),
    given.DeniedUnread: lambda _, language, __: _say("denied.unread", language),
    given.Busy: lambda _, language, __: _say("busy", language),
    given.Broken: lambda answer, language, _: _say("broken", language, ref=answer.ref),
    given.TakesLong: lambda answer, language, _: _say("takes_long", language, ref=answer.ref),
    given.FormLate: lambda answer, language, _: render_form_late(answer, language),
    given.SlowDown: lambda answer, language, _: _say("slow_down", language, n=answer.most, wait=answer.wait),
    given.StateRefused: lambda answer, language, _: render_state_refused(answer, language),
    given.NoRecordsYet: _no_records,
    given.Created: lambda answer, language, _: render_created(answer, language),
    given.Edited: lambda answer, language, _: render_edited(answer, language),
    given.KeyNeeded: lambda answer, language, _: render_key_needed(answer, language),
    given.DeployStarted: render_deploy,
    given.DeployRunning: render_deploy,
    given.Adopted: lambda answer, language, _: render_adopted(answer, language),
    given.VerifyAccepted: lambda answer, language, _: render_verify(answer, language),
    given.Checking: lambda answer, language, _: receipt("pressed.check", answer.domain, language),
    given.TooSoon: lambda answer, language, _: render_too_soon(answer, language),
    given.Stale: lambda answer, language, _: receipt("pressed.stale", answer.domain, language),
    given.CancelAsked: lambda answer, language, _: render_cancel_asked(answer, language),
    given.CancelDone: lambda answer, language, _: render_cancelled(answer, language),
    given.RemoveStarted: lambda answer, language, _: render_removal(answer, language),
    shown.StatusShown: render_status,
    shown.RecordsShown: _records,
    given.CheckAsked: lambda answer, language, _: render_check_asked(answer, language),
    given.CheckLimited: lambda answer, language, _: render_check_limited(answer, language),
    shown.DomainList: render_list,
    shown.HomeShown: lambda answer, language, ctx: render_list(answer.list, language, ctx),
    shown.HistoryShown: lambda answer, language, _: render_history(answer, language),
    shown.DetailsShown: lambda answer, language, ctx: render_status(answer.status, language, ctx),
}
