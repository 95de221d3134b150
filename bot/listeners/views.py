"""Modals: judge the input, hand it to one service, answer.

The service is called before Slack is acknowledged: what it refuses is then said inside the form, and the
asker's input, which holds a key that they would have to look up again, stays.
"""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import replace

from bot.listeners.replies import Reply
from bot.listeners.visits import Visit
from bot.services.onboarding import CreateForm, EditForm
from core.commands import Verb
from core.errors import ConflictError, DatabaseBusy, DomainExists, InvalidDomainName, PermanentError
from core.keys import is_write_only_key
from core.names import DomainName
from core.notices.answers import Answer
from core.sending_domain import DmarcPolicy, DomainStatus, Language

Submit = Callable[[Visit, Reply], Awaitable[None]]


async def create(visit: Visit, reply: Reply) -> None:
    """Register the domain, after advice about main domains and names beyond ASCII."""
    visit.allow(Verb.CREATE)
    fields = visit.click.fields
    errors: dict[str, str] = {}
    name = _name(visit, errors)
    _judge_key(visit, errors, required=True)
    if errors or name is None:
        await reply(response_action="errors", errors=errors)
        return
    if _wants_advice(visit, name):
        await reply(response_action="update", view=_advised(visit, name))
        return
    form = CreateForm(name.ascii, fields["key"].strip(), _policy(fields), _language(visit, fields))
    try:
        answer = await visit.parts.onboarding.create(visit.team_id, visit.actor, form, visit.click.click_id)
    except DomainExists:
        existing = await visit.parts.queries.find(visit.team_id, name.ascii)
        await reply(response_action="errors", errors={"domain": visit.texts.exists(existing)})
        return
    except (DatabaseBusy, ConflictError):
        await reply(response_action="errors", errors={"domain": visit.texts.busy()})
        return
    await _finish(visit, reply, answer)


async def edit(visit: Visit, reply: Reply) -> None:
    """Change key, policy or language. An empty key field keeps the key."""
    visit.allow(Verb.EDIT)
    fields = visit.click.fields
    errors: dict[str, str] = {}
    _judge_key(visit, errors, required=False)
    if errors:
        await reply(response_action="errors", errors=errors)
        return
    form = EditForm(fields.get("key", "").strip() or None, _policy(fields), _language(visit, fields))
    try:
        answer = await visit.parts.onboarding.edit(
            visit.team_id, visit.actor, _about(visit), form, visit.click.click_id
        )
    except (DatabaseBusy, ConflictError):
        await reply(response_action="errors", errors={"key": visit.texts.busy()})
        return
    await _finish(visit, reply, answer)


async def key(visit: Visit, reply: Reply) -> None:
    """Deploy with the key that was entered again."""
    visit.allow(Verb.DEPLOY)
    errors: dict[str, str] = {}
    _judge_key(visit, errors, required=True)
    if errors:
        await reply(response_action="errors", errors=errors)
        return
    try:
        answer = await visit.parts.onboarding.deploy(
            visit.team_id,
            visit.actor,
            _about(visit),
            visit.click.click_id,
            new_key=visit.click.fields["key"].strip(),
        )
    except (DatabaseBusy, ConflictError):
        await reply(response_action="errors", errors={"key": visit.texts.busy()})
        return
    await _finish(visit, reply, answer)


async def remove(visit: Visit, reply: Reply) -> None:
    """Begin the removal; the name of an ACTIVE domain must have been typed."""
    visit.allow(Verb.REMOVE)
    domain = await visit.parts.queries.find(visit.team_id, _about(visit))
    typed = visit.click.fields.get("confirm_name", "")
    if domain.status is DomainStatus.ACTIVE and not _is_name(typed, domain.name):
        if "confirm_name" not in visit.click.fields:
            # It became ACTIVE while the question stood there: the name is asked for now.
            view = visit.texts.remove_modal(domain) | {"private_metadata": visit.click.origin.pack()}
            await reply(response_action="update", view=view)
            return
        await reply(response_action="errors", errors={"confirm_name": visit.texts.wrong_name(domain, typed)})
        return
    answer = await visit.parts.onboarding.remove(visit.team_id, visit.actor, domain.id, visit.click.click_id)
    await _finish(visit, reply, answer)


async def _finish(visit: Visit, reply: Reply, answer: Answer) -> None:
    await close(visit, reply)
    await visit.answer(answer)
    await visit.refresh()


async def close(visit: Visit, reply: Reply) -> None:
    """Close the modal, with the one beneath it, whose state is out of date now."""
    if visit.click.origin.stacked:
        await reply(response_action="clear")
    else:
        await reply()


def _about(visit: Visit) -> str:
    if not visit.click.origin.about:
        raise PermanentError("the form names no domain: another version of the bot has opened it")
    return visit.click.origin.about


def _name(visit: Visit, errors: dict[str, str]) -> DomainName | None:
    try:
        return DomainName.parse(visit.click.fields.get("domain", ""))
    except InvalidDomainName as error:
        errors["domain"] = visit.texts.invalid_name(error)
        return None


def _judge_key(visit: Visit, errors: dict[str, str], *, required: bool) -> None:
    entered = visit.click.fields.get("key", "").strip()
    if (entered or required) and not is_write_only_key(entered):
        errors["key"] = visit.texts.wrong_key(entered)


def _wants_advice(visit: Visit, name: DomainName) -> bool:
    if name.is_registered_domain and "apex_ok" not in visit.click.fields.get("apex_ok", ""):
        return True
    return (name.is_idn or name.is_registered_domain) and visit.click.origin.advised != name.ascii


def _advised(visit: Visit, name: DomainName) -> dict[str, object]:
    fields = visit.click.fields
    view = visit.texts.advised_create_modal(name, fields["domain"], _policy(fields), _language(visit, fields))
    return {**view, "private_metadata": replace(visit.click.origin, advised=name.ascii).pack()}


def _policy(fields: Mapping[str, str]) -> DmarcPolicy:
    value = fields.get("dmarc", "")
    return DmarcPolicy(value) if value in set(DmarcPolicy) else DmarcPolicy.NONE


def _language(visit: Visit, fields: Mapping[str, str]) -> Language:
    value = fields.get("language", "")
    return Language(value) if value in set(Language) else visit.parts.default_language


def _is_name(typed: str, name: str) -> bool:
    try:
        return DomainName.parse(typed).ascii == name
    except InvalidDomainName:
        return typed.strip().lower() == name


SERVE: dict[str, Submit] = {"create": create, "edit": edit, "key": key, "remove": remove}
"""What every submission does, by `callback_id`."""
