"""Answers: what goes straight back to whoever asked, never queued.

The language of an answer is the asker's; the renderer is handed it beside the answer. Facts that stand in
`SendingDomain` are not repeated here.
"""

from dataclasses import dataclass
from datetime import timedelta

from core.access import Role
from core.commands import Verb
from core.sending_domain import DmarcPolicy, Language, SendingDomain
from core.turns import Turn


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """Something said to the asker alone."""


@dataclass(frozen=True, slots=True, kw_only=True)
class HelpRoot(Answer):
    """All verbs, by role."""

    admin: bool
    window: timedelta


@dataclass(frozen=True, slots=True, kw_only=True)
class HelpVerb(Answer):
    """One verb: usage, text, example, roles, next step."""

    verb: Verb
    window: timedelta


@dataclass(frozen=True, slots=True, kw_only=True)
class UsageProblem(Answer):
    """The command text is wrong. `key` is a key of `usage.*`; `facts` fill it.

    `verb` gives usage line and example; `choices` are domain names to choose from, as buttons.
    """

    key: str
    facts: dict[str, str]
    verb: Verb | None = None
    choices: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class UnknownDomain(Answer):
    """No such domain here; `similar` are names that are, as buttons running `verb` on them."""

    name: str
    verb: Verb
    similar: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class InvalidName(Answer):
    """The name cannot be a sending domain: `reason` and `facts` as in `core.errors.InvalidDomainName`."""

    reason: str
    facts: dict[str, str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Denied(Answer):
    """The asker lacks the role. `contacts` are user ids or a user group's mention to ask."""

    verb: Verb
    roles: tuple[Role, ...]
    allowed: tuple[Verb, ...]
    contacts: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class DeniedUnread(Answer):
    """Roles cannot be read from Slack right now. `ref` is in the log."""

    ref: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Busy(Answer):
    """No write lock in time: nothing was accepted. `ref` is in the log."""

    ref: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Broken(Answer):
    """Something failed; `ref` is in the log."""

    ref: str


@dataclass(frozen=True, slots=True, kw_only=True)
class TakesLong(Answer):
    """Nothing could be said in time; the answer follows. `ref` is in the log."""

    ref: str


@dataclass(frozen=True, slots=True, kw_only=True)
class FormLate(Answer):
    """A form was closed before it was judged; nothing of it was saved. `problems` are what it was refused for."""

    problems: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class SlowDown(Answer):
    """More than `most` commands and clicks at once; the next one counts after `wait`. `ref` is in the log."""

    most: int
    wait: timedelta
    ref: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class StateRefused(Answer):
    """The lifecycle refuses the verb. `next_verb` is the next step, None for "nothing to do".

    `key_erased` says that the one thing there was to stop, keeping the key, has been stopped.
    """

    verb: Verb
    domain: SendingDomain
    next_verb: Verb | None
    key_erased: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class NoRecordsYet(Answer):
    """`verify` before there are records: they were asked for again."""

    domain: SendingDomain
    window: timedelta


@dataclass(frozen=True, slots=True, kw_only=True)
class Created(Answer):
    """The domain has been created."""

    domain: SendingDomain
    turn: Turn


@dataclass(frozen=True, slots=True, kw_only=True)
class Edited(Answer):
    """The domain has been edited: which of key, policy and language changed."""

    domain: SendingDomain
    turn: Turn
    key_id: str | None = None
    dmarc_policy: DmarcPolicy | None = None
    language: Language | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class KeyNeeded(Answer):
    """The write-only key was erased: `deploy` needs it again (a modal)."""

    domain: SendingDomain


@dataclass(frozen=True, slots=True, kw_only=True)
class DeployStarted(Answer):
    """Deployment has begun."""

    domain: SendingDomain


@dataclass(frozen=True, slots=True, kw_only=True)
class DeployRunning(Answer):
    """Deployment was running already."""

    domain: SendingDomain


@dataclass(frozen=True, slots=True, kw_only=True)
class Adopted(Answer):
    """The foreign resource will be taken over."""

    domain: SendingDomain
    turn: Turn


@dataclass(frozen=True, slots=True, kw_only=True)
class VerifyAccepted(Answer):
    """Verification was started or is running: how often we look now (`pressed.added`)."""

    domain: SendingDomain
    fast: timedelta
    burst: timedelta
    poll: timedelta


@dataclass(frozen=True, slots=True, kw_only=True)
class Checking(Answer):
    """*Check now* was accepted; the result follows (`pressed.check`)."""

    domain: SendingDomain


@dataclass(frozen=True, slots=True, kw_only=True)
class TooSoon(Answer):
    """The last look was `ago` before (`pressed.too_soon`)."""

    domain: SendingDomain
    ago: timedelta


@dataclass(frozen=True, slots=True, kw_only=True)
class Stale(Answer):
    """A button whose state has moved on (`pressed.stale`)."""

    domain: SendingDomain


@dataclass(frozen=True, slots=True, kw_only=True)
class CancelAsked(Answer):
    """`cancel` was typed: the button that does it."""

    domain: SendingDomain
    left: timedelta | None
    window: timedelta


@dataclass(frozen=True, slots=True, kw_only=True)
class CancelDone(Answer):
    """The setup was stopped."""

    domain: SendingDomain
    turn: Turn


@dataclass(frozen=True, slots=True, kw_only=True)
class RemoveStarted(Answer):
    """Removal has begun."""

    domain: SendingDomain


@dataclass(frozen=True, slots=True, kw_only=True)
class CheckAsked(Answer):
    """`check` was accepted: what the look at `name` finds follows."""

    name: str


@dataclass(frozen=True, slots=True, kw_only=True)
class CheckLimited(Answer):
    """`name` is not looked at: the asker has asked for `most` looks within a minute. `wait` until the next one."""

    name: str
    most: int
    wait: timedelta
