"""Who may do what, by which way in: every verb for every kind of person, as Slack describes them.

The expectations are written out here, after the specification; nothing of them is read from the product.
"""

from datetime import timedelta
from types import SimpleNamespace

import pytest
from slack_sdk.errors import SlackApiError

from bot.adapters.slack import SlackDirectory
from bot.listeners.clicks import Origin
from core.commands import Verb
from tests.bot.listeners.conftest import IT_CHANNEL, SUPPORT_CHANNEL
from tests.fakes.directory import TEAM
from tests.fakes.services import NOW

GROUP = "S0ADMINS"
KEY = "1234/" + "0123456789abcdef0123456789abcdef01234567"

EVERYBODY = frozenset({"admin", "group-admin", "it", "support", "colleague"})
ADMINS = frozenset({"admin", "group-admin"})
DENIALS = ("nothing was done. You can use", "is not for guests or people from outside; nothing was done")
MAY = {
    "create": ADMINS,
    "deploy": ADMINS,
    "records": EVERYBODY,
    "verify": ADMINS | {"it"},
    "status": EVERYBODY,
    "list": EVERYBODY,
    "check": EVERYBODY,
    "history": EVERYBODY,
    "cancel": ADMINS,
    "remove": ADMINS,
    "edit": ADMINS,
    "help": EVERYBODY,
}
BUTTONS = {
    # action_id, value: the verb it stands for
    ("create_domain", "new"): "create",
    ("start_deploy", "d0"): "deploy",
    ("adopt_domain", "d0"): "create",
    ("show_records", "d0"): "records",
    ("records_added", "d0"): "verify",
    ("check_now", "d0"): "verify",
    ("retry_verification", "d0"): "verify",
    ("open_details", "d0"): "status",
    ("page_older", "list|all|2"): "list",
    ("page_newer", "history|d0|1"): "history",
    ("stop_setup", "d0"): "cancel",
    ("remove_domain", "d0"): "remove",
    **{(f"run_verb_{number}", f"{verb} mail.example.com"): verb for number, verb in enumerate(MAY) if verb != "list"},
}
FORMS = {
    "create": ("create", {"domain": "mail.example.org", "key": KEY}),
    "edit": ("edit", {"key": KEY}),
    "key": ("deploy", {"key": KEY}),
    "remove": ("remove", {}),
}
HOME = {"id": "V1", "type": "home", "private_metadata": "all|1", "blocks": []}
DETAILS = {"id": "V2", "type": "modal", "callback_id": "details", "private_metadata": Origin(about="d0").pack()}

OURS = {"team_id": TEAM, "locale": "en-US"}
PEOPLE = {
    "admin": OURS,
    "group-admin": OURS,
    "it": OURS,
    "support": OURS,
    "colleague": OURS,
    "guest": OURS | {"is_restricted": True},
    "one-channel-guest": OURS | {"is_restricted": True, "is_ultra_restricted": True},
    "bot": OURS | {"is_bot": True},
    "workflow": OURS | {"is_bot": True, "is_workflow_bot": True},
    "deleted": OURS | {"deleted": True},
    "stranger": {"team_id": "T0OTHER", "is_stranger": True, "locale": "en-US"},
    "colleague-of-another-team": {"team_id": "T0OTHER", "locale": "en-US"},
}
OUTSIDERS = [kind for kind in PEOPLE if kind not in EVERYBODY]


def user_id(kind):
    return "U0" + kind.upper().replace("-", "")


