"""Snippets: uploaded in Slack's three steps, so that a crash between any two shares nothing twice.

https://docs.slack.dev/messaging/working-with-files#uploading_files
"""

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import structlog

from bot.adapters.slack.calls import Answer, Calls
from bot.adapters.slack.errors import SlackRefused
from bot.messages import Snippet
from bot.ports import SaveProgress
from core.errors import OutsideError, TransientError

log = structlog.get_logger(__name__)
SHARING = (0.25, 0.5, 1.0, 2.0)
"""Seconds between looks at whether a file that may have been completed has been shared."""

_LOST = frozenset({"file_not_found", "file_deleted"})


@dataclass(frozen=True, slots=True)
class Shared:
    """A file that has been shared. `ts` is the message that shares it, empty while Slack does not say."""

    file_id: str
    ts: str = ""
    link: str | None = None


class Files:
    """Uploads snippets and shares them in a channel or thread."""

    def __init__(self, calls: Calls) -> None:
        self._calls = calls

    async def share(
        self,
        snippet: Snippet,
        channel: str,
        thread_ts: str | None,
        progress: Mapping[str, str],
        save_progress: SaveProgress,
    ) -> Shared:
        """Share `snippet`, going on where an earlier attempt with this `progress` stopped."""
        file_id = progress.get("file_id")
        if file_id:
            known = await self._settled(file_id, channel)
            if known is not None and _is_shared_in(known, channel):
                return _shared(known, channel)
            if known is None or not await self._complete(snippet, file_id, channel, thread_ts):
                file_id = None
        if file_id is None:
            file_id = await self._upload(snippet)
            await save_progress({**progress, "file_id": file_id})
            if not await self._complete(snippet, file_id, channel, thread_ts):
                raise TransientError("files.completeUploadExternal: the file that was just uploaded is not found")
        return await self._look(file_id, channel)

    async def _settled(self, file_id: str, channel: str) -> Answer | None:
        """Describe the file of an earlier attempt, which may have completed the upload: Slack shares a little later."""
        known = await self._describe(file_id)
        for pause in SHARING:
            if known is None or _is_shared_in(known, channel):
                break
            await asyncio.sleep(pause)
            known = await self._describe(file_id)
        return known

    async def _complete(self, snippet: Snippet, file_id: str, channel: str, thread_ts: str | None) -> bool:
        """Have the file shared; False if Slack does not know it (any more)."""
        try:
            await self._calls.call(
                "files.completeUploadExternal",
                about=channel,
                files=[{"id": file_id, "title": snippet.title}],
                channel_id=channel,
                thread_ts=thread_ts,
                initial_comment=snippet.comment or None,
            )
        except SlackRefused as error:
            if error.word in _LOST:
                return False
            raise
        return True

    async def _upload(self, snippet: Snippet) -> str:
        content = snippet.content.encode()
        ticket = await self._calls.call(
            "files.getUploadURLExternal", filename=snippet.filename, length=len(content), snippet_type="text"
        )
        await self._calls.upload(str(ticket["upload_url"]), content)
        return str(ticket["file_id"])

    async def _describe(self, file_id: str) -> Answer | None:
        try:
            return dict((await self._calls.call("files.info", file=file_id)).get("file") or {})
        except SlackRefused as error:
            if error.word in _LOST:
                return None
            raise

    async def _look(self, file_id: str, channel: str) -> Shared:
        # The file is shared; a link to it is welcome, but no reason to share it again.
        try:
            known = await self._describe(file_id)
        except OutsideError as error:
            log.info("slack.file.no_link", error=str(error))
            known = None
        return _shared(known, channel) if known else Shared(file_id)


def _shares(file: Answer, channel: str) -> list[Mapping[str, Any]]:
    shares = file.get("shares") or {}
    return [share for kind in ("public", "private") for share in (shares.get(kind) or {}).get(channel, ())]


def _is_shared_in(file: Answer, channel: str) -> bool:
    # `shares` is filled late; the lists of channels name what is known earlier.
    listed = [name for key in ("channels", "groups", "ims") for name in file.get(key) or ()]
    return channel in listed or bool(_shares(file, channel))


def _shared(file: Answer, channel: str) -> Shared:
    shares = _shares(file, channel)
    ts = str(shares[0].get("ts", "")) if shares else ""
    return Shared(str(file.get("id", "")), ts, file.get("permalink"))
