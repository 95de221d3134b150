"""``python -m tests.chaos.nursery``: starts the command line again and again without importing it again.

A start costs more than a second of imports; two hundred of them would hide what is to be tested. Orders come as lines
of JSON on stdin: ``{"arguments": ["run"], "environment": {...}, "log": "bot.log"}``. Every one is carried out in a
process of its own, forked before anything has run. Answers: ``{"started": pid}``, ``{"ended": pid, "code": -9}``.
"""

import json
import os
import select
import sys
import traceback
from typing import Any

import bot.__main__
import bot.wiring  # else every process would import it for itself


def main() -> int:
    """Serve until stdin ends; then end what is still there."""
    alive: set[int] = set()
    rest = b""
    while True:
        _reap(alive)
        if not select.select([0], [], [], 0.02)[0]:
            continue
        data = os.read(0, 1 << 16)
        if not data:
            break
        *lines, rest = (rest + data).split(b"\n")
        for line in lines:
            pid = _bear(json.loads(line))
            alive.add(pid)
            _say(started=pid)
    for pid in alive:
        os.kill(pid, 9)
    return 0


def _bear(order: dict[str, Any]) -> int:
    pid = os.fork()
    if pid:
        return pid
    log = os.open(order["log"], os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
    nothing = os.open(os.devnull, os.O_RDONLY)
    for here, there in ((nothing, 0), (log, 1), (log, 2)):
        os.dup2(here, there)
    os.environ.clear()
    os.environ.update(order["environment"])
    sys.argv = ["engage-domain", *order["arguments"]]
    code = 1
    try:
        bot.__main__.main()
    except SystemExit as ended:
        code = ended.code if isinstance(ended.code, int) else 1
    except Exception:  # noqa: BLE001 -- the end of a process: what Python prints then, and its exit code
        traceback.print_exc()
    finally:
        sys.stdout.flush()
        sys.stderr.flush()
        os._exit(code)


def _reap(alive: set[int]) -> None:
    while alive:
        pid, status = os.waitpid(-1, os.WNOHANG)
        if not pid:
            return
        alive.discard(pid)
        _say(ended=pid, code=os.waitstatus_to_exitcode(status))


def _say(**words: int) -> None:
    sys.stdout.write(json.dumps(words) + "\n")
    sys.stdout.flush()


if __name__ == "__main__":
    sys.exit(main())
