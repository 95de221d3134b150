import pytest

from core.access import NEEDED, Role, allowed, verbs_for
from core.commands import Verb

ANYONE = frozenset({Role.ANYONE})
EVERYBODY_MAY = {Verb.RECORDS, Verb.STATUS, Verb.LIST, Verb.CHECK, Verb.HISTORY, Verb.HELP}
IT_MAY = EVERYBODY_MAY | {Verb.VERIFY}


@pytest.mark.parametrize(
    ("roles", "may"),
    [
        (frozenset(), set()),
        (ANYONE, EVERYBODY_MAY),
        (ANYONE | {Role.IT}, IT_MAY),
        (ANYONE | {Role.SUPPORT}, EVERYBODY_MAY),
        (ANYONE | {Role.ADMIN}, set(Verb)),
    ],
)
def test_roles_allow_exactly_these_verbs(roles, may):
    assert set(verbs_for(roles)) == may


def test_every_verb_says_who_may_run_it():
    assert set(NEEDED) == set(Verb)


def test_support_verifies_by_the_button_of_an_alert_only():
    support = ANYONE | {Role.SUPPORT}

    assert allowed(support, Verb.VERIFY, from_alert=True)
    assert not allowed(support, Verb.VERIFY)


def test_a_click_on_an_alert_allows_nothing_but_verifying():
    support = ANYONE | {Role.SUPPORT}

    assert not allowed(support, Verb.REMOVE, from_alert=True)
    assert not allowed(frozenset(), Verb.VERIFY, from_alert=True)


def test_verbs_are_listed_in_the_order_of_the_help():
    assert verbs_for(ANYONE | {Role.ADMIN}) == tuple(Verb)
