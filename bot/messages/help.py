"""Help: all verbs by role, or one verb."""

from bot.messages import blocks
from bot.messages.buttons import create_button
from bot.messages.draft import Draft
from bot.messages.formats import rich
from bot.messages.grammar import EXAMPLE_DOMAIN, command, example, usage
from bot.messages.lines import Line, Words, joined, line
from bot.messages.message import Block, Message
from bot.messages.voice import Voice
from core.access import NEEDED, Role
from core.commands import Verb
from core.notices.answers import HelpRoot, HelpVerb
from core.sending_domain import Language

_GROUPS = (
    ("help.group.admin", (Role.ADMIN,)),
    ("help.group.it", (Role.ADMIN, Role.IT)),
    ("help.group.anyone", (Role.ANYONE,)),
)
_NEXT = {Verb.CREATE: Verb.DEPLOY, Verb.DEPLOY: Verb.VERIFY, Verb.VERIFY: Verb.STATUS}


def render_help(answer: HelpRoot, language: Language) -> Message:
    """Show every verb under the role that may use it."""
    draft = Draft(language)
    voice = draft.voice
    draft.header(voice.plain("help.root.1"))
    draft.say(voice.say("help.root.2"))
    for key, roles in _GROUPS:
        verbs = [verb for verb, needed in NEEDED.items() if needed == roles]
        draft.add(_group(voice, key, [_verb_line(voice, verb, answer) for verb in verbs]))
        draft.text(line(voice.paired(voice.plain(key), voice.listed(usage(verb) for verb in verbs))))
    draft.note(voice.say("help.root.3"))
    if answer.admin:
        draft.buttons(create_button(voice))
    return draft.message()


def _group(voice: Voice, key: str, lines: list[Line]) -> Block:
    listed = blocks.rich_list(lines)
    head = {"type": "rich_text_section", "elements": rich((Words(voice.plain(key), bold=True),))}
    return {**listed, "elements": [head, *listed["elements"]]}


def _verb_line(voice: Voice, verb: Verb, answer: HelpRoot) -> Line:
    text = voice.say(f"help.verb.{verb.value}", window=answer.window)
    return joined(((Words(usage(verb), code=True),), text), " – ")


def render_help_verb(answer: HelpVerb, language: Language) -> Message:
    """Show one verb: usage, text, example, who may run it, and what usually follows."""
    draft = Draft(language)
    voice = draft.voice
    verb, then = answer.verb, _NEXT.get(answer.verb)
    draft.say(
        (Words(usage(verb), code=True),),
        voice.say(f"help.verb.{verb.value}", window=answer.window),
        voice.say("help.example", example=example(verb)),
        voice.say("help.roles", roles=voice.listed(role_names(voice, NEEDED[verb]))),
        voice.say("help.next", next_command=command(then, EXAMPLE_DOMAIN)) if then else (),
    )
    return draft.message()


def role_names(voice: Voice, roles: tuple[Role, ...]) -> list[str]:
    """Name roles."""
    return [voice.plain(f"role.{role.value}") for role in roles]
