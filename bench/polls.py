"""The cost of waiting: ``python -m bench.polls [--domains N]``, or `make bench-polls`.

N domains wait for their IT teams, in a database of its own and at a real name server on loopback. After a first
look at each, the clock is moved on by one poll at a time and the product's own check tick runs: claim, ask the
provisioner (which answers out of memory) and the DNS, decide, commit. At the end comes a sweep, the full look of
every hour. CPU of this process alone is counted.
"""

import argparse
import asyncio
import io
import itertools
import json
import logging
import statistics
import sys
import tempfile
import time
from collections.abc import AsyncIterator, Iterator, Sequence
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path

import sqlalchemy as sa
import structlog
from cryptography.fernet import Fernet

from bench.server import NoServerError, Place, serving
from bench.zones import Domain, Kind, domains
from bot.adapters.dns.observer import Observer, ObserverSettings
from bot.heap import settle
from bot.services.checking import Checking
from bot.services.looking import Looking
from bot.services.provisioning import Provisioning
from bot.services.vantage import Vantage
from core.durations import Durations
from core.events import Snapshot
from core.sending_domain import (
    Actor,
    DeploymentEvent,
    DmarcPolicy,
    DomainStatus,
    Language,
    SendingDomain,
    TrackedRecord,
    Verdict,
    VerificationStatus,
    Wanted,
    Window,
)
from storage import domains as stored
from storage.engine import Database
from storage.migrations import migrate
from storage.vault import Vault

START = datetime(2026, 11, 23, 9, 0, tzinfo=UTC)
EVENTS = dict.fromkeys(tuple(DeploymentEvent)[:3], START)


@dataclass
class Clock:
    """Stands until it is moved."""

    now: datetime = START

    def __call__(self) -> datetime:
        """Return the moment at which it stands."""
        return self.now


class Memory:
    """A provisioner that answers out of memory: what a request over HTTPS costs is not measured here."""

    name = "Engage"

    def __init__(self, work: Sequence[Domain], clock: Clock) -> None:
        self._records = {f"e-{domain.name}": tuple(domain.records) for domain in work}
        self._clock = clock

    async def get(self, provisioner_id: str) -> Snapshot:
        """Describe the resource."""
        records = self._records[provisioner_id]
        return Snapshot(provisioner_id, records, EVENTS, Verdict.PENDING, "PENDING", self._clock())


@dataclass
class Pass:
    """One poll of every domain: what it cost."""

    cpu_ms: float = 0.0
    statements: float = 0.0
    count: int = 0


@dataclass
class Result:
    """The first look, the polls after it and the sweep, per domain."""

    first: Pass
    polls: list[Pass] = field(default_factory=list)
    sweep: Pass = field(default_factory=Pass)

    def document(self) -> dict[str, object]:
        """Return it for machines."""
        cpu = statistics.median(each.cpu_ms for each in self.polls)
        return {
            "domains": self.first.count,
            "first_look_cpu_ms": round(self.first.cpu_ms, 3),
            "first_look_statements": round(self.first.statements, 2),
            "poll_cpu_ms": round(cpu, 3),
            "polls_cpu_ms": [round(each.cpu_ms, 3) for each in self.polls],
            "poll_statements": round(statistics.median(each.statements for each in self.polls), 2),
            "polled": [each.count for each in self.polls],
            "sweep_cpu_ms": round(self.sweep.cpu_ms, 3),
            "cpu_seconds_per_hour_of_10000": round(10 * (11 * cpu + self.sweep.cpu_ms), 1),
        }


