"""Write-only keys, encrypted at rest and erased when nobody needs them any more.

Nothing in here ever puts a key or a secret into a message, an exception or a repr.
"""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass

import sqlalchemy as sa
from cryptography.fernet import Fernet, InvalidToken, MultiFernet
from sqlalchemy.ext.asyncio import AsyncSession

from core.errors import ConfigurationError
from storage.dialects import team_of, upsert
from storage.tables import DOMAINS, SECRETS

_MOST_NAMED = 5


def key_id(secret: str) -> str:
    """Return what a secret is referred to by: the first eight hex digits of its SHA-256."""
    return hashlib.sha256(secret.encode()).hexdigest()[:8]


@dataclass(frozen=True, slots=True)
class Lost:
    """A secret that none of the keys opens."""

    domain_id: str
    name: str


@dataclass(frozen=True, slots=True)
class Census:
    """How many secrets there are, how many of them are still under an older key, and which are `lost`."""

    total: int
    old: int
    lost: tuple[Lost, ...]


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
        self._newest = fernets[0]
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
            raise _unopened([domain_id]) from error

    async def erase(self, session: AsyncSession, domain_id: str) -> None:
        """Erase the secret of a domain. There being none is success."""
        await session.execute(sa.delete(SECRETS).where(SECRETS.c.domain_id == domain_id))

    async def rotate(self, session: AsyncSession) -> int:
        """Encrypt every secret anew under the first key; return how many there are.

        Raises `ConfigurationError` if some cannot be opened; nothing is to be committed then.
        """
        await self.check(session)
        rows = (await session.execute(sa.select(SECRETS.c.domain_id, SECRETS.c.token).with_for_update())).all()
        for domain_id, token in rows:
            try:
                rotated = self._fernet.rotate(token).decode()
            except InvalidToken as error:
                raise _unopened([domain_id]) from error
            await session.execute(sa.update(SECRETS).where(SECRETS.c.domain_id == domain_id).values(token=rotated))
        return len(rows)

    async def census(self, session: AsyncSession) -> Census:
        """Try every secret with every key."""
        statement = (
            sa.select(SECRETS.c.domain_id, DOMAINS.c.name, SECRETS.c.token)
            .join(DOMAINS, DOMAINS.c.id == SECRETS.c.domain_id)
            .order_by(DOMAINS.c.name)
        )
        rows = (await session.execute(statement)).all()
        lost = tuple(Lost(domain_id, name) for domain_id, name, token in rows if not _opens(self._fernet, token))
        newest = sum(_opens(self._newest, token) for _, _, token in rows)
        return Census(len(rows), len(rows) - newest - len(lost), lost)

    async def check(self, session: AsyncSession) -> None:
        """Raise `ConfigurationError`, which says what to do, if no key opens some secret."""
        lost = (await self.census(session)).lost
        if lost:
            raise _unopened([each.name for each in lost])


def _opens(fernet: Fernet | MultiFernet, token: str) -> bool:
    try:
        fernet.decrypt(token)
    except InvalidToken:
        return False
    return True


def _unopened(domains: Sequence[str]) -> ConfigurationError:
    shown = ", ".join(domains[:_MOST_NAMED]) + (", …" if len(domains) > _MOST_NAMED else "")
    return ConfigurationError(
        [
            f"SECRET_KEYS: no key opens the write-only keys of {len(domains)} domain(s): {shown}. Put the key that was "
            "taken out back behind the others; if it is lost, `engage-domain rotate-keys --erase-lost` erases what "
            "cannot be opened, and the write-only keys are entered again in Slack, with `/engage-domain edit`"
        ]
    )