class Slack:
    """The few methods that tell who people are. Outsiders sit in both channels and in the admins' user group, too."""

    def __init__(self):
        self.people = {user_id(kind): dict(traits) for kind, traits in PEOPLE.items()}
        outsiders = [user_id(kind) for kind in OUTSIDERS]
        self.members = {
            IT_CHANNEL: [user_id("it"), *outsiders],
            SUPPORT_CHANNEL: [user_id("support"), *outsiders],
        }
        self.group = [user_id("group-admin"), *outsiders]
        self.broken = ""

    async def users_info(self, user, **_):
        return self._answer("users.info", user={"id": user, **self.people[user]})

    async def conversations_members(self, channel, **_):
        return self._answer("conversations.members", members=self.members[channel])

    async def usergroups_users_list(self, **_):
        return self._answer("usergroups.users.list", users=self.group)

    def _answer(self, method, **data):
        if method == self.broken:
            raise SlackApiError("no", SimpleNamespace(data={"ok": False, "error": "missing_scope"}, headers={}))
        return SimpleNamespace(data={"ok": True, **data}, headers={})


class Clock:
    now = NOW

    def __call__(self):
        return self.now


@pytest.fixture
def slack():
    return Slack()


@pytest.fixture
def clock():
    return Clock()


@pytest.fixture
def real(bot, slack, clock):
    """The bot, with the real directory in front of Slack's answers."""
    directory = SlackDirectory(slack, bot.parts.places, clock, admin_users=[user_id("admin")], admin_usergroup=GROUP)
    object.__setattr__(bot.parts, "directory", directory)
    object.__setattr__(bot.parts, "pace", SimpleNamespace(take=lambda *_: None, burst=0))
    bot.did = lambda: outcome(bot)
    return bot


def outcome(bot):
    """What became of the last act: ``denied``, ``unread`` or ``served``; and forget it."""
    texts = " ".join(bot.surface.texts)
    found = "denied" if any(words in texts for words in DENIALS) else "served"
    if "can't read your roles" in texts:
        found = "unread"
    effects = (bot.onboarding.calls, bot.queries.calls, bot.surface.opened, bot.surface.pushed, bot.surface.homes)
    assert bot.surface.answers or any(effects), "nobody was answered"
    assert "reference" not in texts, texts
    if found != "served":
        assert not any(effects), effects
    for kept in (*effects, bot.surface.answers, bot.surface.updated):
        kept.clear()
    return found


def expected(kind, verb):
    return "served" if kind in MAY[verb] else "denied"


def verbs():
    return [verb for verb in MAY if verb in set(Verb)]


def test_the_table_knows_every_verb():
    assert {verb.value for verb in Verb} <= set(MAY)


@pytest.mark.parametrize("kind", PEOPLE)
async def test_commands(real, kind):
    done = {}
    for verb in verbs():
        domain = "" if verb in {"list", "help"} else "mail.example.com"
        response = await real.command(f"{verb} {domain}", user=user_id(kind))
        done[verb] = (response.status, real.did())

    assert done == {verb: (200, expected(kind, verb)) for verb in verbs()}


@pytest.mark.parametrize("kind", PEOPLE)
async def test_buttons_of_messages(real, kind):
    done = {}
    for (action, value), verb in BUTTONS.items():
        if verb in verbs():
            response = await real.click(action, value, user=user_id(kind))
            done[action, value] = (response.status, real.did())

    assert done == {button: (200, expected(kind, BUTTONS[button])) for button in done}
    assert len(done) >= 22


@pytest.mark.parametrize("view", [HOME, DETAILS], ids=["home", "modal"])
@pytest.mark.parametrize("kind", ["admin", "it", "support", "colleague", "guest"])
async def test_buttons_of_the_home_and_of_modals(real, kind, view):
    done = {}
    for (action, value), verb in BUTTONS.items():
        if verb in verbs():
            response = await real.click_in_view(action, view, value, user=user_id(kind))
            done[action, value] = (response.status, real.did())

    assert done == {button: (200, expected(kind, BUTTONS[button])) for button in done}


@pytest.mark.parametrize("kind", PEOPLE)
async def test_submissions(real, kind):
    done = {}
    for form, (_, fields) in FORMS.items():
        response = await real.submit(form, fields, Origin(about="d0").pack(), user=user_id(kind))
        done[form] = (response.status, real.did())

    assert done == {form: (200, expected(kind, verb)) for form, (verb, _) in FORMS.items()}


