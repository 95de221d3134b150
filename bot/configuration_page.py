"""`docs/configuration.md`, made from the settings themselves: `engage-domain settings` prints it."""

from datetime import timedelta
from typing import Any

from pydantic.fields import FieldInfo
from pydantic_core import PydanticUndefined

from bot.settings import Settings

_HEAD = """# Configuration

Everything is set by environment variables (or in a file named with `--env-file`). All faults are reported at once at
the start, with exit code 2. Durations are a number with a unit: `30s`, `5m`, `72h`, `30d`. This page is printed by
`engage-domain settings`, and a test holds it against the code.

| variable | default | meaning |
| --- | --- | --- |
"""


def configuration_page() -> str:
    """Return the page as Markdown."""
    rows = [f"| `{name.upper()}` | {_default(field)} | {field.description} |" for name, field in _fields()]
    return _HEAD + "\n".join(rows) + "\n"


def _fields() -> list[tuple[str, FieldInfo]]:
    return list(Settings.model_fields.items())


def _default(field: FieldInfo) -> str:
    value: Any = field.default
    if value is PydanticUndefined:
        return "**required**"
    if value in (None, ()):
        return "–"
    return f"`{_spelled(value) if isinstance(value, timedelta) else value}`"


def _spelled(value: timedelta) -> str:
    seconds = int(value.total_seconds())
    for unit, size in (("d", 86400), ("h", 3600), ("m", 60)):
        if seconds % size == 0 and seconds >= size and (unit != "d" or seconds > 7 * size):
            return f"{seconds // size}{unit}"
    return f"{seconds}s"
