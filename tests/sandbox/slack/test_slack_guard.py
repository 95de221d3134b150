"""Who is kept out of the workspace's server."""

import httpx
import pytest


@pytest.fixture
async def browser(base_url: str):
    async with httpx.AsyncClient(base_url=base_url, trust_env=False) as found:
        yield found


async def test_a_foreign_host_name_is_refused(browser: httpx.AsyncClient):
    answer = await browser.get("/", headers={"host": "rebound.example"})

    assert answer.status_code == 403


@pytest.mark.parametrize(
    "headers", [{"origin": "http://evil.example"}, {"sec-fetch-site": "cross-site"}, {"content-type": "text/plain"}]
)
async def test_pages_of_other_sites_cannot_act(browser: httpx.AsyncClient, headers: dict[str, str]):
    body = '{"user": "alex", "channel": "it-dns", "text": "x"}'

    answer = await browser.post(
        "/sandbox/command", content=body, headers={"content-type": "application/json", **headers}
    )

    assert answer.status_code in {403, 415}
    state = (await browser.get("/sandbox/state", params={"user": "alex"})).json()
    assert all(channel["messages"] == [] for channel in state["channels"])


async def test_the_page_lets_nothing_in_from_outside(browser: httpx.AsyncClient):
    answer = await browser.get("/")

    assert "default-src 'none'" in answer.headers["content-security-policy"]
    assert "unsafe" not in answer.headers["content-security-policy"]


async def test_a_socket_needs_a_ticket(browser: httpx.AsyncClient):
    headers = {"connection": "upgrade", "upgrade": "websocket", "sec-websocket-version": "13"}

    answer = await browser.get("/link/", headers={**headers, "sec-websocket-key": "eHh4eHh4eHh4eHh4eHh4eA=="})

    assert answer.status_code == 403
