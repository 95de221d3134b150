"""Buttons and forms from before, from elsewhere, and sent twice: on the real services, over a real database."""

import itertools
import json
from dataclasses import dataclass, replace

import pytest
import sqlalchemy as sa
import structlog
from slack_sdk.web.async_client import AsyncWebClient

from bot.listeners import Listening, make_app, register
from bot.listeners.clicks import Click, Origin
from bot.ports import Places
from core.sending_domain import DomainStatus, SendingDomain, Wanted
from storage import domains
from storage.engine import Database
from storage.tables import OUTBOX
from tests.bot.listeners.conftest import IT_CHANNEL, PATIENCE, SUPPORT_CHANNEL, Bot
from tests.bot.messages.samples import at_every_layout
from tests.bot.services.house import TEAM, House, Time, living
from tests.fakes.directory import FakeDirectory
from tests.fakes.surface import FakeSurface

KEY = "1/" + "abcdef0123456789abcdef0123456789abcdef01"
ACTIONS = (
    "records_added",
    "check_now",
    "retry_verification",
    "start_deploy",
    "stop_setup",
    "adopt_domain",
    "remove_domain",
    "show_records",
    "open_details",
)
MALFORMED = ("", "nonsense", "x" * 10_000, "\x00", "\ud800", "' OR 1=1 --", "../../etc/passwd", "{}", "list|all|1")
OTHER_TEAM = "T0OTHER"


@dataclass
class Office:
    """The listeners in front of the real services."""

    bot: Bot
    house: House

    @property
    def texts(self):
        return self.bot.surface.texts

    async def put(self, domain: SendingDomain) -> SendingDomain:
        """Have a domain stand in the database as it is."""
        async with self.house.database.transaction() as session:
            return await domains.add(session, domain)

    async def get(self, domain_id):
        async with self.house.database.reading() as session:
            return await domains.get(session, domain_id)

    async def written(self):
        """Everything that is in the database, but for the clicks that were seen."""
        rows = {}
        async with self.house.database.reading() as session:
            names = await session.scalars(sa.text("SELECT name FROM sqlite_master WHERE type = 'table' ORDER BY name"))
            for name in names.all():
                if name != "click":
                    found = await session.execute(sa.text(f'SELECT * FROM "{name}"'))  # our own tables
                    rows[name] = sorted(str(row) for row in found.all())
        return {name: found for name, found in rows.items() if "click" not in name}


@pytest.fixture
async def office(sqlite_url):
    database = Database.open(sqlite_url)
    async with living(database, Time()) as house:
        directory, surface = FakeDirectory(TEAM), FakeSurface()
        numbers = itertools.count(1)
        parts = Listening(
            onboarding=house.onboarding,
            queries=house.queries,
            directory=directory,
            surface=surface,
            places=Places(TEAM, IT_CHANNEL, SUPPORT_CHANNEL, "U0BOT"),
            durations=house.durations,
            clock=house.clock,
            ref_of=lambda _: f"ref-{next(numbers)}",
            **PATIENCE,
        )
        app = make_app(AsyncWebClient(base_url="http://127.0.0.1:9/api/"))
        register(app, parts)
        bot = Bot(app, house.onboarding, house.queries, directory, surface, parts)
        yield Office(bot, house)
    await database.dispose()


@pytest.fixture
def log():
    with structlog.testing.capture_logs() as entries:
        yield entries


def ours(body):
    """A payload of the fixtures' workspace, sent from the house's."""
    return json.loads(json.dumps(body).replace("T0TEAM", TEAM))


@pytest.fixture(autouse=True)
def from_our_team(monkeypatch):
    send = Bot.send

    async def sent(self, body):
        return await send(self, ours(body) if OTHER_TEAM not in str(body) else body)

    monkeypatch.setattr(Bot, "send", sent)


def every_state():
    """A domain in every state that a button can outlive."""
    layouts = at_every_layout()
    layouts["created"] = replace(layouts["stopped"], records=(), events={})
    return {
        state: replace(domain, id=f"id-{state}", name=f"{state}.example.com", team_id=TEAM, provisioner_id="p1")
        for state, domain in layouts.items()
    }


@pytest.mark.parametrize("state", every_state())
async def test_every_button_in_every_state_is_answered(office, state, log):
    domain = every_state()[state]
    for number, action in enumerate(ACTIONS):
        # Each on a fresh domain: what one button does must not matter to the next.
        fresh = replace(domain, id=f"{domain.id}-{number}", name=f"n{number}-{domain.name}")
        await office.put(fresh)
        shown = len(office.texts) + len(office.bot.surface.opened)

        response = await office.bot.click(action, fresh.id, trigger_id=f"t-{number}")

        assert response.status == 200, action
        assert len(office.texts) + len(office.bot.surface.opened) > shown, action
        assert "reference" not in "".join(office.texts), (action, office.texts[-1], log)


