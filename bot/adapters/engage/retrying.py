"""How often and how long to try again: a decision, performed elsewhere."""

import random
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime

TRIES = 3
FIRST_PAUSE = timedelta(milliseconds=400)
LONGEST_WISH = timedelta(days=1)

_jitter = random.SystemRandom()


@dataclass(frozen=True, slots=True)
class GiveUp:
    """Do not try again now. `retry_after` is the least time to wait, where the other side named one."""

    retry_after: timedelta | None = None


@dataclass(frozen=True, slots=True)
class TryAgain:
    """Try again after this pause."""

    pause: timedelta


def next_try(tried: int, spent: timedelta, patience: timedelta, wish: timedelta | None) -> TryAgain | GiveUp:
    """Decide after a failed try.

    `tried` counts the tries so far, `spent` is the time since the first began. `wish` is what the other side
    asked for with Retry-After: it is honoured exactly, here or (where it is longer than `patience` allows) by the
    caller. Otherwise the pauses double, and vary by half, so that many callers do not come back together.
    """
    pause = FIRST_PAUSE * 2 ** (tried - 1) * _jitter.uniform(0.5, 1.0) if wish is None else wish
    if tried >= TRIES or spent + pause > patience:
        return GiveUp(wish)
    return TryAgain(pause)


def retry_after(header: str | None, now: datetime) -> timedelta | None:
    """Read Retry-After: seconds, or an HTTP date (RFC 9110, section 10.2.3). None where it says nothing usable."""
    if header is None:
        return None
    text = header.strip()
    if text.isascii() and text.isdigit():
        # More digits than any sane wish: do not even make a number of them.
        return LONGEST_WISH if len(text) > 9 else min(timedelta(seconds=int(text)), LONGEST_WISH)
    try:
        moment = parsedate_to_datetime(text)
    except (ValueError, OverflowError):  # no date, or one in a zone beyond all bounds
        return None
    if moment.tzinfo is None:
        moment = moment.replace(tzinfo=UTC)
    return min(max(moment - now, timedelta(0)), LONGEST_WISH)
