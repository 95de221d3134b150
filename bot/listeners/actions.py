"""Buttons and menus: one function per `action_id`."""

import re
from collections.abc import Awaitable, Callable
from dataclasses import replace

from bot.listeners.commands import ask_to_remove, say_or_ask_key, serve_command
from bot.listeners.texts import PageRef
from bot.listeners.visits import Visit
from core.commands import Verb
from core.events import Via
from core.filters import Filter
from core.notices.answers import Answer

RUN_VERB = re.compile(r"run_verb_\d+")
_VIA = {
    "records_added": Via.RECORDS_ADDED,
    "check_now": Via.CHECK_NOW,
    "retry_verification": Via.RETRY,
}


async def verify(visit: Visit) -> None:
    """*I've added the records*, *Check now*, *Retry verification*."""
    visit.allow(Verb.VERIFY)
    via = _VIA[visit.click.action_id]
    await _done(
        visit,
        await visit.parts.onboarding.verify(visit.team_id, visit.actor, visit.click.value, via, visit.click.click_id),
    )


async def start_deploy(visit: Visit) -> None:
    """*Start domain deployment*."""
    visit.allow(Verb.DEPLOY)
    await say_or_ask_key(
        visit,
        await visit.parts.onboarding.deploy(visit.team_id, visit.actor, visit.click.value, visit.click.click_id),
    )


async def stop_setup(visit: Visit) -> None:
    """*Stop setup*; Slack has asked whether it is meant."""
    visit.allow(Verb.CANCEL)
    await _done(
        visit,
        await visit.parts.onboarding.cancel(visit.team_id, visit.actor, visit.click.value, visit.click.click_id),
    )


async def adopt_domain(visit: Visit) -> None:
    """*Adopt*: take over what the provisioner has under this name."""
    visit.allow(Verb.CREATE)
    await _done(
        visit,
        await visit.parts.onboarding.adopt(visit.team_id, visit.actor, visit.click.value, visit.click.click_id),
    )


async def remove_domain(visit: Visit) -> None:
    """*Remove domain*: ask for confirmation."""
    visit.allow(Verb.REMOVE)
    await ask_to_remove(visit, visit.click.value)


async def create_domain(visit: Visit) -> None:
    """*New sending domain*: open the empty form."""
    visit.allow(Verb.CREATE)
    await visit.open(visit.texts.create_modal("", visit.parts.default_language))


async def show_records(visit: Visit) -> None:
    """*Show records*."""
    visit.allow(Verb.RECORDS)
    await visit.answer(
        await visit.parts.queries.records(visit.team_id, visit.actor, visit.click.value, visit.click.click_id)
    )
    await visit.refresh()


async def open_details(visit: Visit) -> None:
    """*Details*: a modal with everything about the domain."""
    visit.allow(Verb.STATUS)
    shown = await visit.parts.queries.details(visit.team_id, visit.click.value, visit.person.roles)
    await visit.open(visit.texts.details_modal(shown), shown.status.domain)


async def turn_page(visit: Visit) -> None:
    """*Newer* and *Older*, in the App Home, a list or a history."""
    try:
        target = PageRef.parse(visit.click.value)
    except ValueError:
        target = PageRef("list", Filter.ALL, 1)
    if target.view == "history":
        visit.allow(Verb.HISTORY)
        await visit.answer(await visit.parts.queries.history(visit.team_id, target.of, target.page), replaces=True)
        return
    visit.allow(Verb.LIST)
    if visit.click.in_home:
        await visit.show_home(_filter(target.of), target.page)
        return
    shown = await visit.parts.queries.list(visit.team_id, _filter(target.of), target.page, visit.person.roles)
    await visit.answer(shown, replaces=True)


async def filter_home(visit: Visit) -> None:
    """Choose which domains the App Home shows."""
    visit.allow(Verb.LIST)
    await visit.show_home(_filter(visit.click.value))


async def run_verb(visit: Visit) -> None:
    """Run the verb on the domain that was chosen: the button's value is the command."""
    visit.click = replace(visit.click, text=visit.click.value)
    await serve_command(visit)


async def _done(visit: Visit, answer: Answer) -> None:
    await visit.answer(answer)
    await visit.refresh()


def _filter(value: str) -> Filter:
    return Filter(value) if value in set(Filter) else Filter.ALL


SERVE: dict[str, Callable[[Visit], Awaitable[None]]] = {
    "records_added": verify,
    "check_now": verify,
    "retry_verification": verify,
    "start_deploy": start_deploy,
    "stop_setup": stop_setup,
    "adopt_domain": adopt_domain,
    "remove_domain": remove_domain,
    "create_domain": create_domain,
    "show_records": show_records,
    "open_details": open_details,
    "page_newer": turn_page,
    "page_older": turn_page,
    "home_filter": filter_home,
}
"""What every button and menu does. `open_thread` is a link: there is nothing to do but acknowledge."""
