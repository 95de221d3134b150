"""The services as listeners see them: they remember what they were asked, and answer what they are told to."""

from datetime import UTC, datetime
from typing import Any

from core.access import verbs_for
from core.durations import Durations
from core.errors import DomainNotFound
from core.filters import Filter
from core.notices.answers import Answer, CheckAsked, DeployStarted
from core.notices.shown import (
    DetailsShown,
    DomainList,
    HistoryShown,
    HomeShown,
    ListedDomain,
    RecordsShown,
    StatusShown,
)
from core.sending_domain import SendingDomain
from core.turns import Turn, TurnKey

NOW = datetime(2026, 11, 23, 5, 0, tzinfo=UTC)
TURN = Turn(TurnKey.NONE)


class FakeOnboarding:
    """Answers every command with `outcome`, or raises it."""

    def __init__(self, domain: SendingDomain) -> None:
        self.calls: list[tuple[str, tuple[Any, ...], dict[str, Any]]] = []
        self.outcome: Answer | Exception = DeployStarted(domain=domain)

    def __getattr__(self, name: str) -> Any:
        async def serve(*given: Any, **named: Any) -> Answer:
            self.calls.append((name, given, named))
            if isinstance(self.outcome, Exception):
                raise self.outcome
            return self.outcome

        return serve

    @property
    def names(self) -> list[str]:
        """Which commands were given."""
        return [name for name, _, _ in self.calls]


class FakeQueries:
    """Knows the domains it is given, by id and by name."""

    def __init__(self, *domains: SendingDomain) -> None:
        self.domains = list(domains)
        self.calls: list[tuple[str, tuple[Any, ...]]] = []
        self.pages = 3
        self.failure: Exception | None = None

    async def find(self, team_id: str, ref: str) -> SendingDomain:
        """Find a domain by id or name."""
        if self.failure is not None:
            raise self.failure
        for domain in self.domains:
            if ref in (domain.id, domain.name) and domain.team_id == team_id:
                return domain
        raise DomainNotFound(ref)

    async def status(self, team_id: str, ref: str, roles: frozenset[Any]) -> StatusShown:
        """Show a domain."""
        self.calls.append(("status", (ref, roles)))
        domain = await self.find(team_id, ref)
        return StatusShown(domain=domain, turn=TURN, durations=Durations(), now=NOW, can=verbs_for(roles))

    async def records(self, team_id: str, actor: Any, ref: str, _: str) -> RecordsShown:
        """Show records."""
        self.calls.append(("records", (actor, ref)))
        return RecordsShown(domain=await self.find(team_id, ref), turn=TURN)

    async def list(self, _: str, chosen: Filter, page: int, roles: frozenset[Any]) -> DomainList:
        """Show a page of domains."""
        self.calls.append(("list", (chosen, page, roles)))
        return self._listed(chosen, page)

    async def check(self, _: str, actor: Any, typed: str, roles: frozenset[Any], click_id: str) -> CheckAsked:
        """Take a question."""
        self.calls.append(("check", (actor, typed, roles, click_id)))
        return CheckAsked(name=typed)

    async def history(self, team_id: str, ref: str, page: int) -> HistoryShown:
        """Show a page of history."""
        self.calls.append(("history", (ref, page)))
        return HistoryShown(domain=await self.find(team_id, ref), entries=(), page=page, pages=self.pages)

    async def home(self, _: str, person: Any, chosen: Filter, page: int) -> HomeShown:
        """Show the App Home."""
        self.calls.append(("home", (person, chosen, page)))
        return HomeShown(list=self._listed(chosen, page), mine=0)

    async def details(self, team_id: str, ref: str, roles: frozenset[Any]) -> DetailsShown:
        """Show everything."""
        return DetailsShown(status=await self.status(team_id, ref, roles), entries=())

    async def recent(self, _: str, user_id: str) -> tuple[str, ...]:
        """Name the last domains of a user."""
        self.calls.append(("recent", (user_id,)))
        return tuple(domain.name for domain in self.domains)

    async def similar(self, _: str, name: str) -> tuple[str, ...]:
        """Name domains that look alike."""
        self.calls.append(("similar", (name,)))
        return tuple(domain.name for domain in self.domains)

    def _listed(self, chosen: Filter, page: int) -> DomainList:
        rows = tuple(ListedDomain(domain=domain, turn=TURN) for domain in self.domains)
        return DomainList(rows=rows, total=len(rows), page=page, pages=self.pages, filter=chosen, now=NOW)
