"""Which scopes each method of the Web API needs; `manifest.yml` asks for these and no more.

Each scope as in the reference of the method: https://docs.slack.dev/reference/methods
"""

METHODS: dict[str, frozenset[str]] = {
    "auth.test": frozenset(),
    "chat.delete": frozenset({"chat:write"}),
    "chat.getPermalink": frozenset(),
    "chat.postEphemeral": frozenset({"chat:write"}),
    "chat.postMessage": frozenset({"chat:write"}),
    "chat.update": frozenset({"chat:write"}),
    "conversations.history": frozenset({"channels:history", "groups:history"}),
    "conversations.info": frozenset({"channels:read", "groups:read"}),
    "conversations.members": frozenset({"channels:read", "groups:read"}),
    "conversations.open": frozenset({"im:write"}),
    "conversations.replies": frozenset({"channels:history", "groups:history"}),
    "files.completeUploadExternal": frozenset({"files:write"}),
    "files.getUploadURLExternal": frozenset({"files:write"}),
    "files.info": frozenset({"files:read"}),
    "usergroups.users.list": frozenset({"usergroups:read"}),
    "users.info": frozenset({"users:read"}),
    "views.open": frozenset(),
    "views.publish": frozenset(),
    "views.push": frozenset(),
    "views.update": frozenset(),
}
"""The methods that are called with the bot's token."""

COMMANDS = frozenset({"commands"})
OPTIONAL = frozenset({"channels:history", "groups:history"})
"""Only to look up, after a time-out, whether a message was posted; without them there may be a duplicate."""
USERGROUP = frozenset({"usergroups:read"})
"""Only where a user group decides who is admin."""

ALL = COMMANDS.union(*METHODS.values())
APP_TOKEN = {"apps.connections.open": frozenset({"connections:write"})}


def required(*, usergroup: bool) -> frozenset[str]:
    """Return the scopes without which the bot does not work; `usergroup` tells whether a group names admins."""
    return ALL - OPTIONAL - (frozenset() if usergroup else USERGROUP)
