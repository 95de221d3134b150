"""The write-only key: kept no longer than the provisioner needs it. The vault follows what is decided here."""

from datetime import datetime

from core.durations import Durations
from core.history import BOT, What
from core.lifecycle.decision import Decision
from core.lifecycle.draft import Draft
from core.sending_domain import DeploymentEvent, SendingDomain


def needs_key(domain: SendingDomain) -> bool:
    """Tell whether `deploy` needs the key to be entered again: it is erased, and the provisioner has not stored it."""
    return not domain.key_held and DeploymentEvent.SECRET not in domain.events


def take_key(draft: Draft, key_id: str) -> None:
    """Use a key that was entered again; a provisioner that has the old one is to be told."""
    draft.change(key_id=key_id, key_held=True, key_erased_at=None, key_entered_at=draft.now)
    if draft.domain.provisioner_id is not None:
        draft.change(update_wanted=True)


def erase_key(draft: Draft) -> None:
    """Have the key erased, if it is still held."""
    if draft.domain.key_held:
        draft.change(key_held=False, key_erased_at=draft.now)
        draft.note(What.KEY_ERASED, who=BOT)


def forget_lost_key(domain: SendingDomain, now: datetime, durations: Durations) -> Decision:
    """Decide that the key is gone: it lies under an encryption key that the operator has lost."""
    draft = Draft(domain, now, durations)
    erase_key(draft)
    return draft.decided()


def erase_stored_key(draft: Draft) -> None:
    """Have the key erased once the provisioner has confirmed it, and no newer one is on its way there."""
    if DeploymentEvent.SECRET in draft.domain.events and not draft.domain.update_wanted:
        erase_key(draft)
