"""A workspace of its own for every test, served from a thread, and the real Slack clients."""

import threading
import time
from collections.abc import AsyncIterator, Iterator

import pytest
from slack_bolt.adapter.socket_mode.aiohttp import AsyncSocketModeHandler
from slack_bolt.app.async_app import AsyncApp
from slack_sdk.web.async_client import AsyncWebClient

from sandbox.slack.app import APP_TOKEN, BOT_TOKEN
from sandbox.slack.main import HOST, listen, new_server
from sandbox.slack.neighbours import Neighbours
from tests.fakes.workspace import Workspace


@pytest.fixture(scope="session")
def stopping() -> Iterator[list[threading.Thread]]:
    """Servers that were told to stop: they do so while the next tests run."""
    threads: list[threading.Thread] = []
    yield threads
    for thread in threads:
        thread.join()


@pytest.fixture
def neighbours() -> Neighbours:
    """What the panels talk to: nothing, unless a test says so."""
    return Neighbours()


@pytest.fixture
def base_url(stopping: list[threading.Thread], neighbours: Neighbours) -> Iterator[str]:
    listener = listen(0)
    url = f"http://{HOST}:{listener.getsockname()[1]}"
    server = new_server(url, notes=["Time runs fast here."], neighbours=neighbours)
    thread = threading.Thread(target=server.run, kwargs={"sockets": [listener]})
    thread.start()
    while not server.started:
        time.sleep(0.005)
    yield url
    server.should_exit = True
    stopping.append(thread)


@pytest.fixture
async def workspace(base_url: str) -> AsyncIterator[Workspace]:
    async with Workspace(base_url) as found:
        yield found


@pytest.fixture
def client(base_url: str) -> AsyncWebClient:
    found = AsyncWebClient(BOT_TOKEN, base_url=f"{base_url}/api/", timeout=3)
    found.proxy = None
    return found


@pytest.fixture
def app_client(base_url: str) -> AsyncWebClient:
    found = AsyncWebClient(APP_TOKEN, base_url=f"{base_url}/api/", timeout=3)
    found.proxy = None
    return found


@pytest.fixture
async def app(client: AsyncWebClient, workspace: Workspace) -> AsyncIterator[AsyncApp]:
    """A Bolt app that is connected by Socket Mode; the test registers its listeners."""
    bolt = AsyncApp(token=BOT_TOKEN, client=client, raise_error_for_unhandled_request=False)
    handler = AsyncSocketModeHandler(bolt, APP_TOKEN)
    await handler.connect_async()
    await workspace.eventually(lambda: _is_connected(workspace))
    yield bolt
    await handler.close_async()


async def _is_connected(workspace: Workspace) -> bool:
    return bool((await workspace.state())["connected"])
