"""Reconciles the provisioner with what is wanted: one step at a time, each of which may be repeated."""

from collections.abc import Callable
from dataclasses import dataclass

import structlog

from bot.ports import NO_METER, Meter, Provisioner
from core.errors import ConfigurationError, NameTaken, OutsideError, RequestRefused
from core.events import AdoptionNeeded, Event, Provisioned, ProvisioningRefused, Snapshot, TornDown
from core.secrecy import blotted
from core.sending_domain import SendingDomain, Wanted
from storage.engine import Database
from storage.vault import Vault

log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class Provisioning:
    """Asks the provisioner for the next thing that is wanted."""

    database: Database
    vault: Vault
    provisioner: Provisioner
    new_id: Callable[[], str]
    meter: Meter = NO_METER

    async def step(self, domain: SendingDomain) -> Event:
        """Do one step and return what came of it.

        At most one thing is asked for, so that its outcome can be committed before the next. Raises
        `TransientError` and `ConfigurationError`; what the provisioner refuses for good is an event.
        """
        try:
            return await self._step(domain)
        except NameTaken as error:
            self.meter.provisioner_failed("name_taken")
            return AdoptionNeeded(error.provisioner_id)
        except RequestRefused as error:
            self.meter.provisioner_failed("refused")
            # From here on it is stored, logged and said: whatever the adapter is, no secret goes further.
            words = blotted(str(error))
            log.warning("provisioner.refused", step=error.step, error=words)
            return ProvisioningRefused(error.step, words, error.remedy, self.new_id())
        except ConfigurationError:
            self.meter.provisioner_failed("misconfigured")
            raise
        except OutsideError:
            self.meter.provisioner_failed("unavailable")
            raise

    async def _step(self, domain: SendingDomain) -> Event:
        if domain.wanted is Wanted.REMOVED:
            if domain.provisioner_id is not None and not domain.adopted:
                await self.provisioner.remove(domain.provisioner_id)
            return TornDown()
        if domain.provisioner_id is None:
            return self._answered(await self._create(domain), created=True)
        if domain.cancel_wanted:
            stopped = await self.provisioner.cancel(domain.provisioner_id)
            return self._answered(stopped or await self._get(domain.provisioner_id), cancelled=True)
        if domain.update_wanted:
            key = await self._key(domain)
            updated = await self.provisioner.update(domain.provisioner_id, key, domain.dmarc_policy)
            return self._answered(updated, updated=True)
        if domain.wanted is not Wanted.CREATED and not domain.deploy_accepted:
            return self._answered(await self.provisioner.deploy(domain.provisioner_id), deployed=True)
        window = domain.running_window
        if window is not None and domain.wanted is Wanted.VERIFYING and domain.verify_accepted != window.id:
            return self._answered(await self.provisioner.verify(domain.provisioner_id), verifying=window.id)
        return self._answered(await self._get(domain.provisioner_id))

    async def _create(self, domain: SendingDomain) -> Snapshot:
        key = await self._key(domain)
        if key is None:
            raise RequestRefused(
                "the write-only key was erased before the domain was created",
                step="create",
                remedy="Enter the key again with `/engage-domain edit`.",
            )
        return await self.provisioner.create(domain.name, key, domain.dmarc_policy, domain.provisioner_id, domain.id)

    async def _get(self, provisioner_id: str) -> Snapshot:
        snapshot = await self.provisioner.get(provisioner_id)
        if snapshot is None:
            raise RequestRefused(
                "the domain is not there any more",
                step="get",
                remedy="It was removed outside this bot; remove it here, too, and create it again.",
            )
        return snapshot

    async def _key(self, domain: SendingDomain) -> str | None:
        async with self.database.reading() as session:
            return await self.vault.get(session, domain.id)

    def _answered(self, snapshot: Snapshot, **asked: bool | str) -> Provisioned:
        if snapshot.unknown:
            log.warning("provisioner.unknown_words", id=snapshot.provisioner_id, words=snapshot.unknown)
        return Provisioned(snapshot, self.new_id(), **asked)  # type: ignore[arg-type]  # names are Provisioned's own


def settled(before: SendingDomain, after: SendingDomain) -> bool:
    """Tell whether a step changed nothing that calls for another step at once."""
    return (
        after.removed_at is not None
        or after.adoptable_id is not None
        or (
            (before.provisioner_id, before.deploy_accepted, before.verify_accepted, before.update_wanted)
            == (after.provisioner_id, after.deploy_accepted, after.verify_accepted, after.update_wanted)
            and before.cancel_wanted == after.cancel_wanted
        )
    )
