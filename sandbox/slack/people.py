"""Who is in the workspace, and in which channels, when the sandbox starts."""

from sandbox.slack.model import BOT_USER, Channel, User

IT_CHANNEL = "C00ITDNS"
SUPPORT_CHANNEL = "C00SUPPORT"
GENERAL_CHANNEL = "C00GENERAL"
ADMIN_USERGROUP = "S00ADMINS"

USERGROUPS: dict[str, list[str]] = {ADMIN_USERGROUP: ["U00ALEX", "U00AIKO"]}


def users() -> dict[str, User]:
    """Return the people by id: two admins, one in English and one in Japanese, and one of each other kind."""
    people = [
        User("U00ALEX", "alex", "Alex Rivera", "Admin", is_admin=True),
        User("U00AIKO", "aiko", "Aiko Tanaka", "Admin, in Japanese", locale="ja-JP", tz="Asia/Tokyo", is_admin=True),
        User("U00IVAN", "ivan", "Ivan Petrov", "IT"),
        User("U00SUMI", "sumi", "Sumi Okafor", "Support"),
        User("U00NORA", "nora", "Nora Lind", "Colleague without a role"),
        User("U00GUS", "gus", "Gus Moreau", "Guest", is_restricted=True),
        User("U00OTTO", "otto", "Otto Berg", "From another company", team_id="T00OTHERCO", is_stranger=True),
        User(BOT_USER, "engage-domain", "Engage Domain", "App", is_bot=True, can_act=False),
        User("U00ZOE", "zoe", "Zoe Adams", "Has left", deleted=True, can_act=False),
    ]
    return {person.id: person for person in people}


def channels() -> dict[str, Channel]:
    """Return the channels by id. The bot is not in #general."""
    everyone = ["U00ALEX", "U00AIKO", "U00IVAN", "U00SUMI", "U00NORA"]
    rooms = [
        Channel(GENERAL_CHANNEL, "general", "For everyone; the app has not been invited", [*everyone, "U00GUS"]),
        Channel(IT_CHANNEL, "it-dns", "DNS requests for IT", ["U00IVAN", "U00ALEX", "U00AIKO", BOT_USER]),
        Channel(SUPPORT_CHANNEL, "support", "Alerts for Support", ["U00SUMI", BOT_USER], is_private=True),
    ]
    return {room.id: room for room in rooms}
