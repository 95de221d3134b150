"""How the workspace says no."""

from sandbox.slack.model import Json


class ApiError(Exception):
    """An answer of the Web API with ``"ok": false``. `code` is Slack's error code."""

    def __init__(self, code: str, *, status: int = 200, headers: dict[str, str] | None = None, **details: object):
        super().__init__(code)
        self.code = code
        self.status = status
        self.headers = headers or {}
        self.details = details

    def body(self) -> Json:
        """Return the JSON that Slack would send."""
        return {"ok": False, "error": self.code, **self.details}


class InvalidBlocks(ApiError):
    """Blocks or a view that Slack would refuse; `problems` says where and why, all of them."""

    def __init__(self, problems: list[str], code: str = "invalid_blocks"):
        messages = [f"[ERROR] {problem}" for problem in problems]
        super().__init__(code, errors=problems, response_metadata={"messages": messages})


class NotPossible(Exception):
    """Somebody asked the page, or its API, for what cannot be done. The message says why."""
