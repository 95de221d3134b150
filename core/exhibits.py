"""The evidence behind an alert, as it is handed on: what was found, what was asked where and when, what came back.

Values only, small enough for an outbox. Whatever came from a stranger is in printable ASCII here already.
"""

from dataclasses import dataclass
from datetime import datetime

from core.findings import Finding
from core.observations import Server, Vantage
from core.sending_domain import Window


@dataclass(frozen=True, slots=True)
class Asked:
    r"""One question to one server, with its answer.

    `said` is the response code, or why there was none. `ttl` in seconds is that of what came, of the absence where
    nothing did. `lines` are the records, other octets than printable ASCII as ``\ddd``. `dig` asks the same again;
    empty where that must not be put into a shell, or nobody was asked. `at` is None where that was not noted.
    """

    name: str
    type: str
    server: Server
    at: datetime | None
    said: str
    took_ms: int = 0
    ttl: int | None = None
    lines: tuple[str, ...] = ()
    dig: str = ""


@dataclass(frozen=True, slots=True)
class Exhibit:
    """One record: what was found, since when, and by which answers; `left_out` is how many more there were."""

    finding: Finding
    since_at: datetime | None = None
    asked: tuple[Asked, ...] = ()
    left_out: int = 0


@dataclass(frozen=True, slots=True)
class Control:
    """The control query before the look, which shows that the DNS could be asked at all."""

    name: str
    server: Server
    took_ms: int = 0
    dig: str = ""


@dataclass(frozen=True, slots=True)
class Exhibits:
    """All of it. `alert` is the kind of the alert; `verdict` and `error` are the provisioner's own words."""

    alert: str
    made_at: datetime
    exhibits: tuple[Exhibit, ...] = ()
    window: Window | None = None
    verdict: str = ""
    verdict_at: datetime | None = None
    error: str = ""
    vantage: Vantage = Vantage.AUTHORITATIVE
    control: Control | None = None
