"""views.*: modals and App Homes."""

from sandbox.slack.blocks import check_view
from sandbox.slack.errors import ApiError
from sandbox.slack.model import Json
from sandbox.slack.views import described
from sandbox.slack.web_api.call import Call, Method


async def open_view(call: Call) -> Json:
    """Open a modal, within 3 s of what the user did."""
    trigger = call.slack.tickets.use_trigger(call.text("trigger_id"))
    body = check_view(call.args.get("view"), "modal")
    return {"view": described(call.slack.views.open(trigger.user, body))}


async def push(call: Call) -> Json:
    """Lay a modal on top of the one that is open."""
    trigger = call.slack.tickets.use_trigger(call.text("trigger_id"))
    body = check_view(call.args.get("view"), "modal")
    return {"view": described(call.slack.views.push(trigger.user, body))}


async def update(call: Call) -> Json:
    """Replace what a modal shows."""
    view = call.slack.views.find(call.optional("view_id"), call.optional("external_id"))
    if view is None or view.body["type"] != "modal":
        raise ApiError("not_found")
    call.slack.views.update(view, check_view(call.args.get("view"), "modal"), call.optional("hash"))
    return {"view": described(view)}


async def publish(call: Call) -> Json:
    """Set somebody's App Home."""
    user = call.workspace.users.get(call.text("user_id"))
    if user is None or user.is_bot or user.deleted:
        raise ApiError("user_not_found")
    body = check_view(call.args.get("view"), "home")
    return {"view": described(call.slack.views.publish(user.id, body, call.optional("hash")))}


METHODS = {
    "views.open": Method(open_view),
    "views.push": Method(push),
    "views.update": Method(update),
    "views.publish": Method(publish),
}
