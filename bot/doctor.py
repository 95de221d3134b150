"""`engage-domain doctor`: everything the bot depends on, tried once; what is right, what isn't, what to do."""

from collections.abc import Awaitable, Callable, Sequence

from bot.ports import Check, DnsObserver, Provisioner
from core.errors import BotError, ConfigurationError
from core.secrecy import blotted
from storage import backlog, troubles
from storage.engine import Database
from storage.migrations import is_current
from storage.troubles import Trouble
from storage.vault import Census, Vault


async def examine_database(database: Database) -> list[Check]:
    """Tell whether the database can be reached and has the newest schema."""
    try:
        current = await is_current(database)
    except BotError as error:
        return [Check("database", ok=False, detail=str(error), remedy="Check DATABASE_URL, and that the server runs.")]
    if not current:
        return [
            Check("database", ok=False, detail="the schema is not the newest", remedy="Run `engage-domain migrate`.")
        ]
    return [Check("database", ok=True, detail=f"{database.dialect}, schema current")]


async def examine_vault(database: Database, vault: Vault) -> list[Check]:
    """Tell whether SECRET_KEYS open every write-only key that is held, and whether an old one can be taken out."""
    try:
        if not await is_current(database):
            return []
        async with database.reading() as session:
            census = await vault.census(session)
            await vault.check(session)
    except ConfigurationError as error:
        return [Check("SECRET_KEYS", ok=False, detail="; ".join(error.faults))]
    except BotError as error:
        return [Check("SECRET_KEYS", ok=False, detail=str(error), remedy="Check DATABASE_URL first.")]
    return [Check("SECRET_KEYS", ok=True, detail=_counted(census))]


def _counted(census: Census) -> str:
    if census.old:
        return (
            f"{census.old} of {census.total} keys held are under an older key; `engage-domain rotate-keys` renews them"
        )
    return f"{census.total} keys held, all of them under the first key"


async def examine_outbox(database: Database) -> list[Check]:
    """Tell whether anything waits for somebody to mend a channel, or was given up. Nothing where nobody can tell."""
    try:
        if not await is_current(database):
            return []
        async with database.reading() as session:
            lanes, lost = await backlog.lanes(session), await troubles.everywhere(session)
    except BotError:
        return []  # of which `examine_database` tells
    checks = [_lost(trouble) for trouble in lost]
    dead, parked = sum(lane.dead for lane in lanes), sum(lane.parked_at is not None for lane in lanes)
    unsent = sum(lane.queued + lane.sending for lane in lanes)
    detail = f"{unsent} messages waiting, {dead} given up, {parked} lanes parked"
    if not dead and not parked:
        return [*checks, Check("outbox", ok=True, detail=detail)]
    remedy = "`engage-domain outbox` tells which and why; `engage-domain outbox --replay` sends them again."
    return [*checks, Check("outbox", ok=False, detail=detail, remedy=remedy)]


def _lost(trouble: Trouble) -> Check:
    name = {"it": "IT_CHANNEL", "support": "SUPPORT_CHANNEL"}[trouble.place]
    detail = f"{trouble.channel} has not been posted to since {trouble.since_at:%Y-%m-%d %H:%M} UTC: {trouble.reason}"
    remedy = "Unarchive it." if trouble.reason == "is_archived" else "Type /invite and the bot's name there."
    return Check(f"posts to {name}", ok=False, detail=detail, remedy=f"{remedy} Waiting messages follow by themselves.")


async def examine_provisioner(provisioner: Provisioner) -> list[Check]:
    """Try the credentials of the provisioner."""
    try:
        await provisioner.probe()
    except ConfigurationError as error:
        return [
            Check(provisioner.name, ok=False, detail=fault, remedy="Correct the setting.") for fault in error.faults
        ]
    except BotError as error:
        return [Check(provisioner.name, ok=False, detail=str(error), remedy="Check ENGAGE_API_URL and the network.")]
    return [Check(provisioner.name, ok=True, detail="the API answers and accepts the key")]


async def examine_dns(observer: DnsObserver) -> list[Check]:
    """Put the control query, and try each listed name server and resolver."""
    control = await observer.control()
    checks = []
    if control.online and control.server:
        checks.append(Check("DNS", ok=True, detail=f"{control.server} answered in {control.took_ms} ms"))
    elif not control.online:
        remedy = "Open port 53 (UDP and TCP) outbound, or set DNS_RESOLVERS or DNS_OVER_HTTPS to resolvers in reach."
        checks.append(Check("DNS", ok=False, detail=control.error, remedy=remedy))
    for each in await observer.survey():
        detail = f"{each.server}: responds in {each.took_ms} ms" if each.online else f"{each.server}: {each.error}"
        settings = "DNS_NAMESERVERS, DNS_PARENT_NAMESERVERS or DNS_RESOLVERS"
        remedy = f"Check the address in {settings}, and the firewall (UDP and TCP)."
        checks.append(Check("DNS server", ok=each.online, detail=detail, remedy=remedy))
    return checks


async def examine_all(examinations: Sequence[Callable[[], Awaitable[Sequence[Check]]]]) -> list[Check]:
    """Make every examination, one after the other, whatever the others say."""
    checks: list[Check] = []
    for examination in examinations:
        checks.extend(await examination())
    return checks


def report(checks: Sequence[Check]) -> str:
    """Return the checks as lines for people: right or wrong in words, and what to do."""
    lines = []
    for check in checks:
        lines.append(f"{'ok   ' if check.ok else 'WRONG'}  {check.name}: {check.detail}")
        if not check.ok and check.remedy:
            lines.append(f"       → {check.remedy}")
    wrong = sum(not check.ok for check in checks)
    lines.append("Everything is right." if not wrong else f"{wrong} of {len(checks)} checks failed.")
    return blotted("\n".join(lines))  # some of the words are a provider's
