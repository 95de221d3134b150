"""What people want to see. Read only, but for the zone file that `records` queues for a DM."""

import difflib
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy.ext.asyncio import AsyncSession

from bot.causes import current_cause
from bot.ports import Clock, Person
from bot.services.onboarding import WRITE_LOCK_WAIT, find
from core.access import Role, allowed, verbs_for
from core.commands import Verb
from core.durations import Durations
from core.filters import DomainFilter, Filter
from core.names import DomainName
from core.notices import RecordsSent, Subject
from core.notices.answers import CheckAsked, CheckLimited
from core.notices.shown import (
    DetailsShown,
    DomainList,
    HistoryShown,
    HomeShown,
    ListedDomain,
    LostChannel,
    RecordsShown,
    StatusShown,
)
from core.sending_domain import Actor, DomainStatus, SendingDomain, VerificationStatus
from core.turns import TurnKey, turn_of
from storage import anchors, asked_checks, clicks, domains, history, outbox, troubles
from storage.engine import Database

PAGE = 10
HISTORY_PAGE = 20
_LAST_LINES = 5
CHECKS_WITHIN = timedelta(minutes=1)
"""Within this time one user may ask for `most_checks` looks."""

WAITING_FOR_IT = frozenset({TurnKey.IT_ADD, TurnKey.IT_FIX, TurnKey.IT_REGISTER, TurnKey.IT_RETRY, TurnKey.RETRY})
WAITING_FOR_ADMIN = frozenset({TurnKey.DEPLOY, TurnKey.RETRY})
WAITING_FOR_SUPPORT = frozenset({TurnKey.SUPPORT})

_STORED: dict[Filter, DomainFilter] = {
    Filter.ALL: DomainFilter(),
    Filter.WAITING_IT: DomainFilter(turns=frozenset(WAITING_FOR_IT)),
    Filter.WAITING_ADMIN: DomainFilter(turns=frozenset(WAITING_FOR_ADMIN)),
    Filter.PENDING: DomainFilter(verifications=frozenset({VerificationStatus.PENDING})),
    Filter.FAILING: DomainFilter(
        verifications=frozenset({VerificationStatus.TEMPORARY_FAILURE, VerificationStatus.FAILURE})
    ),
    Filter.ACTIVE: DomainFilter(statuses=frozenset({DomainStatus.ACTIVE})),
    Filter.SUSPENDED: DomainFilter(statuses=frozenset({DomainStatus.SUSPENDED})),
}


