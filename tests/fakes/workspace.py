"""Acts in the sandbox's Slack workspace, over its HTTP API, and looks at what people see there."""

import asyncio
import time
from collections.abc import Callable, Iterator
from typing import Any, Self

import httpx

Json = dict[str, Any]


class Workspace:
    """The workspace at `base_url`. Users and channels go by id or by name (``aiko``, ``#it-dns``).

    Whoever acts by default is `user`; every method takes another one as ``as_``.
    """

    def __init__(self, base_url: str, user: str = "alex") -> None:
        self.base_url = base_url.rstrip("/")
        self.user = user
        self._client = httpx.AsyncClient(base_url=self.base_url, trust_env=False, verify=False, timeout=15)

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *_: object) -> None:
        await self._client.aclose()

    # -- acting -------------------------------------------------------------------------------------------------

    async def post(self, action: str, **body: Any) -> Json:
        """Call ``POST /sandbox/<action>``; anything but a 200 is a mistake of the test."""
        answer = await self._client.post(f"/sandbox/{action}", json=body)
        assert answer.status_code == 200, answer.text
        found: Json = answer.json()
        return found

    async def command(self, text: str, channel: str = "#it-dns", as_: str | None = None) -> Json:
        """Type something in a channel. Text without a slash in front is an argument of /engage-domain."""
        typed = text if text.startswith("/") else f"/engage-domain {text}".rstrip()
        return await self.post("command", user=as_ or self.user, channel=channel, text=typed)

    async def say(self, text: str, channel: str = "#it-dns", as_: str | None = None) -> Json:
        """Say something plain in a channel."""
        return await self.post("command", user=as_ or self.user, channel=channel, text=text)

    async def click(
        self, button: str, message: Json | None = None, value: str | None = None, as_: str | None = None
    ) -> Json:
        """Press a button, by its label or action_id: of `message`, of the open modal, or of the App Home."""
        user = as_ or self.user
        if message is not None:
            found = find_element(message["blocks"], button)
            place: Json = {"message": {"channel": message["channel"], "ts": message["ts"]}}
        else:
            state = await self.state(user)
            shown = state["view"] or state["home"]
            assert shown, f"{user} has no modal and no App Home open"
            found = find_element(shown["blocks"], button)
            place = {"view_id": shown["id"]}
        if value is not None:
            found |= {"value": value}
        return await self.post("click", user=user, **place, **found)

    async def submit(self, values: Json, as_: str | None = None) -> Json:
        """Submit the open modal, with `values` by block id; return what was refused below ``errors``."""
        user = as_ or self.user
        view = await self.view(as_=user)
        return await self.post("submit", user=user, view_id=view["id"], values=values)

    async def close_modal(self, as_: str | None = None) -> Json:
        """Close the open modal."""
        user = as_ or self.user
        return await self.post("close_view", user=user, view_id=(await self.view(as_=user))["id"])

    async def open_home(self, as_: str | None = None) -> Json:
        """Open the App Home."""
        return await self.post("open_home", user=as_ or self.user)

    async def fault(self, method: str, kind: str, **more: Any) -> None:
        """Make the next calls of a Web API method fail."""
        await self.post("faults", method=method, kind=kind, **more)

    # -- looking ------------------------------------------------------------------------------------------------

    async def state(self, as_: str | None = None, after: str = "0") -> Json:
        """Return everything on a user's screen; of messages, those that were posted `after`."""
        answer = await self._client.get("/sandbox/state", params={"user": as_ or self.user, "after": after})
        answer.raise_for_status()
        found: Json = answer.json()
        return found

    async def messages(self, channel: str = "#it-dns", as_: str | None = None, after: str = "0") -> list[Json]:
        """Return all that a user sees in a channel, threads and ephemeral messages included, oldest first."""
        for each in (await self.state(as_, after))["channels"]:
            if channel.lstrip("#") in {each["id"], each["name"]}:
                return [message | {"channel": each["id"]} for message in each["messages"]]
        return []

    async def direct_messages(self, as_: str | None = None) -> list[Json]:
        """Return the direct messages of a user with the bot."""
        return await self.messages(f"dm-{as_ or self.user}", as_)

    async def thread(self, message: Json, as_: str | None = None) -> list[Json]:
        """Return the replies to a message."""
        return [each for each in await self.messages(message["channel"], as_) if each["thread_ts"] == message["ts"]]

    async def view(self, as_: str | None = None, within: float = 5) -> Json:
        """Return the open modal; wait for it."""
        found: Json = await self.eventually(lambda: self._open_view(as_), within)
        return found

    async def _open_view(self, as_: str | None) -> Json | None:
        view: Json | None = (await self.state(as_, after="inf"))["view"]
        return view

    async def message(
        self, text: str, channel: str = "#it-dns", as_: str | None = None, within: float = 10, after: str = "0"
    ) -> Json:
        """Wait for a message that contains `text`, in blocks or fallback, newer than `after`; return the newest."""

        async def look() -> Json | None:
            fitting = [each for each in await self.messages(channel, as_, after) if text in words(each)]
            return fitting[-1] if fitting else None

        found: Json = await self.eventually(look, within)
        return found

    async def eventually(self, look: Callable[[], Any], within: float = 10) -> Any:
        """Return the first true value of `look`, which may be a coroutine function; fail after `within` seconds."""
        end = time.monotonic() + within
        while True:
            found = look()
            if asyncio.iscoroutine(found):
                found = await found
            if found:
                return found
            assert time.monotonic() < end, f"nothing within {within} s; {await self._last_words()}"
            await asyncio.sleep(0.05)

    async def _last_words(self) -> str:
        state = await self.state()
        seen = [f"{channel['name']}: {each['text']}" for channel in state["channels"] for each in channel["messages"]]
        return "the last messages were:\n" + "\n".join(seen[-8:])


def find_element(blocks: list[Json], button: str) -> Json:
    """Return ``{action_id, block_id}`` of the element with this label or action_id; the label may be a part."""
    seen = []
    for block in blocks:
        for element in _elements(block):
            label = element.get("text", {}).get("text", "")
            if button in {element["action_id"], label}:
                return {"action_id": element["action_id"], "block_id": block["block_id"]}
            seen.append(f"{label} ({element['action_id']})")
    raise AssertionError(f"there is no {button}, only: {', '.join(seen) or 'nothing to press'}")


def _elements(block: Json) -> Iterator[Json]:
    yield from block["elements"] if block["type"] == "actions" else ()
    if block.get("accessory"):
        yield block["accessory"]
    if block["type"] == "input":
        yield block["element"]


def words(item: Any) -> str:
    """Return every text in a message or view, fallback first, each on its own line."""
    return "\n".join(_texts(item))


def _texts(item: Any) -> Iterator[str]:
    if isinstance(item, dict):
        if item.get("type") == "rich_text_section" or item.get("type") == "rich_text_preformatted":
            yield "".join(_inline(each) for each in item["elements"])
            return
        for key, value in item.items():
            if key == "text" and isinstance(value, str):
                yield value
            elif isinstance(value, dict | list):
                yield from _texts(value)
    elif isinstance(item, list):
        for each in item:
            yield from _texts(each)


def _inline(element: Json) -> str:
    shown = element.get("text") or element.get("url") or element.get("fallback") or ""
    marks = {"user": f"<@{element.get('user_id')}>", "channel": f"<#{element.get('channel_id')}>"}
    return str(marks.get(element["type"], shown))
