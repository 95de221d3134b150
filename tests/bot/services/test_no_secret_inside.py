"""Faults within: whatever breaks while a secret is at hand, the secret is found nowhere afterwards.

Services, listeners and the Slack adapter are the real ones, at LOG_LEVEL=DEBUG, before the sandbox's Slack.
"""

import json
from dataclasses import dataclass, replace
from datetime import timedelta

import httpx
import pytest
import sqlalchemy as sa
from cryptography.fernet import Fernet

from bot.adapters.engage import EngageProvisioner
from bot.adapters.engage.documents import EmailDomain
from bot.adapters.engage.transport import Reply
from bot.adapters.slack import Pacer, SlackDirectory, SlackMessenger, SlackSurface, identify, make_client, make_socket
from bot.listeners import Listening, make_app, register
from bot.listeners.clicks import Click
from bot.ports import Places
from bot.services.onboarding import CreateForm, EditForm
from bot.settings import Settings
from core.durations import Durations
from core.errors import AmbiguousError, ChannelUnavailable, PermanentError, RequestRefused, TransientError
from core.sending_domain import Actor, DmarcPolicy, Language
from sandbox.slack.app import APP_TOKEN, BOT_TOKEN
from sandbox.slack.people import ADMIN_USERGROUP, IT_CHANNEL, SUPPORT_CHANNEL
from storage.vault import Vault
from tests.bot.services.house import House
from tests.fakes.canaries import KEY, NEXT_KEY, dkim_private_key, dump_of, found_in, octets_of, traces
from tests.fakes.log_stream import logging_to_text
from tests.fakes.messenger import FakeMessenger
from tests.fakes.served_workspace import served_workspace
from tests.fakes.workspace import Workspace

NAME = "mail.example.com"
ENGAGE_KEY = "1/" + "beef" * 10
FERNET = Fernet.generate_key().decode()
FORM = {"domain": NAME, "key": KEY, "dmarc": "none", "language": "en"}
EVERYTHING = f"{KEY} {NEXT_KEY} {ENGAGE_KEY} TD1 {ENGAGE_KEY} {FERNET} xoxb-canary-token {dkim_private_key()[0]}"


@pytest.fixture(scope="module")
def server():
    with served_workspace() as url:
        yield url


@pytest.fixture
def settings(sqlite_url):
    return Settings(
        database_url=sqlite_url,
        log_level="DEBUG",
        slack_bot_token="xoxb-canary-token",
        slack_app_token="xapp-canary-token",
        it_channel=IT_CHANNEL,
        support_channel=SUPPORT_CHANNEL,
        admin_users="U00ALEX",
        secret_keys=FERNET,
        engage_api_key=ENGAGE_KEY,
    )


@dataclass
class Inside:
    house: House
    workspace: Workspace
    settings: Settings
    log: object
    actor: Actor
    team: str
    client: object
    places: Places

    async def create(self):
        form = CreateForm(NAME, KEY, DmarcPolicy.NONE, Language.EN)
        return await self.house.onboarding.create(self.team, self.actor, form, self.house.click())

    async def edit(self):
        form = EditForm(key=NEXT_KEY, policy=DmarcPolicy.REJECT)
        return await self.house.onboarding.edit(self.team, self.actor, NAME, form, self.house.click())

    async def found(self):
        """Look for the secrets wherever something was written or shown."""
        url = self.settings.database_url
        people = [await self.workspace.state(person) for person in ("alex", "ivan", "sumi")]
        places = {
            "log": self.log.getvalue(),
            "tables": await dump_of(url),
            "files": octets_of(url),
            "screens": json.dumps(people, ensure_ascii=False),
        }
        looked_for = traces(ENGAGE_KEY, FERNET, "xoxb-canary-token", "xapp-canary-token")
        return {place: hits for place, text in places.items() if (hits := found_in(text, looked_for))}


@pytest.fixture
async def inside(house, server, settings):
    with logging_to_text(settings) as log:
        client = make_client(BOT_TOKEN, f"{server}/api/")
        who = await identify(client)
        places = Places(who.team_id, IT_CHANNEL, SUPPORT_CHANNEL, who.user_id)
        async with Workspace(server) as workspace:
            actor = Actor("U00ALEX", Language.EN, IT_CHANNEL)
            yield Inside(house, workspace, settings, log, actor, who.team_id, client, places)


class Echo(httpx.AsyncBaseTransport):
    """An Engage that cannot be talked to, and a library whose errors quote everything."""

    def __init__(self, make):
        self.make = make
        self.asked = []

    async def handle_async_request(self, request):
        body = (await request.aread()).decode()
        self.asked.append((request.method, body))
        made = self.make(f"{request.headers} {body} {EVERYTHING}")
        if isinstance(made, Exception):
            raise made
        return made


