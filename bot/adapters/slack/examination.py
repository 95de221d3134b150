"""What `doctor` finds out about Slack: token, scopes, team, channels, user group, admins, app token."""

from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass

from slack_sdk.web.async_client import AsyncWebClient

from bot.adapters.slack import scopes
from bot.adapters.slack.calls import Answer, Calls
from bot.adapters.slack.client import make_client
from bot.ports import Check
from core.errors import ConfigurationError, OutsideError, TransientError


@dataclass(frozen=True, slots=True)
class Identity:
    """Who the bot's token makes it: as `auth.test` says."""

    team_id: str
    team: str
    user_id: str
    user: str


async def identify(client: AsyncWebClient) -> Identity:
    """Ask Slack who the token makes us. Raises what `translate` makes of Slack's errors."""
    return _identity(await Calls(client).call("auth.test"))


async def examine_slack(
    client: AsyncWebClient,
    *,
    app_token: str,
    it_channel: str,
    support_channel: str,
    admin_users: Sequence[str] = (),
    admin_usergroup: str | None = None,
) -> tuple[Check, ...]:
    """Try everything the bot needs of Slack. Changes nothing there, and raises nothing of Slack's."""
    calls = Calls(client)
    checks = [check async for check in _token(calls, usergroup=admin_usergroup is not None)]
    if checks[0].ok:
        checks.append(await _channel(calls, "IT_CHANNEL", it_channel))
        checks.append(await _channel(calls, "SUPPORT_CHANNEL", support_channel))
        checks += [await _admin(calls, user_id) for user_id in admin_users]
        if admin_usergroup:
            checks.append(await _usergroup(calls, admin_usergroup))
    checks.append(await _app_token(client.base_url, app_token))
    return tuple(checks)


def _identity(answer: Answer) -> Identity:
    return Identity(*(str(answer.get(key, "")) for key in ("team_id", "team", "user_id", "user")))


def _failed(name: str, error: Exception, remedy: str, about: str = "") -> Check:
    """Say what Slack refused, and `remedy`: unless Slack said nothing, which is no fault of the setting."""
    if isinstance(error, TransientError):
        remedy = "Try again. If it stays so: SLACK_API_URL, the network, a proxy, https://status.slack.com."
    return Check(name, ok=False, detail=f"{about}: {error}" if about else str(error), remedy=remedy)


async def _token(calls: Calls, *, usergroup: bool) -> AsyncIterator[Check]:
    try:
        answer, headers = await calls.answer("auth.test")
    except (OutsideError, ConfigurationError) as error:
        yield _failed("SLACK_BOT_TOKEN", error, "Copy the token from OAuth & Permissions.")
        return
    who = _identity(answer)
    yield Check("SLACK_BOT_TOKEN", ok=True, detail=f"@{who.user} ({who.user_id}) in {who.team} ({who.team_id})")
    granted = {scope.strip() for scope in headers.get("x-oauth-scopes", "").split(",") if scope.strip()}
    if not granted:
        yield Check("Slack scopes", ok=True, detail="Slack does not name them in its answer; not checked")
        return
    missing = sorted(scopes.required(usergroup=usergroup) - granted)
    without = sorted(scopes.OPTIONAL - granted)
    remedy = f"Add {', '.join(missing)} to the bot token scopes and install the app again."
    note = f"; without {', '.join(without)} a time-out may lead to a duplicate message" if without else ""
    detail = f"missing: {', '.join(missing)}" if missing else f"all that are needed{note}"
    yield Check("Slack scopes", ok=not missing, detail=detail, remedy=remedy if missing else "")


async def _channel(calls: Calls, name: str, channel: str) -> Check:
    try:
        answer = await calls.call("conversations.info", about=channel, channel=channel)
    except (OutsideError, ConfigurationError) as error:
        remedy = "Check the id; in a private channel type /invite and the bot's name first."
        return _failed(name, error, remedy, about=channel)
    found = answer.get("channel") or {}
    label = f"#{found.get('name', '')} ({channel})"
    if found.get("is_archived"):
        return Check(name, ok=False, detail=f"{label} is archived", remedy="Unarchive it or name another channel.")
    if not found.get("is_member"):
        return Check(name, ok=False, detail=f"not a member of {label}", remedy="Type /invite and the bot's name there.")
    return Check(name, ok=True, detail=f"member of {label}")


async def _admin(calls: Calls, user_id: str) -> Check:
    try:
        user = (await calls.call("users.info", user=user_id)).get("user") or {}
    except (OutsideError, ConfigurationError) as error:
        return _failed("ADMIN_USERS", error, "Correct or remove this id.", about=user_id)
    if user.get("deleted"):
        return Check("ADMIN_USERS", ok=False, detail=f"{user_id} is deactivated", remedy="Remove this id.")
    return Check("ADMIN_USERS", ok=True, detail=f"{user.get('name', '')} ({user_id})")


async def _usergroup(calls: Calls, usergroup: str) -> Check:
    try:
        users = (await calls.call("usergroups.users.list", usergroup=usergroup)).get("users") or ()
    except (OutsideError, ConfigurationError) as error:
        remedy = "Check the id, and that the bot has the scope usergroups:read."
        return _failed("ADMIN_USERGROUP", error, remedy, about=usergroup)
    remedy = "" if users else "Add the admins to the group."
    return Check("ADMIN_USERGROUP", ok=bool(users), detail=f"{usergroup}: {len(users)} members", remedy=remedy)


async def _app_token(api_url: str, app_token: str) -> Check:
    try:
        await Calls(make_client(None, api_url)).call("apps.connections.open", app_token=app_token)
    except (OutsideError, ConfigurationError) as error:
        remedy = "Make an app-level token with the scope connections:write, and switch Socket Mode on."
        return _failed("SLACK_APP_TOKEN", error, remedy)
    return Check("SLACK_APP_TOKEN", ok=True, detail="Socket Mode can be opened")
