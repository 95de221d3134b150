"""Domains per second, of the product and of others: ``python -m bench.dns [--json]``, or `make bench`.

One run serves the zones by a real name server on loopback and lets everybody take turns, several rounds, each
for `--seconds` at most. The median of the rounds is what counts; the machine is shared by server and asker.
"""

import argparse
import asyncio
import json
import os
import platform
import statistics
import sys
import tempfile
import time
from collections import Counter
from collections.abc import AsyncIterator, Iterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path

from bench.contenders import CONTENDERS
from bench.server import NoServerError, Place, serving
from bench.zones import Domain, domains
from bot.heap import settle

MOST = 10_000


@dataclass(slots=True)
class Score:
    """What one contender did: per round the domains per second, and the milliseconds of CPU per domain."""

    name: str
    rates: list[float] = field(default_factory=list)
    cpu_ms: list[float] = field(default_factory=list)
    seen: Counter[str] = field(default_factory=Counter)

    @property
    def rate(self) -> float:
        """The median of domains per second."""
        return statistics.median(self.rates)

    @property
    def cpu(self) -> float:
        """The median of milliseconds of CPU per domain, the server's not counted."""
        return statistics.median(self.cpu_ms)

    def document(self) -> dict[str, object]:
        """Return it for machines."""
        return {
            "name": self.name,
            "domains_per_second": round(self.rate, 1),
            "cpu_ms_per_domain": round(self.cpu, 3),
            "rounds": [round(rate, 1) for rate in self.rates],
            "domains": sum(self.seen.values()),
            "seen": dict(self.seen),
        }


async def measure(work: Sequence[Domain], place: Place, rounds: int, seconds: float) -> list[Score]:
    """Let everybody take turns, in another order every round."""
    scores = [Score(name) for name in CONTENDERS]
    for number in range(rounds):
        for score in scores[number % len(scores) :] + scores[: number % len(scores)]:
            wall, cpu = time.perf_counter(), time.process_time()
            seen = await CONTENDERS[score.name](_for_a_while(work, seconds), place)
            count = sum(seen.values())
            score.rates.append(count / (time.perf_counter() - wall))
            score.cpu_ms.append((time.process_time() - cpu) * 1000 / count)
            score.seen += seen
    return scores


def _for_a_while(work: Sequence[Domain], seconds: float) -> Iterator[Domain]:
    end = time.perf_counter() + seconds
    for number, domain in enumerate(work):
        if number and time.perf_counter() >= end:
            return
        yield domain


def table(scores: Sequence[Score]) -> str:
    """Draw the scores for people; the last column is how many times faster our full look is."""
    ours = scores[0].rate
    head = f"{'':26}{'domains/s':>11}{'CPU ms/domain':>15}{'domains':>9}{'look (full) is':>16}"
    rows = [
        f"{score.name:26}{score.rate:11.1f}{score.cpu:15.3f}{sum(score.seen.values()):9}{ours / score.rate:15.1f}x"
        for score in scores
    ]
    return "\n".join([head, *rows])


def document(scores: Sequence[Score], rounds: int) -> dict[str, object]:
    """Return everything for machines."""
    return {
        "python": platform.python_version(),
        "cpus": os.cpu_count(),
        "rounds": rounds,
        "cpu_ms_per_look": round(scores[0].cpu, 3),
        "contenders": [score.document() for score in scores],
    }


def _options(words: Sequence[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m bench.dns", description=__doc__)
    parser.add_argument("--domains", type=int, default=1000, help=f"how many (at most {MOST})")
    parser.add_argument("--rounds", type=int, default=5, help="how often everybody has a turn (at most 50)")
    parser.add_argument("--seconds", type=float, default=10.0, help="the longest turn (at most 60)")
    parser.add_argument("--json", action="store_true", help="print JSON")
    options = parser.parse_args(words)
    if not (3 <= options.domains <= MOST and 1 <= options.rounds <= 50 and 0 < options.seconds <= 60):
        parser.error("out of bounds")
    return options


@asynccontextmanager
async def _place(work: Sequence[Domain]) -> AsyncIterator[Place]:
    with tempfile.TemporaryDirectory() as folder:
        async with serving(work, Path(folder)) as place:
            yield place


async def _run(options: argparse.Namespace) -> list[Score]:
    work = domains(options.domains)
    async with _place(work) as place:
        return await measure(work, place, options.rounds, options.seconds)


def main(words: Sequence[str]) -> int:
    """Measure and print. Returns 0, or 2 where nothing could be measured."""
    options = _options(words)
    settle()  # as the bot does when it starts; the others have the good of it, too
    try:
        scores = asyncio.run(_run(options))
    except NoServerError as error:
        print(f"bench: {error}", file=sys.stderr)
        return 2
    print(json.dumps(document(scores, options.rounds), indent=2) if options.json else table(scores))
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
