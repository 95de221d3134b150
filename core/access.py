"""Who may do what: roles and the verbs they allow."""

from enum import StrEnum

from core.commands import Verb


class Role(StrEnum):
    """What somebody can be. Everybody in our team is `ANYONE`; a stranger has no role at all."""

    ADMIN = "admin"
    IT = "it"
    SUPPORT = "support"
    ANYONE = "anyone"


NEEDED: dict[Verb, tuple[Role, ...]] = {
    Verb.CREATE: (Role.ADMIN,),
    Verb.DEPLOY: (Role.ADMIN,),
    Verb.RECORDS: (Role.ANYONE,),
    Verb.VERIFY: (Role.ADMIN, Role.IT),
    Verb.STATUS: (Role.ANYONE,),
    Verb.LIST: (Role.ANYONE,),
    Verb.CHECK: (Role.ANYONE,),
    Verb.HISTORY: (Role.ANYONE,),
    Verb.CANCEL: (Role.ADMIN,),
    Verb.REMOVE: (Role.ADMIN,),
    Verb.EDIT: (Role.ADMIN,),
    Verb.HELP: (Role.ANYONE,),
}
"""The roles of which one is needed. Support may also verify, but only by the button of an alert."""


def allowed(roles: frozenset[Role], verb: Verb, *, from_alert: bool = False) -> bool:
    """Tell whether somebody with `roles` may use `verb`; `from_alert` is a click in the support channel."""
    needed = NEEDED[verb] + ((Role.SUPPORT,) if verb is Verb.VERIFY and from_alert else ())
    return not roles.isdisjoint(needed)


def verbs_for(roles: frozenset[Role]) -> tuple[Verb, ...]:
    """Return the verbs that `roles` allow, in the order of the help."""
    return tuple(verb for verb in Verb if allowed(roles, verb))
