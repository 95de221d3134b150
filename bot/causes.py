"""What caused what is being done now: carried along by the context, so that log lines and outbox rows name it.

A cause is a request of Slack's or a check of the tick's, with eight hex digits to find it by.
"""

import hashlib
import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar

import structlog

_current: ContextVar[str] = ContextVar("cause", default="")
_DIGITS = 8


@contextmanager
def caused_by(kind: str, ref: str, **facts: str) -> Iterator[None]:
    """Have everything within name ``kind:ref`` as its cause, and its log lines carry `kind`, `ref` and `facts`."""
    token = _current.set(f"{kind}:{ref}")
    try:
        with structlog.contextvars.bound_contextvars(**{kind: ref}, **facts):
            yield
    finally:
        _current.reset(token)


def current_cause() -> str:
    """Return the cause of what is being done now, as in ``request:1a2b3c4d``; empty if there is none."""
    return _current.get()


def ref_of(foreign_id: str) -> str:
    """Return a short reference for somebody else's id: the same again for the same id, and a new one for none."""
    if not foreign_id:
        return new_ref()
    return hashlib.sha256(foreign_id.encode()).hexdigest()[:_DIGITS]


def new_ref() -> str:
    """Return a short reference that nothing else is likely to bear."""
    return secrets.token_hex(_DIGITS // 2)
