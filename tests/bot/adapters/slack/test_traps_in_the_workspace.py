"""Bolt's traps in the sandbox's workspace: real envelopes over Socket Mode, and how long their acks take."""

import asyncio
import time
from dataclasses import dataclass, field

import pytest
import structlog

from bot.adapters.slack import SlackDirectory, SlackSurface, identify, make_client, make_socket
from bot.listeners import Listening, make_app, register
from bot.ports import Places
from core.durations import Durations
from core.notices.answers import Created, VerifyAccepted
from sandbox.slack.app import APP_TOKEN, BOT_TOKEN
from sandbox.slack.people import ADMIN_USERGROUP, IT_CHANNEL, SUPPORT_CHANNEL
from tests.bot.messages import hostility
from tests.fakes.domains import a_domain, a_pending_domain
from tests.fakes.served_workspace import served_workspace
from tests.fakes.services import NOW, TURN, FakeOnboarding, FakeQueries
from tests.fakes.workspace import Workspace, words

SLACK_WAITS = 3.0
SLOW = 3.5
KEY = "1234/" + "0123456789abcdef0123456789abcdef01234567"
FORM = {"domain": "mail.example.org", "key": KEY, "dmarc": "none", "language": "en"}


@dataclass
class World:
    workspace: Workspace
    onboarding: FakeOnboarding
    queries: FakeQueries
    acks: dict[str, float] = field(default_factory=dict)

    async def timed(self, name, doing):
        """Do something; remember how long Slack waited for the acknowledgement."""
        started = time.monotonic()
        answer = await doing
        self.acks[name] = time.monotonic() - started
        return answer


@pytest.fixture(scope="module")
def server():
    with served_workspace() as url:
        yield url


@pytest.fixture
async def world(server):
    client = make_client(BOT_TOKEN, f"{server}/api/")
    who = await identify(client)
    places = Places(who.team_id, IT_CHANNEL, SUPPORT_CHANNEL, who.user_id)
    domain = a_pending_domain(team_id=who.team_id)
    onboarding, queries = FakeOnboarding(domain), FakeQueries(domain)
    parts = Listening(
        onboarding=onboarding,
        queries=queries,
        directory=SlackDirectory(client, places, lambda: NOW, admin_usergroup=ADMIN_USERGROUP),
        surface=SlackSurface(client),
        places=places,
        durations=Durations(),
        clock=lambda: NOW,
    )
    app = make_app(client)
    register(app, parts)
    handler = make_socket(app, APP_TOKEN, f"{server}/api/")
    await handler.connect_async()
    async with Workspace(server) as workspace:

        async def connected():
            return (await workspace.state())["connected"]

        await workspace.eventually(connected)
        yield World(workspace, onboarding, queries)
        await workspace.post("faults", clear=True)
    await handler.close_async()


@pytest.fixture
def log():
    with structlog.testing.capture_logs() as entries:
        yield entries


def slow(service, method):
    """Have a method of a fake take longer than Slack waits."""
    quick = getattr(service, method)

    async def late(*given, **named):
        await asyncio.sleep(SLOW)
        return await quick(*given, **named)

    setattr(service, method, late)


async def newest(world, text, as_=None):
    """Wait for a message in #it-dns that was not there when the test began."""
    return await world.workspace.message(text, as_=as_, after=world.began, within=10)


@pytest.fixture(autouse=True)
async def beginning(world):
    seen = await world.workspace.messages()
    world.began = max((message["ts"] for message in seen), default="0")


async def test_slow_roles_are_told_of_in_time(world):
    await world.workspace.fault("users.info", "slow", seconds=SLOW)

    began = time.monotonic()
    await world.timed("command, slow roles", world.workspace.command("deploy mail.example.com"))
    await newest(world, "can't read your roles")

    assert time.monotonic() - began < SLACK_WAITS
    assert world.acks["command, slow roles"] < 1
    assert world.onboarding.calls == []


async def test_a_slow_database_is_told_of_in_time_with_a_reference_that_is_in_the_log(world, log):
    slow(world.queries, "status")

    began = time.monotonic()
    await world.timed("command, slow database", world.workspace.command("status mail.example.com"))
    told = await newest(world, "takes longer than usual")
    waited = time.monotonic() - began
    await newest(world, "Domain status")

    (entry,) = [entry for entry in log if entry["event"] == "listener.slow"]
    assert entry["ref"] in words(told)
    assert world.acks["command, slow database"] < 1
    assert waited < SLACK_WAITS


async def test_a_form_is_acknowledged_in_time_by_a_slow_database_and_answered_later(world):
    world.onboarding.outcome = Created(domain=a_domain(name="mail.example.org", key_id="01234567"), turn=TURN)
    await world.workspace.command("create mail.example.org")
    await world.workspace.view()
    slow(world.onboarding, "create")

    answer = await world.timed("form, slow database", world.workspace.submit(FORM))

    assert answer["error"] is None
    assert world.acks["form, slow database"] < SLACK_WAITS
    assert (await world.workspace.state())["view"] is None
    await newest(world, "has been created")


async def test_what_raises_is_acknowledged_and_answered_with_a_reference_that_is_in_the_log(world, log):
    world.onboarding.outcome = RuntimeError("boom")

    sent = await world.timed("command that raises", world.workspace.command("deploy mail.example.com"))
    told = await newest(world, "give Support the reference")

    (entry,) = [entry for entry in log if entry["event"] == "listener.failed"]
    assert sent["error"] is None
    assert entry["ref"] in words(told)
    assert world.acks["command that raises"] < 1


async def test_details_are_shown_anew_in_the_workspace(world):
    domain = world.queries.domains[0]
    paces = {"fast": Durations().fast, "burst": Durations().burst, "poll": Durations().poll}
    world.onboarding.outcome = VerifyAccepted(domain=domain, **paces)
    await world.workspace.open_home()

    async def home():
        return (await world.workspace.state())["home"]

    await world.workspace.eventually(home)
    await world.workspace.click("open_details")
    view = await world.workspace.view()
    await world.workspace.click("check_now")

    async def shown_anew():
        now = (await world.workspace.state())["view"]
        return now and now["id"] == view["id"] and now["blocks"] != view["blocks"]

    await world.workspace.eventually(shown_anew)
    await world.workspace.close_modal()
    assert world.onboarding.names == ["verify"]


@pytest.mark.parametrize("text", ["<!channel>", "<@U0EVIL> *x* :x:", "a\u202eb\u200bc", "status " + "A" * 10_000])
async def test_hostile_commands_mention_nobody_on_the_screen(world, text):
    sent = await world.workspace.command(text)

    async def answered():
        return [each for each in await world.workspace.messages() if float(each["ts"]) > float(world.began)]

    (message,) = await world.workspace.eventually(answered)
    assert sent["error"] is None
    assert hostility.invisible(message["blocks"]) == []
    assert "<!" not in message["text"]
    assert "<@" not in message["text"]
    drawn = hostility.skeleton(message["blocks"])
    assert not {"broadcast", "user", "emoji"} & {each["type"] for each in _elements(drawn)}


def _elements(content):
    if isinstance(content, dict):
        if "type" in content:
            yield content
        content = list(content.values())
    if isinstance(content, list):
        for each in content:
            yield from _elements(each)
