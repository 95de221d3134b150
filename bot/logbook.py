"""How the bot logs: structlog for its own words, the standard library's loggers for everybody else's.

Only our own loggers ever go below INFO: at DEBUG, vendors print payloads, parameters and packets, and the payload of
a modal holds a key. Whatever is logged, tracebacks and vendors' words included, passes `_rendering` at last, which
blots out the secrets of the settings and all that has the shape of one.
"""

import logging
import sys
import threading
from collections.abc import Mapping, MutableMapping, Sequence
from datetime import datetime
from types import TracebackType
from typing import Any, TextIO

import structlog
from structlog.typing import Processor

from bot.look_settings import DatabaseSettings
from core.secrecy import blotted

_OURS = ("bot", "core", "storage")
_WARNING = ("httpx", "apscheduler", "aiohttp.access", "sqlalchemy", "alembic")
_FIRST = ("timestamp", "level", "event", "request", "check", "cause", "domain", "user", "kind", "row")
_NOTHING: tuple[object, ...] = (None, "", [], (), {})
# Bolt logs the whole body of a request whose signature is wrong, at INFO.
_SILENT = ("slack_bolt.RequestVerification", "slack_bolt.middleware.request_verification")

_NOTING: tuple[Processor, ...] = (
    structlog.contextvars.merge_contextvars,
    structlog.stdlib.add_log_level,
    structlog.stdlib.add_logger_name,
    structlog.processors.TimeStamper(fmt="iso", utc=True),
)


def configure(settings: DatabaseSettings, stream: TextIO | None = None) -> None:
    """Set up logging to `stream` (standard error), once, at the start of a process.

    Uncaught exceptions and warnings are logged, too: otherwise Python would print them past all this.
    """
    structlog.configure(
        processors=[*_NOTING, structlog.stdlib.ProcessorFormatter.wrap_for_formatter],
        logger_factory=structlog.stdlib.LoggerFactory(),
        wrapper_class=structlog.stdlib.BoundLogger,
    )
    rendering = _rendering(settings.log_format, settings.secrets)
    handler = logging.StreamHandler(stream or sys.stderr)
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=_NOTING,
            processors=[structlog.stdlib.ProcessorFormatter.remove_processors_meta, *rendering],
        )
    )
    logging.getLogger().handlers[:] = [handler]
    _set_levels(logging.getLevelNamesMapping()[settings.log_level])
    logging.captureWarnings(capture=True)
    sys.excepthook = _uncaught
    threading.excepthook = _uncaught_in_thread
    sys.unraisablehook = _unraisable


def quieten(settings: DatabaseSettings) -> None:
    """Log failures alone, for a command that tells everything else itself; but not against LOG_LEVEL."""
    if "log_level" not in settings.model_fields_set:
        for name in _OURS:
            logging.getLogger(name).setLevel(logging.ERROR)


def _set_levels(level: int) -> None:
    logging.getLogger().setLevel(max(level, logging.INFO))
    for name in _OURS:
        logging.getLogger(name).setLevel(level)
    for name in _WARNING:
        logging.getLogger(name).setLevel(max(level, logging.WARNING))
    for name in _SILENT:
        logging.getLogger(name).setLevel(logging.CRITICAL)


def _uncaught(kind: type[BaseException], error: BaseException, traceback: TracebackType | None) -> None:
    if issubclass(kind, KeyboardInterrupt):
        sys.__excepthook__(kind, error, traceback)
        return
    logging.getLogger("bot").critical("uncaught", exc_info=(kind, error, traceback))


def _uncaught_in_thread(about: threading.ExceptHookArgs) -> None:
    if about.exc_value is not None:
        _uncaught(about.exc_type, about.exc_value, about.exc_traceback)


def _unraisable(about: "sys.UnraisableHookArgs") -> None:
    # Nothing of the object it happened in: its repr may be a request.
    error = about.exc_value
    logging.getLogger("bot").error(
        "unraisable", exc_info=(about.exc_type, error, about.exc_traceback) if error else None
    )


def _rendering(log_format: str, known: Sequence[str]) -> list[Processor]:
    def blot(_: Any, __: str, event: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
        return {str(name): _without_secrets(value, known) for name, value in event.items()}

    def blot_line(_: Any, __: str, line: Any) -> str:
        return blotted(str(line), known)

    if log_format == "json":
        # Value by value: in a line of JSON, a blot might swallow a quotation mark.
        render = structlog.processors.JSONRenderer(ensure_ascii=False)
        return [structlog.processors.format_exc_info, _tidy, blot, render]
    plain = structlog.dev.plain_traceback  # a traceback without the values of variables
    renderer = structlog.dev.ConsoleRenderer(
        colors=sys.stderr.isatty(), exception_formatter=plain, sort_keys=False, pad_event_to=20
    )
    return [_tidy, _for_people, renderer, blot_line]


def _tidy(_: Any, __: str, event: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
    """Put first what is looked for first, leave out what says nothing, write moments as timestamps are written."""
    order = sorted(event, key=lambda name: _FIRST.index(name) if name in _FIRST else len(_FIRST))
    return {name: _readable(event[name]) for name in order if event[name] not in _NOTHING}


def _readable(value: object) -> object:
    return value.isoformat() if isinstance(value, datetime) else value


def _for_people(_: Any, __: str, event: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
    """Shorten the moment; name the logger where it is not ours, whose events have names that say enough."""
    event["timestamp"] = f"{event['timestamp'][:10]} {event['timestamp'][11:23]}"
    if str(event.get("logger", "")).partition(".")[0] in _OURS:
        del event["logger"]
    return event


def _without_secrets(value: object, known: Sequence[str]) -> object:
    if value is None or isinstance(value, bool | int | float):
        return value
    if isinstance(value, Mapping):
        return {blotted(str(name), known): _without_secrets(each, known) for name, each in value.items()}
    if isinstance(value, list | tuple | set | frozenset):
        return [_without_secrets(each, known) for each in value]
    return blotted(value if isinstance(value, str) else repr(value), known)
