"""Write-only keys, encrypted at rest and erased when nobody needs them any more.

Nothing in here ever puts a key or a secret into a message, an exception or a repr.
"""

import hashlib
from collections.abc import Sequence

import sqlalchemy as sa
from cryptography.fernet import Fernet, InvalidToken, MultiFernet
from sqlalchemy.ext.asyncio import AsyncSession

from core.errors import ConfigurationError
from storage.dialects import team_of, upsert
from storage.tables import SECRETS


def key_id(secret: str) -> str:
    """Return what a secret is referred to by: the first eight hex digits of its SHA-256."""
    return hashlib.sha256(secret.encode()).hexdigest()[:8]


class Vault:
    """One secret for each domain, under one of several keys.

    `keys` are Fernet keys (32 bytes in URL-safe Base64, https://github.com/fernet/spec): the first one
    encrypts, all of them decrypt. Raises `ConfigurationError` for a key that is none, or if there are none.
    """

    def __init__(self, keys: Sequence[str]) -> None:
        if not keys:
            raise ConfigurationError(["SECRET_KEYS: at least one key is needed"])
        faults, fernets = [], []
        for number, key in enumerate(keys, 1):
            try:
                fernets.append(Fernet(key))
            except ValueError:
                faults.append(f"SECRET_KEYS: key {number} is not 32 bytes in URL-safe Base64")
        if faults:
            raise ConfigurationError(faults)
        self._fernet = MultiFernet(fernets)

    def __repr__(self) -> str:
        return "Vault(…)"

    async def put(self, session: AsyncSession, domain_id: str, secret: str) -> None:
        """Keep the secret of a domain in place of an earlier one."""
        token = self._fernet.encrypt(secret.encode()).decode()
        await upsert(session, SECRETS, {"domain_id": domain_id, "team_id": team_of(domain_id), "token": token})

    async def get(self, session: AsyncSession, domain_id: str) -> str | None:
        """Return the secret of a domain. Raises `ConfigurationError` if no key opens it."""
        token = await session.scalar(sa.select(SECRETS.c.token).where(SECRETS.c.domain_id == domain_id))
        if token is None:
            return None
        try:
            return self._fernet.decrypt(token).decode()
        except InvalidToken as error:
            raise _unopened(domain_id) from error

    async def erase(self, session: AsyncSession, domain_id: str) -> None:
        """Erase the secret of a domain. There being none is success."""
        await session.execute(sa.delete(SECRETS).where(SECRETS.c.domain_id == domain_id))

    async def rotate(self, session: AsyncSession) -> int:
        """Encrypt every secret anew under the first key; return how many there are."""
        rows = (await session.execute(sa.select(SECRETS.c.domain_id, SECRETS.c.token).with_for_update())).all()
        for domain_id, token in rows:
            try:
                rotated = self._fernet.rotate(token).decode()
            except InvalidToken as error:
                raise _unopened(domain_id) from error
            await session.execute(sa.update(SECRETS).where(SECRETS.c.domain_id == domain_id).values(token=rotated))
        return len(rows)


def _unopened(domain_id: str) -> ConfigurationError:
    return ConfigurationError([f"SECRET_KEYS: no key opens the secret of domain {domain_id}"])