@pytest.mark.parametrize("action", ACTIONS)
async def test_a_button_of_a_removed_domain_says_that_it_is_gone(office, action):
    gone = replace(every_state()["removed"], id="gone")
    await office.put(gone)
    blocks = [{"type": "actions", "elements": [_button(action, "gone", "Stale: gone.example.com")]}]

    await office.bot.click(action, "gone", message={"ts": "1.5", "blocks": blocks})

    assert office.texts[-1].startswith("gone.example.com is not registered here")
    assert await office.get("gone") == gone


def _button(action, value, label):
    return {"type": "button", "action_id": action, "value": value, "accessibility_label": label}


@pytest.mark.parametrize("value", MALFORMED, ids=ascii)
async def test_a_button_with_a_malformed_value_is_answered(office, value, log):
    for action in (*ACTIONS, "page_older", "home_filter", "run_verb_1"):
        said = len(office.texts) + len(office.bot.surface.opened) + len(office.bot.surface.homes)

        response = await office.bot.click(action, value)

        assert response.status == 200, action
        assert len(office.texts) + len(office.bot.surface.opened) + len(office.bot.surface.homes) > said, action
    assert [entry for entry in log if entry["log_level"] == "error"] == []


# Of another team


@pytest.fixture
async def foreign(office):
    """A domain of another team, which the bot does not serve."""
    return await office.put(
        replace(every_state()["pending"], id="d-foreign", name="secret.example.net", team_id=OTHER_TEAM)
    )


@pytest.mark.parametrize("action", [*ACTIONS, "page_older", "run_verb_1"])
async def test_a_button_with_the_domain_of_another_team_neither_does_nor_tells_anything(office, foreign, action):
    value = {"page_older": "history|d-foreign|1", "run_verb_1": "status secret.example.net"}.get(action, foreign.id)

    await office.bot.click(action, value)

    assert "is not registered here" in office.texts[-1]
    assert "PENDING" not in str(office.bot.surface.answers).upper().replace("BLOCK_ID", "")
    assert office.bot.surface.opened == []
    assert await office.get(foreign.id) == foreign


@pytest.mark.parametrize(("form", "fields"), [("edit", {"key": KEY}), ("key", {"key": KEY}), ("remove", {})])
async def test_a_form_forged_for_the_domain_of_another_team_does_nothing(office, foreign, form, fields):
    before = await office.written()

    response = await office.bot.submit(form, fields, Origin(about=foreign.id).pack())

    assert (response.status, response.body) == (200, "")
    assert "is not registered here" in office.texts[-1]
    assert foreign.name not in str(office.bot.surface.answers)
    assert await office.written() == before


async def test_a_filter_and_a_search_for_likeness_show_nothing_of_another_team(office, foreign):
    await office.bot.command("list")
    await office.bot.command("status secret.example.nett")
    await office.bot.open_home()

    shown = f"{office.bot.surface.answers} {office.bot.surface.homes}"
    assert foreign.name not in shown.replace("secret.example.nett", "")


# Twice


async def deliver_twice(office, send):
    """Deliver one payload twice; return what stands in the database after each."""
    first = await send()
    after_first = await office.written()
    second = await send()
    assert (first.status, second.status) == (200, 200)
    return after_first, await office.written()


@pytest.mark.parametrize(
    ("state", "action"),
    [
        ("created", "start_deploy"),
        ("ready", "records_added"),
        ("pending", "check_now"),
        ("pending", "stop_setup"),
        ("pending", "show_records"),
        ("failure", "retry_verification"),
    ],
)
async def test_a_click_delivered_twice_has_one_effect(office, state, action):
    domain = await office.put(replace(every_state()[state], key_held=True))
    before = await office.written()

    once, twice = await deliver_twice(office, lambda: office.bot.click(action, domain.id))

    assert once != before
    assert twice == once


@pytest.mark.parametrize("verb", ["deploy", "verify", "cancel", "records"])
async def test_a_command_delivered_twice_has_one_effect(office, verb):
    state = {"deploy": "created", "verify": "ready", "cancel": "failure", "records": "pending"}[verb]
    domain = await office.put(replace(every_state()[state], key_held=True))

    once, twice = await deliver_twice(office, lambda: office.bot.command(f"{verb} {domain.name}"))

    assert twice == once


@pytest.mark.parametrize("form", ["create", "edit", "remove"])
async def test_a_form_delivered_twice_has_one_effect(office, form):
    domain = await office.put(replace(every_state()["created"], key_held=True))
    fields = {"create": {"domain": "new.example.com", "key": KEY}, "edit": {"key": KEY}, "remove": {}}[form]
    before = await office.written()

    once, twice = await deliver_twice(office, lambda: office.bot.submit(form, fields, Origin(about=domain.id).pack()))

    assert once != before
    assert twice == once


