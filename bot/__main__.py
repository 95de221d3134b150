"""The command line: `engage-domain run | migrate | doctor | check | settings | new-key | rotate-keys`."""

import asyncio
import os
import sys
from collections.abc import Awaitable, Callable
from typing import Annotated, TypeVar

import typer

from bot import logbook
from bot.look_settings import DatabaseSettings, LookSettings
from bot.settings import Settings, load
from core.errors import BotError, ConfigurationError
from core.secrecy import blotted

app = typer.Typer(add_completion=False, no_args_is_help=True, pretty_exceptions_enable=False)
S = TypeVar("S", bound=DatabaseSettings)

WRONG = 1
MISCONFIGURED = 2


class _Options:
    env_file: str | None = None


@app.callback()
def options(
    env_file: Annotated[str | None, typer.Option(help="Read settings from this file, behind the environment.")] = None,
) -> None:
    """Bring email sending domains to life on Treasure Data's Engage, from Slack."""
    _Options.env_file = env_file


@app.command()
def run() -> None:
    """Run the bot: Slack's Socket Mode and the ticks, in one process, until SIGTERM or Ctrl-C."""
    from bot import wiring

    _go(Settings, wiring.run)


@app.command()
def migrate() -> None:
    """Bring the database to the newest schema. Safe to repeat."""
    from storage import migrations
    from storage.engine import Database

    async def work(settings: DatabaseSettings) -> int:
        database = Database.open(settings.database_url)
        try:
            await migrations.migrate(database)
        finally:
            await database.dispose()
        typer.echo("The database has the newest schema.")
        return 0

    _go(DatabaseSettings, work)


@app.command()
def doctor() -> None:
    """Try every token, scope and channel, the database, the DNS and the provisioner; say what to do.

    The exit code is 1 if anything is wrong.
    """
    from bot import wiring
    from bot.doctor import report

    async def work(settings: Settings) -> int:
        checks = await wiring.examine(settings)
        typer.echo(report(checks))
        return 0 if all(check.ok for check in checks) else WRONG

    _go(Settings, work)


@app.command()
def outbox(
    lane: Annotated[str | None, typer.Argument(help="With --replay: this lane alone.", show_default=False)] = None,
    *,
    replay: Annotated[bool, typer.Option("--replay", help="Send again what is parked or dead.")] = False,
) -> None:
    """List what has not been said in Slack yet, lane by lane; with --replay, send again what is parked or dead."""
    from bot.backlog import listed, replayed
    from bot.clock import utcnow
    from storage.engine import Database

    async def work(settings: DatabaseSettings) -> int:
        database = Database.open(settings.database_url)
        try:
            said = await replayed(database, utcnow, lane) if replay else await listed(database, utcnow)
        finally:
            await database.dispose()
        typer.echo(said)
        return 0

    _go(DatabaseSettings, work)


@app.command()
def check(
    name: Annotated[str, typer.Argument(metavar="NAME", help="The domain to look at, such as mail.example.com.")],
    zone: Annotated[
        str | None,
        typer.Option(metavar="FILE", help="A zone file with the records that are expected; - for standard input."),
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON, as docs/check.md describes it.")] = False,  # noqa: FBT002 -- a flag
) -> None:
    """Look at the DNS of any domain: at the records of a zone file, or at what is in the way of a sending domain.

    Needs none of the settings for Slack; those of DNS count (DNS_NAMESERVERS, DNS_RESOLVERS and others: docs/check.md).

    Exit code: 0 all required records are verified (without a file: nothing is in the way), 1 not, 2 could not check.
    """
    from bot import check_command
    from bot.lookout import check_up

    async def work(settings: LookSettings) -> int:
        language = check_command.language_of(settings)
        try:
            domain, records = check_command.expectation(name, zone, language)
        except check_command.CannotCheck as error:
            typer.echo(str(error), err=True)
            return check_command.COULD_NOT_CHECK
        logbook.quieten(settings)
        checkup = await check_up(settings, domain, records)
        return check_command.report(checkup, records, language, as_json=as_json)

    _go(LookSettings, work, "Nothing was checked. To mend:")


@app.command()
def settings() -> None:
    """Print every setting with its meaning, as in docs/configuration.md."""
    from bot.configuration_page import configuration_page

    typer.echo(configuration_page(), nl=False)


@app.command()
def new_key() -> None:
    """Print a new key for SECRET_KEYS."""
    from cryptography.fernet import Fernet

    typer.echo(Fernet.generate_key().decode())


@app.command()
def rotate_keys(
    *,
    erase_lost: Annotated[bool, typer.Option("--erase-lost", help="First erase what none of the keys opens.")] = False,
) -> None:
    """Encrypt every write-only key that is held under the first of SECRET_KEYS; then the others can be taken out."""
    from bot import wiring
    from storage.engine import Database

    async def work(settings: Settings) -> int:
        database = Database.open(settings.database_url)
        try:
            rotating = wiring.make_rotating(settings, database)
            for name in await rotating.erase_lost() if erase_lost else ():
                typer.echo(f"Erased: the write-only key of {name}. Enter it again in Slack, with /engage-domain edit.")
            typer.echo(f"{await rotating.rotate()} keys are under the first of SECRET_KEYS now; take the others out.")
        finally:
            await database.dispose()
        return 0

    _go(Settings, work)


def _go(kind: type[S], work: Callable[[S], Awaitable[int]], faulty: str = "The bot cannot start. To mend:") -> None:
    try:
        chosen = load(kind, _Options.env_file)
        logbook.configure(chosen)
        code = asyncio.run(_awaited(work(chosen)))
    except ConfigurationError as error:
        typer.echo(faulty, err=True)
        for fault in error.faults:
            typer.echo(f"  {blotted(fault)}", err=True)
        sys.exit(MISCONFIGURED)
    except BotError as error:
        typer.echo(blotted(str(error)), err=True)
        sys.exit(WRONG)
    sys.exit(code)


async def _awaited(work: Awaitable[int]) -> int:
    return await work


def main() -> None:
    """Run the command line. What it makes anew (the database, its log) is for its own user's eyes only."""
    os.umask(0o077)
    app()


if __name__ == "__main__":
    main()
