"""A Directory in memory."""

from bot.ports import Person
from core.access import Role
from core.errors import TransientError
from core.sending_domain import Language

TEAM = "T0TEAM"
ADMIN, IT, SUPPORT, MEMBER, STRANGER = "U0ADMIN", "U0IT", "U0SUPPORT", "U0MEMBER", "U0STRANGER"


class FakeDirectory:
    """Knows one person per role; everybody else is a stranger. `unreadable` makes Slack refuse to tell."""

    def __init__(self, team_id: str = TEAM) -> None:
        self.team_id = team_id
        self.unreadable = False
        self.languages: dict[str, Language] = {}
        self.roles: dict[str, frozenset[Role]] = {
            ADMIN: frozenset({Role.ANYONE, Role.ADMIN}),
            IT: frozenset({Role.ANYONE, Role.IT}),
            SUPPORT: frozenset({Role.ANYONE, Role.SUPPORT}),
            MEMBER: frozenset({Role.ANYONE}),
        }

    async def person(self, team_id: str, user_id: str) -> Person:
        """Describe a user; nobody of another team has a role."""
        self._read()
        roles = self.roles.get(user_id, frozenset()) if team_id == self.team_id else frozenset()
        return Person(user_id, self.languages.get(user_id, Language.EN), roles)

    async def admins(self) -> tuple[str, ...]:
        """Return those who have the role."""
        self._read()
        return tuple(user_id for user_id, roles in self.roles.items() if Role.ADMIN in roles)

    def _read(self) -> None:
        if self.unreadable:
            raise TransientError("roles cannot be read")