async def test_a_form_replayed_after_the_domain_was_removed_does_not_bring_it_back(office):
    fields = {"domain": "new.example.com", "key": KEY}
    await office.bot.submit("create", fields)
    async with office.house.database.transaction() as session:
        made = await domains.find(session, TEAM, "new.example.com")
        await domains.save(session, replace(made, removed_at=office.house.clock(), wanted=Wanted.REMOVED))
    before = await office.written()

    await office.bot.submit("create", fields)

    assert await office.written() == before
    assert "new.example.com is not registered here" in office.texts[-1]


# From before the last migration


@pytest.mark.parametrize(
    ("kind", "payload"),
    [
        ("thread.of_yore", {}),
        ("thread.started", {}),
        ("thread.started", {"subject": "mail.example.com"}),
        ("thread.started", ["a", "list"]),
        ("", {"subject": {}}),
    ],
)
async def test_a_message_of_an_older_release_stands_in_nobodys_way(office, kind, payload):
    domain = await office.put(every_state()["ready"])
    row = {
        "team_id": TEAM,
        "domain_id": domain.id,
        "lane": f"{domain.id}:it",
        "kind": kind,
        "payload": payload,
        "state": "queued",
        "attempts": 0,
        "next_attempt_at": office.house.clock(),
        "progress": {},
        "created_at": office.house.clock(),
    }
    async with office.house.database.transaction() as session:
        await session.execute(sa.insert(OUTBOX), row)
    await office.bot.click("records_added", domain.id)

    await office.house.dispatching.dispatch_due()
    await office.house.dispatching.dispatch_due()

    assert "thread.started" in office.house.said()
    async with office.house.database.reading() as session:
        states = (await session.execute(sa.select(OUTBOX.c.state).order_by(OUTBOX.c.id))).scalars().all()
    assert states[0] == "dead"
    assert set(states[1:]) == {"sent"}


@pytest.mark.parametrize("action", ["added", "verify_domain", "records_added_v1", "run_verb_x", "", "home", "x" * 300])
async def test_a_button_of_an_older_release_is_answered_with_a_reference_that_is_in_the_log(office, log, action):
    response = await office.bot.click(action, "d0")

    assert response.status == 200
    assert "reference ref-1" in office.texts[-1]
    assert [entry["ref"] for entry in log if entry["log_level"] == "error"] == ["ref-1"]


@pytest.mark.parametrize("form", ["new_domain", "", "details", "home"])
async def test_a_form_of_an_older_release_is_answered_with_a_reference_that_is_in_the_log(office, log, form):
    response = await office.bot.submit(form, {"domain": "x", "secret": KEY})

    assert response.status == 200
    assert "reference ref-1" in office.texts[-1]
    assert [entry["ref"] for entry in log if entry["log_level"] == "error"] == ["ref-1"]
    assert KEY not in str(log)


@pytest.mark.parametrize(
    "metadata",
    [
        "id-pending",
        '{"domain_id": "id-pending"}',
        '{"about": 5, "channel": ["C"], "stacked": "yes", "home": {}}',
        '{"about": null}',
        "[" * 3000,
        '"about"',
        "\ud800",
        '{"about": "id-pending", "of": "yore", "home": "no|such"}',
    ],
    ids=ascii,
)
async def test_what_an_older_release_wrote_into_a_form_is_read_as_far_as_it_goes(office, metadata):
    await office.put(every_state()["pending"])
    details = {"id": "V1", "type": "modal", "callback_id": "details", "private_metadata": metadata}

    submitted = await office.bot.submit("edit", {"key": ""}, metadata)
    clicked = await office.bot.click_in_view("check_now", details, "id-pending")

    assert (submitted.status, clicked.status) == (200, 200)
    assert len(office.texts) == 2


def test_a_domain_status_that_is_shown_nowhere_else():
    assert {domain.status for domain in every_state().values()} == set(DomainStatus)


# Whatever comes


@pytest.mark.parametrize(
    "body",
    [
        {"type": "block_actions", "actions": [None], "user": None, "team": "T", "view": []},
        {"type": "block_actions", "actions": "x", "user": {"id": 5}, "channel": "C", "message": 7},
        {
            "type": "view_submission",
            "view": {"state": {"values": {"key": None, "a": {"b": {"selected_options": [1]}}}}},
        },
        {"type": "view_submission", "view": {"state": []}, "user": {"id": "\ud800"}},
        {"command": "/engage-domain", "text": None, "user_id": ["U"]},
        {"type": "event_callback", "event": "app_home_opened"},
        {"type": "event_callback", "event": {"type": "app_home_opened", "view": [], "user": None}},
        {"type": "block_actions", "actions": [{"action_id": "check_now", "selected_option": "x", "value": {}}]},
    ],
)
def test_no_payload_is_too_odd_to_read(body):
    click = Click.of(body)

    assert all(isinstance(text, str) for text in (click.team_id, click.user_id, click.value, click.click_id))
