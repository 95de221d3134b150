"""Looking at the DNS alone: all that `engage-domain check` needs, without Slack, database and Engage."""

from bot.adapters.dns.observer import Observer, ObserverSettings
from bot.clock import utcnow
from bot.ids import new_id
from bot.look_settings import LookSettings
from bot.services.looking import Looking
from core.checkup import Checkup
from core.durations import Durations
from core.records import RecordSet


def observing(settings: LookSettings) -> ObserverSettings:
    """Return how the DNS is observed."""
    return ObserverSettings(
        nameservers=settings.dns_nameservers,
        parents=settings.dns_parent_nameservers,
        resolvers=settings.resolvers,
        https=tuple(map(str, settings.dns_over_https)),
        timeout=settings.dns_timeout.total_seconds(),
        per_second=settings.dns_queries_per_second,
        control_name=settings.dns_control_name,
    )


async def check_up(settings: LookSettings, name: str, records: RecordSet | None) -> Checkup:
    """Look once at a name, without database and Slack: at `records`, or at what is in the way of the usual ones."""
    observer = Observer(observing(settings))
    looking = Looking(
        observer,
        utcnow,
        Durations(),
        new_id,
        resolvers=settings.resolver_count,
        budget=settings.look_budget,
        seconds=settings.look_seconds.total_seconds(),
        vantage=settings.vantage,
    )
    try:
        checkup, _ = await looking.check_up(name, records, around=records is None)
    finally:
        await observer.aclose()
    return checkup
