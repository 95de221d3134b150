"""The one place where the listeners meet the texts: what is said to the asker, in the asker's language."""

from dataclasses import dataclass
from datetime import datetime

from bot import messages
from bot.messages import Block, Context, Links, Message, NameAdvice, PageRef, Places
from core.durations import Durations
from core.errors import InvalidDomainName
from core.names import DomainName, suggest_subdomain
from core.notices.answers import Answer
from core.notices.shown import DetailsShown, HomeShown, StatusShown
from core.sending_domain import DmarcPolicy, Language, SendingDomain

__all__ = ["PageRef", "Texts"]


@dataclass(frozen=True, slots=True)
class Texts:
    """Renders answers and forms for one asker at one moment."""

    places: Places
    durations: Durations
    now: datetime
    language: Language

    def answer(self, answer: Answer, forgiven: tuple[str, str] | None) -> Message:
        """Render an answer; `forgiven` is what was typed for a domain, and what it was read as."""
        links = _links(answer) if isinstance(answer, StatusShown) else Links()
        return messages.render_answer(answer, self.language, self._context(links), forgiven)

    def home(self, shown: HomeShown) -> Block:
        """Render the App Home."""
        return messages.home_view(self.language, shown, self._context())

    def details_modal(self, shown: DetailsShown) -> Block:
        """Render the modal with everything about one domain."""
        return messages.details_modal(self.language, shown, self._context(_links(shown.status)))

    def create_modal(self, domain: str, channel_language: Language) -> Block:
        """Render the form for a new domain, the name filled in."""
        return messages.create_modal(self.language, domain=domain, channel_language=channel_language)

    def advised_create_modal(
        self, name: DomainName, typed: str, policy: DmarcPolicy, channel_language: Language
    ) -> Block:
        """Render the form once more, with advice about the name."""
        advice = NameAdvice(
            domain=name.ascii,
            suggestion=suggest_subdomain(name.ascii) if name.is_registered_domain else None,
            unicode=name.unicode if name.is_idn else None,
        )
        return messages.create_modal(
            self.language, domain=typed, policy=policy, channel_language=channel_language, advice=advice
        )

    def edit_modal(self, domain: SendingDomain) -> Block:
        """Render the form with what can be changed."""
        return messages.edit_modal(self.language, domain)

    def key_modal(self, domain: SendingDomain) -> Block:
        """Render the form that asks for the key again."""
        return messages.key_modal(self.language, domain)

    def remove_modal(self, domain: SendingDomain) -> Block:
        """Render the confirmation of a removal."""
        return messages.remove_modal(self.language, domain)

    def invalid_name(self, error: InvalidDomainName) -> str:
        """Say under the field why a name cannot be a sending domain."""
        return messages.invalid_name(error, self.language)

    def exists(self, domain: SendingDomain) -> str:
        """Say under the field that the name is registered."""
        return messages.existing_name(domain, self.language)

    def wrong_key(self, entered: str) -> str:
        """Say under the field what a key looks like, and nothing of what was entered."""
        return messages.wrong_key(entered, self.language)

    def wrong_name(self, domain: SendingDomain, typed: str) -> str:
        """Say under the field that another name was typed."""
        return messages.wrong_name(domain, typed, self.language)

    def busy(self) -> str:
        """Say under the field that nothing was accepted."""
        return messages.busy_entry(self.language)

    def _context(self, links: Links | None = None) -> Context:
        return Context(places=self.places, durations=self.durations, now=self.now, links=links or Links())


def _links(shown: StatusShown) -> Links:
    return Links(card=shown.thread_link, file=shown.file_link)
