"""The house with the real adapter of Slack, which talks to the sandbox's workspace over sockets."""

from dataclasses import dataclass
from datetime import timedelta

import pytest

from bot.adapters.slack import Pacer, SlackMessenger, make_client
from bot.ports import Places
from bot.services.dispatching import Dispatching
from bot.services.onboarding import CreateForm
from core.events import Via
from core.sending_domain import Actor, DmarcPolicy, Language
from sandbox.slack.app import BOT_TOKEN
from sandbox.slack.people import IT_CHANNEL, SUPPORT_CHANNEL
from storage import outbox
from storage.engine import Database
from tests.bot.services.house import KEY, TEAM, House, Time, living
from tests.fakes.served_workspace import served_workspace
from tests.fakes.workspace import Workspace, words

ALEX, AIKO = Actor("U00ALEX", Language.EN, IT_CHANNEL), Actor("U00AIKO", Language.JA, IT_CHANNEL)
PLACES = Places("T0HOUSE", IT_CHANNEL, SUPPORT_CHANNEL, "U0BOT", "engage-domain")
TICK = timedelta(seconds=5)


@pytest.fixture
def clock():
    return Time()


@pytest.fixture
async def house(sqlite_url, clock):
    database = Database.open(sqlite_url)
    async with living(database, clock) as house:
        yield house
    await database.dispose()


@pytest.fixture
def slack_url():
    with served_workspace() as url:
        yield url


@dataclass
class Street:
    """A house whose messages arrive in a workspace."""

    house: House
    clock: Time
    workspace: Workspace
    client: object

    async def dispatch(self, span=timedelta(), every=TICK):
        """Let `span` pass by, dispatching all the while as the tick does."""
        await self.house.dispatching.dispatch_due()
        while span > timedelta():
            self.clock.pass_by(min(every, span))
            span -= every
            await self.house.dispatching.dispatch_due()

    async def deploy(self, name="mail.example.com"):
        """Take a domain from its creation until the provisioner has made the records; nothing is said of it yet."""
        house, clicks = self.house, self.house.click
        form = CreateForm(name, KEY, DmarcPolicy.NONE, Language.EN)
        await house.onboarding.create(TEAM, ALEX, form, clicks())
        await house.checking.check_due()
        await house.onboarding.deploy(TEAM, ALEX, name, clicks())
        await house.checking.check_due()
        return await house.domain(name)

    async def fail(self, name="mail.example.com"):
        """Let the verification window of a deployed domain pass by, and everything be said."""
        await self.house.onboarding.verify(TEAM, ALEX, name, Via.COMMAND, self.house.click())
        await self.house.tick()
        for hours in (24, 24, 18, 7):
            self.clock.pass_by(timedelta(hours=hours))
            await self.house.tick()

    async def depth(self):
        async with self.house.database.reading() as session:
            return await outbox.depth(session)

    async def it(self):
        """Everything in the IT channel, as IT sees it: the text of each message, its replies behind it."""
        return await self.workspace.messages("#it-dns", as_="ivan")

    async def support(self):
        return await self.workspace.messages("#support", as_="sumi")

    async def direct(self, who):
        return [words(each) for each in await self.workspace.direct_messages(as_=who)]


@pytest.fixture
async def street(house, clock, slack_url):
    client = make_client(BOT_TOKEN, f"{slack_url}/api/")
    messenger = SlackMessenger(client, PLACES, house.durations, clock, Pacer(timedelta()))

    async def admins():
        return [ALEX, AIKO]

    house.dispatching = Dispatching(house.database, messenger, clock, house.dispatching.new_id, admins=admins)
    async with Workspace(slack_url) as workspace:
        yield Street(house, clock, workspace, client)
