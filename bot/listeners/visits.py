"""One visit of somebody: who they are, what they may do, and how they are answered."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import structlog

from bot.listeners.clicks import Click, Origin
from bot.listeners.parts import Listening
from bot.listeners.texts import Texts
from bot.ports import Person
from core.access import NEEDED, Role, allowed, verbs_for
from core.commands import Verb
from core.errors import InvalidDomainName, NotAllowed, TransientError
from core.filters import Filter
from core.names import DomainName
from core.notices.answers import Answer, Denied, InvalidName, UnknownDomain
from core.sending_domain import Actor, Language, SendingDomain

log = structlog.get_logger(__name__)


class RolesUnread(TransientError):
    """Slack does not say who the asker is; so nobody is let in."""


class Visit:
    """Somebody's click, with everything that is needed to serve it."""

    def __init__(self, parts: Listening, click: Click) -> None:
        self.parts = parts
        self.click = click
        self.person = Person(click.user_id, parts.default_language, frozenset())
        self.verb = Verb.HELP
        """The verb being served: what an error is about."""
        self.forgiven: tuple[str, str] | None = None
        """What was typed for a domain, and what it was read as."""

    @property
    def language(self) -> Language:
        """The asker's language; the default one until Slack has said."""
        return self.person.language

    @property
    def team_id(self) -> str:
        """The workspace of the asker."""
        return self.click.team_id

    @property
    def actor(self) -> Actor:
        """The asker, as services know them."""
        origin = self.click.origin
        return Actor(self.click.user_id, self.language, origin.channel, origin.thread_ts)

    @property
    def texts(self) -> Texts:
        """The texts in the asker's language."""
        return Texts(self.parts.places, self.parts.durations, self.parts.clock(), self.language)

    async def identify(self) -> None:
        """Find out who the asker is. Raises `RolesUnread`."""
        try:
            self.person = await self.parts.directory.person(self.team_id, self.click.user_id)
        except TransientError as error:
            raise RolesUnread(str(error)) from error
        if self.team_id != self.parts.places.team_id:
            self.person = replace(self.person, roles=frozenset())

    def allow(self, verb: Verb) -> None:
        """Let the asker use `verb`, or raise `NotAllowed`. Every click comes through here."""
        self.verb = verb
        in_support = self.click.origin.channel == self.parts.places.support_channel
        from_alert = in_support and self.click.action_id == "retry_verification"
        if not allowed(self.person.roles, verb, from_alert=from_alert):
            raise NotAllowed(verb.value)

    async def answer(self, answer: Answer, *, replaces: bool = False) -> None:
        """Say `answer` to the asker alone; `replaces` puts it in the place of what was clicked."""
        origin = self.click.origin
        await self.parts.surface.answer(
            self.texts.answer(answer, self.forgiven),
            user_id=self.click.user_id,
            channel=origin.channel,
            thread_ts=origin.thread_ts,
            response_url=self.click.response_url,
            replace=replaces,
        )

    async def open(self, view: Mapping[str, Any], domain: SendingDomain | None = None) -> None:
        """Open a modal, over the one that is open if there is one; `domain` is what it is about."""
        origin = replace(
            self.click.origin,
            response_url=self.click.response_url,
            stacked=self.click.in_modal,
            about="",
            named="",
        )
        if domain is not None:
            origin = replace(origin, about=domain.id, named=domain.name)
        packed = {**view, "private_metadata": origin.pack()}
        if self.click.in_modal:
            await self.parts.surface.push_view(self.click.trigger_id, packed)
        else:
            await self.parts.surface.open_view(self.click.trigger_id, packed)

    async def show_home(self, chosen: Filter = Filter.ALL, page: int = 1) -> None:
        """Publish the asker's App Home."""
        shown = await self.parts.queries.home(self.team_id, self.person, chosen, page)
        place = f"{Filter(shown.list.filter or Filter.ALL).value}|{shown.list.page}"
        view = {**self.texts.home(shown), "private_metadata": place}
        await self.parts.surface.publish_home(self.click.user_id, view)

    async def refresh_home(self) -> None:
        """Publish the App Home again, where the asker is looking at it."""
        if self.click.origin.home is not None:
            await self.show_home(*home_place(self.click.origin))

    async def denied(self, verb: Verb) -> Denied:
        """Return what to say to somebody who lacks the role: who has it, and whom to ask."""
        try:
            contacts = await self.parts.directory.admins()
        except TransientError as error:
            log.info("listener.no_contacts", error=str(error))
            contacts = ()
        roles = self.person.roles
        return Denied(
            verb=verb,
            roles=NEEDED[verb],
            allowed=verbs_for(roles),
            contacts=contacts if Role.ANYONE in roles else (),
        )

    async def unknown(self, ref: str) -> Answer:
        """Return what to say of a domain that is not here: it cannot be one, or others look like it."""
        name = self.click.named or self.click.origin.named or ref
        try:
            DomainName.parse(name)
        except InvalidDomainName as error:
            if self.click.text:  # typed by somebody, and no id
                return InvalidName(reason=error.reason, facts=error.facts)
        similar = await self.parts.queries.similar(self.team_id, name)
        return UnknownDomain(name=name, verb=self.verb, similar=similar)


def home_place(origin: Origin) -> tuple[Filter, int]:
    """Read which page of the App Home somebody was looking at; the first one if that cannot be told."""
    chosen, _, page = (origin.home or "").partition("|")
    try:
        return Filter(chosen), max(int(page), 1)
    except ValueError:
        return Filter.ALL, 1
