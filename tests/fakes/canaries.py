"""Secrets that are looked for afterwards: in logs, in files, in tables, on screens."""

import base64
import json
from collections.abc import Iterable
from functools import cache
from pathlib import Path
from typing import Any
from urllib.parse import quote

import sqlalchemy as sa
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

from storage.engine import Database
from storage.tables import METADATA, SECRETS

KEY = "4711/" + "c0ffee" * 6 + "c0ff"
"""A write-only key."""
NEXT_KEY = "4711/" + "decade" * 6 + "deca"
"""The key that replaces it."""


@cache
def dkim_private_key() -> tuple[str, str]:
    """Return an RSA key as PEM, and as bare base64."""
    key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    pem = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()).decode()
    der = key.private_bytes(Encoding.DER, PrivateFormat.PKCS8, NoEncryption())
    return pem, base64.b64encode(der).decode()


def traces(*more: str) -> list[str]:
    """Return what must be found nowhere; `more` are the tokens and keys of this very run."""
    _, bare = dkim_private_key()
    # Whole lines of the PEM, and any piece of the key's inside: its first 36 characters are in every RSA key.
    pieces = [bare[start : start + 32] for start in range(48, len(bare) - 32, 32)]
    keys = [KEY, NEXT_KEY, *more]
    behind = [key.rpartition("/")[2] for key in keys]
    return [*keys, *behind, *(key[5:30] for key in (KEY, NEXT_KEY)), *(quote(key, safe="") for key in keys), *pieces]


def found_in(text: str, looked_for: Iterable[str]) -> list[str]:
    """Return the traces in `text`, with what stands around them; line breaks hide nothing."""
    joined = text.replace("\\n", "").replace("\n", "").replace("\\/", "/").lower()
    at = [(trace, joined.find(trace.lower())) for trace in dict.fromkeys(looked_for)]
    return [f"{trace} in …{joined[max(0, where - 150) : where + 80]}…" for trace, where in at if where >= 0]


def octets_of(database_url: str) -> str:
    """Return the files of an SQLite database, the write-ahead log included."""
    path = Path(database_url.removeprefix("sqlite:///"))
    return "".join(file.read_bytes().decode("latin-1") for file in sorted(path.parent.glob(f"{path.name}*")))


async def dump_of(database_url: str) -> str:
    """Return every row of every table but the vault's ciphertexts."""
    database = Database.open(database_url)
    try:
        async with database.reading() as session:
            tables = [table for table in METADATA.sorted_tables if table is not SECRETS]
            rows = {table.name: (await session.execute(sa.select(table))).all() for table in tables}
    finally:
        await database.dispose()
    return "\n".join(f"{name}: {_plain(row)}" for name, all_rows in rows.items() for row in all_rows)


def _plain(row: Any) -> str:
    return json.dumps(list(row), default=str, ensure_ascii=False)
