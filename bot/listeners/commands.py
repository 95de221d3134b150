"""`/engage-domain`: one function per verb."""

from collections.abc import Awaitable, Callable
from datetime import timedelta

from bot.listeners.visits import Visit
from core.access import Role
from core.commands import Command, Verb, parse
from core.errors import UsageError
from core.events import Via
from core.filters import Filter
from core.notices.answers import Answer, CancelAsked, HelpRoot, HelpVerb, KeyNeeded, UsageProblem
from core.sending_domain import DomainStatus, SendingDomain

Serve = Callable[[Visit, Command], Awaitable[None]]


async def serve_command(visit: Visit) -> None:
    """Serve what was typed."""
    visit.allow(Verb.HELP)
    try:
        command = parse(visit.click.text)
    except UsageError as error:
        await visit.answer(await _problem(visit, error))
        return
    if command.typed is not None:
        visit.forgiven = (command.typed, command.domain)
    visit.allow(command.verb)
    await _SERVE[command.verb](visit, command)


async def _problem(visit: Visit, error: UsageError) -> UsageProblem:
    choices: tuple[str, ...] = ()
    verb = _verb(error.facts.get("nearest") or error.facts.get("verb", ""))
    if error.key == "usage.key":
        verb = Verb.CREATE
    if error.key == "usage.no_domain":
        choices = await visit.parts.queries.recent(visit.team_id, visit.click.user_id)
    return UsageProblem(key=error.key, facts=error.facts, verb=verb, choices=choices)


def _verb(word: str) -> Verb | None:
    return Verb(word) if word in set(Verb) else None


async def create(visit: Visit, command: Command) -> None:
    """Open the form, with the name filled in."""
    await visit.open(visit.texts.create_modal(command.domain, visit.parts.default_language))


async def deploy(visit: Visit, command: Command) -> None:
    """Start the deployment; ask for the key where it was erased."""
    answer = await visit.parts.onboarding.deploy(visit.team_id, visit.actor, command.domain, visit.click.click_id)
    await say_or_ask_key(visit, answer)


async def say_or_ask_key(visit: Visit, answer: Answer) -> None:
    """Give the answer of a deployment, or open the form for the key that it lacks."""
    if isinstance(answer, KeyNeeded):
        await visit.open(visit.texts.key_modal(answer.domain), answer.domain)
        return
    await visit.answer(answer)
    await visit.refresh()


async def records(visit: Visit, command: Command) -> None:
    """Show the records; the file follows by DM."""
    await visit.answer(
        await visit.parts.queries.records(visit.team_id, visit.actor, command.domain, visit.click.click_id)
    )


async def verify(visit: Visit, command: Command) -> None:
    """Start the verification, or check at once."""
    await visit.answer(
        await visit.parts.onboarding.verify(
            visit.team_id, visit.actor, command.domain, Via.COMMAND, visit.click.click_id
        )
    )


async def status(visit: Visit, command: Command) -> None:
    """Show everything about one domain."""
    await visit.answer(await visit.parts.queries.status(visit.team_id, command.domain, visit.person.roles))


async def list_domains(visit: Visit, command: Command) -> None:
    """Show the first page of domains."""
    chosen = Filter(command.options.get("status", Filter.ALL))
    await visit.answer(await visit.parts.queries.list(visit.team_id, chosen, 1, visit.person.roles))


async def check(visit: Visit, command: Command) -> None:
    """Have any name looked at; the result follows."""
    roles, click_id = visit.person.roles, visit.click.click_id
    await visit.answer(await visit.parts.queries.check(visit.team_id, visit.actor, command.domain, roles, click_id))


async def history(visit: Visit, command: Command) -> None:
    """Show the first page of a domain's history."""
    await visit.answer(await visit.parts.queries.history(visit.team_id, command.domain, 1))


async def cancel(visit: Visit, command: Command) -> None:
    """Ask whether the setup is to be stopped; where there is nothing to stop, say so."""
    domain = await visit.parts.queries.find(visit.team_id, command.domain)
    if domain.status is DomainStatus.DEPLOYING and not domain.removing:
        await visit.answer(_cancel_asked(visit, domain))
        return
    await visit.answer(await visit.parts.onboarding.cancel(visit.team_id, visit.actor, domain.id, visit.click.click_id))


def _cancel_asked(visit: Visit, domain: SendingDomain) -> CancelAsked:
    window = domain.running_window
    if window is None:
        return CancelAsked(domain=domain, left=None, window=visit.parts.durations.window)
    left = max(window.deadline - visit.parts.clock(), timedelta())
    return CancelAsked(domain=domain, left=left, window=window.length)


async def edit(visit: Visit, command: Command) -> None:
    """Open the form with what can be changed."""
    domain = await visit.parts.queries.find(visit.team_id, command.domain)
    await visit.open(visit.texts.edit_modal(domain), domain)


async def remove(visit: Visit, command: Command) -> None:
    """Ask for confirmation, unless removal is in progress already."""
    await ask_to_remove(visit, command.domain)


async def ask_to_remove(visit: Visit, ref: str) -> None:
    """Open the confirmation of a removal; where removal is in progress, say so."""
    domain = await visit.parts.queries.find(visit.team_id, ref)
    if domain.removing:
        answer = await visit.parts.onboarding.remove(visit.team_id, visit.actor, domain.id, visit.click.click_id)
        await visit.answer(answer)
        return
    await visit.open(visit.texts.remove_modal(domain), domain)


async def help_(visit: Visit, command: Command) -> None:
    """Show all verbs, or one."""
    window = visit.parts.durations.window
    if command.topic is None:
        await visit.answer(HelpRoot(admin=Role.ADMIN in visit.person.roles, window=window))
    else:
        await visit.answer(HelpVerb(verb=command.topic, window=window))


_SERVE: dict[Verb, Serve] = {
    Verb.CREATE: create,
    Verb.DEPLOY: deploy,
    Verb.RECORDS: records,
    Verb.VERIFY: verify,
    Verb.STATUS: status,
    Verb.LIST: list_domains,
    Verb.CHECK: check,
    Verb.HISTORY: history,
    Verb.CANCEL: cancel,
    Verb.EDIT: edit,
    Verb.REMOVE: remove,
    Verb.HELP: help_,
}