def waiting(domain: Domain) -> SendingDomain:
    """Return a domain whose records were announced: nothing is seen of them yet."""
    actor = Actor("U0BENCH", Language.EN, "C0BENCH")
    return SendingDomain(
        id=domain.origin.removesuffix(".example").rjust(32, "0"),
        team_id="T0BENCH",
        name=domain.name,
        language=Language.EN,
        dmarc_policy=DmarcPolicy.NONE,
        asker=actor,
        created_at=START,
        status=DomainStatus.DEPLOYING,
        verification=VerificationStatus.PENDING,
        wanted=Wanted.VERIFYING,
        events=EVENTS,
        records=tuple(TrackedRecord(record, VerificationStatus.PENDING) for record in domain.records),
        record_set_version=1,
        window=Window("w-1", START, START + Durations().window),
        provisioner_id=f"e-{domain.name}",
        deploy_accepted=True,
        verify_accepted="w-1",
        verdict=Verdict.PENDING,
        verdict_word="PENDING",
        preflight_at=START,
        deploy_started_at=START,
        records_ready_at=START,
        key_held=False,
        next_check_at=START,
    )


@contextmanager
def counting(database: Database) -> Iterator[list[str]]:
    """Yield the statements that are executed meanwhile."""
    seen: list[str] = []

    def note(_: object, __: object, statement: str, *___: object) -> None:
        seen.append(statement)

    sa.event.listen(database.engine.sync_engine, "before_cursor_execute", note)
    try:
        yield seen
    finally:
        sa.event.remove(database.engine.sync_engine, "before_cursor_execute", note)


async def run(checking: Checking) -> Pass:
    """Check everything that is due."""
    count = 0
    with counting(checking.database) as statements:
        began = time.process_time()
        while checked := await checking.check_due():
            count += checked
        cpu = time.process_time() - began
    return Pass(cpu * 1000 / count, len(statements) / count, count)


@asynccontextmanager
async def checking(url: str, work: Sequence[Domain], place: Place, clock: Clock) -> AsyncIterator[Checking]:
    """Wire the check tick around a new database with `work` in it."""
    ids = itertools.count(1)

    def new_id() -> str:
        return f"{next(ids):016x}"

    durations = Durations()
    database, observer = Database.open(url), Observer(ObserverSettings(nameservers=(place,), per_second=0), clock=clock)
    vault = Vault([Fernet.generate_key().decode()])
    try:
        await migrate(database)
        async with database.transaction() as session:
            for domain in work:
                await stored.add(session, waiting(domain))
        yield Checking(
            database=database,
            vault=vault,
            provisioning=Provisioning(database, vault, Memory(work, clock), new_id),  # type: ignore[arg-type]  # only asked
            looking=Looking(observer, clock, durations, new_id),
            vantage=Vantage(database, observer, clock, durations, new_id),
            clock=clock,
            durations=durations,
            new_id=new_id,
        )
    finally:
        await observer.aclose()
        await database.dispose()


async def measure(url: str, count: int, polls: int) -> Result:
    """Look at `count` waiting domains once, then poll each `polls` times."""
    work = [domain for domain in domains(count * 3 // 2 + 3) if domain.kind is not Kind.RIGHT][:count]
    clock = Clock()
    with tempfile.TemporaryDirectory() as folder:
        async with serving(work, Path(folder)) as place, checking(url, work, place, clock) as tick:
            result = Result(await run(tick))
            for _ in range(polls):
                clock.now += tick.durations.poll + timedelta(seconds=1)
                result.polls.append(await run(tick))
            clock.now += tick.durations.sweep
            result.sweep = await run(tick)
    return result


def main(words: Sequence[str]) -> int:
    """Measure and print. Returns 0, or 2 where nothing could be measured."""
    parser = argparse.ArgumentParser(prog="python -m bench.polls", description=__doc__)
    parser.add_argument("--domains", type=int, default=1000)
    parser.add_argument("--polls", type=int, default=5)
    parser.add_argument("--database", help="its address; a SQLite file of its own otherwise")
    options = parser.parse_args(words)
    structlog.configure(
        wrapper_class=structlog.make_filtering_bound_logger(logging.INFO),
        logger_factory=structlog.PrintLoggerFactory(io.StringIO()),
    )
    settle()
    with tempfile.TemporaryDirectory() as folder:
        url = options.database or f"sqlite:///{folder}/bench.db"
        try:
            result = asyncio.run(measure(url, options.domains, options.polls))
        except NoServerError as error:
            print(f"bench: {error}", file=sys.stderr)
            return 2
    print(json.dumps(result.document(), indent=2))
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
