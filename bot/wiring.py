"""Puts the parts together. Only this module, `bot.lookout` and the command line know adapters."""

import asyncio
import signal
from collections.abc import AsyncIterator, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from datetime import timedelta

import structlog
from slack_bolt.adapter.socket_mode.async_handler import AsyncSocketModeHandler
from slack_sdk.web.async_client import AsyncWebClient

from bot.adapters.dns.observer import Observer
from bot.adapters.engage import EngageProvisioner
from bot.adapters.slack import (
    Pacer,
    SlackDirectory,
    SlackMessenger,
    SlackSurface,
    examine_slack,
    identify,
    make_client,
    make_socket,
    quiet_vendor_loggers,
)
from bot.clock import utcnow
from bot.doctor import (
    examine_all,
    examine_database,
    examine_dns,
    examine_outbox,
    examine_provisioner,
    examine_vault,
)
from bot.heap import settle
from bot.ids import new_id
from bot.listeners import Listening, Pace, Underway, make_app, register
from bot.lookout import observing
from bot.observing import Health, version, watching
from bot.ports import NO_METER, Check, Meter, Places, Waker
from bot.scheduler import Tick, Ticks
from bot.services.answering import Answering
from bot.services.checking import Checking, CheckLimits
from bot.services.dispatching import LONGEST_WISH, Dispatching
from bot.services.housekeeping import Housekeeping
from bot.services.looking import Looking
from bot.services.onboarding import Onboarding
from bot.services.parking import naming
from bot.services.provisioning import Provisioning
from bot.services.queries import Queries
from bot.services.rotating import Rotating
from bot.services.vantage import Vantage
from bot.settings import Settings
from core.errors import ConfigurationError
from storage.clock_steps import Waits
from storage.engine import Database
from storage.migrations import is_current
from storage.sole import sole_user
from storage.vault import Vault

log = structlog.get_logger(__name__)
_PATIENCE = timedelta(seconds=5)
"""How long a stopping process serves those on who wait for an answer: Slack gives up on them after three seconds."""

_TAKEOVER = timedelta(seconds=40)
"""How long to wait for another process on the same SQLite file to end: longer than it takes to stop in order."""


@dataclass(frozen=True, slots=True)
class Outside:
    """The adapters, open."""

    client: AsyncWebClient
    database: Database
    vault: Vault
    observer: Observer
    provisioner: EngageProvisioner


@asynccontextmanager
async def outside(settings: Settings) -> AsyncIterator[Outside]:
    """Open everything that `settings` name, and close it at the end."""
    async with AsyncExitStack() as stack:
        database = Database.open(settings.database_url)
        stack.push_async_callback(database.dispose)
        observer = Observer(observing(settings))
        stack.push_async_callback(observer.aclose)
        provisioner = EngageProvisioner(settings.engage_api_url, settings.engage_api_key.get_secret_value())
        stack.push_async_callback(provisioner.aclose)
        vault = Vault([key.get_secret_value() for key in settings.secret_keys])
        client = make_client(settings.slack_bot_token.get_secret_value(), settings.slack_api_url)
        yield Outside(client, database, vault, observer, provisioner)


async def examine(settings: Settings) -> list[Check]:
    """Make all the examinations of `doctor`."""
    async with outside(settings) as world:

        async def slack() -> Sequence[Check]:
            return await examine_slack(
                world.client,
                app_token=settings.slack_app_token.get_secret_value(),
                it_channel=settings.it_channel,
                support_channel=settings.support_channel,
                admin_users=settings.admin_users,
                admin_usergroup=settings.admin_usergroup,
            )

        return await examine_all(
            [
                lambda: examine_database(world.database),
                lambda: examine_vault(world.database, world.vault),
                lambda: examine_outbox(world.database),
                slack,
                lambda: examine_dns(world.observer),
                lambda: examine_provisioner(world.provisioner),
            ]
        )


def make_rotating(settings: Settings, database: Database) -> Rotating:
    """Return what `rotate-keys` does."""
    vault = Vault([key.get_secret_value() for key in settings.secret_keys])
    return Rotating(database, vault, utcnow, settings.durations)


async def run(settings: Settings) -> int:
    """Run Socket Mode and the ticks until SIGTERM or SIGINT; what runs then is let come to its end."""
    over = asyncio.Event()
    for name in (signal.SIGINT, signal.SIGTERM):
        asyncio.get_running_loop().add_signal_handler(name, over.set)
    quiet_vendor_loggers()
    async with outside(settings) as world:
        if not await is_current(world.database):
            raise ConfigurationError(["DATABASE_URL: the schema is not the newest; run `engage-domain migrate`"])
        async with world.database.reading() as session:
            await world.vault.check(session)
        watched = watching(world.database, utcnow, settings.http_host, settings.http_port)
        async with sole_user(world.database, utcnow(), _TAKEOVER), watched as (meter, health):
            await _run(settings, world, meter, health, over)
    log.info("bot.stopped")
    return 0


