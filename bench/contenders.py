"""Those who are measured: each takes domains one after the other from `work`, and says what it made of them.

All ask the same server for the same names. Nobody keeps anything from one round to the next.
"""

import asyncio
import contextlib
from collections import Counter
from collections.abc import Awaitable, Callable, Iterator

import dns.asyncresolver
import dns.exception
import dns.resolver
from checkdmarc import check_domains, dnssec, utils
from dns.nameserver import Do53Nameserver

from bench.server import Place
from bench.zones import Domain
from bot.adapters.dns.observer import Observer, ObserverSettings
from bot.clock import utcnow
from core.diagnosis import Case, diagnose

AT_ONCE = 100  # domains
_PATIENCE = 2.0  # seconds

Work = Iterator[Domain]
Contender = Callable[[Work, Place], Awaitable[Counter[str]]]
"""Returns how many domains were found to be what (``"right"``, …; ``"done"`` where nobody judges)."""


async def look(work: Work, place: Place) -> Counter[str]:
    """Observe and diagnose in full: every server asked, misplaced records looked for."""
    return await _observe(work, place, full=True)


async def glance(work: Work, place: Place) -> Counter[str]:
    """Observe and diagnose as polls do while records are missing: any one server, nothing looked for."""
    return await _observe(work, place, full=False)


async def _observe(work: Work, place: Place, *, full: bool) -> Counter[str]:
    seen = Counter[str]()
    observer = Observer(ObserverSettings(nameservers=(place,), per_second=0))

    async def one(domain: Domain) -> None:
        case = Case(domain.name, domain.records, full=full, probe=full)
        findings = diagnose(case, await observer.observe(case), utcnow())
        right = sum(finding.verified for finding in findings)
        seen["right" if right == len(findings) else "partly" if right else "missing"] += 1

    try:
        await _crowd(work, one)
    finally:
        await observer.aclose()
    return seen


async def asyncresolver(work: Work, place: Place) -> Counter[str]:
    """Ask for each record by dnspython's asynchronous resolver; nothing is judged."""
    resolver = dns.asyncresolver.Resolver(configure=False)
    resolver.nameservers = [Do53Nameserver(*place)]
    resolver.lifetime = _PATIENCE
    seen = Counter[str]()

    async def one(domain: Domain) -> None:
        for name, kind in domain.queries:
            with contextlib.suppress(dns.resolver.NXDOMAIN, dns.resolver.NoAnswer):
                await resolver.resolve(name, kind)
        seen["done"] += 1

    await _crowd(work, one)
    return seen


async def query_dns(work: Work, place: Place) -> Counter[str]:
    """Ask for each record by checkdmarc's `query_dns`, one after the other, as it does; nothing is judged."""
    seen = Counter[str]()
    for domain in work:
        for name, kind in domain.queries:
            with contextlib.suppress(dns.resolver.NXDOMAIN, dns.resolver.NoAnswer):
                utils.query_dns(name, kind, nameservers=[Do53Nameserver(*place)], timeout=_PATIENCE)
        seen["done"] += 1
    _forget()
    return seen


async def checkdmarc(work: Work, place: Place) -> Counter[str]:
    """Check each domain by checkdmarc's `check_domains`: other records, but the same kind of verdict."""
    seen = Counter[str]()
    for domain in work:
        check_domains([domain.name], nameservers=[Do53Nameserver(*place)], timeout=_PATIENCE)
        seen["done"] += 1
    _forget()
    return seen


def _forget() -> None:
    for cache in (utils.DNS_CACHE, dnssec.DNSSEC_CACHE, dnssec.DNSKEY_CACHE):
        cache.clear()


async def _crowd(work: Work, one: Callable[[Domain], Awaitable[None]]) -> None:
    async def worker() -> None:
        for domain in work:
            await one(domain)

    await asyncio.gather(*(worker() for _ in range(AT_ONCE)))


CONTENDERS: dict[str, Contender] = {
    "look (full)": look,
    "look (glance)": glance,
    "asyncresolver x 7": asyncresolver,
    "checkdmarc query_dns x 7": query_dns,
    "checkdmarc check_domains": checkdmarc,
}