def refusal(status):
    def make(words):
        return httpx.Response(status, json={"errors": [{"detail": words}, {"title": words, "code": KEY}]})

    return make


ECHOES = {
    "time-out": httpx.ReadTimeout,
    "no connection": httpx.ConnectError,
    "no HTTP": httpx.RemoteProtocolError,
    "a bug": RuntimeError,
    "refused": refusal(422),
    "revoked": refusal(401),
    "gone": refusal(404),
    "conflict": refusal(409),
    "broken": refusal(500),
    "slow down": refusal(429),
    "a page": lambda words: httpx.Response(503, text=f"<p>{words}</p>"),
    "a redirect": lambda words: httpx.Response(307, headers={"Location": f"https://example.com/{KEY}"}, text=words),
    "a list": lambda words: httpx.Response(200, json={"data": [{"id": words, "attributes": {"domain": words}}]}),
    "a key for a name": lambda _: httpx.Response(200, json={"data": [{"id": "x", "attributes": {"domain": KEY}}]}),
}


@pytest.mark.parametrize("make", ECHOES.values(), ids=ECHOES)
async def test_engage_s_errors_keep_no_secret(inside, clock, make):
    echo = Echo(make)
    engage = EngageProvisioner("http://127.0.0.1:9", ENGAGE_KEY, transport=echo, patience=timedelta(0))
    checking = inside.house.checking
    provisioning = replace(checking.provisioning, provisioner=engage)
    checking = replace(checking, provisioning=provisioning)
    await inside.create()

    for act in (inside.edit, None):
        clock.pass_by(timedelta(minutes=5))
        await checking.check_due()
        await inside.house.dispatching.dispatch_due()
        if act is not None:
            await act()
    await engage.aclose()

    assert echo.asked
    assert found_in(repr(inside.house.messenger.deliveries), traces(ENGAGE_KEY)) == []
    assert await inside.found() == {}


@pytest.mark.parametrize(
    "error",
    [
        RequestRefused(EVERYTHING, step="create", remedy="Mend it."),
        TransientError(EVERYTHING),
        ValueError(EVERYTHING),
    ],
    ids=lambda error: type(error).__name__,
)
async def test_another_provisioner_s_errors_keep_no_secret_either(inside, clock, error):
    inside.house.provisioner.fail(error)
    await inside.create()

    await inside.house.tick()
    clock.pass_by(timedelta(minutes=5))
    await inside.edit()
    await inside.house.tick()

    assert inside.house.provisioner.calls
    assert await inside.found() == {}


@pytest.mark.parametrize(
    "error",
    [
        PermanentError(EVERYTHING),
        TransientError(EVERYTHING),
        AmbiguousError(EVERYTHING),
        ChannelUnavailable(IT_CHANNEL, EVERYTHING),
        RuntimeError(EVERYTHING),
    ],
    ids=lambda error: type(error).__name__,
)
async def test_slack_s_errors_keep_no_secret_in_the_outbox(inside, error):
    inside.house.provisioner.fail(RequestRefused("no", "create", "yes"))
    await inside.create()
    await inside.house.checking.check_due()
    dispatching = replace(inside.house.dispatching, messenger=FakeMessenger([error] * 4))

    await dispatching.dispatch_due()

    rows = await dump_of(inside.settings.database_url)
    assert "outbox" in rows
    assert "•••" in rows
    assert await inside.found() == {}


async def test_a_refusal_of_slack_s_that_quotes_what_was_sent_keeps_no_secret(inside):
    await inside.workspace.fault(
        "chat.postMessage", "error", error=f"invalid_arguments {KEY} xoxb-canary-token", times=9
    )
    messenger = SlackMessenger(inside.client, inside.places, Durations(), inside.house.clock, Pacer(timedelta(0)))
    await inside.create()
    await inside.house.checking.check_due()
    await inside.house.onboarding.deploy(inside.team, inside.actor, NAME, inside.house.click())
    await inside.house.checking.check_due()

    await replace(inside.house.dispatching, messenger=messenger).dispatch_due()
    await inside.workspace.post("faults", clear=True)

    assert "outbox.dead" in inside.log.getvalue()
    assert await inside.found() == {}


class Raising:
    """Onboarding, but for one command that fails with everything it was given."""

    def __init__(self, onboarding, make):
        self._onboarding = onboarding
        self._make = make

    def __getattr__(self, name):
        return getattr(self._onboarding, name)

    async def create(self, *_):
        raise self._make(EVERYTHING)


