"""Answers to what could not be done: what was wrong, and the next right command."""

import re
from collections.abc import Sequence

from bot.messages.buttons import verb_button
from bot.messages.draft import Draft
from bot.messages.grammar import command, example, usage
from bot.messages.help import role_names
from bot.messages.lines import Line, Mention, MentionKind, Words, joined, line
from bot.messages.message import Message
from bot.messages.outside import NAME_LIMIT, cleaned
from bot.messages.voice import Fact, Voice
from core.commands import Verb
from core.filters import Filter
from core.notices.answers import Denied, FormLate, InvalidName, StateRefused, UnknownDomain, UsageProblem
from core.sending_domain import Language

MOST_CHOICES = 5
_PROBLEM_LIMIT = 500
_GROUP = re.compile(r"(?:<!subteam\^)?(S[A-Z0-9]+)(?:\|[^>]*)?>?")


def render_usage(answer: UsageProblem, language: Language) -> Message:
    """Say what is wrong with the command, and how it is written."""
    draft = Draft(language)
    voice = draft.voice
    verb = answer.verb or _nearest(answer)
    draft.say(
        _problem(voice, answer),
        voice.say("help.usage", usage=usage(verb)),
        voice.say("help.example", example=example(verb)),
    )
    _choices(draft, voice, verb, answer.choices)
    return draft.message()


def _nearest(answer: UsageProblem) -> Verb:
    near = answer.facts.get("nearest", "")
    if near in set(Verb):
        return Verb(near)
    return Verb.CREATE if answer.key == "usage.key" else Verb.HELP


def _problem(voice: Voice, answer: UsageProblem) -> Line:
    facts: dict[str, Fact] = dict(answer.facts)
    if answer.key == "usage.verb":
        second = "usage.verb.near" if answer.facts.get("nearest") else "usage.verb.help"
        return voice.sentences(voice.say("usage.verb", **facts), voice.say(second, **facts))
    if answer.key == "usage.no_domain" and not answer.choices:
        return voice.say("usage.no_domain.none", **facts)
    said = voice.say(answer.key, **facts)
    return voice.sentences(said, _statuses(voice)) if answer.verb is Verb.LIST and _is_status(answer) else said


def _is_status(answer: UsageProblem) -> bool:
    return answer.key == "usage.extra" and answer.facts.get("extra", "").casefold().startswith("status=")


def _statuses(voice: Voice) -> Line:
    """Name what `list` can be asked for."""
    return voice.say("usage.status", options=Words(voice.listed(choice.value for choice in Filter)))


def _choices(draft: Draft, voice: Voice, verb: Verb, domains: Sequence[str]) -> None:
    draft.buttons(
        *(verb_button(voice, index, verb, domain) for index, domain in enumerate(domains[:MOST_CHOICES], start=1))
    )


def render_unknown(answer: UnknownDomain, language: Language) -> Message:
    """Say that there is no such domain, and offer those that look like it."""
    draft = Draft(language)
    voice = draft.voice
    draft.say(
        voice.sentences(
            voice.say("unknown", domain=answer.name),
            voice.say("unknown.similar") if answer.similar else (),
            voice.say("unknown.create", domain=answer.name),
        )
    )
    _choices(draft, voice, answer.verb, answer.similar)
    return draft.message()


def render_invalid_name(answer: InvalidName, language: Language) -> Message:
    """Say why the name cannot be a sending domain."""
    draft = Draft(language)
    voice = draft.voice
    draft.say(voice.say(f"create.{answer.reason}", **answer.facts))
    return draft.message()


def render_form_late(answer: FormLate, language: Language) -> Message:
    """Say that a form was closed, and what was wrong with it, in the words that would have stood in the form."""
    draft = Draft(language)
    draft.say(draft.voice.say("form_late"), *(line(cleaned(problem, _PROBLEM_LIMIT)) for problem in answer.problems))
    return draft.message()


def render_denied(answer: Denied, language: Language) -> Message:
    """Say who may, what the asker may, and whom to ask."""
    draft = Draft(language)
    voice = draft.voice
    comma = voice.plain("list.comma")
    allowed = joined(((Words(verb.value, code=True),) for verb in answer.allowed), comma)
    contacts = joined(((_contact(contact),) for contact in answer.contacts), comma) or line(voice.plain("role.contact"))
    if not answer.allowed:
        draft.say(voice.say("denied.guest", verb=answer.verb.value, contacts=contacts))
        return draft.message()
    draft.say(
        voice.say(
            "denied",
            verb=answer.verb.value,
            roles=voice.listed(role_names(voice, answer.roles)),
            allowed=allowed,
            contacts=contacts,
        )
    )
    return draft.message()


def _contact(contact: str) -> Mention:
    group = _GROUP.fullmatch(contact)
    return Mention(MentionKind.USERGROUP, group[1]) if group else Mention(MentionKind.USER, contact)


def render_state_refused(answer: StateRefused, language: Language) -> Message:
    """Say where the domain stands, and what can be done instead."""
    draft = Draft(language)
    voice = draft.voice
    domain = answer.domain
    nothing = line(voice.plain("nothing_to_do"))
    then = (
        (Words(command(answer.next_verb, cleaned(domain.name, NAME_LIMIT)), code=True),)
        if answer.next_verb
        else nothing
    )
    facts: dict[str, Fact] = {"status": domain.status, "verification": domain.verification}
    facts |= {"domain": domain.name, "next_step": then}
    if answer.key_erased:
        draft.say(voice.say("state.no.key", **facts))
    else:
        draft.say(voice.say("state.no", verb=answer.verb.value, **facts))
    return draft.message()