@dataclass(frozen=True, slots=True)
class Queries:
    """The answers to questions."""

    database: Database
    clock: Clock
    durations: Durations
    wake: Callable[[], None]
    most_checks: int = 6

    async def find(self, team_id: str, ref: str) -> SendingDomain:
        """Return the domain that `ref` names, by id or by name. Raises `DomainNotFound`."""
        async with self.database.reading() as session:
            return await find(session, team_id, ref)

    async def status(self, team_id: str, ref: str, roles: frozenset[Role]) -> StatusShown:
        """Return everything about one domain."""
        async with self.database.reading() as session:
            return await self._status(session, await find(session, team_id, ref), roles)

    async def records(self, team_id: str, actor: Actor, ref: str, click_id: str) -> RecordsShown:
        """Return the records of a domain and, where there are any, queue their zone file for a DM: once a click."""
        now = self.clock()
        domain = await self.find(team_id, ref)
        if domain.records:
            notice = RecordsSent(
                subject=Subject.of(domain, actor.language), to=actor, records=domain.record_set, made_at=now
            )
            async with self.database.transaction(wait=WRITE_LOCK_WAIT) as session:
                if await clicks.first_time(session, team_id, click_id, now):
                    await outbox.append(session, team_id, [notice], now, current_cause())
            self.wake()
        return RecordsShown(domain=domain, turn=turn_of(domain, self.durations, now))

    async def check(
        self, team_id: str, actor: Actor, typed: str, roles: frozenset[Role], click_id: str
    ) -> CheckAsked | CheckLimited:
        """Have the tick look at a name and answer; once a click, and so often a minute. Raises `InvalidDomainName`."""
        name, now = DomainName.parse(typed).ascii, self.clock()
        async with self.database.transaction(wait=WRITE_LOCK_WAIT) as session:
            if await clicks.first_time(session, team_id, click_id, now):
                asked = await asked_checks.asked_since(session, team_id, actor.user_id, now - CHECKS_WITHIN)
                if len(asked) >= self.most_checks:
                    return CheckLimited(name=name, most=self.most_checks, wait=asked[0] + CHECKS_WITHIN - now)
                can_create = allowed(roles, Verb.CREATE)
                cause = current_cause()
                await asked_checks.ask(session, team_id, actor, name, now, can_create=can_create, cause=cause)
        self.wake()
        return CheckAsked(name=name)

    async def list(self, team_id: str, filter: Filter, page: int, roles: frozenset[Role]) -> DomainList:  # noqa: A002 -- what callers know it by
        """Return one page of domains, newest first; a page beyond the last is the last."""
        async with self.database.reading() as session:
            return await self._list(session, team_id, filter, page, roles)

    async def history(self, team_id: str, ref: str, page: int) -> HistoryShown:
        """Return one page of a domain's history, newest first."""
        async with self.database.reading() as session:
            domain = await find(session, team_id, ref)
            _, total = await history.page(session, domain.id, 0, 1)
            pages = _pages(total, HISTORY_PAGE)
            page = min(max(page, 1), pages)
            entries, _ = await history.page(session, domain.id, (page - 1) * HISTORY_PAGE, HISTORY_PAGE)
        return HistoryShown(domain=domain, entries=tuple(entries), page=page, pages=pages)

    async def home(self, team_id: str, person: Person, filter: Filter, page: int) -> HomeShown:  # noqa: A002 -- what callers know it by
        """Return the App Home of `person`."""
        async with self.database.reading() as session:
            shown = await self._list(session, team_id, filter, page, person.roles)
            mine = _waiting_for(person.roles)
            waiting = 0
            if mine:
                _, waiting = await domains.page(session, team_id, DomainFilter(turns=mine), 0, 1)
        return HomeShown(list=shown, mine=waiting)

    async def details(self, team_id: str, ref: str, roles: frozenset[Role]) -> DetailsShown:
        """Return the status of a domain and the last lines of its history."""
        async with self.database.reading() as session:
            domain = await find(session, team_id, ref)
            status = await self._status(session, domain, roles)
            entries, _ = await history.page(session, domain.id, 0, _LAST_LINES)
        return DetailsShown(status=status, entries=tuple(entries))

    async def recent(self, team_id: str, user_id: str) -> tuple[str, ...]:
        """Return the names of the last five domains of a user."""
        async with self.database.reading() as session:
            return tuple(await domains.recent_for(session, team_id, user_id))

    async def similar(self, team_id: str, name: str) -> tuple[str, ...]:
        """Return up to five registered names that look like `name`."""
        async with self.database.reading() as session:
            known = await domains.names(session, team_id)
        return tuple(difflib.get_close_matches(name, known, n=5, cutoff=0.6))

    async def _status(self, session: AsyncSession, domain: SendingDomain, roles: frozenset[Role]) -> StatusShown:
        known = await anchors.get(session, domain.id)
        lost = await troubles.of_team(session, domain.team_id)
        now = self.clock()
        return StatusShown(
            domain=domain,
            turn=turn_of(domain, self.durations, now),
            durations=self.durations,
            now=now,
            thread_link=known["card"].link if "card" in known else None,
            file_link=known["zone_file"].link if "zone_file" in known else None,
            can=verbs_for(roles),
            lost=tuple(LostChannel(each.channel, each.reason) for each in lost),
        )

    async def _list(
        self, session: AsyncSession, team_id: str, chosen: Filter, page: int, roles: frozenset[Role]
    ) -> DomainList:
        _, total = await domains.page(session, team_id, _STORED[chosen], 0, 1)
        pages = _pages(total, PAGE)
        page = min(max(page, 1), pages)
        found, _ = await domains.page(session, team_id, _STORED[chosen], (page - 1) * PAGE, PAGE)
        now = self.clock()
        return DomainList(
            rows=tuple(self._listed(domain, now) for domain in found),
            total=total,
            page=page,
            pages=pages,
            filter=chosen,
            now=now,
            admin=Role.ADMIN in roles,
        )

    def _listed(self, domain: SendingDomain, now: datetime) -> ListedDomain:
        return ListedDomain(domain=domain, turn=turn_of(domain, self.durations, now))


def _pages(total: int, size: int) -> int:
    return max(1, -(-total // size))


def _waiting_for(roles: frozenset[Role]) -> frozenset[str]:
    turns: frozenset[str] = frozenset()
    if Role.ADMIN in roles:
        turns |= WAITING_FOR_ADMIN
    if Role.IT in roles:
        turns |= WAITING_FOR_IT
    if Role.SUPPORT in roles:
        turns |= WAITING_FOR_SUPPORT
    return turns
