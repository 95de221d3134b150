"""Faults: the ways in which a server can misbehave on demand."""

from dataclasses import dataclass
from enum import StrEnum

import dns.name
from dns.name import Name
from dns.rdatatype import RdataType


class FaultKind(StrEnum):
    """See the package's docstring."""

    SILENT = "silent"
    SERVFAIL = "servfail"
    REFUSED = "refused"
    LAME = "lame"
    TRUNCATED = "truncated"
    TCP_REFUSED = "tcp-refused"
    DELAY = "delay"
    GARBAGE = "garbage"
    WRONG_ID = "wrong-id"
    BOGUS = "bogus"
    FILTERED = "filtered"


@dataclass(frozen=True, slots=True)
class Fault:
    """One fault of one server, for all questions or those at and below `name` and of `type`. `seconds` delays."""

    kind: FaultKind
    name: Name = dns.name.root
    type: RdataType | None = None
    seconds: float = 0.0

    def concerns(self, name: Name, rdtype: RdataType) -> bool:
        """Tell whether a question is answered faultily."""
        return name.is_subdomain(self.name) and self.type in {None, rdtype}
