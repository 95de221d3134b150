"""Listeners and adapter together with the sandbox's Slack, over its Web API and Socket Mode."""

from dataclasses import dataclass, replace
from datetime import timedelta

import pytest

from bot.adapters.slack import (
    Pacer,
    SlackDirectory,
    SlackMessenger,
    SlackSurface,
    examine_slack,
    identify,
    make_client,
    make_socket,
)
from bot.listeners import Listening, make_app, register
from bot.ports import Delivery, Places
from core.durations import Durations
from core.errors import DomainExists
from core.notices import (
    Active,
    AdoptionOffered,
    AlertFailed,
    AlertResolved,
    CardChanged,
    DmActive,
    EvidenceFile,
    LookResult,
    RecordsReady,
    RecordsSent,
    Resolution,
    Subject,
    ZoneFile,
    ZoneTable,
)
from core.notices.answers import Created, RemoveStarted
from core.sending_domain import Actor, DomainStatus
from sandbox.slack.app import APP_TOKEN, BOT_TOKEN
from sandbox.slack.people import ADMIN_USERGROUP, IT_CHANNEL, SUPPORT_CHANNEL
from tests.fakes.domains import a_domain, a_pending_domain
from tests.fakes.served_workspace import served_workspace
from tests.fakes.services import NOW, TURN, FakeOnboarding, FakeQueries
from tests.fakes.workspace import Workspace, words

KEY = "1234/" + "0123456789abcdef0123456789abcdef01234567"


@dataclass
class World:
    workspace: Workspace
    onboarding: FakeOnboarding
    queries: FakeQueries
    messenger: SlackMessenger
    client: object


@pytest.fixture(scope="module")
def server():
    with served_workspace() as url:
        yield url


@pytest.fixture
async def world(server, monkeypatch):
    # A proxy for the world outside, which must not be asked for what is on this machine.
    for name in ("HTTP_PROXY", "HTTPS_PROXY", "http_proxy", "https_proxy"):
        monkeypatch.setenv(name, "http://127.0.0.1:9")
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
    messenger = SlackMessenger(client, places, Durations(), lambda: NOW, Pacer(timedelta(0)))
    async with Workspace(server) as workspace:

        async def connected():
            return (await workspace.state())["connected"]

        await workspace.eventually(connected)
        yield World(workspace, onboarding, queries, messenger, client)
    await handler.close_async()


async def test_a_form_is_opened_refused_and_accepted(world):
    workspace = world.workspace
    world.onboarding.outcome = Created(domain=a_domain(name="mail.example.org", key_id="01234567"), turn=TURN)
    await workspace.command("create mail.example.org", "#general")
    await workspace.view()

    entries = {"domain": "mail.example.org", "dmarc": "none", "language": "en"}
    refused = await workspace.submit(entries | {"key": "wrong"})
    await workspace.submit(entries | {"key": KEY})

    # The bot is no member of #general: the answer comes all the same.
    created = await workspace.message("mail.example.org has been created", "#general")
    assert "5 characters" in refused["errors"]["key"]
    assert KEY not in words(created)


async def test_a_name_that_exists_and_a_main_domain_keep_the_form_open(world):
    workspace = world.workspace
    world.onboarding.outcome = DomainExists("mail.example.com")
    await workspace.command("create")
    entries = {"key": KEY, "dmarc": "none", "language": "en"}

    exists = await workspace.submit(entries | {"domain": "mail.example.com"})
    await workspace.submit(entries | {"domain": "example.org"})

    view = await workspace.view()
    await workspace.close_modal()
    assert "already here" in exists["errors"]["domain"]
    assert "mail.example.org" in words(view["blocks"])


async def test_guests_and_strangers_are_denied(world):
    for user in ("gus", "nora"):
        await world.workspace.command("deploy mail.example.com", "#general", as_=user)
        await world.workspace.message("nothing was done", "#general", as_=user)

    assert world.onboarding.calls == []


