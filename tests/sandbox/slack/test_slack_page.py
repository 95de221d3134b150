"""The page in a real browser: act as somebody, type a command, submit a modal, look at a thread, play IT."""

import os
import re
import threading
import time
from collections.abc import AsyncIterator, Iterator

import pytest
from playwright.async_api import Page, async_playwright, expect
from slack_bolt.app.async_app import AsyncApp
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route
from uvicorn import Config, Server

from sandbox.slack.main import HOST, listen
from sandbox.slack.neighbours import Neighbours
from sandbox.slack.people import IT_CHANNEL
from tests.fakes.workspace import Workspace

CHROMIUM = "/usr/bin/chromium"
ARGUMENTS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--disable-dev-shm-usage",
]
PHONE = {"width": 375, "height": 740}
HOSTILE = "<img src=x onerror=alert(1)> <!channel>"

pytestmark = [
    pytest.mark.browser,
    pytest.mark.skipif(not os.path.exists(CHROMIUM), reason="Chromium is not installed"),
]


def plain(text: str) -> dict:
    return {"type": "plain_text", "text": text}


def modal() -> dict:
    choices = [{"text": plain("Observe only"), "value": "none"}, {"text": plain("Refuse"), "value": "reject"}]
    return {
        "type": "modal",
        "callback_id": "create",
        "title": plain("New sending domain"),
        "submit": plain("Create"),
        "blocks": [
            {
                "type": "input",
                "block_id": "domain",
                "label": plain("Sending domain"),
                "hint": plain("A subdomain keeps company mail unaffected."),
                "element": {"type": "plain_text_input", "action_id": "name"},
            },
            {
                "type": "input",
                "block_id": "dmarc",
                "label": plain("DMARC policy"),
                "element": {"type": "radio_buttons", "action_id": "policy", "options": choices},
            },
        ],
    }


def card(domain: str) -> list[dict]:
    confirm = {
        "title": plain("Stop setup?"),
        "text": plain("It stops."),
        "confirm": plain("Stop"),
        "deny": plain("Go on"),
    }
    return [
        {"type": "header", "text": plain(f"{domain}: being prepared")},
        {
            "type": "rich_text",
            "elements": [{"type": "rich_text_section", "elements": [{"type": "text", "text": HOSTILE}]}],
        },
        {
            "type": "table",
            "rows": [
                [{"type": "raw_text", "text": "Record"}, {"type": "raw_text", "text": "Host"}],
                [{"type": "raw_text", "text": "SPF TXT"}, {"type": "raw_text", "text": "bounce.mail"}],
            ],
        },
        {
            "type": "actions",
            "elements": [
                {
                    "type": "button",
                    "action_id": "stop",
                    "text": plain("Stop setup"),
                    "confirm": confirm,
                    "value": domain,
                }
            ],
        },
    ]


@pytest.fixture
async def stops(app: AsyncApp) -> list[tuple[str, str]]:
    """A tiny bot: `create` opens a modal and posts a card with a thread. Who pressed *Stop setup*, for what domain."""
    pressed: list[tuple[str, str]] = []

    @app.command("/engage-domain")
    async def command(ack, body, client):
        await ack()
        await client.views_open(trigger_id=body["trigger_id"], view=modal())

    @app.view("create")
    async def submit(ack, view, body, client):
        domain = view["state"]["values"]["domain"]["name"]["value"]
        if "." not in domain:
            await ack(response_action="errors", errors={"domain": "This is no domain."})
            return
        await ack()
        posted = await client.chat_postMessage(channel=IT_CHANNEL, text=domain, blocks=card(domain))
        await client.files_upload_v2(
            filename=f"{domain}.zone.txt",
            content=f'{domain}. 300 IN TXT "v=spf1 ~all"\n',
            snippet_type="text",
            channel=IT_CHANNEL,
            thread_ts=posted["ts"],
        )
        await client.chat_postEphemeral(channel=IT_CHANNEL, user=body["user"]["id"], text=f"{domain} is *ready*")

    @app.action("stop")
    async def stop(ack, body, action):
        await ack()
        pressed.append((body["user"]["name"], action["value"]))

    return pressed


@pytest.fixture
def asked() -> list[tuple[str, str, dict]]:
    """What the name server's stand-in was asked: method, path and body."""
    return []


