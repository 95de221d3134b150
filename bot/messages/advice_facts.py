"""Facts of a finding, put as people say them: lengths of time, extended DNS errors, what is wrong with an include."""

import re
from datetime import timedelta

from bot.messages.voice import Fact, Voice
from core.findings import Facts

_EDE = re.compile(r"(\d{1,5})(?: +(.*))?", re.DOTALL)
_ERRORS = {
    1: "Unsupported DNSKEY Algorithm",
    2: "Unsupported DS Digest Type",
    3: "Stale Answer",
    5: "DNSSEC Indeterminate",
    6: "DNSSEC Bogus",
    7: "Signature Expired",
    8: "Signature Not Yet Valid",
    9: "DNSKEY Missing",
    10: "RRSIGs Missing",
    11: "No Zone Key Bit Set",
    12: "NSEC Missing",
    15: "Blocked",
    16: "Censored",
    17: "Filtered",
    18: "Prohibited",
    22: "No Reachable Authority",
    25: "Signature Expired before Valid",
}
"""The names of extended DNS errors (RFC 8914 section 4, and IANA's registry since)."""
_RECORDS = re.compile(r"(\d+) × v=spf1")
_EXCHANGES = re.compile(r"(\d+) × MX > (\d+)")
_PROBLEMS = {
    "no p=": "problem.no_p",
    "P=, not p=": "problem.capital_p",
    "v= not first": "problem.v_not_first",
}
_TWICE = re.compile(r"(\w+)= twice")
_NO_TAG = re.compile(r"`(.*)`: no tag=value", re.DOTALL)


def told(voice: Voice, facts: Facts) -> dict[str, Fact]:
    """Return `facts`, those that the core counts or codes in words."""
    said: dict[str, Fact] = dict(facts)
    limit, ede, problem = facts.get("limit"), facts.get("ede"), facts.get("problem")
    if isinstance(limit, int):
        said["limit"] = timedelta(seconds=limit)
    if isinstance(ede, str):
        said["ede"] = ede_in_words(ede)
    if isinstance(problem, str):
        said["problem"] = _problem(voice, problem)
    return said


def _problem(voice: Voice, problem: str) -> str:
    """Say what the core notes about a record that cannot be read, or not be found; the rest is quoted from it."""
    if problem in _PROBLEMS:
        return voice.plain(_PROBLEMS[problem])
    if (records := _RECORDS.fullmatch(problem)) is not None:
        return voice.plain("problem.no_spf" if records[1] == "0" else "problem.several_spf", n=int(records[1]))
    if (exchanges := _EXCHANGES.fullmatch(problem)) is not None:
        return voice.plain("problem.many_mx", count=int(exchanges[1]), limit=exchanges[2])
    if (twice := _TWICE.fullmatch(problem)) is not None:
        return voice.plain("problem.twice", tag=twice[1])
    if (part := _NO_TAG.fullmatch(problem)) is not None:
        return voice.plain("problem.no_tag", seen=part[1])
    return problem


def ede_in_words(ede: str) -> str:
    """Name an extended DNS error, ``"6 signature expired"``, by its number and name; SERVFAIL where there is none."""
    parts = _EDE.fullmatch(ede)
    if parts is None:
        return ede or "SERVFAIL"
    named = " ".join(filter(None, [f"EDE {parts[1]}", _ERRORS.get(int(parts[1]), "")]))
    return f"{named}: {parts[2]}" if parts[2] else named
