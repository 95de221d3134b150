"""Durations and moments in words."""

from datetime import UTC, datetime, timedelta

from core.sending_domain import Language

_UNITS = {
    Language.EN: {"h": " h", "min": " min", "s": " s", "ms": " ms"},
    Language.JA: {"h": "時間", "min": "分", "s": "秒", "ms": "ミリ秒"},
}


def exactly(length: timedelta, language: Language) -> str:
    """Write a setting: ``72 h``, ``5 min``, ``1 min 30 s``; milliseconds below one second alone."""
    if timedelta(0) < length < timedelta(seconds=1):
        return _written([(max(length // timedelta(milliseconds=1), 1), "ms")], language)
    seconds = round(length.total_seconds())
    hours, rest = divmod(max(seconds, 0), 3600)
    minutes, left = divmod(rest, 60)
    parts = [(hours, "h"), (minutes, "min"), (left, "s")]
    return _written([part for part in parts if part[0]] or [(0, "s")], language)


def roughly(length: timedelta, language: Language) -> str:
    """Write what has passed or is left: hours from ten hours on, else at most two units, and at least a second."""
    seconds = max(round(length.total_seconds()), 1 if length > timedelta(0) else 0)
    if seconds >= 10 * 3600:
        return _written([((seconds + 1800) // 3600, "h")], language)
    if seconds >= 600:
        seconds = (seconds + 30) // 60 * 60
    return exactly(timedelta(seconds=seconds), language)


def _written(parts: list[tuple[int, str]], language: Language) -> str:
    between = " " if language is Language.EN else ""
    return between.join(f"{number}{_UNITS[language][unit]}" for number, unit in parts)


def in_utc(at: datetime) -> str:
    """Write a moment for plain text and files: ``2026-11-23 14:05 UTC``."""
    return f"{at.astimezone(UTC):%Y-%m-%d %H:%M} UTC"
