"""The page in Chromium: a person walks from create to ACTIVE, and through a Failure, with clicks and keys alone.

`SCREENSHOT=docs/screenshot.png` keeps the picture that the README shows.
"""

import os
import re

import pytest
from playwright.async_api import Locator, Page, async_playwright, expect

from tests.acceptance.town import KEY, SLOW

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
NAME = "mail.example.com"
WAIT = SLOW * 1000

pytestmark = [
    pytest.mark.browser,
    pytest.mark.acceptance,
    pytest.mark.skipif(not os.path.exists(CHROMIUM), reason="Chromium is not installed"),
]


@pytest.fixture
async def page(town):
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=CHROMIUM, args=ARGUMENTS)
        page = await browser.new_page(viewport={"width": 1360, "height": 900})
        page.set_default_timeout(WAIT)
        faults: list[str] = []
        page.on("pageerror", lambda error: faults.append(str(error)))
        await page.goto(town.sandbox.url)
        yield page
        await browser.close()
        assert faults == [], "the page's own code must not fail"


class Person:
    """Somebody in front of the page."""

    def __init__(self, page: Page) -> None:
        self.page = page

    async def press(self, name: str, within: Locator | None = None) -> None:
        await (within or self.page).get_by_role("button", name=name).last.click()

    async def press_until(self, name: str, text: str) -> None:
        """Press a button of the card until `text` shows that it was taken: an edit at the same moment voids a click."""
        for _ in range(5):
            await self.press(name)
            try:
                await expect(self.page.get_by_text(text).last).to_be_visible(timeout=5000)
            except AssertionError:
                continue
            return
        raise AssertionError(f"{name} was pressed five times, and nothing said {text}")

    async def become(self, name: str) -> None:
        await self.page.get_by_role("navigation", name="Workspace").get_by_role("button", name=name).click()

    async def go(self, place: str) -> None:
        navigation = self.page.get_by_role("navigation", name="Workspace")
        await navigation.get_by_role("button", name=re.compile(rf"^{place}( unread)?$")).click()

    async def type(self, text: str) -> None:
        box = self.page.get_by_role("textbox", name=re.compile("^Message "))
        await box.fill(text)
        await box.press("Enter")

    async def see(self, text: str) -> None:
        await expect(self.page.get_by_text(text).last).to_be_visible(timeout=WAIT)

    async def create(self) -> None:
        await self.become("Alex Rivera")
        await self.go("it-dns")
        await self.type(f"/engage-domain create {NAME}")
        form = self.page.get_by_role("dialog")
        await form.get_by_role("textbox", name="Write-only API key").fill("not a key")
        await form.get_by_role("radio", name="English").check()
        await form.get_by_role("button", name="Create").click()
        await expect(form.get_by_role("alert")).to_contain_text("Expected: digits, a slash, 40 hexadecimal")
        await form.get_by_role("textbox", name="Write-only API key").fill(KEY)
        await form.get_by_role("button", name="Create").click()
        await self.see("has been created")
        await self.press("Start domain deployment")
        await self.see("7 DNS records to add")

    async def at_the_dns_provider(self, button: str, slip: str | None = None) -> None:
        await self.go("At the DNS provider")
        if slip is not None:
            await self.page.get_by_role("combobox", name=button.replace("Spoil", "Slip")).select_option(label=slip)
        await self.page.get_by_role("button", name=button).first.click()
        await expect(self.page.get_by_role("complementary").get_by_role("status")).to_be_visible()
        await self.press("Close panel")

    async def open_thread(self) -> None:
        await self.page.get_by_role("button", name=re.compile(r"\d+ repl(y|ies)")).last.click()


async def test_a_person_walks_the_page_from_create_to_active(page):
    person = Person(page)
    await person.create()

    await person.become("Ivan Petrov")
    await person.go("it-dns")
    await person.open_thread()
    await expect(page.get_by_role("link", name=f"Download {NAME}.zone.txt")).to_be_visible()
    await person.at_the_dns_provider("Apply zone file")
    await person.at_the_dns_provider("Spoil: Any TXT", "Cut the DKIM key at 255")
    await person.press_until("I've added the records", "started verification of")
    await person.open_thread()
    await person.see("Cut off at 255 of 410 characters")
    if picture := os.environ.get("SCREENSHOT"):
        await page.wait_for_timeout(500)
        await page.screenshot(path=picture)
    await person.press("Close thread")
    await person.at_the_dns_provider("Apply zone file")

    await person.see(f"{NAME}: ACTIVE")
    await person.become("Alex Rivera")
    await person.go("Home")
    await person.see("ACTIVE, Verified")


@pytest.mark.parametrize("town", [{"VERIFICATION_WINDOW": "6s", "BURST_DURATION": "3s"}], indirect=True)
async def test_a_person_sees_a_failure_where_support_sees_it(page):
    person = Person(page)
    await person.create()

    await person.type(f"/engage-domain verify {NAME}")
    await person.see("not verified within")

    await person.become("Sumi Okafor")
    await person.go("support")
    await person.see(f"Verification failed: {NAME}")
    await person.see("Not on your nameservers yet")
    await person.press_until("Retry verification", "Resolved")
