"""The log as an operator would see it: every logger, through the product's own formatter, in a text."""

import io
import logging
import sys
import threading
import warnings
from collections.abc import Iterator
from contextlib import contextmanager

import structlog

from bot import logbook
from bot.look_settings import DatabaseSettings


@contextmanager
def logging_to_text(settings: DatabaseSettings) -> Iterator[io.StringIO]:
    """Configure logging as at the start of a process, for as long as the block lasts."""
    stream = io.StringIO()
    root = logging.getLogger()
    handlers, levels = root.handlers[:], {name: logging.getLogger(name).level for name in _known()}
    hooks = sys.excepthook, threading.excepthook, sys.unraisablehook
    before, show = structlog.get_config(), warnings.showwarning
    logbook.configure(settings, stream)
    try:
        yield stream
    finally:
        logging.captureWarnings(capture=False)
        warnings.showwarning = show
        structlog.configure(**before)
        sys.excepthook, threading.excepthook, sys.unraisablehook = hooks
        root.handlers[:] = handlers
        for name in _known():
            logging.getLogger(name).setLevel(levels.get(name, logging.NOTSET))


def _known() -> list[str]:
    return ["root", *logging.getLogger().manager.loggerDict]
