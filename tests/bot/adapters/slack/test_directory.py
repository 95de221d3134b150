from datetime import timedelta

import pytest

from bot.adapters.slack import SlackDirectory
from core.access import Role
from core.errors import TransientError
from core.sending_domain import Language
from tests.bot.adapters.slack.conftest import NOW
from tests.fakes.slack_api import IT_CHANNEL, SUPPORT_CHANNEL, TEAM, refused


class Clock:
    now = NOW

    def __call__(self):
        return self.now


@pytest.fixture
def clock():
    return Clock()


@pytest.fixture
def directory(client, places, clock):
    return SlackDirectory(client, places, clock, admin_users=["U0BOSS"], default_language=Language.JA)


@pytest.fixture(autouse=True)
def people(api):
    api.users = {
        name: {"team_id": TEAM, "locale": "en-GB"} for name in ("U0BOSS", "U0IT", "U0SUPPORT", "U0MEMBER", "U0LAST")
    }
    api.members[IT_CHANNEL] = ["U0BOT", "U0BOSS", "U0IT", "U0X", "U0LAST"]
    api.members[SUPPORT_CHANNEL] = ["U0SUPPORT"]


@pytest.mark.parametrize(
    ("user", "roles"),
    [
        ("U0BOSS", {Role.ANYONE, Role.ADMIN, Role.IT}),
        ("U0IT", {Role.ANYONE, Role.IT}),
        ("U0SUPPORT", {Role.ANYONE, Role.SUPPORT}),
        ("U0MEMBER", {Role.ANYONE}),
    ],
)
async def test_roles_come_from_settings_and_channels(directory, user, roles):
    assert (await directory.person(TEAM, user)).roles == roles


async def test_every_page_of_members_counts(directory):
    assert Role.IT in (await directory.person(TEAM, "U0LAST")).roles


@pytest.mark.parametrize(
    "trait", ["deleted", "is_bot", "is_restricted", "is_ultra_restricted", "is_stranger", "is_workflow_bot"]
)
async def test_guests_bots_strangers_and_the_deleted_have_no_role(api, directory, trait):
    api.users["U0IT"][trait] = True

    assert (await directory.person(TEAM, "U0IT")).roles == frozenset()


async def test_somebody_of_another_team_has_no_role_although_a_member_of_the_channel(api, directory):
    api.users["U0IT"]["team_id"] = "T0OTHER"

    assert (await directory.person(TEAM, "U0IT")).roles == frozenset()


async def test_a_request_of_another_team_has_no_role(directory):
    assert (await directory.person("T0OTHER", "U0IT")).roles == frozenset()


@pytest.mark.parametrize(
    ("locale", "language"),
    [("ja-JP", Language.JA), ("en-US", Language.EN), ("de-DE", Language.EN), (None, Language.JA)],
)
async def test_the_language_is_the_locales_and_the_default_without_one(api, directory, locale, language):
    api.users["U0MEMBER"]["locale"] = locale

    assert (await directory.person(TEAM, "U0MEMBER")).language is language


async def test_the_locale_is_asked_for(api, directory):
    await directory.person(TEAM, "U0MEMBER")

    assert api.of("users.info")[0]["include_locale"] in ("1", "true", True)


async def test_roles_are_remembered_for_five_minutes(api, directory, clock):
    await directory.person(TEAM, "U0IT")
    asked = len(api.calls)
    clock.now += timedelta(minutes=4, seconds=59)
    api.members[IT_CHANNEL] = []

    assert Role.IT in (await directory.person(TEAM, "U0IT")).roles
    assert len(api.calls) == asked


async def test_after_five_minutes_roles_are_read_anew(api, directory, clock):
    await directory.person(TEAM, "U0IT")
    clock.now += timedelta(minutes=5)
    api.members[IT_CHANNEL] = []

    assert Role.IT not in (await directory.person(TEAM, "U0IT")).roles


@pytest.mark.parametrize("method", ["users.info", "conversations.members"])
@pytest.mark.parametrize("word", ["internal_error", "missing_scope", "channel_not_found", "user_not_found"])
async def test_roles_that_cannot_be_read_are_nobodys(api, directory, method, word):
    api.script[method] = [refused(word)]

    with pytest.raises(TransientError):
        await directory.person(TEAM, "U0IT")


async def test_a_failure_is_not_remembered(api, directory):
    api.script["users.info"] = [refused("internal_error")]
    with pytest.raises(TransientError):
        await directory.person(TEAM, "U0IT")

    assert Role.IT in (await directory.person(TEAM, "U0IT")).roles


async def test_admins_are_those_of_the_settings_and_of_the_user_group(api, client, places, clock):
    api.group = ["U0MEMBER", "U0BOSS"]
    directory = SlackDirectory(client, places, clock, admin_users=["U0BOSS"], admin_usergroup="S0ADMINS")

    assert await directory.admins() == ("U0BOSS", "U0MEMBER")
    assert Role.ADMIN in (await directory.person(TEAM, "U0MEMBER")).roles
    assert api.of("usergroups.users.list")[0]["usergroup"] == "S0ADMINS"


async def test_without_a_user_group_none_is_asked_for(api, directory):
    await directory.person(TEAM, "U0IT")

    assert "usergroups.users.list" not in api.methods
