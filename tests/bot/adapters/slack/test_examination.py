import pytest

from bot.adapters.slack import examine_slack, identify
from bot.adapters.slack.scopes import OPTIONAL, USERGROUP, required
from tests.fakes.slack_api import BOT, IT_CHANNEL, SUPPORT_CHANNEL, TEAM, refused


@pytest.fixture
def examined(api, client):
    api.users["U0BOSS"] = {"name": "boss", "team_id": TEAM}
    api.scopes = ",".join(sorted(required(usergroup=False) | OPTIONAL))

    async def run(**given):
        facts = {"it_channel": IT_CHANNEL, "support_channel": SUPPORT_CHANNEL, "admin_users": ["U0BOSS"]} | given
        checks = await examine_slack(client, app_token="xapp-1", **facts)
        return {check.name: check for check in checks}

    return run


async def test_everything_right_is_said_piece_by_piece(examined):
    checks = await examined()

    assert list(checks) == [
        "SLACK_BOT_TOKEN",
        "Slack scopes",
        "IT_CHANNEL",
        "SUPPORT_CHANNEL",
        "ADMIN_USERS",
        "SLACK_APP_TOKEN",
    ]
    assert all(check.ok and check.detail and not check.remedy for check in checks.values())


async def test_the_token_tells_who_we_are(client):
    assert (await identify(client)).user_id == BOT


async def test_a_refused_token_ends_the_questions_that_need_it(api, examined):
    api.script["auth.test"] = [refused("invalid_auth")]

    checks = await examined()

    assert list(checks) == ["SLACK_BOT_TOKEN", "SLACK_APP_TOKEN"]
    assert not checks["SLACK_BOT_TOKEN"].ok
    assert "invalid_auth" in checks["SLACK_BOT_TOKEN"].detail
    assert checks["SLACK_BOT_TOKEN"].remedy


async def test_missing_scopes_are_named(api, examined):
    api.scopes = "commands,chat:write"

    check = (await examined())["Slack scopes"]

    assert not check.ok
    assert "files:write" in check.detail
    assert "files:write" in check.remedy
    assert not any(scope in check.remedy for scope in OPTIONAL | USERGROUP)


async def test_scopes_that_only_spare_duplicates_are_not_insisted_on(api, examined):
    api.scopes = ",".join(required(usergroup=False))

    check = (await examined())["Slack scopes"]

    assert check.ok
    assert "duplicate" in check.detail


async def test_a_user_group_needs_its_scope_and_members(examined):
    checks = await examined(admin_usergroup="S0ADMINS")

    assert "usergroups:read" in checks["Slack scopes"].detail
    assert not checks["ADMIN_USERGROUP"].ok
    assert checks["ADMIN_USERGROUP"].remedy


@pytest.mark.parametrize("trouble", [{"is_member": False}, {"is_archived": True, "is_member": True}, None])
async def test_a_channel_that_cannot_be_posted_to_is_found_out(api, examined, trouble):
    if trouble is None:
        del api.channels[SUPPORT_CHANNEL]
    else:
        api.channels[SUPPORT_CHANNEL] = {"name": "support", **trouble}

    checks = await examined()

    assert checks["IT_CHANNEL"].ok
    assert not checks["SUPPORT_CHANNEL"].ok
    assert checks["SUPPORT_CHANNEL"].remedy


@pytest.mark.parametrize("user", [None, {"name": "gone", "deleted": True}])
async def test_an_admin_who_is_not_there_is_found_out(api, examined, user):
    api.users = {"U0BOSS": user} if user else {}

    check = (await examined())["ADMIN_USERS"]

    assert not check.ok
    assert "U0BOSS" in check.detail


async def test_an_app_token_without_socket_mode_is_found_out(api, examined):
    api.script["apps.connections.open"] = [refused("not_allowed_token_type")]

    check = (await examined())["SLACK_APP_TOKEN"]

    assert not check.ok
    assert "connections:write" in check.remedy


async def test_a_slack_that_does_not_answer_is_no_reason_to_change_a_setting(api, examined):
    for method in ("conversations.info", "users.info", "usergroups.users.list", "apps.connections.open"):
        api.script[method] = [refused("service_unavailable")] * 2
    api.scopes = ""

    checks = await examined(admin_users=["U0BOSS"], admin_usergroup="S0ADMINS")

    wrong = {name: check.remedy for name, check in checks.items() if not check.ok}
    assert set(wrong) == {"IT_CHANNEL", "SUPPORT_CHANNEL", "ADMIN_USERS", "ADMIN_USERGROUP", "SLACK_APP_TOKEN"}
    assert all("SLACK_API_URL" in remedy for remedy in wrong.values())
