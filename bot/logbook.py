"""How the bot logs: structlog for its own words, the standard library's loggers for everybody else's.

Vendors' loggers never go below INFO: at DEBUG they print payloads, and a modal's payload holds a key.
"""

import logging
import sys

import structlog
from structlog.typing import Processor

from bot.settings import DatabaseSettings

_QUIET = ("slack_bolt", "slack_sdk", "aiohttp", "httpx", "httpcore", "sqlalchemy", "alembic", "apscheduler", "asyncio")
# Bolt logs the whole body of a request whose signature is wrong, at INFO.
_SILENT = ("slack_bolt.RequestVerification", "slack_bolt.middleware.request_verification")


def configure(settings: DatabaseSettings) -> None:
    """Set up logging to standard error, once, at the start of a process."""
    level = logging.getLevelNamesMapping()[settings.log_level]
    shared: list[Processor] = [
        structlog.contextvars.merge_contextvars,
        structlog.stdlib.add_log_level,
        structlog.stdlib.add_logger_name,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
    ]
    structlog.configure(
        processors=[*shared, structlog.stdlib.ProcessorFormatter.wrap_for_formatter],
        logger_factory=structlog.stdlib.LoggerFactory(),
        wrapper_class=structlog.stdlib.BoundLogger,
        cache_logger_on_first_use=True,
    )
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=shared,
            processors=[structlog.stdlib.ProcessorFormatter.remove_processors_meta, *_rendering(settings.log_format)],
        )
    )
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(level)
    for name in _QUIET:
        logging.getLogger(name).setLevel(max(level, logging.INFO if name != "httpx" else logging.WARNING))
    for name in _SILENT:
        logging.getLogger(name).setLevel(logging.CRITICAL)
    for name in ("apscheduler", "aiohttp.access", "sqlalchemy", "alembic"):
        logging.getLogger(name).setLevel(logging.WARNING)


def _rendering(log_format: str) -> list[Processor]:
    if log_format == "json":
        return [structlog.processors.format_exc_info, structlog.processors.JSONRenderer(ensure_ascii=False)]
    plain = structlog.dev.plain_traceback  # a traceback without the values of variables
    return [structlog.dev.ConsoleRenderer(colors=sys.stderr.isatty(), exception_formatter=plain)]