@pytest.fixture
async def listening(inside):
    """Put the listeners behind the workspace; what is given stands in for onboarding."""
    handlers = []

    async def start(onboarding):
        app = make_app(inside.client)
        directory = SlackDirectory(inside.client, inside.places, inside.house.clock, admin_usergroup=ADMIN_USERGROUP)
        parts = Listening(
            onboarding=onboarding,
            queries=inside.house.queries,
            directory=directory,
            surface=SlackSurface(inside.client),
            places=inside.places,
            durations=Durations(),
            clock=inside.house.clock,
        )
        register(app, parts)
        handler = make_socket(app, APP_TOKEN, f"{inside.workspace.base_url}/api/")
        handlers.append(handler)
        await handler.connect_async()

        async def connected():
            return (await inside.workspace.state())["connected"]

        await inside.workspace.eventually(connected)

    yield start
    for handler in handlers:
        await handler.close_async()


async def submitted(workspace, entries=FORM):
    await workspace.command("create")
    await workspace.view()
    answer = await workspace.submit(entries)
    if answer.get("errors"):
        await workspace.close_modal()
    return answer


@pytest.mark.parametrize("make", [KeyError, RuntimeError, PermanentError, TransientError, UnicodeError])
async def test_a_listener_that_raises_with_the_form_at_hand_keeps_no_secret(inside, listening, make):
    await listening(Raising(inside.house.onboarding, make))
    latest = max((message["ts"] for message in await inside.workspace.messages()), default="0")

    await submitted(inside.workspace)

    answer = await inside.workspace.message("reference", after=latest)
    reference = answer["text"].rpartition("reference ")[2].split()[0].strip(".`")
    assert reference in inside.log.getvalue()
    assert await inside.found() == {}


async def test_errors_of_the_database_keep_no_parameters(inside, listening):
    await listening(inside.house.onboarding)
    async with inside.house.database.transaction() as session:
        await session.execute(sa.text("ALTER TABLE secrets RENAME TO gone"))
    latest = max((message["ts"] for message in await inside.workspace.messages()), default="0")

    await submitted(inside.workspace)

    await inside.workspace.message("reference", after=latest)
    log = inside.log.getvalue()
    async with inside.house.database.transaction() as session:
        await session.execute(sa.text("ALTER TABLE gone RENAME TO secrets"))
    assert "no such table" in log
    assert "gAAAA" not in log
    assert await inside.found() == {}


async def test_a_vault_that_cannot_be_opened_keeps_no_secret(inside):
    await inside.create()
    async with inside.house.database.transaction() as session:
        await Vault([Fernet.generate_key().decode()]).put(session, (await domain_of(inside)).id, KEY)

    await inside.house.tick()

    assert "no key opens" in inside.log.getvalue()
    assert "gAAAA" not in inside.log.getvalue()
    assert await inside.found() == {}


async def domain_of(inside):
    return await inside.house.queries.find(inside.team, NAME)


async def test_a_key_in_the_wrong_place_is_not_repeated(inside, listening):
    pem, bare = dkim_private_key()
    await listening(inside.house.onboarding)
    for typed in (
        f"create {NAME} {KEY}",
        KEY,
        f"status {KEY[5:]}",
        f"deploy {KEY.replace('/', '%2F')}",
        f"list {bare}",
    ):
        await inside.workspace.command(typed)

    refused = [
        await submitted(inside.workspace, FORM | {"domain": KEY}),
        await submitted(inside.workspace, FORM | {"domain": "xoxb-canary-token"}),
        await submitted(inside.workspace, FORM | {"key": pem}),
        await submitted(inside.workspace, FORM | {"key": f" {KEY}/"}),
    ]

    assert all(each["errors"] for each in refused)
    assert found_in(json.dumps(refused), traces("xoxb-canary-token")) == []
    assert await inside.found() == {}


def test_nothing_that_holds_a_secret_shows_it(settings):
    engage = EngageProvisioner("http://127.0.0.1:9", ENGAGE_KEY, transport=Echo(RuntimeError))
    body = {"team": {"id": "T"}, "user": {"id": "U"}, "type": "view_submission", "view": {"state": {"values": {}}}}
    holders = [
        settings,
        Vault([FERNET]),
        CreateForm(NAME, KEY, DmarcPolicy.NONE, Language.EN),
        EditForm(key=KEY),
        engage,
        engage._transport,
        Reply(200, {"data": EVERYTHING}),
        EmailDomain("id", NAME, None, {"leak": EVERYTHING}),
        replace(Click.of(body), fields={"key": KEY}, text=f"create {KEY}"),
    ]

    assert found_in(repr(holders) + str(holders), traces(ENGAGE_KEY, FERNET, "xoxb-canary-token")) == []
