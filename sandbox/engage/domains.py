"""The email domains and where they are kept."""

import hashlib
import json
import os
import uuid
from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any

EVENTS = tuple(
    f"UPDATE_TO_{name}_COMPLETED"
    for name in ("SECRET", "IDENTITY", "CDN", "CERTIFICATE", "ENABLE_IDENTITY", "ENABLE_CDN")
)
"""The six deployment events, in order."""


@dataclass
class EmailDomain:
    """One email domain. Moments are ISO 8601 in UTC; of the write-only key only a fingerprint is kept."""

    id: str
    domain: str
    reference: str | None
    policy: str
    key_fingerprint: str
    created_at: str
    selector: str = ""
    dkim_key: str = ""
    token: str = ""
    deployed_at: str | None = None
    verify_asked_at: str | None = None
    verification: str = "NOT_STARTED"
    verification_since: str | None = None
    forced: str = ""
    """A verification status ordered from outside."""
    events: dict[str, str] = field(default_factory=dict)
    seen: list[str] = field(default_factory=list)
    """The purposes of the records that the last look saw."""

    @property
    def status(self) -> str:
        """The API's own view of the whole."""
        if self.deployed_at is None or self.verification == "FAILED":
            return "SUSPENDED"
        return "ACTIVE" if len(self.events) == len(EVENTS) else "DEPLOYING"


class Shelf:
    """All email domains, by id; in `path`, too, if there is one."""

    def __init__(self, path: Path | None = None) -> None:
        self._path = path
        self._domains: dict[str, EmailDomain] = {}
        if path is not None and path.exists():
            self._domains = {item["id"]: EmailDomain(**item) for item in json.loads(path.read_text())}

    def __iter__(self) -> Iterator[EmailDomain]:
        return iter(list(self._domains.values()))

    def get(self, domain_id: str) -> EmailDomain | None:
        """Return the email domain of this id."""
        return self._domains.get(domain_id)

    def named(self, name: str) -> EmailDomain | None:
        """Return the email domain of this name."""
        return next((domain for domain in self if domain.domain == name), None)

    def add(self, attributes: Mapping[str, Any], now: datetime) -> EmailDomain:
        """Add a new email domain with the (checked) attributes of a creation."""
        domain = EmailDomain(
            id=str(uuid.uuid4()),
            domain=attributes["domain"],
            reference=attributes.get("reference"),
            policy=attributes["dmarcPolicy"],
            key_fingerprint=fingerprint(attributes["writeOnlyApiKey"]),
            created_at=now.isoformat(),
        )
        self._domains[domain.id] = domain
        self.save()
        return domain

    def take_away(self, domain_id: str) -> bool:
        """Forget an email domain; tell whether it was there."""
        gone = self._domains.pop(domain_id, None) is not None
        self.save()
        return gone

    def save(self) -> None:
        """Write the file anew, whole or not at all, readable by its owner only."""
        if self._path is None:
            return
        draft = self._path.with_name(self._path.name + ".new")
        draft.touch(mode=0o600)
        draft.write_text(json.dumps([asdict(domain) for domain in self], indent=1))
        os.replace(draft, self._path)


def fingerprint(write_only_key: str) -> str:
    """Return the first eight hex digits of the key's SHA-256: enough to see that it changed."""
    return hashlib.sha256(write_only_key.encode()).hexdigest()[:8]
