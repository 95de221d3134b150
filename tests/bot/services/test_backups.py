"""A backup made in mid-path, by the commands of docs/operations.md, is enough: the bot goes on from it elsewhere."""

import asyncio
import os
import re
import shutil
import sys
from datetime import timedelta
from pathlib import Path

import pytest

from core.events import Via
from core.sending_domain import DeploymentEvent, DomainStatus, VerificationStatus
from storage import outbox
from storage.engine import Database
from storage.migrations import is_current, migrate
from tests import fixtures_postgres
from tests.bot.services.beside import beside
from tests.bot.services.house import ADMIN, IT, TEAM, living

ROOT = Path(__file__).parents[3]
LAST = (DeploymentEvent.CERTIFICATE, DeploymentEvent.ENABLE_IDENTITY, DeploymentEvent.ENABLE_CDN)


def documented(what):
    """Return the commands that the page gives for `what`, such as ``backup sqlite``."""
    page = (ROOT / "docs/operations.md").read_text()
    return re.search(rf"<!-- {what} -->\n```sh\n(.*?)```", page, re.DOTALL)[1]


async def shell(commands, folder, database_url):
    """Run commands as an operator does, in `folder`; fail with what they print if one of them fails."""
    # The programs of PostgreSQL that are as old as its server, and our Python.
    path = f"{fixtures_postgres._programs()}:{Path(sys.executable).parent}:{os.environ['PATH']}"
    environment = {"PATH": path, "DATABASE_URL": database_url, "HOME": str(folder)}
    process = await asyncio.create_subprocess_exec(
        *("bash", "-euc", commands),
        cwd=folder,
        env=environment,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.STDOUT,
    )
    printed, _ = await process.communicate()
    assert process.returncode == 0, printed.decode()


async def half_way(house):
    """Bring a domain to where its verification has begun, and is not announced yet, while another waits."""
    await house.create()
    await house.tick()
    await house.onboarding.deploy(TEAM, ADMIN, "mail.example.com", house.click())
    await house.tick()
    await house.create("news.example.com")
    await house.onboarding.verify(TEAM, IT, "mail.example.com", Via.RECORDS_ADDED, house.click())
    house.apply_records(await house.domain())


async def lose_everything_since(house):
    """Go on for a while; of this the backup will know nothing."""
    await house.tick()
    await house.create("lost.example.com")


async def goes_on(house, clock, database):
    """Bring the path to its end with a bot that has nothing but the backup; return what it says."""
    await migrate(database)
    bot = beside(house, database)
    before = await bot.domain()
    async with database.reading() as session:
        waiting = (await outbox.depth(session))["queued"]
    clock.pass_by(timedelta(minutes=10))
    await bot.tick()
    house.provisioner.complete("mail.example.com", *LAST)
    clock.pass_by(timedelta(minutes=5))
    await bot.tick()

    assert await is_current(database)
    assert before.verification is VerificationStatus.PENDING
    assert waiting >= 2
    assert (await bot.domain()).status is DomainStatus.ACTIVE
    assert (await bot.domain("news.example.com")).provisioner_id == house.provisioner.of("news.example.com").id
    said = bot.said()
    in_thread = [kind for kind in said if kind.startswith("thread.")]
    assert in_thread == ["thread.started", "thread.all_verified", "thread.active"]
    assert said.count("dm.active") == 1


async def test_a_sqlite_file_that_is_backed_up_while_in_use_goes_on_elsewhere(sqlite_url, clock, tmp_path):
    here, there = tmp_path / "here", tmp_path / "there"
    for folder in (here, there):
        folder.mkdir()
    shutil.copy(sqlite_url.removeprefix("sqlite:///"), here / "engage-domain.db")
    database = Database.open(f"sqlite:///{here}/engage-domain.db")
    async with living(database, clock) as house:
        await half_way(house)
        async with database.transaction():  # somebody writes at this very moment
            await shell(documented("backup sqlite"), here, "")
        await lose_everything_since(house)
        await database.dispose()

        shutil.copy(here / "engage-domain.backup.db", there)
        await shell(documented("restore sqlite"), there, "sqlite:///engage-domain.db")
        restored = Database.open(f"sqlite:///{there}/engage-domain.db")
        await goes_on(house, clock, restored)
        await restored.dispose()


@pytest.mark.postgres
async def test_a_postgresql_database_that_is_dumped_while_in_use_goes_on_in_another(
    postgres_url, empty_postgres_url, clock, tmp_path
):
    database = Database.open(postgres_url)
    async with living(database, clock) as house:
        await half_way(house)
        async with database.transaction():
            await shell(documented("backup postgresql"), tmp_path, postgres_url)
        await lose_everything_since(house)
        await database.dispose()

        await shell(documented("restore postgresql"), tmp_path, empty_postgres_url)
        restored = Database.open(empty_postgres_url)
        await goes_on(house, clock, restored)
        await restored.dispose()