async def _run(settings: Settings, world: Outside, meter: Meter, health: Health, over: asyncio.Event) -> None:
    identity = await identify(world.client)
    channels = settings.it_channel, settings.support_channel
    places = Places(identity.team_id, *channels, identity.user_id, identity.user)
    ticks = make_ticks(settings, world, places, meter)
    underway = Underway()
    handler = make_handler(settings, world, places, ticks, meter, underway)
    health.connected = handler.client.is_connected
    await handler.connect_async()  # type: ignore[no-untyped-call]  # Bolt leaves it untyped
    settle()
    ticks.start()
    health.pulses = lambda: ticks.pulses
    log.info("bot.running", version=version(), team=identity.team, user=identity.user)
    await over.wait()
    log.info("bot.stopping")
    # Twice: their acknowledgements need the connection, and others come as long as it is open.
    await underway.over(_PATIENCE)
    await handler.close_async()  # type: ignore[no-untyped-call]  # Bolt leaves it untyped
    await underway.over(_PATIENCE)
    await ticks.stop()


def make_checking(settings: Settings, world: Outside, meter: Meter = NO_METER) -> Checking:
    """Return what looks after every domain."""
    durations = settings.durations
    return Checking(
        database=world.database,
        vault=world.vault,
        provisioning=Provisioning(world.database, world.vault, world.provisioner, new_id, meter),
        looking=Looking(
            world.observer,
            utcnow,
            durations,
            new_id,
            resolvers=settings.resolver_count,
            budget=settings.look_budget,
            seconds=settings.look_seconds.total_seconds(),
            vantage=settings.vantage,
            meter=meter,
        ),
        vantage=Vantage(world.database, world.observer, utcnow, durations, new_id, meter),
        clock=utcnow,
        durations=durations,
        new_id=new_id,
        meter=meter,
        limits=CheckLimits(lease=settings.takeover_after),
    )


def make_ticks(settings: Settings, world: Outside, places: Places, meter: Meter = NO_METER) -> Ticks:
    """Return the ticks of one process."""
    durations = settings.durations
    checking = make_checking(settings, world, meter)
    answering = Answering(world.database, checking.looking, utcnow, settings.takeover_after)
    messenger = SlackMessenger(world.client, places, durations, utcnow, Pacer(settings.slack_post_interval), meter)
    admins = naming(make_directory(settings, world, places, meter), places.team_id)
    dispatching = Dispatching(world.database, messenger, utcnow, new_id, meter, settings.takeover_after, admins)
    waits = Waits(max(settings.takeover_after, durations.poll), max(settings.takeover_after, LONGEST_WISH))
    housekeeping = Housekeeping(world.database, utcnow, settings.parked_retry, settings.sent_kept, waits)
    dispatch = Tick("dispatch", dispatching.dispatch_due, meter)

    async def check() -> int:
        checked = sum(await asyncio.gather(checking.check_due(), answering.answer_due()))
        if checked:
            dispatch.wake()
        return checked

    tidying = Tick("housekeeping", housekeeping.tidy, meter)
    return Ticks(Tick("check", check, meter), dispatch, tidying, interval=settings.tick_interval)


def make_directory(settings: Settings, world: Outside, places: Places, meter: Meter = NO_METER) -> SlackDirectory:
    """Return what knows who people are."""
    return SlackDirectory(
        world.client,
        places,
        utcnow,
        admin_users=settings.admin_users,
        admin_usergroup=settings.admin_usergroup,
        default_language=settings.default_language,
        meter=meter,
    )


def make_handler(
    settings: Settings,
    world: Outside,
    places: Places,
    waker: Waker,
    meter: Meter = NO_METER,
    underway: Underway | None = None,
) -> AsyncSocketModeHandler:
    """Return Bolt with all listeners, behind Socket Mode."""
    directory = make_directory(settings, world, places, meter)
    onboarding = Onboarding(
        world.database, world.vault, utcnow, settings.durations, waker, new_id, world.provisioner.name
    )
    parts = Listening(
        onboarding=onboarding,
        queries=Queries(world.database, utcnow, settings.durations, waker.wake, settings.most_checks),
        directory=directory,
        surface=SlackSurface(world.client, meter),
        places=places,
        durations=settings.durations,
        clock=utcnow,
        default_language=settings.default_language,
        pace=Pace(settings.click_burst, settings.click_interval),
        meter=meter,
        underway=underway or Underway(),
    )
    secret = settings.slack_signing_secret.get_secret_value() if settings.slack_signing_secret else None
    app = make_app(world.client, secret)
    register(app, parts)
    quiet_vendor_loggers()
    return make_socket(app, settings.slack_app_token.get_secret_value(), settings.slack_api_url, meter)
