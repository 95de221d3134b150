"""`python -m sandbox slack`: the command line of the workspace."""

import argparse
import logging
import socket
from collections.abc import Sequence

import uvicorn

from sandbox.slack.app import APP_TOKEN, BOT_TOKEN, new_app, new_slack
from sandbox.slack.neighbours import Neighbours
from sandbox.slack.web_api.call import SCOPES

HOST = "127.0.0.1"


def main(argv: Sequence[str] | None = None) -> int:
    """Serve until interrupted. Prints the page's address first."""
    options = _parser().parse_args(argv)
    logging.basicConfig(level=logging.INFO, format="%(levelname)s %(name)s: %(message)s")
    logging.getLogger("httpx").setLevel(logging.WARNING)
    listener = listen(options.port)
    base_url = f"http://{HOST}:{listener.getsockname()[1]}"
    print(f"Slack workspace: {base_url}/", flush=True)
    server = new_server(
        base_url,
        bot_token=options.bot_token,
        app_token=options.app_token,
        notes=options.speed_note,
        scopes=frozenset(options.scopes.split(",")) if options.scopes else SCOPES,
        neighbours=Neighbours(options.engage, options.nameserver_control),
    )
    server.run(sockets=[listener])
    return 0


def listen(port: int) -> socket.socket:
    """Bind a loopback socket; port 0 takes any free one."""
    listener = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    listener.bind((HOST, port))
    return listener


def new_server(
    base_url: str,
    *,
    bot_token: str = BOT_TOKEN,
    app_token: str = APP_TOKEN,
    notes: list[str] | None = None,
    scopes: frozenset[str] = SCOPES,
    neighbours: Neighbours | None = None,
) -> uvicorn.Server:
    """Return a server for the workspace at `base_url`, not yet running."""
    slack = new_slack(base_url, bot_token=bot_token, app_token=app_token, notes=notes, scopes=scopes)
    config = uvicorn.Config(
        new_app(slack, neighbours or Neighbours()),
        ws="websockets-sansio",
        log_level="warning",
        timeout_graceful_shutdown=1,
        lifespan="off",
    )
    return uvicorn.Server(config)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m sandbox slack", description=__doc__)
    parser.add_argument("--port", type=int, required=True, help="port on 127.0.0.1; 0 takes a free one")
    parser.add_argument("--engage", metavar="URL", help="the stand-in Engage API, for its panel")
    parser.add_argument("--nameserver-control", metavar="URL", help="the name server's control API, for its panel")
    parser.add_argument("--speed-note", metavar="TEXT", action="append", help="a notice on the page; may be repeated")
    parser.add_argument("--bot-token", default=BOT_TOKEN)
    parser.add_argument("--app-token", default=APP_TOKEN)
    parser.add_argument(
        "--scopes", metavar="LIST", help="the scopes that the bot has, with commas; default: all it asks for"
    )
    return parser
