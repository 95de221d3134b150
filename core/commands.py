"""The command text of `/engage-domain`: parsed and forgiven here, judged nowhere else."""

from dataclasses import dataclass, field
from enum import StrEnum


class Verb(StrEnum):
    """The verbs, in the order of the help."""

    CREATE = "create"
    DEPLOY = "deploy"
    RECORDS = "records"
    VERIFY = "verify"
    STATUS = "status"
    LIST = "list"
    HISTORY = "history"
    CANCEL = "cancel"
    EDIT = "edit"
    REMOVE = "remove"
    HELP = "help"


@dataclass(frozen=True, slots=True)
class Command:
    """A command that could be read.

    `domain` is the name as understood (A-labels), empty if none was given; `typed` is what was typed for it
    if that needed forgiving. `topic` is the verb that help was asked for.
    """

    verb: Verb
    domain: str = ""
    typed: str | None = None
    options: dict[str, str] = field(default_factory=dict)
    topic: Verb | None = None
