"""What people ask for: create, deploy, verify, cancel, remove, edit, adopt.

Each is one transaction that commits an intention and wakes the tick. Nothing outside is called from here.
"""

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import timedelta

import structlog
from sqlalchemy.ext.asyncio import AsyncSession

from bot.ports import Clock, Waker
from bot.services.recording import record
from core.durations import Durations
from core.errors import ConflictError, DomainNotFound
from core.events import Adopt, Cancel, Deploy, Edit, Event, Remove, Verify, Via
from core.history import HistoryEntry, What
from core.keys import key_id
from core.lifecycle import decide
from core.names import DomainName
from core.notices.answers import Answer, Created
from core.sending_domain import Actor, DmarcPolicy, Language, SendingDomain
from core.turns import turn_of
from storage import clicks, domains, history
from storage.engine import Database
from storage.vault import Vault

log = structlog.get_logger(__name__)
WRITE_LOCK_WAIT = timedelta(seconds=1.5)
"""Slack wants an answer within three seconds: rather say "busy" than be late."""


@dataclass(frozen=True, slots=True)
class CreateForm:
    """What the create modal was filled in with; `name` and `key` have been judged by the listener."""

    name: str
    key: str
    policy: DmarcPolicy
    language: Language

    def __repr__(self) -> str:
        return f"CreateForm(name={self.name!r}, key_id={key_id(self.key)!r})"


@dataclass(frozen=True, slots=True)
class EditForm:
    """What the edit modal was filled in with; None leaves as is."""

    key: str | None = None
    policy: DmarcPolicy | None = None
    language: Language | None = None

    def __repr__(self) -> str:
        return f"EditForm(policy={self.policy!r}, language={self.language!r})"


@dataclass(frozen=True, slots=True)
class Onboarding:
    """The commands. `new_id` makes unique ids; `provisioner` is the name that is shown."""

    database: Database
    vault: Vault
    clock: Clock
    durations: Durations
    waker: Waker
    new_id: Callable[[], str]
    provisioner: str = "Engage"

    async def create(self, team_id: str, actor: Actor, form: CreateForm, click_id: str) -> Answer:
        """Register a domain. Raises `DomainExists` or `InvalidDomainName`; a repeated click changes nothing."""
        now = self.clock()
        name = DomainName.parse(form.name).ascii
        async with self.database.transaction(wait=WRITE_LOCK_WAIT) as session:
            repeated = not await clicks.first_time(session, team_id, click_id, now)
            existing = await domains.find(session, team_id, name)
            if repeated and existing is None:
                raise DomainNotFound(name)  # it has been removed since: an old click does not bring it back
            if repeated and existing is not None:
                return Created(domain=existing, turn=turn_of(existing, self.durations, now))
            domain = await domains.add(session, self._made(team_id, name, actor, form))
            await self.vault.put(session, domain.id, form.key)
            await history.append(session, domain.id, [HistoryEntry(now, actor.user_id, What.CREATED)])
        log.info("command.saved", did="create", domain=domain.name, domain_id=domain.id)
        self.waker.wake()
        return Created(domain=domain, turn=turn_of(domain, self.durations, now))

    def _made(self, team_id: str, name: str, actor: Actor, form: CreateForm) -> SendingDomain:
        now = self.clock()
        domain = SendingDomain(
            id=self.new_id(),
            team_id=team_id,
            name=name,
            language=form.language,
            dmarc_policy=form.policy,
            asker=actor,
            created_at=now,
            provisioner=self.provisioner,
            key_id=key_id(form.key),
            next_check_at=now,
            last_event_at=now,
        )
        return replace(domain, turn=turn_of(domain, self.durations, now).key)

    async def deploy(self, team_id: str, actor: Actor, ref: str, click_id: str, new_key: str | None = None) -> Answer:
        """Start the deployment. Answers `KeyNeeded` where the key was erased and `new_key` is not given."""
        event = Deploy(actor, key_id(new_key) if new_key else None)
        return await self._act(team_id, ref, event, click_id, new_key)

    async def verify(self, team_id: str, actor: Actor, ref: str, via: Via, click_id: str) -> Answer:
        """Start the verification; where it runs, look at once."""
        return await self._act(team_id, ref, Verify(actor, self.new_id(), via), click_id)

    async def cancel(self, team_id: str, actor: Actor, ref: str, click_id: str) -> Answer:
        """Stop a deployment or verification that is not ACTIVE yet."""
        return await self._act(team_id, ref, Cancel(actor), click_id)

    async def remove(self, team_id: str, actor: Actor, ref: str, click_id: str) -> Answer:
        """Begin the removal. The listener has had it confirmed."""
        return await self._act(team_id, ref, Remove(actor), click_id)

    async def edit(self, team_id: str, actor: Actor, ref: str, form: EditForm, click_id: str) -> Answer:
        """Change key, policy or language."""
        event = Edit(actor, form.policy, form.language, key_id(form.key) if form.key else None)
        return await self._act(team_id, ref, event, click_id, form.key)

    async def adopt(self, team_id: str, actor: Actor, ref: str, click_id: str) -> Answer:
        """Take over what the provisioner has under this name."""
        return await self._act(team_id, ref, Adopt(actor), click_id)

    async def _act(self, team_id: str, ref: str, event: Event, click_id: str, new_key: str | None = None) -> Answer:
        try:
            answer = await self._commit(team_id, ref, event, click_id, new_key)
        except ConflictError:
            # A look was saved between reading and writing (PostgreSQL): the state it left is judged afresh.
            answer = await self._commit(team_id, ref, event, click_id, new_key)
        self.waker.wake()
        return answer

    async def _commit(self, team_id: str, ref: str, event: Event, click_id: str, new_key: str | None) -> Answer:
        now = self.clock()
        async with self.database.transaction(wait=WRITE_LOCK_WAIT) as session:
            domain = await find(session, team_id, ref)
            decision = decide(domain, event, now, self.durations)
            if decision.answer is None:
                raise AssertionError(f"{type(event).__name__} went unanswered")
            first = await clicks.first_time(session, team_id, click_id, now)
            if first:
                if new_key and decision.domain.key_held:
                    await self.vault.put(session, domain.id, new_key)
                await record(session, self.vault, domain, [decision], self.durations, now)
        did, answered = type(event).__name__.lower(), type(decision.answer).__name__
        log.info("command.saved" if first else "command.repeated", did=did, domain=domain.name, answered=answered)
        return decision.answer


async def find(session: AsyncSession, team_id: str, ref: str) -> SendingDomain:
    """Return the domain that `ref` names, by id or by name. Raises `DomainNotFound`."""
    domain = await domains.get(session, ref) or await domains.find(session, team_id, ref)
    if domain is None or domain.team_id != team_id or domain.removed_at is not None:
        raise DomainNotFound(ref)
    return domain