@pytest.fixture
def neighbours(asked: list[tuple[str, str, dict]], stopping: list[threading.Thread]) -> Iterator[Neighbours]:
    record = {"name": "mail.example.com", "type": "TXT", "ttl": 300, "values": ['"v=spf1 ~all"']}
    slips = [
        {"slip": name, "group": "DKIM", "label": name.replace("-", " ")} for name in ("truncate-dkim", "dkim-weak")
    ]
    zones = [{"name": "example.com", "servers": {"ns1": [record]}}]
    state = {"zones": zones, "slips": [], "slips_known": slips, "faults": []}

    async def answer(request: Request) -> Response:
        body = await request.json() if request.method != "GET" else {}
        asked.append((request.method, request.url.path, body))
        return JSONResponse(state)

    listener = listen(0)
    routes = [Route("/{path}", answer, methods=["GET", "POST", "PUT", "DELETE"])]
    server = Server(Config(Starlette(routes=routes), log_level="warning", lifespan="off"))
    thread = threading.Thread(target=server.run, kwargs={"sockets": [listener]})
    thread.start()
    while not server.started:
        time.sleep(0.005)
    yield Neighbours(nameserver=f"http://{HOST}:{listener.getsockname()[1]}")
    server.should_exit = True
    stopping.append(thread)


@pytest.fixture
async def page(base_url: str) -> AsyncIterator[Page]:
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=CHROMIUM, args=ARGUMENTS)
        found = await browser.new_page()
        found.set_default_timeout(10_000)
        mistakes: list[str] = []
        found.on("pageerror", lambda error: mistakes.append(str(error)))
        found.on("console", lambda told: mistakes.append(told.text) if told.type == "error" else None)
        await found.goto(base_url)
        yield found
        await browser.close()
        assert mistakes == []


async def create(page: Page, domain: str) -> None:
    composer = page.get_by_role("textbox", name="Message #it-dns")
    await composer.fill("/engage-domain create")
    await composer.press("Enter")
    await page.get_by_role("textbox", name="Sending domain").fill(domain)
    await page.get_by_role("radio", name="Refuse").check()
    await page.get_by_role("dialog").get_by_role("button", name="Create").click()


async def test_a_domain_is_created_on_the_page(page: Page, stops: list, workspace: Workspace):
    await page.get_by_role("button", name="Aiko Tanaka").click()
    await create(page, "nodots")
    refusal = page.get_by_role("dialog").get_by_role("alert")
    await expect(refusal).to_have_text("This is no domain.")
    await expect(page.get_by_role("radio", name="Refuse")).to_be_checked()

    await page.get_by_role("textbox", name="Sending domain").fill("mail.example.com")
    await page.get_by_role("button", name="Create").click()

    await expect(page.get_by_role("heading", name="mail.example.com: being prepared")).to_be_visible()
    await expect(page.get_by_role("columnheader", name="Host")).to_be_visible()
    await expect(page.get_by_text(HOSTILE)).to_be_visible()
    await expect(page.locator("b", has_text="ready")).to_be_visible()
    await expect(page.get_by_role("dialog")).to_have_count(0)

    await page.get_by_role("button", name="Stop setup").click()
    await page.get_by_role("dialog").get_by_role("button", name="Go on").click()
    await page.get_by_role("button", name="Stop setup").click()
    await page.get_by_role("dialog").get_by_role("button", name="Stop", exact=True).click()
    await workspace.eventually(lambda: stops)
    assert stops == [("aiko", "mail.example.com")]

    await page.get_by_role("button", name="Ivan Petrov").click()
    await expect(page.get_by_text("as Ivan Petrov")).to_be_visible()
    await expect(page.get_by_text("Only visible to you")).to_have_count(0)


@pytest.mark.usefixtures("stops")
async def test_it_applies_the_zone_file_on_a_phone(page: Page, asked: list):
    await page.set_viewport_size(PHONE)
    await create(page, "mail.example.com")
    await page.get_by_role("button", name=re.compile("1 reply")).click()
    await expect(page.get_by_role("link", name="Download mail.example.com.zone.txt")).to_be_visible()

    await page.get_by_role("button", name="Menu").click()
    await page.get_by_role("button", name="At the DNS provider").click()
    await page.get_by_role("button", name="Apply zone file").click()
    await expect(page.get_by_role("status").get_by_text("applied")).to_be_visible()
    await page.get_by_role("button", name="Take away").click()
    await expect(page.get_by_role("status").get_by_text("taken away")).to_be_visible()
    await page.get_by_role("combobox", name="Slip: DKIM").select_option(label="dkim weak")
    await page.get_by_role("button", name="Spoil: DKIM").click()
    await expect(page.get_by_text("dkim weak: done to mail.example.com")).to_be_visible()
    await expect(page.get_by_role("combobox", name="Slip: DKIM")).to_have_value("dkim-weak")

    assert asked[1:] == [
        ("POST", "/apply", {"text": 'mail.example.com. 300 IN TXT "v=spf1 ~all"\n'}),
        ("DELETE", "/records", {"name": "mail.example.com", "type": "TXT"}),
        ("POST", "/slips", {"slip": "dkim-weak", "domain": "mail.example.com"}),
    ]
    assert await page.evaluate("document.documentElement.scrollWidth") == PHONE["width"]
