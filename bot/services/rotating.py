"""`rotate-keys`: every write-only key under the first of SECRET_KEYS, so that the others can be taken out."""

from dataclasses import dataclass

from bot.ports import Clock
from bot.services.recording import record
from core.durations import Durations
from core.lifecycle.keys import forget_lost_key
from storage import domains
from storage.engine import Database
from storage.vault import Vault


@dataclass(frozen=True, slots=True)
class Rotating:
    """Encrypts anew what the vault holds."""

    database: Database
    vault: Vault
    clock: Clock
    durations: Durations

    async def rotate(self) -> int:
        """Encrypt every key anew, all or none; return how many. Raises `ConfigurationError` if one cannot be opened."""
        async with self.database.transaction() as session:
            count = await self.vault.rotate(session)
        await self.database.scrub()
        return count

    async def erase_lost(self) -> list[str]:
        """Erase what no key opens, with a line in the history; return the names of the domains."""
        now = self.clock()
        async with self.database.transaction() as session:
            lost = (await self.vault.census(session)).lost
            for each in lost:
                domain = await domains.get(session, each.domain_id)
                if domain is not None:
                    decision = forget_lost_key(domain, now, self.durations)
                    await record(session, self.vault, domain, [decision], self.durations, now)
                await self.vault.erase(session, each.domain_id)
        await self.database.scrub()
        return [each.name for each in lost]
