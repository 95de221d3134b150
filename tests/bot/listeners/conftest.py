import asyncio
from dataclasses import dataclass, field
from datetime import timedelta
from types import SimpleNamespace

import pytest
from slack_bolt.async_app import AsyncBoltRequest
from slack_sdk.web.async_client import AsyncWebClient

from bot.listeners import Listening, make_app, register
from bot.ports import Places
from core.durations import Durations
from core.sending_domain import Language
from tests.fakes.directory import ADMIN, TEAM, FakeDirectory
from tests.fakes.domains import a_pending_domain
from tests.fakes.meter import FakeMeter
from tests.fakes.services import NOW, FakeOnboarding, FakeQueries
from tests.fakes.surface import FakeSurface

IT_CHANNEL, SUPPORT_CHANNEL = "C0IT", "C0SUPPORT"
RESPONSE_URL = "https://hooks.example/1"
# However busy the machine is that runs the tests: what they are about is not time.
PATIENCE = {"roles_within": timedelta(minutes=1), "soon": timedelta(minutes=1)}


@dataclass
class Bot:
    """A Bolt app with fakes behind it, and Slack's side of the conversation in front."""

    app: object
    onboarding: FakeOnboarding
    queries: FakeQueries
    directory: FakeDirectory
    surface: FakeSurface
    parts: Listening
    numbers: list[int] = field(default_factory=lambda: [0])

    async def send(self, body):
        """Deliver a payload as Socket Mode does; return Bolt's response when the listener is done, too."""
        request = AsyncBoltRequest(mode="socket_mode", body=body)
        before = asyncio.all_tasks()
        response = await self.app.async_dispatch(request)
        await asyncio.gather(*(asyncio.all_tasks() - before), return_exceptions=True)
        return response

    async def command(self, text, user=ADMIN, **more):
        return await self.send(
            {
                "command": "/engage-domain",
                "text": text,
                "user_id": user,
                "team_id": TEAM,
                "channel_id": "C0SOMEWHERE",
                "trigger_id": "trigger-1",
                "response_url": RESPONSE_URL,
            }
            | more
        )

    async def click(self, action_id, value="d0", user=ADMIN, **more):
        """Click a button of a message in the IT channel; `more` changes the payload."""
        action = {"type": "button", "action_id": action_id, "block_id": "b", "value": value, "action_ts": "1.25"}
        return await self.send(
            {
                "type": "block_actions",
                "team": {"id": TEAM},
                "user": {"id": user, "team_id": TEAM},
                "channel": {"id": IT_CHANNEL},
                "container": {"type": "message", "message_ts": "1.5", "channel_id": IT_CHANNEL},
                "message": {"ts": "1.5", "blocks": [{"type": "actions", "elements": [action]}]},
                "trigger_id": "trigger-2",
                "response_url": RESPONSE_URL,
                "actions": [action],
            }
            | more
        )

    async def click_in_view(self, action_id, view, value="d0", user=ADMIN, **action):
        given = {"type": "button", "action_id": action_id, "block_id": "b", "value": value, "action_ts": "1.75"}
        body = {
            "type": "block_actions",
            "team": {"id": TEAM},
            "user": {"id": user},
            "container": {"type": "view"},
            "view": view,
            "trigger_id": "trigger-3",
            "actions": [given | action],
        }
        return await self.send(body)

    async def submit(self, callback_id, fields, metadata="{}", user=ADMIN):
        values = {
            block: {block: value if isinstance(value, dict) else {"type": "plain_text_input", "value": value}}
            for block, value in fields.items()
        }
        return await self.send(
            {
                "type": "view_submission",
                "team": {"id": TEAM},
                "user": {"id": user},
                "trigger_id": "trigger-4",
                "view": {
                    "type": "modal",
                    "callback_id": callback_id,
                    "private_metadata": metadata,
                    "state": {"values": values},
                },
            }
        )

    async def open_home(self, user=ADMIN, metadata="", tab="home"):
        view = {"type": "home", "private_metadata": metadata}
        return await self.send(
            {
                "type": "event_callback",
                "team_id": TEAM,
                "event_id": "Ev1",
                "event": {"type": "app_home_opened", "user": user, "tab": tab, "view": view},
            }
        )


@pytest.fixture
def domain():
    return a_pending_domain()


@pytest.fixture
def bot(domain):
    onboarding, queries = FakeOnboarding(domain), FakeQueries(domain)
    directory, surface = FakeDirectory(), FakeSurface()
    refs = SimpleNamespace(made=0)

    def ref_of(_):
        refs.made += 1
        return f"ref-{refs.made}"

    parts = Listening(
        onboarding=onboarding,
        queries=queries,
        directory=directory,
        surface=surface,
        places=Places(TEAM, IT_CHANNEL, SUPPORT_CHANNEL, "U0BOT"),
        durations=Durations(),
        clock=lambda: NOW,
        default_language=Language.EN,
        ref_of=ref_of,
        **PATIENCE,
        meter=FakeMeter(),
    )
    app = make_app(AsyncWebClient(base_url="http://127.0.0.1:9/api/"))
    register(app, parts)
    return Bot(app, onboarding, queries, directory, surface, parts)
