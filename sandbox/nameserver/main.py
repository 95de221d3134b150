"""Starts the name server alone: ``python -m sandbox nameserver --port N``."""

import argparse
import asyncio
from collections.abc import Sequence

import uvicorn

from sandbox.nameserver.control import control_app
from sandbox.nameserver.server import Nameserver

HOST = "127.0.0.1"


async def serve(
    port: int,
    second_port: int | None = None,
    resolver_port: int | None = None,
    control_port: int | None = None,
    registry_port: int | None = None,
    negative_ttl: int = 5,
    *,
    hosts_everything: bool = False,
) -> None:
    """Serve until cancelled or interrupted; ports left out follow `port`. Raises `OSError` for a taken port."""
    ports = (port, second_port or port + 1, resolver_port or port + 2, registry_port or port + 4)
    control = control_port or port + 3
    async with Nameserver(
        host=HOST, ports=ports, negative_ttl=negative_ttl, hosts_everything=hosts_everything
    ) as nameserver:
        print(f"nameserver: authoritative {HOST}:{ports[0]} and {HOST}:{ports[1]}, resolver {HOST}:{ports[2]}")
        print(f"nameserver: registry {HOST}:{ports[3]}")
        print(f"nameserver: control http://{HOST}:{control}/zones", flush=True)
        app = control_app(nameserver, control)
        config = uvicorn.Config(app, host=HOST, port=control, log_level="warning", lifespan="off")
        await uvicorn.Server(config).serve()


def main(argv: Sequence[str]) -> int:
    """Read the options and serve; 1 if a port is taken."""
    parser = argparse.ArgumentParser(prog="python -m sandbox nameserver", description="A DNS provider on loopback.")
    parser.add_argument("--port", type=int, default=5300, help="first authoritative server (default: %(default)s)")
    parser.add_argument("--second", type=int, help="second authoritative server (default: port + 1)")
    parser.add_argument("--resolver", type=int, help="caching resolver (default: port + 2)")
    parser.add_argument("--control", type=int, help="control API (default: port + 3)")
    parser.add_argument("--registry", type=int, help="registry of the zones (default: port + 4)")
    parser.add_argument("--negative-ttl", type=int, default=5, metavar="SECONDS", help="SOA minimum (default: 5)")
    parser.add_argument(
        "--hosts-everything", action="store_true", help="have a zone for every registered domain that is asked about"
    )
    chosen = parser.parse_args(argv)
    ports = (chosen.port, chosen.second, chosen.resolver, chosen.control, chosen.registry)
    try:
        asyncio.run(serve(*ports, chosen.negative_ttl, hosts_everything=chosen.hosts_everything))
    except KeyboardInterrupt:
        return 0
    except OSError as error:
        print(f"nameserver: {error}")
        return 1
    return 0