async def test_every_question_is_answered_with_blocks_that_slack_takes(world):
    questions = {
        "": "Sending domains",
        "help verify": "Example",
        "status mail.example.com": "mail.example.com",
        "records mail.example.com": "bounce.mail",
        "list": "mail.example.com",
        "history mail.example.com": "History",
        "cancel mail.example.com": "SUSPENDED",
        "nonsense": "There is no command",
        "deploy": "Which domain",
        "status mial.example.com": "not registered",
    }
    for question, answer in questions.items():
        before = await world.workspace.messages()
        latest = max((message["ts"] for message in before), default="0")
        await world.workspace.command(question)
        assert await world.workspace.message(answer, after=latest)


async def test_details_lead_to_a_removal_that_closes_everything(world):
    workspace, domain = world.workspace, world.queries.domains[0]
    world.queries.domains = [replace(domain, status=DomainStatus.ACTIVE)]
    world.onboarding.outcome = RemoveStarted(domain=domain)
    await workspace.open_home()

    async def home():
        return (await workspace.state())["home"]

    await workspace.eventually(home)
    await workspace.click("open_details")
    assert (await workspace.view())["title"]["text"] == "Domain details"
    await workspace.click("remove_domain")

    async def asks_for_the_name():
        view = (await workspace.state())["view"]
        return view and view["callback_id"] == "remove"

    await workspace.eventually(asks_for_the_name)
    refused = await workspace.submit({"confirm_name": "other.example.com"})
    await workspace.submit({"confirm_name": "mail.example.com"})

    assert "other.example.com" in refused["errors"]["confirm_name"]
    assert (await workspace.state())["view"] is None
    assert await workspace.eventually(lambda: world.onboarding.names == ["remove"])


async def test_notices_arrive_where_they_belong_with_blocks_that_slack_takes(world):
    domain = world.queries.domains[0]
    subject, to = Subject.of(domain), Actor("U00ALEX", channel=IT_CHANNEL)
    alert = {"subject": subject, "incident_id": "i1"}
    notices = [
        CardChanged(subject=subject),
        RecordsReady(subject=subject, turn=TURN, n=3),
        ZoneTable(subject=subject, records=domain.record_set),
        ZoneFile(subject=subject, records=domain.record_set, made_at=NOW),
        CardChanged(subject=subject),
        Active(subject=subject, turn=TURN, sweep=timedelta(hours=1)),
        AlertFailed(**alert, since_at=NOW, asker=to, window=timedelta(hours=72), deadline_at=NOW, n=2),
        EvidenceFile(**alert, text="control answered\n"),
        AlertResolved(**alert, opened_at=NOW, resolved_at=NOW, how=Resolution.FIXED, about="alert.failed"),
        DmActive(subject=subject, to=to, duration=timedelta(days=1)),
        LookResult(subject=subject, to=to, checked_at=NOW, turn=TURN),
        AdoptionOffered(subject=subject, to=to),
        RecordsSent(subject=subject, to=to, records=domain.record_set, made_at=NOW),
    ]
    anchors = {}

    async def save(_):
        pass

    for number, notice in enumerate(notices, 100):
        delivery = Delivery(number, notice, domain, anchors)
        new = await world.messenger.deliver(delivery, save)
        anchors = anchors | {anchor.name: anchor for anchor in new}

    workspace = world.workspace
    card = await workspace.message(":", as_="ivan", after=f"{float(anchors['card'].ts) - 0.0001:.6f}")

    async def files_are_there():
        thread = [each for each in await workspace.messages(as_="ivan") if each["thread_ts"] == anchors["card"].ts]
        return len(thread) == 4 and len(await workspace.messages("#support", as_="sumi")) == 3

    await workspace.eventually(files_are_there)
    support = await workspace.messages("#support", as_="sumi")
    assert card
    assert anchors["zone_file"].link
    assert support[0]["text"].startswith("Resolved: Verification failed: mail.example.com")
    assert len(await workspace.direct_messages()) >= 2


async def test_doctor_finds_nothing_wrong_in_the_workspace(world):
    checks = await examine_slack(
        world.client,
        app_token=APP_TOKEN,
        it_channel=IT_CHANNEL,
        support_channel=SUPPORT_CHANNEL,
        admin_users=["U00ALEX"],
        admin_usergroup=ADMIN_USERGROUP,
    )

    assert [check for check in checks if not check.ok] == []
