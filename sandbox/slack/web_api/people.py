"""auth.*, apps.*, users.*, usergroups.*: who the app and the people are."""

from sandbox.slack.errors import ApiError
from sandbox.slack.model import APP_ID, BOT_ID, BOT_USER, TEAM_ID, Json, User
from sandbox.slack.web_api.call import Call, Method


async def auth_test(call: Call) -> Json:
    """Say whose token it is. The answer's header ``x-oauth-scopes`` says what it may do."""
    return {
        "url": f"{call.workspace.base_url}/",
        "team": "Sandbox",
        "user": call.workspace.users[BOT_USER].name,
        "team_id": TEAM_ID,
        "user_id": BOT_USER,
        "bot_id": BOT_ID,
        "app_id": APP_ID,
        "is_enterprise_install": False,
    }


async def open_connection(call: Call) -> Json:
    """Return the URL of a Socket Mode connection."""
    return {"url": call.slack.socket_mode.new_url()}


async def user_info(call: Call) -> Json:
    """Describe somebody."""
    user = call.workspace.users.get(call.text("user"))
    if user is None:
        raise ApiError("user_not_found")
    described = _described(user)
    if call.flag("include_locale"):
        described["locale"] = user.locale
    return {"user": described}


async def usergroup_users(call: Call) -> Json:
    """List the members of a user group."""
    members = call.workspace.usergroups.get(call.text("usergroup"))
    if members is None:
        raise ApiError("no_such_subteam")
    return {"users": list(members)}


def _described(user: User) -> Json:
    return {
        "id": user.id,
        "team_id": user.team_id,
        "name": user.name,
        "real_name": user.real_name,
        "deleted": user.deleted,
        "tz": user.tz,
        "is_admin": user.is_admin,
        "is_owner": False,
        "is_bot": user.is_bot,
        "is_app_user": False,
        "is_restricted": user.is_restricted,
        "is_ultra_restricted": False,
        "is_stranger": user.is_stranger,
        "profile": {"real_name": user.real_name, "display_name": user.name, "title": user.title},
    }


METHODS = {
    "auth.test": Method(auth_test),
    "apps.connections.open": Method(open_connection, for_app=True),
    "users.info": Method(user_info, ("users:read",)),
    "usergroups.users.list": Method(usergroup_users, ("usergroups:read",)),
}
