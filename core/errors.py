"""Every error the product raises on purpose.

BotError
├── UserError               the asker can mend it; shown to the asker only
│   ├── UsageError          the command text is not a command
│   ├── InvalidDomainName   a name that cannot be a sending domain
│   ├── UnreadableZoneFile  a zone file with faults; lists every one
│   ├── DomainExists        the name is registered here already
│   ├── DomainNotFound      the name is not registered here
│   └── NotAllowed          the asker lacks the role
├── OutsideError            something outside failed
│   ├── TransientError      may pass: try again, at the earliest after `retry_after`
│   │   ├── AmbiguousError  it may have been accepted: look before saying it again
│   │   └── DatabaseBusy    no write lock in time: nothing was accepted
│   │       └── DatabaseUnwritable  the disk is full or fails: nothing was accepted
│   └── PermanentError      will not pass by itself
│       ├── ChannelUnavailable  this lane cannot be posted to until somebody mends it
│       ├── NameTaken       the provisioner has the name, and we did not make it
│       └── RequestRefused  the provisioner will not have what the asker entered
├── ConflictError           another process saved first (lost compare-and-set)
└── ConfigurationError      the operator must mend it; lists every fault
"""

from collections.abc import Sequence
from datetime import timedelta


class BotError(Exception):
    """Something the bot knows how to speak about."""


class UserError(BotError):
    """The asker can mend this."""


class UsageError(UserError):
    """The command text is not a command.

    `key` is the message of `usage.*` that explains it, `facts` what that message names.
    """

    def __init__(self, key: str, **facts: str) -> None:
        super().__init__(f"{key} {facts}" if facts else key)
        self.key = key
        self.facts = facts


class InvalidDomainName(UserError):
    """This cannot be a sending domain.

    `reason` is `syntax`, `public_suffix` or `too_long`; `facts` fill `create.<reason>`.
    """

    def __init__(self, reason: str, **facts: str) -> None:
        super().__init__(f"{reason} {facts}" if facts else reason)
        self.reason = reason
        self.facts = facts


class UnreadableZoneFile(UserError):
    """A zone file that cannot be read. `faults` lists all of them, one line each, with the number of its line.

    `elsewhere` says that all its records are those of other domains.
    """

    def __init__(self, faults: Sequence[str], *, elsewhere: bool = False) -> None:
        super().__init__("; ".join(faults))
        self.faults = tuple(faults)
        self.elsewhere = elsewhere


class DomainExists(UserError):
    """The name is registered here already."""


class DomainNotFound(UserError):
    """The name is not registered here."""

    def __init__(self, name: str = "") -> None:
        super().__init__(name)
        self.name = name


class NotAllowed(UserError):
    """The asker lacks the role."""


class OutsideError(BotError):
    """Something outside the bot failed."""


class TransientError(OutsideError):
    """It may pass. `retry_after` is the least time to wait, where the other side named one."""

    def __init__(self, message: str, retry_after: timedelta | None = None) -> None:
        super().__init__(message)
        self.retry_after = retry_after


class AmbiguousError(TransientError):
    """No answer came: the other side may have accepted it all the same."""


class DatabaseBusy(TransientError):
    """The write lock was not to be had in time; nothing was written."""


class DatabaseUnwritable(DatabaseBusy):
    """The disk that holds the database is full, read-only or failing; nothing was written."""


class PermanentError(OutsideError):
    """It will not pass by itself."""


class ChannelUnavailable(PermanentError):
    """A channel cannot be posted to: `reason` is Slack's word (`not_in_channel`, `is_archived`)."""

    def __init__(self, channel: str, reason: str) -> None:
        super().__init__(f"{reason}: {channel}")
        self.channel = channel
        self.reason = reason


class NameTaken(PermanentError):
    """The provisioner has this name under an id that we did not record."""

    def __init__(self, message: str, provisioner_id: str) -> None:
        super().__init__(message)
        self.provisioner_id = provisioner_id


class RequestRefused(PermanentError):
    """The provisioner refuses what was asked of it; the message is in its own words."""

    def __init__(self, message: str, step: str = "", remedy: str = "") -> None:
        super().__init__(message)
        self.step = step
        self.remedy = remedy


class ConflictError(BotError):
    """Another process saved first."""


class ConfigurationError(BotError):
    """The operator must mend the configuration. `faults` lists all of them, one line each."""

    def __init__(self, faults: Sequence[str]) -> None:
        super().__init__("; ".join(faults))
        self.faults = tuple(faults)
