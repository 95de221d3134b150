"""Counts what people see in the workspace against what had to be said: missing, doubled, out of order."""

from collections import Counter
from dataclasses import dataclass, field
from typing import Any

from tests.chaos.siege import Siege

SAID_ONCE = (
    "thread.records_ready",
    "zone.table",
    "zone.file",
    "deploy.records",
    "thread.started",
    "thread.active",
    "dm.active",
)
"""What the path says, whenever and however often the bot is killed on the way."""

SAID_ONCE_MORE = ("thread.temporary", "alert.temporary", "thread.recovered", "alert.resolved")
"""What a record that is lost and mended adds."""

FILES = {"zone.file": "it-dns", "alert.evidence": "support"}
"""Where files are shared; Slack does so a moment later, perhaps after what was said next."""

HAPPENS_ONCE = ("created", "deploy_started", "records_ready")


@dataclass
class Tally:
    """The outcome. `expected` counts messages, cards and files; the others name what is wrong with them."""

    expected: int = 0
    missing: list[str] = field(default_factory=list)
    doubled: list[str] = field(default_factory=list)
    unexplained: list[str] = field(default_factory=list)
    """Doubled without having been in flight in as many kills."""
    out_of_order: list[str] = field(default_factory=list)

    def found(self, what: str, times: int, *, excused: int = 0) -> None:
        """Count one thing that was to be seen once, and whose row was in flight in `excused` kills."""
        self.expected += 1
        if times == 0:
            self.missing.append(what)
        self.doubled += [what] * (times - 1)
        if times - 1 > excused:
            self.unexplained.append(f"{what}: {times} times, in flight {excused} times")


async def count(siege: Siege, walked: dict[str, bool]) -> Tally:
    """Count what was said about the domains in `walked`; the value says whether a record was lost and mended, too."""
    tally = Tally()
    rows, seen = await siege.rows("outbox"), await _everything(siege)
    history = await siege.rows("history")
    for name, stumbled in walked.items():
        domain = await siege.domain(name)
        assert domain is not None, name
        about = [row for row in rows if row["domain_id"] == domain.id]
        _rows(tally, name, about, stumbled=stumbled)
        _messages(tally, siege, name, about, seen)
        happened = Counter(each["what"] for each in history if each["domain_id"] == domain.id)
        tally.missing += [f"{name}: history: {what}" for what in HAPPENS_ONCE if not happened[what]]
        tally.unexplained += [f"{name}: history: {what} twice" for what in HAPPENS_ONCE if happened[what] > 1]
    return tally


def table(title: str, siege: Siege, tally: Tally) -> str:
    """Return the closing table."""
    lines = {
        "kills": siege.kills,
        "restarts": siege.starts,
        "messages expected": tally.expected,
        "missing": len(tally.missing),
        "doubled": len(tally.doubled),
        "doubled without being in flight": len(tally.unexplained),
        "out of order": len(tally.out_of_order),
    }
    wrong = [*tally.missing, *tally.unexplained, *tally.out_of_order]
    told = [f"  {name:<32}{number:>6}" for name, number in lines.items()]
    return "\n".join(["", title, *told, *(f"  doubled: {each}" for each in tally.doubled), *wrong])


async def _everything(siege: Siege) -> list[dict[str, Any]]:
    seen = {}
    for user in ("alex", "sumi"):
        for channel in (await siege.slack.state(user))["channels"]:
            for message in channel["messages"]:
                seen[channel["name"], message["ts"]] = message | {"place": channel["name"]}
    return [message for message in seen.values() if not message["deleted"]]


def _rows(tally: Tally, name: str, rows: list[dict[str, Any]], *, stumbled: bool) -> None:
    """See that everything was written down once, and nothing was given up."""
    kinds = Counter(row["kind"] for row in rows)
    for kind in SAID_ONCE + SAID_ONCE_MORE * stumbled:
        if kinds[kind] == 0:
            tally.missing.append(f"{name}: {kind} was never written down")
        if kinds[kind] > 1:
            tally.unexplained.append(f"{name}: {kind} was written down {kinds[kind]} times")
    tally.missing += [f"{name}: {row['kind']} is {row['state']}" for row in rows if row["state"].lower() != "sent"]


def _messages(tally: Tally, siege: Siege, name: str, rows: list[dict[str, Any]], seen: list[dict[str, Any]]) -> None:
    about = [message for message in seen if name in message["text"] or name in str(message["files"])]
    flights = {row["id"]: siege.in_flight.get(row["id"], 0) for row in rows}
    cards = [each for each in about if each["place"] == "it-dns" and _is_head(each)]
    heads = [each for each in about if each["place"] == "support" and _is_head(each)]
    tally.found(f"{name}: card", len(cards), excused=sum(flights[row["id"]] for row in rows if row["kind"] == "card"))
    last: dict[str, float] = {}
    for row in rows:
        what, kind, excused = f"{name}: {row['kind']} (row {row['id']})", row["kind"], flights[row["id"]]
        if kind == "card":
            continue
        if kind in FILES:
            shared = [each for each in about if each["place"] == FILES[kind] and each["files"]]
            # Files do not tell their row: the last row of a kind answers for what is too many.
            same = [each["id"] for each in rows if each["kind"] == kind]
            place = same.index(row["id"])
            found = shared[place:] if row["id"] == same[-1] else shared[place : place + 1]
        elif kind == "deploy.records":
            found = [
                each for each in about if each["ephemeral"] and "records of" in each["text"] and "ready" in each["text"]
            ]
        elif kind.startswith("alert.") and kind != "alert.resolved":
            found = heads
        else:
            found = [each for each in seen if _row_of(each) == row["id"]]
        tally.found(what, len(found), excused=excused)
        if found and kind not in {"deploy.records", *FILES}:
            first = min(float(each["ts"]) for each in found)
            if first < last.get(row["lane"], 0):
                tally.out_of_order.append(what)
            last[row["lane"]] = first


def _is_head(message: dict[str, Any]) -> bool:
    return bool(message["metadata"]) and not message["thread_ts"]


def _row_of(message: dict[str, Any]) -> int | None:
    payload = (message["metadata"] or {}).get("event_payload", {})
    return None if payload.get("part") == "edit" else payload.get("outbox_id")
