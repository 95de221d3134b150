"""One visit of somebody: who they are, what they may do, and how they are answered."""

import asyncio
from collections.abc import Awaitable, Mapping
from dataclasses import replace
from datetime import timedelta
from typing import Any

import structlog

from bot.listeners.clicks import Click, Origin
from bot.listeners.parts import Listening
from bot.listeners.texts import Texts
from bot.listeners.waiting import let_run
from bot.messages import Message
from bot.ports import Person
from core.access import NEEDED, Role, allowed, verbs_for
from core.commands import Verb
from core.errors import (
    ConfigurationError,
    DomainNotFound,
    InvalidDomainName,
    NotAllowed,
    OutsideError,
    TransientError,
    UserError,
)
from core.filters import Filter
from core.names import DomainName
from core.notices.answers import Answer, Denied, InvalidName, UnknownDomain
from core.sending_domain import Actor, Language, SendingDomain

log = structlog.get_logger(__name__)


class RolesUnread(TransientError):
    """Slack does not say who the asker is; so nobody is let in."""


class TooFast(UserError):
    """Somebody acts faster than people do; `wait` is how long until they may go on."""

    def __init__(self, wait: timedelta) -> None:
        super().__init__(f"wait {wait}")
        self.wait = wait


class Unanswered(Exception):
    """The answer did not reach the asker, whatever it was about."""


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
        self.answered = False
        """Whether the asker has been shown anything, or is about to be."""
        self._ref = ""
        self._speaking = asyncio.Lock()

    @property
    def ref(self) -> str:
        """The reference by which this visit is found in the log: the same when Slack delivers it again."""
        self._ref = self._ref or self.parts.ref_of(self.click.click_id)
        return self._ref

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

    def keep_pace(self) -> None:
        """Count this act of the asker's. Raises `TooFast`."""
        wait = self.parts.pace.take(f"{self.team_id}:{self.click.user_id}", self.parts.clock())
        if wait is not None:
            raise TooFast(wait)

    async def identify(self) -> None:
        """Find out who the asker is. Raises `RolesUnread`, for one thing when Slack takes too long to say."""
        asking = asyncio.ensure_future(self.parts.directory.person(self.team_id, self.click.user_id))
        within = self.parts.roles_within.total_seconds()
        try:
            self.person = await asyncio.wait_for(asyncio.shield(asking), within)
        except TransientError as error:
            raise RolesUnread(str(error)) from error
        except TimeoutError as error:
            let_run(asking)
            raise RolesUnread(f"no answer from Slack within {within:g} s") from error
        if self.team_id != self.parts.places.team_id:
            self.person = replace(self.person, roles=frozenset())

    def allow(self, verb: Verb) -> None:
        """Let the asker use `verb`, or raise `NotAllowed`. Every click comes through here."""
        self.verb = verb
        in_support = self.click.origin.channel == self.parts.places.support_channel
        from_alert = in_support and self.click.action_id == "retry_verification" and self.click.offered
        if not allowed(self.person.roles, verb, from_alert=from_alert):
            raise NotAllowed(verb.value)

    async def answer(self, answer: Answer, *, replaces: bool = False) -> None:
        """Say `answer` to the asker alone; `replaces` puts it in the place of what was clicked.

        Raises `Unanswered` if Slack will not have it: what was done is done all the same.
        """
        message = self.texts.answer(answer, self.forgiven)
        async with self._speaking:
            self.answered = True
            try:
                await self._say(message, replaces=replaces)
            except (OutsideError, ConfigurationError) as error:
                raise Unanswered(f"{type(answer).__name__}: {error}") from error

    async def reassure(self, answer: Answer) -> bool:
        """Say `answer` to an asker who has not been shown anything yet; tell whether it was said."""
        async with self._speaking:  # the answer itself may be on its way
            if self.answered:
                return False
            await self._say(self.texts.answer(answer, None))
            return True

    async def _say(self, message: Message, *, replaces: bool = False) -> None:
        origin = self.click.origin
        await self.parts.surface.answer(
            message,
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
        self.answered = True
        if self.click.in_modal:
            await self.parts.surface.push_view(self.click.trigger_id, packed)
        else:
            await self.parts.surface.open_view(self.click.trigger_id, packed)

    async def show_home(self, chosen: Filter = Filter.ALL, page: int = 1) -> None:
        """Publish the asker's App Home."""
        shown = await self.parts.queries.home(self.team_id, self.person, chosen, page)
        place = f"{Filter(shown.list.filter or Filter.ALL).value}|{shown.list.page}"
        view = {**self.texts.home(shown), "private_metadata": place}
        self.answered = True
        await self.parts.surface.publish_home(self.click.user_id, view)

    async def refresh(self) -> None:
        """Show anew what the asker is looking at and has just changed: the App Home, a domain's details."""
        if self.click.origin.home is not None:
            await self._quietly(self.show_home(*home_place(self.click.origin)))
        if self.click.in_modal and self.click.form == "details" and self.click.action_id:
            await self._quietly(self._show_details())

    async def _show_details(self) -> None:
        shown = await self.parts.queries.details(self.team_id, self.click.origin.about, self.person.roles)
        view = {**self.texts.details_modal(shown), "private_metadata": self.click.origin.pack()}
        await self.parts.surface.update_view(self.click.view_id, view)

    async def _quietly(self, showing: Awaitable[None]) -> None:
        # What was asked for is done and answered: a view that stays as it was is no failure of it.
        try:
            await showing
        except (OutsideError, ConfigurationError, DomainNotFound) as error:
            log.info("listener.not_refreshed", user=self.click.user_id, error=str(error))

    async def denied(self, verb: Verb) -> Denied:
        """Return what to say to somebody who lacks the role: who has it, and whom to ask. Strangers learn no names."""
        roles = self.person.roles
        contacts = await self._contacts() if Role.ANYONE in roles else ()
        return Denied(verb=verb, roles=NEEDED[verb], allowed=verbs_for(roles), contacts=contacts)

    async def _contacts(self) -> tuple[str, ...]:
        try:
            return await self.parts.directory.admins()
        except (OutsideError, ConfigurationError) as error:
            log.info("listener.no_contacts", error=str(error))
            return ()

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
