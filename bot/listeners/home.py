"""The App Home: published when it is opened."""

from bot.listeners.visits import Visit, home_place
from core.access import Role


async def open_home(visit: Visit) -> None:
    """Show the domains, on the page the viewer last looked at. Strangers see nothing of them."""
    if visit.click.value not in {"", "home"} or Role.ANYONE not in visit.person.roles:
        return
    await visit.show_home(*home_place(visit.click.origin))
