"""What has been posted since somebody last looked."""

import httpx

from tests.fakes.workspace import Workspace


async def said(workspace: Workspace, after: str) -> list[str]:
    return [each["text"] for each in await workspace.messages("#general", after=after)]


async def test_only_what_was_posted_later_is_shown(workspace: Workspace):
    for text in ("one", "two", "three"):
        await workspace.say(text, "#general")
    first, second, third = (each["ts"] for each in await workspace.messages("#general"))

    assert await said(workspace, first) == ["two", "three"]
    assert await said(workspace, second) == ["three"]
    assert await said(workspace, third) == []
    assert await said(workspace, "inf") == []


async def test_a_moment_that_is_none_is_refused(workspace: Workspace):
    async with httpx.AsyncClient(base_url=workspace.base_url, trust_env=False, verify=False) as browser:
        answer = await browser.get("/sandbox/state", params={"user": "alex", "after": "lunch"})

    assert (answer.status_code, answer.json()) == (400, {"error": "after is no timestamp"})
