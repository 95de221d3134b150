from datetime import UTC, datetime, timedelta

import pytest

from bot.adapters.slack import Pacer, SlackMessenger, make_client
from bot.ports import Delivery, Places
from core.durations import Durations
from tests.fakes.slack_api import BOT, IT_CHANNEL, SUPPORT_CHANNEL, TEAM, running_slack_api

NOW = datetime(2026, 11, 23, 5, 0, tzinfo=UTC)


@pytest.fixture
async def api():
    async with running_slack_api() as api:
        yield api


@pytest.fixture
def client(api):
    return make_client("xoxb-test", f"{api.url}/api/")


@pytest.fixture
def places():
    return Places(TEAM, IT_CHANNEL, SUPPORT_CHANNEL, BOT)


@pytest.fixture
def messenger(client, places):
    return SlackMessenger(client, places, Durations(), lambda: NOW, Pacer(timedelta(0)))


class Progress(dict):
    """What attempts have saved, and how often."""

    async def save(self, facts):
        self.clear()
        self.update(facts)


@pytest.fixture
def progress():
    return Progress()


@pytest.fixture
def deliver(messenger, progress):
    """Deliver a notice as dispatching does: with what earlier attempts saved."""

    async def run(notice, domain=None, anchors=(), outbox_id=7, attempts=0):
        known = {anchor.name: anchor for anchor in anchors}
        delivery = Delivery(outbox_id, notice, domain, known, attempts, dict(progress))
        return {anchor.name: anchor for anchor in await messenger.deliver(delivery, progress.save)}

    return run
