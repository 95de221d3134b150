"""Looks at the SPF record of one domain, in a DNS made of values."""

from core.diagnosis import Case
from core.findings import Finding
from core.records import Purpose
from tests.fakes.dns_world import World
from tests.fakes.record_sets import record_set

DOMAIN = "mail.example.com"
RECORDS = record_set(DOMAIN)
NAME = f"bounce.{DOMAIN}"
OURS = "include:amazonses.com"


def look(*values: str | bytes) -> Finding:
    """Judge these TXT values at the name of the SPF record."""
    world = World().add(RECORDS).put(NAME, "TXT", *values)
    return world.diagnose(Case(DOMAIN, RECORDS))[Purpose.SPF]


def look_at(world: World) -> Finding:
    """Judge the SPF record of a world that is seen through three resolvers."""
    return world.diagnose(Case(DOMAIN, RECORDS, resolvers=3, budget=400))[Purpose.SPF]


def world_with(value: str, **names: str | None) -> World:
    """Return a world seen through three resolvers; `names` maps labels below example.net to SPF records or None."""
    world = World(resolvers=3).add(RECORDS).put(NAME, "TXT", value)
    for label, text in names.items():
        if text is not None:
            world.put(f"{label}.example.net", "TXT", text)
    return world
