"""Every duration of the lifecycle, with the product's defaults. Settings can change each of them."""

from dataclasses import dataclass
from datetime import timedelta
from fractions import Fraction

REMINDERS = (Fraction(1, 3), Fraction(2, 3), Fraction(11, 12))
"""The shares of the verification window after which IT is reminded."""


@dataclass(frozen=True, slots=True)
class Durations:
    """How long things take, and how often they are looked at."""

    window: timedelta = timedelta(hours=72)
    """The verification window."""
    poll: timedelta = timedelta(minutes=5)
    """Between looks while Pending or in Temporary Failure, after the burst."""
    fast: timedelta = timedelta(minutes=1)
    """Between looks during the burst."""
    burst: timedelta = timedelta(minutes=15)
    """How long the fast looks last after `verify` or "I've added the records"."""
    sweep: timedelta = timedelta(hours=1)
    """Between looks at an ACTIVE domain."""
    recheck: timedelta = timedelta(minutes=5)
    """Until the second look after the first bad one at an ACTIVE or Verified domain."""
    prepare: timedelta = timedelta(seconds=30)
    """Between questions to the provisioner while events or records are awaited."""
    stalled_after: timedelta = timedelta(hours=48)
    """Events incomplete so long after Verified: support is told."""
    no_records_after: timedelta = timedelta(hours=1)
    """No records so long after `deploy`: support is told."""
    disagree_after: timedelta = timedelta(hours=1)
    """Name servers disagreeing so long: no longer propagation."""
    offline_after: timedelta = timedelta(hours=1)
    """The bot unable to query DNS so long: support is told."""
    unseen_after: timedelta = timedelta(hours=24)
    """No definite answer so long on an ACTIVE domain: support is told."""
    key_kept: timedelta = timedelta(days=30)
    """A write-only key that nobody deployed is erased after this."""
    too_soon: timedelta = timedelta(seconds=30)
    """The least time between looks that somebody asks for."""
