"""`engage-domain rotate-keys`, and what `run` says about a key that is missing: as processes."""

import asyncio
import os
import subprocess
import sys

import pytest
from cryptography.fernet import Fernet

from storage import domains
from storage.engine import Database
from storage.vault import Vault
from tests.storage.samples import a_domain

OLD, NEW, OTHER = (Fernet.generate_key().decode() for _ in range(3))
KEY = "1234/" + "0123456789abcdef0123456789abcdef01234567"


@pytest.fixture
def engage_domain(sqlite_url):
    """Run the command line with these SECRET_KEYS over a database with one key, which lies under OLD."""
    environment = {
        "PATH": os.environ["PATH"],
        "DATABASE_URL": sqlite_url,
        "SLACK_BOT_TOKEN": "xoxb-x",
        "SLACK_APP_TOKEN": "xapp-x",
        "SLACK_API_URL": "http://127.0.0.1:9/api/",
        "IT_CHANNEL": "C0IT",
        "SUPPORT_CHANNEL": "C0SUPPORT",
        "ADMIN_USERS": "U0ADMIN",
        "ENGAGE_API_URL": "http://127.0.0.1:9",
        "ENGAGE_API_KEY": KEY,
        "LOG_LEVEL": "DEBUG",
    }

    async def fill():
        database = Database.open(sqlite_url)
        async with database.transaction() as session:
            await domains.add(session, a_domain())
            await Vault([OLD]).put(session, a_domain().id, KEY)
        await database.dispose()

    def run(*words, keys):
        return subprocess.run(
            [sys.executable, "-m", "bot", *words],
            env=environment | {"SECRET_KEYS": ",".join(keys)},
            capture_output=True,
            text=True,
            check=False,
            timeout=60,
        )

    asyncio.run(fill())
    return run


def test_a_rotation_makes_the_old_key_dispensable_and_a_missing_one_stops_the_bot_with_advice(engage_domain):
    stopped = engage_domain("run", keys=[NEW])
    rotated = engage_domain("rotate-keys", keys=[NEW, OLD])
    lost = engage_domain("rotate-keys", "--erase-lost", keys=[OTHER])

    assert [done.returncode for done in (stopped, rotated, lost)] == [2, 0, 0]
    assert "SECRET_KEYS: no key opens" in stopped.stderr
    assert "Put the key that was taken out back" in stopped.stderr
    assert "Traceback" not in stopped.stderr
    assert "1 keys are under the first" in rotated.stdout
    assert f"Erased: the write-only key of {a_domain().name}" in lost.stdout
    said = "".join(done.stdout + done.stderr for done in (stopped, rotated, lost))
    assert not any(secret in said for secret in (KEY, KEY[5:], OLD, NEW, OTHER))
