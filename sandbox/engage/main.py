"""Starts the stand-in alone: ``python -m sandbox engage --port N``."""

import argparse
import contextlib
import re
import socket
from collections.abc import Sequence
from datetime import timedelta
from pathlib import Path

import uvicorn

from sandbox.engage.app import engage_app
from sandbox.engage.deployment import Engine, Speed
from sandbox.engage.domains import Shelf
from sandbox.engage.lookups import Nameserver

HOST = "127.0.0.1"
_UNITS = {"ms": "milliseconds", "s": "seconds", "m": "minutes", "h": "hours"}


def main(argv: Sequence[str]) -> int:
    """Read the options and serve until interrupted; 1 if the port is taken."""
    chosen = _options().parse_args(argv)
    listener = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listener.bind((HOST, chosen.port))
        listener.listen()  # before the address is told, so that whoever reads it can connect
    except OSError as error:
        listener.close()
        print(f"engage: {error}")
        return 1
    port = listener.getsockname()[1]
    speed = Speed(chosen.records_after, chosen.event_every, chosen.look_every, chosen.gives_up_after)
    engine = Engine(Shelf(chosen.state), Nameserver(*chosen.dns), speed, chosen.region)
    print(f"engage: http://{HOST}:{port} (knobs: /_sandbox/…)", flush=True)
    config = uvicorn.Config(
        engage_app(engine, chosen.api_key, port), log_level="warning", access_log=False, timeout_graceful_shutdown=1
    )
    with contextlib.suppress(KeyboardInterrupt):  # the server has shut down in order before it raises this
        uvicorn.Server(config).run(sockets=[listener])
    return 0


def a_duration(text: str) -> timedelta:
    """Read ``500ms``, ``2s``, ``5m``, ``72h``."""
    match = re.fullmatch(r"(\d+(?:\.\d+)?)(ms|s|m|h)", text)
    if match is None:
        raise argparse.ArgumentTypeError(f"{text!r} is not a duration such as 500ms, 2s, 5m or 72h")
    return timedelta(**{_UNITS[match[2]]: float(match[1])})


def an_address(text: str) -> tuple[str, int]:
    """Read ``127.0.0.1:5300``."""
    host, _, port = text.rpartition(":")
    if not host or not port.isdigit():
        raise argparse.ArgumentTypeError(f"{text!r} is not HOST:PORT")
    return host, int(port)


def _options() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m sandbox engage", description="A stand-in for the Engage API.")
    add = parser.add_argument
    add("--port", type=int, default=5310, help="where to listen on 127.0.0.1; 0: any (default: %(default)s)")
    add("--api-key", default="sandbox-engage-key", help="the API key to accept (default: %(default)s)")
    add(
        "--dns", type=an_address, default="127.0.0.1:5300", metavar="HOST:PORT", help="authoritative name server to ask"
    )
    add("--region", default="us-east-1", help="region in the bounce host's name (default: %(default)s)")
    add("--records-after", type=a_duration, default="2s", help="from deploy to records (default: %(default)s)")
    add("--event-every", type=a_duration, default="2s", help="between events, at least (default: %(default)s)")
    add("--look-every", type=a_duration, default="1s", help="between looks at the DNS (default: %(default)s)")
    add("--gives-up-after", type=a_duration, default="72h", help="until FAILED (default: %(default)s)")
    add("--state", type=Path, metavar="FILE", help="keep the state here over restarts (default: in memory)")
    return parser
