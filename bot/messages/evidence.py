"""The evidence behind an alert as a text file.

It is passed on to others: the labels are English whatever the domain's language is, times are UTC, and every line
that begins with ``$`` can be run as it stands. The advice alone is in the domain's language.
"""

from collections.abc import Iterator
from datetime import datetime

from bot.messages.advice import Scene, advice, remarks
from bot.messages.formats import plain
from bot.messages.outside import NAME_LIMIT, VALUE_LIMIT, clean, cleaned
from bot.messages.voice import Voice
from core.diagnosis.text import printable
from core.exhibits import Asked, Exhibit, Exhibits
from core.notices import EvidenceFile, Subject
from core.observations import Server

_LABEL = 11


def evidence_text(voice: Voice, notice: EvidenceFile) -> str:
    """Return the content of the file: line breaks stay, other control characters and secrets go."""
    if notice.exhibits is None:
        lines = iter(notice.text.split("\n"))
    else:
        lines = _lines(voice, notice.subject, notice.incident_id, notice.exhibits)
    return "".join(f"{clean(text)}\n" for text in lines).rstrip("\n") + "\n"


def _lines(voice: Voice, subject: Subject, ref: str, shown: Exhibits) -> Iterator[str]:
    yield f"{cleaned(subject.name, NAME_LIMIT)}  {shown.alert}  made {_at(shown.made_at)}  reference {ref}"
    window = f"  window {_at(shown.window.opened_at)} – {_at(shown.window.deadline)}" if shown.window else ""
    yield _labelled("status", f"{subject.status.value} / {subject.verification.value}{window}")
    asked = f", asked {_at(shown.verdict_at)}" if shown.verdict_at else ""
    error = f", error {cleaned(shown.error, 300)}" if shown.error else ""
    yield _labelled("provisioner", f"{subject.provisioner}: {cleaned(shown.verdict, 80)}{asked}{error}")
    zone = subject.zone
    dns = f"{zone.apex}  DNS {zone.provider or 'unknown'}  nameservers {len(zone.nameservers)}" if zone else "unknown"
    yield _labelled("zone", f"{dns}  vantage {shown.vantage.value}")
    for number, exhibit in enumerate(shown.exhibits, start=1):
        yield ""
        yield from _exhibit(voice, number, exhibit, Scene.of(subject))
    yield ""
    yield from _control(shown)


def _exhibit(voice: Voice, number: int, exhibit: Exhibit, scene: Scene) -> Iterator[str]:
    finding, record = exhibit.finding, exhibit.finding.record
    since = f"  since {_at(exhibit.since_at)}" if exhibit.since_at else ""
    code = finding.code.value
    if "underlying" in finding.facts:
        code += f" ({finding.facts['underlying']})"
    yield f"[{number}] {record.purpose.value} {record.type.value} {record.name}  {finding.state.value}  {code}{since}"
    told = (advice(voice, finding.code, record, finding.facts, scene), *remarks(voice, finding, scene))
    yield from (f"    {plain(line)}" for line in told if line)
    expected = printable(record.value.encode()[:VALUE_LIMIT])
    yield f"    expected {len(record.value)} characters  {expected}"
    if not exhibit.asked and finding.seen_at is not None:
        yield "      " + "  ".join([finding.seen_at.strftime("%H:%M:%SZ"), *map(_place, finding.servers)])
    for asked in exhibit.asked:
        yield from _asked(asked)
    if exhibit.left_out:
        yield f"    and {exhibit.left_out} more answers"


def _asked(asked: Asked) -> Iterator[str]:
    yield f"    $ {asked.dig}" if asked.dig else f"    {asked.name} {asked.type}"
    ttl = "" if asked.ttl is None else f"TTL {asked.ttl}"
    took = f"{asked.took_ms} ms" if asked.server.address else ""
    at = asked.at.strftime("%H:%M:%SZ") if asked.at else ""
    yield "      " + "  ".join(filter(None, (at, _place(asked.server), asked.said, took, ttl)))
    yield from (f"      {line}" for line in asked.lines)


def _place(server: Server) -> str:
    """Name a server and its address; one that the operator lists by address has no other name."""
    name = "" if server.name.startswith(server.address) else f"{server.name} "
    return f"{name}{server.address}" + ("" if server.port == 53 else f" port {server.port}")


def _control(shown: Exhibits) -> Iterator[str]:
    if shown.control is None:
        yield _labelled("control", "no control query was made")
        return
    yield _labelled("control", f"answered  {shown.control.took_ms} ms")
    if shown.control.dig:
        yield f"    $ {shown.control.dig}"


def _labelled(label: str, text: str) -> str:
    return f"{label:<{_LABEL}}  {text}"


def _at(moment: datetime) -> str:
    return moment.strftime("%Y-%m-%dT%H:%M:%SZ")
