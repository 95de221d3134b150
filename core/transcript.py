"""One answer written down: to be read by people, and asked for again.

Commands are pasted into shells: only names of letters, digits, ``.``, ``_`` and ``-`` get one, in quotes.
"""

import ipaddress
import re
from collections.abc import Sequence, Set
from dataclasses import replace
from typing import assert_never

from core.diagnosis.text import printable
from core.exhibits import Asked
from core.observations import (
    Absent,
    Address,
    Answer,
    Cname,
    Mx,
    Nothing,
    Other,
    Outcome,
    Present,
    Rdata,
    Server,
    Silence,
    Txt,
    Unknown,
    Vantage,
)

_MOST_LINES = 8  # of one answer
_MOST_TEXT = 900  # octets of one value: a key of 4096 bits has 754
_NAME = re.compile(r"[A-Za-z0-9_][A-Za-z0-9._-]{0,252}")
_TYPE = re.compile(r"[A-Z0-9]{1,10}")
_URL = re.compile(r"https://(?P<host>[A-Za-z0-9.-]+)(?::(?P<port>[0-9]{1,5}))?(?P<path>/[A-Za-z0-9/._-]*)")
_NOT_ASKED = frozenset({Silence.BUDGET, Silence.FORBIDDEN})


def transcribe(answer: Answer, ambiguous: Set[str] = frozenset()) -> Asked:
    """Write one answer down. `ambiguous` are names of servers that alone do not lead to the one that was asked."""
    question, server = answer.question, answer.server
    again = bool(server.address) and not _was_not_asked(answer.outcome)
    at = replace(server, name="") if server.name in ambiguous else server
    return Asked(
        name=printable(question.name.encode()),
        type=question.type,
        server=replace(server, name=printable(server.name.encode())),
        at=answer.at,
        said=said(answer.outcome, question.vantage, answer.rcode),
        took_ms=answer.took_ms,
        ttl=_ttl(answer.outcome),
        lines=_lines(answer.outcome, question.name),
        dig=dig(question.name, question.type, at, question.vantage) if again else "",
    )


def _was_not_asked(outcome: Outcome) -> bool:
    return isinstance(outcome, Unknown) and outcome.reason in _NOT_ASKED


def dig(name: str, kind: str, server: Server, vantage: Vantage) -> str:
    """Return the command that asks the same; empty for a name that does not belong into a shell.

    A server goes by its name where that alone leads to it. Without an address, the system's resolver is asked.
    """
    if not _NAME.fullmatch(name) or not _TYPE.fullmatch(kind):
        return ""
    words = ["dig"] + (["+norecurse"] if vantage is Vantage.AUTHORITATIVE else [])
    if server.address:
        if server.address.startswith("https://"):
            return _dig_over_https(name, kind, server.address)
        host = _host(server)
        if not host:
            return ""
        words += [f"@'{host}'"] + ([f"-p {server.port}"] if server.port != 53 else [])
    return " ".join([*words, f"'{name}'", kind])


def _dig_over_https(name: str, kind: str, url: str) -> str:
    """Return dig's command for a resolver behind a URL (BIND 9.18 and later); empty if that is no plain one."""
    plain = _URL.fullmatch(url)
    if plain is None:
        return ""
    port = f" -p {plain['port']}" if plain["port"] else ""
    return f"dig +https='{plain['path']}' @'{plain['host']}'{port} '{name}' {kind}"


def _host(server: Server) -> str:
    if server.port == 53 and "." in server.name and _NAME.fullmatch(server.name):
        return server.name
    try:
        return str(ipaddress.ip_address(server.address))
    except ValueError:
        return ""


def said(outcome: Outcome, vantage: Vantage, rcode: str = "") -> str:
    """Tell the response code, or why there was none."""
    authority = " aa" if vantage is Vantage.AUTHORITATIVE else ""
    match outcome:
        case Present():
            return f"{rcode or 'NOERROR'}{authority}"
        case Absent(kind=Nothing.NODATA):
            return f"NOERROR{authority} no data"
        case Absent():
            return f"NXDOMAIN{authority}"
        case Unknown(reason=reason, ede=ede, detail=detail):
            why = f"not asked: {reason.value}" if reason in _NOT_ASKED else reason.value
            more = [f"EDE {ede}" if ede else "", f"({detail})" if detail else ""]
            return printable(" ".join(filter(None, [why, *more])).encode()[:200])
        case _:
            assert_never(outcome)


def _ttl(outcome: Outcome) -> int | None:
    match outcome:
        case Present(rrsets=(first, *_)):
            return first.ttl
        case Absent(negative_ttl=ttl):
            return ttl
    return None


def _lines(outcome: Outcome, name: str) -> tuple[str, ...]:
    if not isinstance(outcome, Present):
        return ()
    lines = [
        _line(rrset.type, rdata) + (f"  at {printable(rrset.name.encode())}" if rrset.name != name else "")
        for rrset in outcome.rrsets
        for rdata in rrset.rdatas
    ]
    more = len(lines) - _MOST_LINES
    return tuple(lines[:_MOST_LINES]) + ((f"and {more} more",) if more > 0 else ())


def _line(kind: str, rdata: Rdata) -> str:
    match rdata:
        case Txt(strings=strings):
            return f"{len(rdata.joined)} characters  {_quoted(strings)}"
        case Cname(target=target):
            return f"CNAME {_cut(target.encode())}."
        case Mx(preference=preference, exchange=exchange):
            return f"MX {preference} {_cut(exchange.encode())}."
        case Address(address=address):
            return f"{kind} {address}"
        case Other(text=text):
            return f"{kind} {_cut(text.encode())}"


def _quoted(strings: Sequence[bytes]) -> str:
    """Write character-strings as `dig` does, up to a bound."""
    shown, left = [], _MOST_TEXT
    for string in strings:
        if left <= 0:
            break
        shown.append(f'"{_escaped(string[:left])}"')
        left -= len(string)
    return " ".join(shown) + (" ..." if left < 0 or len(shown) < len(strings) else "")


def _escaped(octets: bytes) -> str:
    return "".join(f"\\{chr(octet)}" if octet in b'"\\' else printable(bytes([octet])) for octet in octets)


def _cut(octets: bytes) -> str:
    return printable(octets[:_MOST_TEXT]) + ("..." if len(octets) > _MOST_TEXT else "")
