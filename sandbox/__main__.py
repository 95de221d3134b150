"""Starts the sandbox: ``python -m sandbox up``, or one part: ``python -m sandbox slack|nameserver|engage [options]``.

Each part stands alone in `sandbox.<part>.main`, whose ``main(argv) -> int`` has its own options
(``--port`` is common to all), so that another stand-in can take the place of any of them.
"""

import importlib
import sys
from collections.abc import Sequence

PARTS = ("up", "slack", "nameserver", "engage")
USAGE = f"usage: python -m sandbox {{{','.join(PARTS)}}} [--port N] [...]"


def main(argv: Sequence[str]) -> int:
    """Hand the rest of the command line to the part it names; only that part is imported."""
    if not argv or argv[0] not in PARTS:
        asked_for_help = bool(argv) and argv[0] in {"-h", "--help"}
        print(USAGE, file=sys.stdout if asked_for_help else sys.stderr)
        return 0 if asked_for_help else 2
    part = importlib.import_module(f"sandbox.{argv[0]}.main")
    return int(part.main(list(argv[1:])) or 0)


if __name__ == "__main__":
    try:
        sys.exit(main(sys.argv[1:]))
    except KeyboardInterrupt:
        sys.exit(130)  # as shells say it
