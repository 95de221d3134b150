"""The memory of a process that runs for long: what was loaded at the start is not searched for garbage any more.

Python looks through all objects whenever enough new ones have come. Libraries and wiring make a hundred thousand,
none of which ever becomes garbage; looking through them again and again took a fifth of the CPU of a poll.
"""

import gc

_NEW, _YOUNG, _OLD = 5_000, 20, 20  # Python's own are 700, 10, 10: a poll makes more than that, and leaves hardly any


def settle() -> None:
    """Take what there is now as there to stay, and look for garbage among what comes, less often than usual."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(_NEW, _YOUNG, _OLD)