@pytest.mark.parametrize("kind", PEOPLE)
async def test_the_home_is_for_everybody_of_ours_and_for_nobody_else(real, kind):
    await real.open_home(user=user_id(kind))

    assert [user for user, _ in real.surface.homes] == ([user_id(kind)] if kind in EVERYBODY else [])
    assert bool(real.queries.calls) is (kind in EVERYBODY)
    assert real.surface.answers == []


@pytest.mark.parametrize("kind", PEOPLE)
async def test_the_button_of_an_alert_is_for_support_too(real, kind):
    await real.click("retry_verification", user=user_id(kind), channel={"id": SUPPORT_CHANNEL})

    assert real.did() == ("served" if kind in ADMINS | {"it", "support"} else "denied")


@pytest.mark.parametrize("kind", sorted(EVERYBODY))
async def test_nobody_of_ours_has_a_role_in_a_request_of_another_team(real, kind):
    await real.command("list", user=user_id(kind), team_id="T0OTHER")
    commanded = real.did()
    await real.click("show_records", user=user_id(kind), team={"id": "T0OTHER"})

    assert (commanded, real.did()) == ("denied", "denied")


async def test_outsiders_learn_no_names(real):
    await real.command("deploy mail.example.com", user=user_id("stranger"))

    assert "U0ADMIN" not in real.surface.texts[0]


# What Slack said earlier, and what it does not say


async def test_an_admin_who_is_removed_loses_the_role_after_five_minutes(real, slack, clock):
    done = []
    await real.command("deploy mail.example.com", user=user_id("group-admin"))
    done.append(real.did())
    slack.group.remove(user_id("group-admin"))
    for passed in (timedelta(minutes=4, seconds=59), timedelta(seconds=1)):
        clock.now += passed
        await real.command("deploy mail.example.com", user=user_id("group-admin"))
        done.append(real.did())

    assert done == ["served", "served", "denied"]


async def test_a_guest_who_was_a_colleague_is_one_after_five_minutes(real, slack, clock):
    await real.command("list", user=user_id("colleague"))
    before = real.did()
    slack.people[user_id("colleague")]["is_restricted"] = True
    clock.now += timedelta(minutes=5)
    await real.command("list", user=user_id("colleague"))

    assert (before, real.did()) == ("served", "denied")


async def test_a_clock_put_back_keeps_nobodys_role(real, slack, clock):
    await real.command("deploy mail.example.com", user=user_id("group-admin"))
    before = real.did()
    slack.group.remove(user_id("group-admin"))
    clock.now -= timedelta(hours=3)
    await real.command("deploy mail.example.com", user=user_id("group-admin"))

    assert (before, real.did()) == ("served", "denied")


@pytest.mark.parametrize("method", ["users.info", "conversations.members", "usergroups.users.list"])
@pytest.mark.parametrize("kind", sorted(EVERYBODY))
async def test_roles_that_cannot_be_read_let_nobody_in_and_say_so(real, slack, kind, method):
    slack.broken = method
    done = []
    await real.command("list", user=user_id(kind))
    done.append(real.did())
    await real.click("records_added", user=user_id(kind))
    done.append(real.did())
    await real.click_in_view("start_deploy", HOME, user=user_id(kind))
    done.append(real.did())
    await real.submit("remove", {}, Origin(about="d0").pack(), user=user_id(kind))
    done.append(real.did())

    assert done == ["unread"] * 4


async def test_roles_that_can_be_read_again_let_people_in_again(real, slack):
    slack.broken = "usergroups.users.list"
    await real.command("deploy mail.example.com", user=user_id("admin"))
    before = real.did()
    slack.broken = ""
    await real.command("deploy mail.example.com", user=user_id("admin"))

    assert (before, real.did()) == ("unread", "served")
